"""OneRoster packages become SIS rows: ids kept, dates turned, wrong records refused with file, line, column, reason."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, select

from provider.database import db
from provider.sis import models as sis
from provider.sis.importing import ImportFailed, ImportReport, Outcome, import_path
from provider.sis.importing.oneroster.levels import nces_grade
from shared.oneroster.versions import Version
from tests.provider.sis.packages import (
    CLASSES,
    DEMOGRAPHICS,
    ENROLLMENTS,
    ORGS,
    SESSIONS,
    USERS_11,
    manifest,
    package,
)  # fmt: skip

TODAY = date(2027, 1, 10)
SAMPLES = Path(__file__).parents[4] / "shared" / "samples"


@pytest.fixture
def engine(provider_app: Flask) -> Engine:
    with provider_app.app_context():
        return db.engine


def load(engine: Engine, path: Path, strict: bool = False) -> ImportReport:
    return import_path(engine, path, strict=strict, today=TODAY)


def one(engine: Engine, statement: Any) -> Any:
    with engine.connect() as connection:
        return tuple(connection.execute(statement).one())


def rows(engine: Engine, statement: Any) -> list[tuple[Any, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(statement)]


@pytest.mark.parametrize("version", list(Version))
def test_a_package_is_taken_whole_and_a_second_time_changes_nothing(
    engine: Engine, tmp_path: Path, version: Version
) -> None:
    path = package(tmp_path / "p.zip", version)
    first = load(engine, path)
    assert first.refusals == [] and first.kind == f"oneroster {version}"
    second = load(engine, path)
    assert second.refusals == []
    assert second.total(Outcome.CREATED) == second.total(Outcome.UPDATED) == 0
    assert second.total(Outcome.UNCHANGED) == sum(count.read for count in first.files)


def test_sourced_ids_that_came_in_are_kept(engine: Engine, tmp_path: Path) -> None:
    load(engine, package(tmp_path / "p.zip"))
    for model, ids in {
        sis.District: {"d-1"}, sis.School: {"s-1", "s-2"}, sis.SchoolYear: {"y-27"}, sis.Term: {"t-1", "t-2"},
        sis.Section: {"k-1", "k-2"}, sis.Person: {"u-1", "u-2", "u-3", "u-4"}, sis.Roster: {"e-1"},
        sis.SectionStaff: {"e-2"},
    }.items():  # fmt: skip
        assert {row[0] for row in rows(engine, select(model.sourced_id))} == ids
    letters = dict(rows(engine, select(sis.Person.sourced_id, sis.Person.imported_role)))
    assert letters == {"u-1": "s", "u-2": "t", "u-3": "g", "u-4": "a"}


def test_an_end_date_of_the_package_is_the_day_after_the_last_day_of_the_sis(engine: Engine, tmp_path: Path) -> None:
    load(engine, package(tmp_path / "p.zip"))
    assert one(engine, select(sis.Term.end_date).where(sis.Term.sourced_id == "t-1")) == (date(2026, 12, 31),)
    assert one(engine, select(sis.SchoolYear.end_date, sis.SchoolYear.active)) == (date(2027, 6, 30), True)
    assert one(engine, select(sis.Roster.start_date, sis.Roster.end_date)) == (date(2026, 8, 15), date(2027, 6, 5))


def test_roles_of_1p1_become_enrollments_and_assignments(engine: Engine, tmp_path: Path) -> None:
    load(engine, package(tmp_path / "p.zip"))
    marks = select(sis.Person.sourced_id, sis.School.sourced_id, sis.Assignment.teacher, sis.Assignment.program)
    found = rows(engine, marks.select_from(sis.Assignment).join(sis.Person).join(sis.School))
    assert sorted(found) == [("u-2", "s-1", True, False), ("u-2", "s-2", True, False), ("u-4", "s-1", False, True)]
    grade = select(sis.GradeLevel.name, sis.StateGrade.nces_grade, sis.Enrollment.service_type)
    joined = grade.select_from(sis.Enrollment).join(sis.GradeLevel).join(sis.StateGrade)
    assert one(engine, joined) == ("9", "09", "P")
    assert one(engine, select(sis.Relationship.guardian, sis.Relationship.portal)) == (True, True)
    accounts = dict(rows(engine, select(sis.UserAccount.kind, sis.UserAccount.disabled)))
    assert accounts["portal"] is True and accounts["student"] is False


def test_roles_of_1p2_become_one_person_with_dates_and_marks(engine: Engine, tmp_path: Path) -> None:
    load(engine, package(tmp_path / "p.zip", Version.V1P2))
    assert one(engine, select(sis.Enrollment.start_date, sis.Enrollment.end_date)) == (
        date(2026, 8, 20),
        date(2027, 6, 5),
    )
    found = rows(engine, select(sis.Assignment.teacher, sis.Assignment.counselor).order_by(sis.Assignment.id))
    assert found == [(True, False), (False, True)]
    assert one(engine, select(sis.Relationship.guardian, sis.Relationship.portal)) == (False, True)
    names = select(sis.Identity.preferred_first_name, sis.Identity.pronouns).where(sis.Identity.first_name == "Ada")
    assert one(engine, names) == ("Addie", "she/her")


def test_staff_of_a_class_and_demographics(engine: Engine, tmp_path: Path) -> None:
    load(engine, package(tmp_path / "p.zip"))
    assert one(engine, select(sis.SectionStaff.role)) == ("Primary Teacher",)
    identity = select(sis.Identity.birth_date, sis.Identity.asian, sis.Identity.city_of_birth)
    assert one(engine, identity.where(sis.Identity.first_name == "Ada")) == (date(2012, 3, 4), True, "Chicago")


def test_classes_have_placements_and_the_district_course_a_copy_at_the_other_school(
    engine: Engine, tmp_path: Path
) -> None:
    report = load(engine, package(tmp_path / "p.zip"))
    assert len(rows(engine, select(sis.SectionPlacement.section_id))) == 2 * 2 + 1
    assert one(engine, select(sis.Section.number, sis.Section.room).where(sis.Section.sourced_id == "k-1")) == (
        "1",
        "101",
    )
    courses = select(sis.Course.sourced_id, sis.School.sourced_id).where(sis.Course.number == "ART")
    joined = courses.join(sis.Calendar, sis.Calendar.id == sis.Course.calendar_id).join(sis.School)
    assert sorted(rows(engine, joined), key=str) == [("c-2", "s-1"), (None, "s-2")]
    assert any("gets a copy" in note.text for note in report.notes)


def with_cell(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new, 1)


@pytest.mark.parametrize(
    ("file", "text", "line", "column", "reason"),
    [
        ("enrollments", with_cell(ENROLLMENTS, "k-1,s-1,u-1", "k-9,s-1,u-1"), 2, "classSourcedId", "did not come in"),
        ("enrollments", with_cell(ENROLLMENTS, "k-1,s-1,u-1", "k-1,s-1,u-9"), 2, "userSourcedId", "did not come in"),
        ("enrollments", with_cell(ENROLLMENTS, "2026-08-15", "15/8/2026"), 2, "beginDate", "YYYY-MM-DD"),
        ("enrollments", with_cell(ENROLLMENTS, "2027-06-06", "2026-08-15"), 2, "endDate", "not after beginDate"),
        ("enrollments", with_cell(ENROLLMENTS, "e-2", "e-1"), 3, "sourcedId", "another kind"),
        ("demographics", with_cell(DEMOGRAPHICS, "u-1", "u-9"), 2, "sourcedId", "did not come in"),
        ("demographics", with_cell(DEMOGRAPHICS, "2012-03-04", "4.3.2012"), 2, "birthDate", "YYYY-MM-DD"),
        ("users", USERS_11 + with_cell(USERS_11.splitlines()[1], "u-1,", "u-1,") + "\n", 6, "sourcedId", "twice"),
        ("users", with_cell(USERS_11, "administrator", "boss"), 5, "role", "not one of"),
        ("classes", with_cell(CLASSES, "c-2", "c-9"), 3, "courseSourcedId", "course that did not come in"),
        ("classes", with_cell(CLASSES, "s-2", "s-9"), 3, "schoolSourcedId", "school that did not come in"),
        ("classes", with_cell(CLASSES, "t-1,,,\n", "t-9,,,\n"), 3, "termSourcedIds", "no terms here"),
        ("academicSessions", SESSIONS + "t-3,,,X,term,2027-02-01,2027-02-01,y-27,2027\n", 5, "endDate", "not after"),
    ],
)  # fmt: skip
def test_a_wrong_record_is_refused_alone(
    engine: Engine, tmp_path: Path, file: str, text: str, line: int, column: str, reason: str
) -> None:
    report = load(engine, package(tmp_path / "p.zip", **{file: text}))
    assert report.refused == 1, report.refusals
    refusal = report.refusals[0]
    assert (refusal.file, refusal.line, refusal.column) == (f"{file}.csv", line, column)
    assert reason in refusal.reason


def test_personal_values_are_not_told(engine: Engine, tmp_path: Path) -> None:
    report = load(engine, package(tmp_path / "p.zip", demographics=DEMOGRAPHICS.replace("2012-03-04", "4.3.2012")))
    assert "4.3.2012" not in str(report.refusals) + str(report.notes)


def test_strict_writes_nothing_when_one_record_is_refused(engine: Engine, tmp_path: Path) -> None:
    path = package(tmp_path / "p.zip", enrollments=ENROLLMENTS.replace("u-1", "u-9"))
    assert not load(engine, path, strict=True).written
    assert rows(engine, select(sis.Person.id)) == []


def test_tobedeleted_takes_away_what_is_there_and_is_passed_over_where_nothing_is(
    engine: Engine, tmp_path: Path
) -> None:
    load(engine, package(tmp_path / "p.zip"))
    when = "2027-01-09T10:00:00.000Z"
    changes = {
        "enrollments": ENROLLMENTS.replace("e-1,,", f"e-1,tobedeleted,{when}").replace(
            "e-2,,", f"e-9,tobedeleted,{when}"
        ),
        "classes": CLASSES.replace("k-2,,", f"k-2,tobedeleted,{when}"),
        "users": USERS_11.replace("u-4,,", f"u-4,tobedeleted,{when}"),
    }
    told = manifest(Version.V1P1, set(changes), "delta")
    drop = ("orgs", "academicSessions", "courses", "demographics")
    path = package(tmp_path / "delta.zip", drop=drop, manifest=told, **changes)
    assert load(engine, path).refusals == []
    assert rows(engine, select(sis.Roster.id)) == []
    assert one(engine, select(sis.Section.active).where(sis.Section.sourced_id == "k-2")) == (False,)
    assert one(engine, select(sis.Assignment.end_date).where(sis.Assignment.program)) == (date(2027, 1, 9),)
    again = load(engine, path)
    assert again.total(Outcome.CREATED) == again.total(Outcome.UPDATED) == 0


def test_a_delta_package_refers_to_what_came_before(engine: Engine, tmp_path: Path) -> None:
    load(engine, package(tmp_path / "p.zip"))
    more = ENROLLMENTS.splitlines()[0] + "\ne-3,active,2027-01-09T10:00:00.000Z,k-2,s-2,u-1,student,,,\n"
    told = manifest(Version.V1P1, {"enrollments"}, "delta")
    drop = ("orgs", "academicSessions", "courses", "classes", "users", "demographics")
    path = package(tmp_path / "delta.zip", drop=drop, enrollments=more, manifest=told)
    assert load(engine, path).refusals == []
    assert len(rows(engine, select(sis.Roster.id))) == 2


def test_a_package_without_manifest_is_not_read(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(ImportFailed, match=r"no manifest\.csv"):
        load(engine, package(tmp_path / "p.zip", manifest=""))


def test_a_manifest_without_a_known_version_is_not_read(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(ImportFailed, match="oneroster"):
        load(engine, package(tmp_path / "p.zip", manifest="propertyName,value\nmanifest.version,1.0\n"))


def test_differences_between_manifest_and_files_are_told(engine: Engine, tmp_path: Path) -> None:
    told = manifest(Version.V1P1, {"orgs", "academicSessions", "classes", "users", "enrollments", "results"})
    report = load(engine, package(tmp_path / "p.zip", manifest=told))
    assert [(refusal.file, refusal.line) for refusal in report.refusals] == [("results.csv", 0)]
    assert {note.file for note in report.notes if "marks it absent" in note.text} == {"courses.csv", "demographics.csv"}


def test_a_package_without_a_district_gets_one(engine: Engine, tmp_path: Path) -> None:
    orgs = "".join(line + "\n" for line in ORGS.splitlines() if not line.startswith("d-1"))
    courses = "sourcedId,status,dateLastModified,schoolYearSourcedId,title,courseCode,grades,orgSourcedId,subjects,subjectCodes\n"
    told = manifest(Version.V1P1, {"orgs"}) + "source.systemName,Lake SIS\n"
    load(engine, package(tmp_path / "p.zip", manifest=told, orgs=orgs, courses=courses))
    assert one(engine, select(sis.District.name)) == ("Lake SIS",)


@pytest.mark.parametrize(
    ("grade", "nces"),
    [
        ("9", "09"),
        ("12", "12"),
        ("K", "KG"),
        ("kg", "KG"),
        ("PK", "PK"),
        ("Other", "Other"),
        ("Room 4", None),
        ("0", None),
    ],
)
def test_grades_are_mapped_to_nces(grade: str, nces: str | None) -> None:
    assert nces_grade(grade) == nces


@pytest.mark.parametrize(
    ("name", "kind", "people", "sections", "refused"),
    [
        ("moodle-1.1-full", "oneroster 1.1", 6, 1, {("enrollments.csv", 5), ("enrollments.csv", 6), ("enrollments.csv", 7)}),
        ("moodle-1.2-misnamed", "oneroster 1.2", 6, 1, {("enrollments.csv", 5), ("enrollments.csv", 6), ("enrollments.csv", 7)}),
        ("oat-1.1-base", "oneroster 1.1", 2, 0,
         {("demographics.csv", 0)} | {(f"{file}.csv", line) for file in ("classes", "enrollments") for line in (2, 3, 4)}),
    ],
)  # fmt: skip
def test_packages_of_others_load_or_are_refused_record_by_record(
    engine: Engine, name: str, kind: str, people: int, sections: int, refused: set[tuple[str, int]]
) -> None:
    path = SAMPLES / f"{name}.zip"
    if not path.exists():
        pytest.skip(f"{path} is not there: packages of others are not part of this repository")
    report = load(engine, path)
    assert report.kind == kind
    assert {(refusal.file, refusal.line) for refusal in report.refusals} == refused
    assert all(refusal.reason for refusal in report.refusals)
    assert len(rows(engine, select(sis.Person.id))) == people
    assert len(rows(engine, select(sis.Section.id))) == sections
    again = load(engine, path)
    assert again.total(Outcome.CREATED) == again.total(Outcome.UPDATED) == 0
