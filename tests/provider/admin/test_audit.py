"""The audit trail on the pages: found by who, what, when and about which record, read by people, as CSV."""

import csv
import re
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from sqlalchemy import delete, event, update

from provider.access.audit import audit
from provider.access.user_tables import AuditAbout, AuditEntry
from provider.database import db
from provider.sis.models import District
from tests.provider.admin.conftest import Pages

SCRIPT = "<script>alert(1)</script>"
NOON = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)


@pytest.fixture
def trail(pages: Pages) -> Pages:
    """Entries of three days, a page and more of the last."""
    with pages.app.app_context():
        session = db.session()
        session.execute(delete(AuditAbout))
        session.execute(delete(AuditEntry))
        session.execute(update(District).values(time_zone="America/Chicago"))
        ada, ben = (1, "ada_min"), (2, "ben_min")
        audit(session, NOON - timedelta(days=2), ada, "change enrollment", "Ada Lake", {"external_lms_exclude": False},
              {"external_lms_exclude": True}, [("person", 17), ("everything", 0)])  # fmt: skip
        audit(session, NOON - timedelta(days=1), ben, "change user", SCRIPT, {"name": "Tom"}, {"name": SCRIPT})
        audit(session, NOON - timedelta(hours=14), None, "add user", "eve", None, {"role": "teacher", "person": None})
        for number in range(60):
            audit(session, NOON, ada, "change setting", f"setting {number}", {"value": number}, {"value": "=1+1"})
        session.commit()
    return pages


def subjects(page: str) -> list[str]:
    return [text.strip() for text in re.findall(r'<td data-label="About">(.*?)(?:<small>|</td>)', page)]


def test_entries_are_read_newest_first_with_before_and_after_in_words(trail: Pages) -> None:
    window = trail.window("ada_min")
    page = window.get("/audit/").text
    assert subjects(page)[:2] == ["setting 59", "setting 58"] and "1 to 50 of 63 entries" in page
    page = window.get("/audit/?page=2").text
    assert subjects(page)[-3:] == ["eve", SCRIPT.replace("<", "&lt;").replace(">", "&gt;"), "Ada Lake"]
    assert SCRIPT not in page
    assert "<dt>External LMS Exclude</dt><dd><del>no</del> <ins>yes</ins></dd>" in page
    assert "A command" in page and "<ins>(none)</ins>" in page


def test_entries_are_found_by_who_what_when_and_about_which_record(trail: Pages) -> None:
    window = trail.window("ada_min")

    def found(query: str) -> list[str]:
        page = window.get(f"/audit/?{query}")
        assert page.status_code == 200
        return subjects(page.text)

    assert found("who=ben_min") == [SCRIPT.replace("<", "&lt;").replace(">", "&gt;")]
    assert found("who=-") == ["eve"]
    assert found("action=change+enrollment") == ["Ada Lake"] == found("about=person+17") == found("about=Person+17")
    assert found("search=ada+lake") == ["Ada Lake"] and found("search=100%25") == []
    assert found("until=2026-11-18") == ["Ada Lake"]
    assert found("from=2026-11-19&until=2026-11-19&action=add+user") == ["eve"], "days are those of the district"
    assert len(found("from=2026-11-20")) == 50
    for strange in ("about=person", "about=17", "about=person+" + "9" * 10, "about=person+" + "9" * 40, "about=%00+1"):
        assert found(strange) == [], strange
    for strange in ("from=x&until=2026-02-30", "from=9999-12-31", "until=9999-12-31", "until=0001-01-01", "who=%00"):
        assert window.get(f"/audit/?{strange}").status_code == 200, strange


def test_the_same_entries_come_as_csv(trail: Pages) -> None:
    window = trail.window("ada_min")
    answer = window.client.get("/audit/audit.csv?search=setting")
    rows = list(csv.reader(StringIO(answer.text)))
    assert answer.mimetype == "text/csv" and rows[0] == ["at", "who", "action", "subject", "changes"]
    assert len(rows) == 61
    assert rows[1] == ["2026-11-20T18:00:00+00:00", "ada_min", "Change setting", "setting 59", "value: 59 -> =1+1"]
    assert len(list(csv.reader(StringIO(window.client.get("/audit/audit.csv").text)))) == 64


def test_a_page_takes_few_statements(trail: Pages) -> None:
    window, asked = trail.window("ada_min"), []
    with trail.app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    window.get("/audit/")
    assert len(asked) <= 10, asked


def test_an_empty_trail_says_what_will_stand_there(pages: Pages) -> None:
    window = pages.window("ada_min")
    with pages.app.app_context():
        db.session.execute(delete(AuditAbout))
        db.session.execute(delete(AuditEntry))
        db.session.commit()
    assert "Nobody has changed anything yet" in window.get("/audit/").text
