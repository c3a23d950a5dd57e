"""Packages of changes as other systems write them: only what they name changes; what is gone ends or leaves."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, select

from provider.database import db
from provider.sis import models as sis
from provider.sis.importing import ImportReport, Outcome, import_path
from shared.oneroster.csv_tables import csv_tables
from shared.oneroster.versions import Version
from tests.provider.sis.packages import manifest, package

V1P1, V1P2 = Version.V1P1, Version.V1P2
TODAY = date(2027, 1, 10)
YESTERDAY = date(2027, 1, 9)


@pytest.fixture
def engine(provider_app: Flask) -> Engine:
    with provider_app.app_context():
        return db.engine


def load(engine: Engine, path: Path) -> ImportReport:
    report = import_path(engine, path, today=TODAY)
    assert report.refusals == []
    return report


def change(tmp_path: Path, version: Version, status: str, **rows: list[dict[str, str]]) -> Path:
    """A delta of rows given as values by header."""
    path = tmp_path / f"delta-{status}-{len(list(tmp_path.iterdir()))}"
    path.mkdir()
    (path / "manifest.csv").write_text(manifest(version, set(rows), "delta"))
    for name, found in rows.items():
        headers = [column.header for column in csv_tables(version)[name].columns]
        stamp = {"status": status, "dateLastModified": "2027-01-10T00:00:00.000Z"}
        lines = [",".join(f'"{(stamp | row).get(header, "")}"' for header in headers) for row in found]
        (path / f"{name}.csv").write_text("\n".join([",".join(headers), *lines, ""]))
    return path


def many(engine: Engine, *columns: Any) -> list[tuple[Any, ...]]:
    with engine.connect() as connection:
        return sorted((tuple(row) for row in connection.execute(select(*columns))), key=str)


BEN = {"sourcedId": "u-2", "enabledUser": "true", "username": "ben", "givenName": "Benedict", "familyName": "Okoro",
       "identifier": "E7"}  # fmt: skip


def test_a_user_whose_roles_have_not_changed_keeps_them(engine: Engine, tmp_path: Path) -> None:
    load(engine, package(tmp_path / "bulk.zip", V1P2))
    before = many(engine, sis.Assignment.id, sis.Assignment.title, sis.Assignment.end_date)
    load(engine, change(tmp_path, V1P2, "active", users=[BEN]))
    assert ("Benedict",) in many(engine, sis.Identity.first_name)
    assert many(engine, sis.Assignment.id, sis.Assignment.title, sis.Assignment.end_date) == before
    assert ("u-2", "E7") in many(engine, sis.Person.sourced_id, sis.Person.staff_number)


def test_roles_alone_change_and_end(engine: Engine, tmp_path: Path) -> None:
    load(engine, package(tmp_path / "bulk.zip", V1P2))
    role = {"sourcedId": "r-5", "userSourcedId": "u-2", "roleType": "primary", "role": "teacher", "orgSourcedId": "s-2"}
    assert load(engine, change(tmp_path, V1P2, "active", roles=[role])).total(Outcome.CREATED) == 1
    old = role | {"sourcedId": "r-3", "role": "counselor", "orgSourcedId": "s-1"}
    gone = change(tmp_path, V1P2, "tobedeleted", roles=[old])
    assert load(engine, gone).total(Outcome.UPDATED) == 1
    ended = many(engine, sis.Assignment.school_id, sis.Assignment.counselor, sis.Assignment.end_date)
    assert [row for row in ended if row[2]] == [(1, True, YESTERDAY)] and len(ended) == 3
    assert load(engine, gone).total(Outcome.UPDATED) == 0


def test_in_1_1_a_changed_row_names_all_schools_of_its_role(engine: Engine, tmp_path: Path) -> None:
    load(engine, package(tmp_path / "bulk.zip", V1P1))
    load(engine, change(tmp_path, V1P1, "active", users=[BEN | {"role": "teacher", "orgSourcedIds": "s-2"}]))
    assert (1, YESTERDAY) in many(engine, sis.Assignment.school_id, sis.Assignment.end_date)
    load(engine, change(tmp_path, V1P1, "active", users=[BEN | {"role": "teacher", "orgSourcedIds": "s-1,s-2"}]))
    assert (1, YESTERDAY) not in many(engine, sis.Assignment.school_id, sis.Assignment.end_date)


def test_a_student_who_is_to_be_deleted_has_left_yesterday_and_comes_back(engine: Engine, tmp_path: Path) -> None:
    load(engine, package(tmp_path / "bulk.zip", V1P1))
    ada = {"sourcedId": "u-1", "enabledUser": "true", "username": "ada", "givenName": "Ada", "familyName": "Byron",
           "identifier": "1001", "role": "student", "orgSourcedIds": "s-1", "grades": "10"}  # fmt: skip
    load(engine, change(tmp_path, V1P1, "tobedeleted", users=[ada]))
    assert many(engine, sis.Enrollment.end_date) == [(YESTERDAY,)]
    assert many(engine, sis.Relationship.id) == []
    load(engine, change(tmp_path, V1P1, "active", users=[ada | {"agentSourcedIds": "u-3"}]))
    assert many(engine, sis.Enrollment.end_date) == [(None,)]
    assert many(engine, sis.Relationship.guardian) == [(True,)]
    levels = select(sis.GradeLevel.name).join(sis.Enrollment, sis.Enrollment.grade_level_id == sis.GradeLevel.id)
    with engine.connect() as connection:
        assert connection.scalars(levels).all() == ["10"]


def test_a_school_that_is_to_be_deleted_is_no_longer_published(engine: Engine, tmp_path: Path) -> None:
    load(engine, package(tmp_path / "bulk.zip", V1P1))
    school = {"sourcedId": "s-2", "name": "Hill School", "type": "school", "identifier": "20", "parentSourcedId": "d-1"}
    for status, excluded in (("tobedeleted", True), ("active", False)):
        load(engine, change(tmp_path, V1P1, status, orgs=[school]))
        assert many(engine, sis.School.sourced_id, sis.School.external_lms_exclude)[1] == ("s-2", excluded)


def test_a_term_that_is_to_be_deleted_leaves_with_its_placements(engine: Engine, tmp_path: Path) -> None:
    load(engine, package(tmp_path / "bulk.zip", V1P1))
    term = {"sourcedId": "t-2", "title": "Spring", "type": "term", "startDate": "2027-01-01", "endDate": "2027-06-06",
            "parentSourcedId": "y-27", "schoolYear": "2027"}  # fmt: skip
    gone = change(tmp_path, V1P1, "tobedeleted", academicSessions=[term])
    assert load(engine, gone).total(Outcome.UPDATED) == 1
    assert many(engine, sis.Term.sourced_id) == [("t-1",)]
    assert {row[0] for row in many(engine, sis.SectionPlacement.term_id)} == {1}
    assert load(engine, gone).total(Outcome.SKIPPED) == 1


def test_a_class_that_changes_its_terms_leaves_the_others(engine: Engine, tmp_path: Path) -> None:
    load(engine, package(tmp_path / "bulk.zip", V1P1))
    algebra = {"sourcedId": "k-1", "title": "Algebra blue", "courseSourcedId": "c-1", "classCode": "ALG-1",
               "classType": "scheduled", "schoolSourcedId": "s-1", "termSourcedIds": "t-2", "periods": "2"}  # fmt: skip
    load(engine, change(tmp_path, V1P1, "active", classes=[algebra]))
    placed = many(engine, sis.SectionPlacement.section_id, sis.SectionPlacement.term_id, sis.SectionPlacement.period)
    assert [row for row in placed if row[0] == 1] == [(1, 2, "2")]
