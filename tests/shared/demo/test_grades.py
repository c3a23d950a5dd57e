"""The grade book of the demo's teacher: every kind of item, every state of a score, one due date that must be mended."""

import csv
from datetime import date, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

from consumer.platform.gradebook.csv_rows import read_row
from shared.demo.grades import gradebook_csv

USERNAMES = [f"student{number}" for number in range(25)]
#: The terms of the demo district's high school: first and last day as month and day, in the first year.
TERMS = (((8, 18), (10, 17)), ((10, 20), (12, 20)))


def rows(today: date = date(2026, 10, 5)) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(gradebook_csv(USERNAMES, today))))


def test_the_import_takes_every_row() -> None:
    for number, row in enumerate(rows(), start=2):
        _, errors = read_row(number, row, ZoneInfo("UTC"))
        assert errors == [], row


def test_it_has_items_of_every_kind_and_scores_of_every_state() -> None:
    items = [row for row in rows() if row["points"]]
    assert len(items) == 12 and {row["kind"] for row in items} == {"assignment", "assessment", "discussion"}
    points = {row["title"]: float(row["points"]) for row in items}
    scores = [row for row in rows() if row["username"]]
    assert {"ex", "mi", "sub"} <= {row["score"] for row in scores}
    assert any(row["score"].endswith(" late") for row in scores)
    assert any(row["score"].isdecimal() and float(row["score"]) > points[row["title"]] for row in scores)
    assert len(scores) < len(items) * len(USERNAMES), "some are not there yet"
    assert {row["title"] for row in scores} == set(points)


def test_one_due_date_lies_in_no_term_whenever_the_demo_is_started() -> None:
    for step in range(12):
        today = date(2026, 7, 1) + timedelta(days=31 * step)
        outside = [row["title"] for row in rows(today) if row["points"] and not in_a_term(row["due_date"])]
        assert outside == ["Worksheet 5: In the winter break"], today
        assert {row["due_date"][:4] for row in rows(today) if row["points"]} == {"2026"}


def in_a_term(day: str) -> bool:
    due = date.fromisoformat(day)
    return any(first <= (due.month, due.day) <= last for first, last in TERMS)
