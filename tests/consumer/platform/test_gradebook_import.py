"""`homeroom consumer gradebook`: grade books filled from CSV files, one bad row at a time, and listed."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from consumer.context import ConsumerContext
from consumer.gradebook_command import gradebook_command
from consumer.platform.gradebook.csv_rows import COLUMNS, read_row
from consumer.platform.models import (
    Account,
    AuditEntry,
    Course,
    Enrollment,
    GradeCategory,
    GradeItem,
    School,
    Score,
    Section,
    Setting,
)
from consumer.platform.models.columns import MANUAL

HEADER = "section,category,kind,title,points,due date,published,username,score,comment\n"
GOOD = (
    "Robotics 1,Homework,assignment,Worksheet 1,20,2026-09-25,yes,ada,17.5,well done\n"
    "Robotics 1,,,Worksheet 1,,,,ben,mi,\n"
    "Robotics 1,,,Worksheet 1,,,,CLEO,12 late,\n"
    "class-2,Tests,assessment,Quiz,50,2026-10-02T14:00,no,,,\n"
    "class-2,,discussion,Talk,5,,,,,\n"
    "Robotics 1,Projects,,,,,,,,\n"
)


class Platform:
    """Two sections of a course, Ada, Ben and Cleo in the first; Tess teaches both."""

    def __init__(self, app: Flask, values: Any, folder: Path) -> None:
        from consumer.database import db

        self.app, self.db, self._values, self._folder = app, db, values, folder
        with app.app_context():
            school = School(name="North School")
            db.session.add_all([school, Setting(name="time_zone", value="America/Chicago")])
            db.session.flush()
            course = Course(title="Robotics", code="ROB", code_key="rob", school_id=school.id)
            db.session.add(course)
            db.session.flush()
            self.first, self.second = (
                Section(course_id=course.id, school_id=school.id, name=name, sis_id=code)
                for name, code in (("Robotics 1", "class-1"), ("Robotics 2", "class-2"))
            )
            db.session.add_all([self.first, self.second])
            db.session.flush()
            self._enroll("tess", "admin", self.first, self.second)
            for name in ("ada", "ben", "cleo"):
                self._enroll(name, "member", self.first)
            self._enroll("dan", "member", self.second)
            self.sections = (self.first.id, self.second.id)
            db.session.commit()

    def _enroll(self, name: str, role: str, *sections: Section) -> None:
        account = Account(username=name, username_key=name, given_name=name.title(), given_key=name,
                          family_name="Example", family_key="example", role="student")  # fmt: skip
        self.db.session.add(account)
        self.db.session.flush()
        for section in sections:
            row = Enrollment(section_id=section.id, account_id=account.id, role=role, origin=MANUAL)
            self.db.session.add(row)

    def run(self, *words: str, stdin: str | None = None) -> Any:
        context = ConsumerContext(self._values, lambda _: self.app)
        return CliRunner().invoke(gradebook_command, words, input=stdin, obj=context)

    def load(self, rows: str, *options: str, header: str = HEADER) -> dict[str, Any]:
        """Import rows; the report of the file."""
        done = self.run("import", "-", "--json", *options, stdin=header + rows)
        (report,) = json.loads(done.stdout)
        assert done.exit_code == (1 if report["failed"] else 0)
        return report

    def listed(self, *words: str) -> Any:
        done = self.run("list", *words, "--json")
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    def count(self, model: Any) -> int:
        with self.app.app_context():
            return self.db.session.scalar(select(func.count()).select_from(model))

    def errors(self, rows: str) -> list[tuple[int, str, str]]:
        return [(error["line"], error["column"], error["reason"]) for error in self.load(rows)["errors"]]


@pytest.fixture
def platform(consumer_app: Flask, consumer_settings: Any, tmp_path: Path) -> Platform:
    return Platform(consumer_app, consumer_settings, tmp_path)


def test_categories_items_and_scores_are_made_and_a_second_import_changes_nothing(platform: Platform) -> None:
    report = platform.load(GOOD)
    assert {name: report[name] for name in ("categories", "items_created", "items_updated", "scores", "failed")} == {
        "categories": 3, "items_created": 3, "items_updated": 0, "scores": 3, "failed": 0,
    }  # fmt: skip
    with platform.app.app_context():
        session = platform.db.session
        items = {item.title: item for item in session.scalars(select(GradeItem))}
        sheet = items["Worksheet 1"]
        assert (sheet.points, sheet.kind, sheet.published) == (20, "assignment", True)
        assert sheet.due_at == datetime(2026, 9, 26, 4, 59, tzinfo=UTC), "the end of the day in the organisation"
        assert items["Quiz"].due_at == datetime(2026, 10, 2, 19, 0, tzinfo=UTC)
        assert (items["Talk"].kind, items["Talk"].due_at, items["Talk"].published) == ("discussion", None, False)
        names = dict(session.execute(select(Account.id, Account.username)).all())
        scores = {names[score.account_id]: score for score in session.scalars(select(Score))}
        assert (scores["ada"].points, scores["ada"].comment) == (17.5, "well done")
        assert scores["ben"].missing and (scores["cleo"].points, scores["cleo"].late) == (12, True)
        assert session.scalars(select(AuditEntry.action)).all() == ["import grades"]
    again = platform.load(GOOD)
    assert (again["unchanged"], again["categories"], again["items_created"], again["items_updated"], again["scores"]) \
        == (6, 0, 0, 0, 0)  # fmt: skip
    assert platform.count(AuditEntry) == 1


def test_a_blank_cell_leaves_what_is_stored_and_a_filled_one_changes_it(platform: Platform) -> None:
    platform.load(GOOD)
    report = platform.load("Robotics 1,,,worksheet 1,25,,,ada,ex,\n")
    assert (report["items_updated"], report["scores"]) == (1, 1)
    (sheet,) = (item for item in platform.listed("Robotics 1")["items"] if item["title"] == "Worksheet 1")
    assert (sheet["points"], sheet["category"], sheet["published"], sheet["scores"]) == (25, "Homework", True, 3)


def test_a_dry_run_tells_and_changes_nothing(platform: Platform) -> None:
    report = platform.load(GOOD, "--dry-run")
    assert (report["items_created"], report["scores"]) == (3, 3)
    assert [platform.count(model) for model in (GradeItem, GradeCategory, Score, AuditEntry)] == [0, 0, 0, 0]


#: A row, the column that is to blame, and why.
WRONG = [
    (",,,Essay,10,,,,,", "section", "is blank"),
    ("Robotics 9,,,Essay,10,,,,,", "section", "is neither"),
    ("Robotics 1,,,Essay,,,,,,", "points", "is blank, and a new item needs it"),
    ("Robotics 1,,,Essay,ten,,,,,", "points", "is no number"),
    ("Robotics 1,,,Essay,-1,,,,,", "points", "is no number"),
    ("Robotics 1,,,Essay,1.234,,,,,", "points", "at most two decimals"),
    ("Robotics 1,,exam,Essay,10,,,,,", "kind", "is none of assignment, assessment, discussion"),
    ("Robotics 1,,,Essay,10,25.09.2026,,,,", "due_date", "is no date"),
    ("Robotics 1,,,Essay,10,2026-02-30,,,,", "due_date", "is no date"),
    ("Robotics 1,,,Essay,10,,maybe,,,", "published", "is neither yes nor no"),
    ("Robotics 1,,,Essay,10,,,dan,5,", "username", "is no student of this section"),
    ("Robotics 1,,,Essay,10,,,tess,5,", "username", "is no student of this section"),
    ("Robotics 1,,,Essay,10,,,ada,A+,", "score", "type points"),
    ("Robotics 1,,,Essay,10,,,ada,ex mi,", "score", "either exempt or missing"),
    ("Robotics 1,,,Essay,10,,,,5,", "username", "is blank, and score is a student's"),
    ("Robotics 1,,,,10,,,,,", "title", "is blank, and points says something about an item"),
    ("Robotics 1,,,,,,,,,", "title", "is blank: a row names an item, or a category alone"),
    (f"Robotics 1,,,{'x' * 501},10,,,,,", "title", "is longer than 500 characters"),
    ("Robotics 1,,,Es\x01say,10,,,,,", "title", "holds a control character"),
    ("Robotics 1,,,Essay", "", "has 4 cells, the header has 10"),
]


def test_a_row_in_which_anything_is_wrong_is_left_out_whole(platform: Platform) -> None:
    lines = [row for row, _column, _reason in WRONG]
    report = platform.load("".join(f"{row}\n" for row in [*lines, "Robotics 1,,,Another,10,,,ada,5,"]))
    told = {error["line"]: (error["column"], error["reason"]) for error in report["errors"]}
    for line, (row, column, reason) in enumerate(WRONG, start=2):
        assert told[line][0] == column and reason in told[line][1], row
    assert len(report["errors"]) == report["failed"] == len(WRONG)
    assert (platform.count(GradeItem), platform.count(Score)) == (1, 1), "the good row goes on, bad ones leave nothing"


def test_rows_that_contradict_each_other_are_told_apart(platform: Platform) -> None:
    rows = "Robotics 1,Tests,,Essay,10,,,ada,5,\nRobotics 1,TESTS,,essay,20,,,ben,5,\n"
    assert platform.errors(rows) == [(3, "points", "is not what line 2 says of the same item")]


def test_names_that_several_things_have_are_not_guessed(platform: Platform) -> None:
    with platform.app.app_context():
        platform.db.session.get(Section, platform.sections[1]).name = "Robotics 1"
        head = platform.sections[0]
        for _ in range(2):
            item = GradeItem(section_id=head, title="Twin", points=1, created_at=datetime(2026, 9, 1, tzinfo=UTC))
            platform.db.session.add(item)
        platform.db.session.commit()
    (error,) = platform.errors("Robotics 1,,,Essay,10,,,,,\n")
    assert error[1:] == ("section", "is that of several sections: write the section school code instead")
    (error,) = platform.errors("class-1,,,Twin,10,,,,,\n")
    assert error[1] == "title" and "2 items" in error[2]


def test_linked_sections_share_what_a_file_says_of_either(platform: Platform) -> None:
    with platform.app.app_context():
        platform.db.session.get(Section, platform.sections[1]).linked_to_id = platform.sections[0]
        platform.db.session.commit()
    report = platform.load("class-1,,,Essay,10,,,ada,5,\nclass-2,,,Essay,10,,,dan,6,\n")
    assert (report["items_created"], report["scores"], report["failed"]) == (1, 2, 0)
    assert len(platform.listed("class-2")["students"]) == 4
    assert {line["shares"] for line in platform.listed("--teacher", "tess")} == {None, "Robotics 1"}


def test_the_book_of_a_section_that_the_sis_has_ended_stays_as_it_is(platform: Platform) -> None:
    """C-67."""
    with platform.app.app_context():
        platform.db.session.get(Section, platform.sections[0]).frozen = True
        platform.db.session.commit()
    (error,) = platform.errors("class-1,,,Essay,10,,,,,\n")
    assert error[1] == "section" and "ended in the SIS" in error[2]


def test_what_is_no_grade_book_is_refused_whole(platform: Platform) -> None:
    for text in ("", "a,b\n1,2\n", "section,points\nx,1\n"):
        done = platform.run("import", "-", stdin=text)
        assert done.exit_code == 1 and "first line" in done.output


def test_books_are_listed_with_what_is_in_them(platform: Platform) -> None:
    platform.load(GOOD)
    lines = {line["code"]: line for line in platform.listed()}
    assert (lines["class-1"]["students"], lines["class-1"]["items"], lines["class-1"]["scores"]) == (3, 1, 3)
    assert (lines["class-2"]["items"], lines["class-2"]["scores"]) == (2, 0)
    assert [line["section"] for line in platform.listed("--teacher", "Tess")] == ["Robotics 1", "Robotics 2"]
    assert platform.listed("--teacher", "ada") == []
    book = platform.listed("class-1")
    assert book["categories"] == ["Homework", "Projects"]
    assert [student["username"] for student in book["students"]] == ["ada", "ben", "cleo"]
    assert "Categories: Homework, Projects" in platform.run("list", "Robotics 1").output
    assert "Robotics" in platform.run("list").output
    assert platform.run("list", "nowhere").exit_code == 1


def test_several_files_are_imported_one_after_the_other(platform: Platform, tmp_path: Path) -> None:
    first, second = tmp_path / "1.csv", tmp_path / "2.csv"
    first.write_text(HEADER + "class-1,,,Essay,10,,,,,\n")
    second.write_text(HEADER + "class-1,,,Essay,,,,ada,8,\nclass-1,,,Essay,,,,nobody,8,\n")
    done = platform.run("import", str(first), str(second))
    assert done.exit_code == 1 and platform.count(Score) == 1
    assert f"{second}: line 3, column username: is no student of this section" in done.output


@settings(deadline=None)
@given(cells=st.dictionaries(st.sampled_from(COLUMNS), st.text(max_size=40)))
def test_whatever_a_row_holds_is_read_or_told(cells: dict[str, str]) -> None:
    said, errors = read_row(2, cells, ZoneInfo("America/Chicago"))
    assert errors or said.get("section")
    assert all(error.column in COLUMNS and error.reason for error in errors)
