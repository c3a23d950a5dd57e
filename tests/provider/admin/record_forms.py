"""For tests of the record editor: what a form would send, rows to edit, and what stands in the audit trail of it."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import func, inspect, select

from provider.access.user_tables import AuditEntry
from provider.database import db
from provider.sis import models
from provider.sis.editing.editing import MODELS
from provider.sis.editing.keys import key_of, key_text
from tests.provider.admin.conftest import NOW, Pages, Window

__all__ = ["ada", "sis"]


def seen_of(page: str) -> str:
    """The stamp of the form of a page."""
    found = re.search(r'name="seen" value="([^"]+)"', page)
    return found[1] if found else ""


def fields_of(page: str) -> dict[str, str]:
    """What the form of a page sends when nothing is typed."""
    form = page[page.index("<main") : page.index("</main>")]
    found = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
    for tag in re.findall(r"<input [^>]*>", form):
        named = re.search(r' name="([^"]+)"', tag)
        if not named or " disabled" in tag or 'type="hidden"' in tag:
            continue
        value = re.search(r' value="([^"]*)"', tag)
        if 'type="checkbox"' not in tag or " checked" in tag:
            found[named[1]] = value[1] if value else ""
    for name, body in re.findall(r'<select [^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', body) or re.search(r'value="([^"]*)"', body)
        found[name] = chosen[1] if chosen else ""
    found.pop("csrf_token", None)
    return found


def first(table: str, **values: Any) -> Any:
    model = MODELS[table]
    query = select(model).filter_by(**values).order_by(*inspect(model).primary_key).limit(1)
    row = db.session.scalars(query).first()
    assert row is not None, table
    return row


def audited() -> list[AuditEntry]:
    """What ada has changed."""
    return list(db.session.scalars(select(AuditEntry).where(AuditEntry.who == "ada_min").order_by(AuditEntry.id)))


def count(table: str) -> int:
    return db.session.scalar(select(func.count()).select_from(MODELS[table])) or 0


@pytest.fixture
def ada(pages: Pages) -> Window:
    return pages.window("ada_min")


@pytest.fixture
def sis(pages: Pages, ada: Window) -> Iterator[None]:
    """A row of every table, in an application context."""
    with pages.app.app_context():
        section, term = first("section"), first("term")
        db.session.add_all([
            models.GradingTask(id=51, code="Q", name="Quarter"),
            models.ScoreGroup(id=52, name="Letters", kind="letter"),
            models.Employment(person_id=first("assignment").person_id, start_date=NOW.date()),
        ])  # fmt: skip
        db.session.flush()
        if not db.session.scalar(select(func.count()).select_from(models.CourseMaster)):
            db.session.add(models.CourseMaster(district_id=first("district").id, number="M", name="Master"))
        db.session.add_all([
            models.SectionGradingTask(section_id=section.id, grading_task_id=51),
            models.GradingWindow(grading_task_id=51, term_id=term.id, opens_on=NOW.date(), closes_on=NOW.date()),
            models.ScoreGroupItem(score_group_id=52, score="A/+ é", min_percent=92.5),
        ])  # fmt: skip
        db.session.flush()
        adult, student = first("assignment").person_id, first("enrollment").person_id
        if not db.session.scalar(select(func.count()).select_from(models.Relationship)):
            db.session.add(models.Relationship(person_id=adult, student_id=student, name="Aunt"))
        if not db.session.scalar(select(func.count()).select_from(models.Contact)):
            db.session.add(models.Contact(person_id=adult, email="a@b.example"))
        db.session.commit()
        yield


def address(row: Any) -> str:
    return f"/records/{row.__tablename__}/{key_text(key_of(row))}"
