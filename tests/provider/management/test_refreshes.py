"""The OneRoster cache: asked for, watched, held and decided about; alerts until they are read (P-84 … P-91)."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import insert, select, update

from provider.context import ProviderContext
from provider.database import db
from provider.publishing.models import RefreshAlert, RefreshRun
from provider.publishing.runs import MANUAL_DELAY
from provider.refresh_commands import refresh_command
from provider.refreshing import DistrictRefresh, district_zone
from provider.sis import models
from shared.owner import begin_work, end_work
from tests.provider.admin.conftest import Window
from tests.provider.eligibility.districts import TODAY
from tests.provider.management.conftest import Managed

CACHE = "/management/refreshes/"


def ask(window: Window) -> str:
    """Press *Refresh OneRoster Cache*; what the page says then."""
    window.get(CACHE)
    assert window.post(CACHE).status_code == 303
    return str(window.get(CACHE).text)


def told(page: str) -> str:
    """A page's words, without tags and with single blanks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


# Refresh OneRoster Cache


def test_a_refresh_begins_two_minutes_after_it_was_asked_for_and_alerts_at_its_end(managed: Managed) -> None:
    """P-87: and it shows what was edited by then."""
    window = managed.window()
    page = ask(window)
    assert "in two minutes" in page and "asked for by hand" in page and f'hx-get="{CACHE}now"' in page
    with managed.app.app_context():
        (due,) = db.session.scalars(select(RefreshRun).where(RefreshRun.state == "due"))
        assert abs(due.due_at - datetime.now(UTC) - MANUAL_DELAY) < timedelta(minutes=1)
        when = due.due_at
    assert managed.actions() == [("ask for refresh", "ada_min", "OneRoster cache")]
    assert ("manual", "done") not in [(run.trigger, run.state) for run in tick(managed, when - timedelta(seconds=1))]
    tick(managed, when)
    assert managed.runs()[-1] == ("manual", "done")
    page = told(window.get(CACHE).text)
    assert "Somebody asked" in page and "Successful" in page and f'hx-get="{CACHE}now"' not in window.page
    alerts = told(window.get("/management/alerts/").text)
    assert "1 unread" in alerts and "removed" in alerts


def tick(managed: Managed, now: datetime) -> list[RefreshRun]:
    """The refreshes that a worker makes at a moment."""
    with managed.app.app_context():
        before = db.session.scalars(select(RefreshRun.id).order_by(RefreshRun.id.desc())).first() or 0
    managed.tick(now)
    with managed.app.app_context():
        return list(db.session.scalars(select(RefreshRun).where(RefreshRun.id > before)))


def test_what_waits_or_runs_is_not_asked_for_again(managed: Managed) -> None:
    """P-87."""
    window = managed.window()
    ask(window)
    assert "A refresh is waiting" in ask(window)
    assert [run for run in managed.runs() if run[1] == "due"] == [("manual", "due")]


def test_how_far_a_refresh_is_stands_on_the_page_while_it_runs(managed: Managed) -> None:
    owner = begin_work()
    now = datetime.now(UTC)
    running: dict[str, Any] = {
        "trigger": "scheduled", "state": "running", "owner": owner, "due_at": now, "started_at": now,
        "heartbeat_at": now, "message": "users, 12,000 records", "added": 0, "changed": 0, "removed": 0,
    }  # fmt: skip
    with managed.app.app_context():
        db.session.execute(insert(RefreshRun).values(**running))
        db.session.commit()
    window = managed.window()
    page = ask(window)
    assert "A refresh is running" in page and "users, 12,000 records" in page
    part = window.get(f"{CACHE}now")
    assert "users, 12,000 records" in part.text and "<html" not in part.text
    assert "disabled" in page[page.index("Refresh OneRoster Cache") - 60 :][:60]
    end_work(owner)
    assert window.get(f"{CACHE}now").headers["HX-Refresh"] == "true", "one whose process was killed does not run"


def test_single_edits_that_wait_are_told_by_kind(managed: Managed) -> None:
    """P-90."""
    with managed.app.app_context():
        for number in (2, 3):
            db.session.get_one(models.Person, number).security_role = True
        db.session.commit()
    assert "of 2 people" in told(managed.window().get(CACHE).text)


