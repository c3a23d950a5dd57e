"""Delta packages: a copy made from the bulk package, changed by each delta, holds what the next bulk package holds."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from provider.exporting.export import ExportFailed
from provider.publishing.sweeping import HISTORY
from provider.sis import models as sis
from shared.oneroster.versions import Version
from tests.provider.exporting.conftest import OTHER, NewSystem, System, assert_same, files_of
from tests.provider.exporting.small import (
    AIDE,
    ALGEBRA,
    ANN,
    ART,
    AUNT,
    BEA,
    CAL,
    DISTRICT_DAY,
    DOT,
    MOTHER,
    TEACHER,
    fill,
)

YESTERDAY = DISTRICT_DAY - timedelta(days=1)
Step = Callable[[System], Any]


def edit_all(system: System, model: Any, condition: Any, **values: Any) -> None:
    for key in system.scalars(select(model.id).where(condition)):
        system.edit(model, key, **values)


def graded(system: System, model: Any, key: int, **values: Any) -> None:
    """A change of the grade book at this moment."""
    system.edit(model, key, modified_at=system.now + timedelta(seconds=30), **values)


STEPS: dict[str, Step] = {
    "a student is renamed": lambda s: edit_all(s, sis.Identity, sis.Identity.person_id == ANN, last_name="O'Neil, Jr"),
    "a student gets demographics": lambda s: edit_all(
        s, sis.Identity, sis.Identity.person_id == BEA, birth_date=date(2011, 2, 3), asian=True
    ),
    "a student leaves": lambda s: edit_all(s, sis.Enrollment, sis.Enrollment.person_id == CAL, end_date=YESTERDAY),
    "the student comes back": lambda s: edit_all(s, sis.Enrollment, sis.Enrollment.person_id == CAL, end_date=None),
    "a student is withheld": lambda s: edit_all(
        s, sis.Enrollment, sis.Enrollment.person_id == DOT, external_lms_exclude=True
    ),
    "a student joins a class": lambda s: s.add(sis.Roster(id=90, section_id=ALGEBRA, person_id=CAL)),
    "a student leaves a class": lambda s: s.remove(sis.Roster, sis.Roster.id == 90),
    "a guardian becomes a relative": lambda s: edit_all(
        s, sis.Relationship, sis.Relationship.student_id == ANN, guardian=False
    ),
    "an aunt is no more": lambda s: s.remove(sis.Relationship, sis.Relationship.person_id == AUNT),
    "a mother loses one child": lambda s: s.remove(sis.Relationship, sis.Relationship.student_id == BEA),
    "a teacher becomes a counselor too": lambda s: edit_all(
        s, sis.Assignment, sis.Assignment.person_id == TEACHER, counselor=True
    ),
    "an aide leaves": lambda s: edit_all(s, sis.Assignment, sis.Assignment.person_id == AIDE, end_date=YESTERDAY),
    "a mother's account is disabled": lambda s: edit_all(
        s, sis.UserAccount, sis.UserAccount.person_id == MOTHER, disabled=True
    ),
    "a class is placed in another term": lambda s: s.add(sis.SectionPlacement(section_id=ALGEBRA, term_id=2, period="4")),
    "a class leaves a term": lambda s: s.remove(sis.SectionPlacement, sis.SectionPlacement.term_id == 1),
    "a line item changes": lambda s: graded(s, sis.LineItem, 1, title="Changed", objectives=[
        {"source": "case", "learningObjectiveIds": ["o-1"]}
    ]),
    "a result changes": lambda s: graded(s, sis.Result, 1, score=None, status="not submitted"),
    "a result is deleted": lambda s: graded(s, sis.Result, 3, deleted=True),
    "a line item is deleted": lambda s: graded(s, sis.LineItem, 2, deleted=True),
    "a category is renamed": lambda s: graded(s, sis.GradeCategory, 1, name="Quizzes"),
    "a class is withheld": lambda s: s.edit(sis.Section, ALGEBRA, external_lms_exclude=True),
    "the class is shown again": lambda s: s.edit(sis.Section, ALGEBRA, external_lms_exclude=False),
    "a class is closed": lambda s: s.edit(sis.Section, ART, active=False),
    "a resource changes": lambda s: s.edit(sis.Resource, 1, title="A new edition"),
    "a course no longer uses it": lambda s: s.remove(sis.CourseResource, sis.CourseResource.resource_id == 1),
    "a student no longer uses one": lambda s: s.remove(sis.PersonResource, sis.PersonResource.person_id == ANN),
    "a school is withheld": lambda s: s.edit(sis.School, 2, external_lms_exclude=True),
    "the school is shown again": lambda s: s.edit(sis.School, 2, external_lms_exclude=False),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(
    ("version", "kind"), [(Version.V1P1, "sqlite"), (Version.V1P2, "postgresql")], ids=["1.1", "1.2"]
)
def test_a_copy_follows_its_source(new_system: NewSystem, version: Version, kind: str, tmp_path: Path) -> None:
    source = fill(new_system(kind, today=DISTRICT_DAY))
    copy = new_system(OTHER[kind], today=DISTRICT_DAY)
    first = tmp_path / "first.zip"
    source.write(first, version)
    copy.take(first)
    since = source.now
    for number, (name, step) in enumerate(STEPS.items()):
        delta, wanted, got = (tmp_path / f"{number}-{part}.zip" for part in ("delta", "wanted", "got"))
        step(source)
        source.refresh()
        source.write(delta, version, since)
        since = source.now
        copy.now = source.now
        copy.take(delta)
        source.write(wanted, version)
        copy.write(got, version)
        try:
            assert_same(wanted, got)
        except AssertionError as why:
            raise AssertionError(f"after {name!r}: {why}") from why


def test_a_delta_names_what_changed_with_status_and_date(new_system: NewSystem, tmp_path: Path) -> None:
    system = fill(new_system("sqlite", today=DISTRICT_DAY))
    since = system.now
    system.edit(sis.Section, ALGEBRA, name="Algebra blue")
    system.remove(sis.Roster, sis.Roster.person_id == BEA)
    graded(system, sis.Result, 3, deleted=True)
    system.refresh()
    report = system.write(tmp_path / "delta.zip", Version.V1P2, since)
    assert report.next_since < system.now, "a change that was being written is not missed by the next delta"
    files = files_of(tmp_path / "delta.zip")
    assert [line.split(",")[:3] for line in files["classes.csv"][1:]] == [["1", "active", "2026-11-20T12:02:00.000Z"]]
    assert [line.split(",")[:3] for line in files["enrollments.csv"][1:]] == [
        ["s2", "tobedeleted", "2026-11-20T12:02:00.000Z"]
    ]
    assert [line.split(",")[:3] for line in files["results.csv"][1:]] == [
        ["r-3", "tobedeleted", "2026-11-20T12:01:30.000Z"]
    ]
    assert "users.csv" not in files and "file.users,absent" in files["manifest.csv"]
    assert "file.classes,delta" in files["manifest.csv"]


def test_nothing_has_changed(new_system: NewSystem, tmp_path: Path) -> None:
    system = fill(new_system("sqlite", today=DISTRICT_DAY))
    report = system.write(tmp_path / "delta.zip", Version.V1P1, system.now)
    assert report.rows == {}
    assert list(files_of(tmp_path / "delta.zip")) == ["manifest.csv"]


def test_a_delta_since_before_the_first_refresh_holds_everything(new_system: NewSystem, tmp_path: Path) -> None:
    system = fill(new_system("sqlite", today=DISTRICT_DAY))
    bulk = system.write(tmp_path / "bulk.zip", Version.V1P2)
    delta = system.write(tmp_path / "delta.zip", Version.V1P2, system.now - timedelta(days=900))
    assert delta.rows == bulk.rows


def test_what_is_no_longer_remembered_is_not_guessed(new_system: NewSystem, tmp_path: Path) -> None:
    system = fill(new_system("sqlite", today=DISTRICT_DAY))
    since = system.now
    for name in ("One", "Two"):
        system.now += HISTORY
        system.edit(sis.Section, ALGEBRA, name=name)
        system.refresh()
    with pytest.raises(ExportFailed, match="bulk package"):
        system.write(tmp_path / "delta.zip", Version.V1P1, since)
    with pytest.raises(ExportFailed, match="in the future"):
        system.write(tmp_path / "delta.zip", Version.V1P1, system.now + timedelta(days=1))
    assert not list(tmp_path.glob("*.zip")) and not list(tmp_path.glob("*.part"))


def test_people_who_leave_by_a_package_stay_in_the_sis(new_system: NewSystem, tmp_path: Path) -> None:
    source = fill(new_system("sqlite", today=DISTRICT_DAY))
    copy = new_system("sqlite", today=DISTRICT_DAY)
    source.write(tmp_path / "first.zip", Version.V1P2)
    copy.take(tmp_path / "first.zip")
    people = copy.scalars(select(func.count(sis.Person.id)))
    since = source.now
    STEPS["a student leaves"](source)
    source.refresh()
    source.write(tmp_path / "delta.zip", Version.V1P2, since)
    copy.take(tmp_path / "delta.zip")
    assert copy.scalars(select(func.count(sis.Person.id))) == people
    ended = select(func.count(sis.Enrollment.id)).where(sis.Enrollment.end_date == YESTERDAY)
    assert copy.scalars(ended) == [1]
