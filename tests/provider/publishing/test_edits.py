"""An edit of one record refreshes the records concerned, an edit of what decides about many refreshes all (P-90)."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from provider.database import db
from provider.publishing.models import RefreshRun
from provider.refreshing import DistrictRefresh
from provider.sis import models
from provider.sis.changes import SisChange
from shared.oneroster.versions import Version
from tests.provider.publishing.conftest import Published


def edit(published: Published, model: Any, key: int, change: Callable[[Any], None]) -> set[tuple[str, int]]:
    """Edit a row as a page would; what waits then."""
    with published.app.app_context():
        change(db.session.get(model, key))
        db.session.commit()
        return {(row.kind, row.key) for row in db.session.scalars(select(SisChange))}


def tick(published: Published) -> list[str]:
    """The triggers of the refreshes that a worker makes at a quiet hour of the district's day."""
    published.now = datetime(2026, 1, 10, 2, 0, tzinfo=UTC)
    with published.app.app_context():
        before = db.session.scalars(select(RefreshRun.id).order_by(RefreshRun.id.desc())).first() or 0
        DistrictRefresh(published.app, published.clock).tick()
    with published.app.app_context():
        assert db.session.scalars(select(SisChange)).all() == []
        return list(db.session.scalars(select(RefreshRun.trigger).where(RefreshRun.id > before)))


def rename(row: Any) -> None:
    row.last_name = "Edited"


def exclude(row: Any) -> None:
    row.external_lms_exclude = True


@pytest.mark.parametrize(
    ("model", "key", "change", "waits"),
    [
        (models.Identity, 7, rename, {("person", 7)}),
        (models.Enrollment, 6, exclude, {("person", 7)}),
        (models.Section, 2, exclude, {("section", 2)}),
        (models.Course, 2, exclude, {("course", 2), ("section", 2)}),
        (models.Roster, 1, lambda row: setattr(row, "start_date", date(2026, 1, 5)), {("person", 2), ("section", 1)}),
        (models.Calendar, 1, lambda row: setattr(row, "end_date", date(2026, 6, 6)), {("everything", 0)}),
        (models.SchoolYear, 1, lambda row: setattr(row, "name", "This year"), {("everything", 0)}),
    ],
)
def test_an_edit_says_what_it_concerns(
    published: Published, model: Any, key: int, change: Callable[[Any], None], waits: set[tuple[str, int]]
) -> None:
    assert edit(published, model, key, change) == waits
    assert tick(published) == ["edited" if ("everything", 0) in waits else "keyed"]
    result = published.refresh(approved=True)
    assert (result.added, result.changed, result.removed) == (0, 0, 0), "the refresh of the edit left something out"


def test_a_new_and_a_deleted_row_are_edits(published: Published) -> None:
    with published.app.app_context():
        db.session.add(models.Roster(id=9001, section_id=2, person_id=3))
        db.session.delete(db.session.get(models.Roster, 2))
        db.session.commit()
    tick(published)
    assert published.get("/enrollments/s2").status_code == 404
    assert len(published.read("enrollments", filter="user.sourcedId='s3' AND class.sourcedId='2'")) == 1


def _set_excluded(task: int) -> None:
    db.session.get_one(models.GradingTask, task).external_lms_exclude = True


def test_a_grading_task_of_a_section_is_an_edit_of_its_class(published: Published) -> None:
    """P-90, P-118: what a section is graded by, and what a task is called, are read as soon as they are refreshed."""

    def told(number: str) -> Any:
        return published.get(f"/classes/{number}", Version.V1P2).get_json()["class"].get("metadata")

    def edited(change: Callable[[], None]) -> set[tuple[str, int]]:
        with published.app.app_context():
            change()
            db.session.commit()
            return {(row.kind, row.key) for row in db.session.scalars(select(SisChange))}

    assert told("1") is None
    tasks = [models.GradingTask(id=1, code="T", name="Term"), models.GradingTask(id=2, code="E", name="Exam")]
    assert edited(lambda: db.session.add_all(tasks)) == {("everything", 0)}
    tick(published)
    assert told("1") == told("2") == {"ic.gradingTasks": [{"id": "1", "name": "Term"}]}
    own = [models.SectionGradingTask(section_id=2, grading_task_id=number) for number in (2, 1)]
    assert edited(lambda: db.session.add_all(own)) == {("section", 2)}
    tick(published)
    both = [{"id": "1", "name": "Term"}, {"id": "2", "name": "Exam"}]
    assert (told("1"), told("2")) == ({"ic.gradingTasks": both[:1]}, {"ic.gradingTasks": both})
    assert "metadata" not in published.get("/classes/2").get_json()["class"], "1.1 does not tell them"
    gone = {"section_id": 2, "grading_task_id": 1}
    assert edited(lambda: db.session.delete(db.session.get(models.SectionGradingTask, gone))) == {("section", 2)}
    tick(published)
    assert told("2") == {"ic.gradingTasks": both[1:]}
    assert edited(lambda: _set_excluded(1)) == {("everything", 0)}
    tick(published)
    assert (told("1"), told("2")) == ({"ic.gradingTasks": both[1:]}, {"ic.gradingTasks": both[1:]}), "P-74"
    edited(lambda: _set_excluded(2))
    tick(published)
    assert told("1") is told("2") is None, "P-74: none is offered"
    assert published.refresh().changed == 0, "a refresh of everything finds nothing else"


def test_an_edit_that_is_rolled_back_concerns_nobody(published: Published) -> None:
    with published.app.app_context():
        db.session.get(models.Identity, 7).last_name = "Edited"
        db.session.flush()
        db.session.rollback()
        assert db.session.scalars(select(SisChange)).all() == []