def test_what_a_refresh_says_while_it_runs_is_how_far_it_is(managed: Managed) -> None:
    """What the page shows comes from the refresh itself."""
    seen: list[str] = []

    def look() -> datetime:
        with db.engine.connect() as connection:
            seen.extend(filter(None, connection.scalars(running)))
        return managed.published.now

    running = select(RefreshRun.message).where(RefreshRun.state == "running")
    with managed.app.app_context():
        db.session.execute(update(models.UserAccount).values(username=models.UserAccount.username + "-x"))
        db.session.commit()
        DistrictRefresh(managed.app, look).full(today=TODAY)
    assert "OneRoster 1.1, users: 261 compared" in seen


# History


def test_the_history_is_filtered_by_what_started_a_refresh_and_how_it_ended(managed: Managed) -> None:
    managed.hold()
    window = managed.window()

    def states(query: str) -> list[str]:
        page = window.get(f"{CACHE}{query}").text
        return [told(cell).strip() for cell in re.findall(r'data-label="State">(.*?)</td>', page, re.DOTALL)]

    assert states("") == ["Held", "Successful"]
    assert states("?state=held") == ["Held"]
    assert states("?trigger=scheduled") == []
    assert "There was none like that yet" in told(window.page)
    for strange in ("?state=due", "?trigger=;drop&page=99999999", "?state=%00"):
        assert window.get(f"{CACHE}{strange}").status_code == 200


def test_a_failure_of_one_cache_is_told_of_that_cache(managed: Managed) -> None:
    """P-84, P-88, P-91."""
    now = datetime.now(UTC)
    failed: dict[str, Any] = {
        "trigger": "scheduled", "state": "failed", "due_at": now, "started_at": now, "finished_at": now,
        "cache": "student", "message": "The student cache could not be refreshed", "added": 0, "changed": 0, "removed": 0,
    }  # fmt: skip
    with managed.app.app_context():
        db.session.execute(insert(RefreshRun).values(**failed))
        db.session.commit()
    page = told(managed.window().get(CACHE).text)
    caches = page[page.index("How it stands") : page.index("The next refresh")]
    of_classes, of_students = caches[: caches.index("Student-related")], caches[caches.index("Student-related") :]
    assert "No trouble" in of_classes
    assert "Failed" in of_students and "could not be refreshed" in of_students


# Held


def decide(window: Window, decision: str) -> Any:
    return window.post(f"{CACHE}held/{decision}", seen=re.findall(r'name="seen" value="(\d+)"', window.page)[0])


def test_a_held_refresh_is_shown_by_platform_with_names_and_as_a_file(managed: Managed) -> None:
    """P-91: numbers, shares and names before anybody decides."""
    managed.hold()
    window = managed.window()
    assert "What it would change" in window.get(CACHE).text
    page = told(window.get(f"{CACHE}held/").text)
    assert "lms-1.1" in page and "lms-1.2" in page and "130 records would disappear" not in page
    assert "−130 50 %, wants approval" in page
    names = re.findall(rf'href="({CACHE}held/\d+/)">Names<span class="heard"> of People for lms-1.1', window.page)[0]
    records = window.get(f"{names}?what=removed").text
    assert "1 to 50 of 130 records" in records and "Disappears" in records and "/records/person/" in records
    assert "Number7" in window.get(f"{names}?search=number7").text
    assert "No record is found" in window.get(f"{names}?search=<script>").text and "<script>alert" not in window.page
    assert window.get(f"{CACHE}held/999999/").status_code == 404
    answer = window.get(f"{CACHE}held.csv")
    lines = answer.text.splitlines()
    assert answer.mimetype == "text/csv" and lines[0] == "connections,collection,what,sourcedId,record"
    assert len([line for line in lines if line.startswith("lms-1.1,users,Disappears,s")]) == 130


def test_what_was_shown_is_published_once_it_is_approved(managed: Managed) -> None:
    """P-91: who approved what and when is in the audit trail, and the alert is settled."""
    held = managed.hold()
    window = managed.window()
    assert "1 unread" in told(window.get("/management/alerts/").text)
    before = managed.students()
    window.get(f"{CACHE}held/")
    assert decide(window, "approve").location == CACHE
    entry = managed.audited()[-1]
    assert (entry.action, entry.who, entry.subject) == ("approve held refresh", "ada_min", f"refresh {held.run_id}")
    assert json.loads(entry.after)["removed"] >= 260
    assert "0 unread" in told(window.get("/management/alerts/").text)
    assert "It is approved" in window.get(f"{CACHE}held/").text and "Approve</button>" not in window.page
    assert "approved by hand" in window.get(CACHE).text and "> Approved<" in window.page.replace('">', "> ")
    managed.tick(datetime.now(UTC))
    assert managed.students() == before - 130
    assert window.get(f"{CACHE}held/").status_code == 404


def test_what_is_discarded_changes_nothing(managed: Managed) -> None:
    held = managed.hold()
    before = managed.students()
    window = managed.window()
    window.get(f"{CACHE}held/")
    assert decide(window, "discard").location == CACHE
    assert managed.actions()[-1] == ("discard held refresh", "ada_min", f"refresh {held.run_id}")
    assert managed.students() == before
    assert "Discarded" in told(window.get(CACHE).text) and "What it would change" not in window.page
    assert window.get(f"{CACHE}held/").status_code == window.get(f"{CACHE}held.csv").status_code == 404
    assert [state for _, state in managed.runs()].count("due") == 0


def test_nobody_decides_about_a_refresh_that_they_have_not_seen(managed: Managed) -> None:
    managed.hold()
    managed.add_user("ben")
    first, second = managed.window("ada_min"), managed.window("ben")
    first.get(f"{CACHE}held/")
    second.get(f"{CACHE}held/")
    decide(first, "discard")
    managed.hold(0.6)
    decide(second, "approve")
    assert "not held any more" in second.get(CACHE).text
    assert [state for _, state in managed.runs()].count("due") == 0
    assert managed.actions() == [("discard held refresh", "ada_min", managed.actions()[0][2])]
    assert second.post(f"{CACHE}held/forget").status_code == 404


# Alerts


def test_alerts_are_read_one_by_one_or_a_page_at_once(managed: Managed) -> None:
    with managed.app.app_context():
        run_id = db.session.scalars(select(RefreshRun.id)).first()
        for number in range(3):
            db.session.add(RefreshAlert(run_id=run_id, raised_at=datetime.now(UTC), message=f"Alert <b>{number}</b>"))
        db.session.commit()
    window = managed.window()
    page = window.get("/management/alerts/")
    assert "3 unread" in page.text and "&lt;b&gt;" in page.text
    ids = re.findall(r'name="alert" value="(\d+)"', page.text)
    window.post("/management/alerts/read", only=ids[0])
    assert "2 unread" in window.get("/management/alerts/").text and "ada_min" in window.page
    assert len(re.findall(r'name="alert"', window.get("/management/alerts/?unread=1").text)) == 2
    for strange in ("x", "-1", "9" * 40, ""):
        assert window.post("/management/alerts/read", only=strange).status_code == 303
    window.get("/management/alerts/")
    window.client.post("/management/alerts/read", data={"csrf_token": _token(window), "alert": ids})
    assert "0 unread" in window.get("/management/alerts/").text
    assert [one[:2] for one in managed.actions()] == [("mark alerts as read", "ada_min")] * 2


def _token(window: Window) -> str:
    return str(re.findall(r'name="csrf_token" value="([^"]+)"', window.page)[0])


# The command


def test_the_command_tells_what_the_page_tells(managed: Managed) -> None:
    """P-85 … P-89."""
    context = ProviderContext(managed.app.extensions["homeroom"]["settings"], "demo", lambda *_: managed.app)
    assert CliRunner().invoke(refresh_command, ["--later"], obj=context).exit_code == 0
    answer = json.loads(CliRunner().invoke(refresh_command, ["--status", "--json"], obj=context).output)
    assert answer["next_because"] == "asked for by hand" and answer["last_state"] == "done"
    page = managed.window().get(CACHE).text
    local = datetime.fromisoformat(answer["next_refresh"]).astimezone(_zone(managed))
    assert f"{local:%Y-%m-%d %H:%M}</strong>: asked for by hand" in page


def _zone(managed: Managed) -> Any:
    with managed.app.app_context():
        return district_zone(db.session())


@pytest.mark.parametrize("path", ["", "now", "held/", "held.csv", "held/1/"])
def test_a_teacher_has_no_part_in_it(managed: Managed, path: str) -> None:
    assert managed.window("tess").get(f"{CACHE}{path}").status_code == 403
