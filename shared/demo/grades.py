"""What the demo's teacher has in the grade book: a CSV file for `homeroom consumer gradebook import`. Pure."""

import csv
from collections.abc import Iterator, Sequence
from datetime import date
from io import StringIO
from typing import NamedTuple

#: The teacher of the demo district who has it, and the section that it is for.
TEACHER = "gail.gradebook"
SECTION = "Computer Science 1 (CASE-CS-1)"

_HEADER = ("section", "category", "kind", "title", "points", "due_date", "published", "username", "score", "comment")
_HOMEWORK, _TESTS, _PROJECTS = "Homework", "Tests", "Projects"


class _Item(NamedTuple):
    """An item; `due` is month and day in the year in which the school year begins."""

    category: str
    kind: str
    title: str
    points: int
    due: tuple[int, int]


_ITEMS = (
    _Item(_HOMEWORK, "assignment", "Worksheet 1: Variables", 20, (9, 4)),
    _Item(_HOMEWORK, "assignment", "Worksheet 2: Conditions", 20, (9, 11)),
    _Item(_HOMEWORK, "assignment", "Worksheet 3: Loops", 20, (9, 18)),
    _Item(_TESTS, "assessment", "Quiz 1", 25, (9, 25)),
    _Item(_HOMEWORK, "discussion", "Discussion: What may a program decide?", 10, (10, 2)),
    _Item(_PROJECTS, "assignment", "Project: A calculator", 100, (10, 9)),
    _Item(_TESTS, "assessment", "Test 1", 50, (10, 16)),
    _Item(_HOMEWORK, "assignment", "Worksheet 4: Lists", 20, (11, 6)),
    _Item(_HOMEWORK, "discussion", "Discussion: The worst bug so far", 10, (11, 13)),
    _Item(_TESTS, "assessment", "Quiz 2", 25, (11, 20)),
    _Item(_PROJECTS, "assignment", "Project: A game", 100, (12, 11)),
    # Between the terms of the demo district: it cannot be sent before its due date is mended (C-133).
    _Item(_HOMEWORK, "assignment", "Worksheet 5: In the winter break", 20, (12, 28)),
)  # fmt: skip
_COMMENTS = {"ex": "Was on the school trip", "mi": "Please hand it in", "sub": ""}


def gradebook_csv(usernames: Sequence[str], today: date) -> str:
    """The file: every item, and a score of some state for each student (username) and item, always the same ones.

    `today` decides the school year, which begins in July as in the demo district.
    """
    year = today.year if today.month >= 7 else today.year - 1
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_HEADER)
    for place, item in enumerate(_ITEMS):
        due = date(year, *item.due).isoformat()
        head = (SECTION, item.category, item.kind, item.title, item.points, due, "yes")
        writer.writerow((*head, "", "", ""))
        for username, score, comment in _scores(place, item.points, usernames):
            writer.writerow((SECTION, "", "", item.title, "", "", "", username, score, comment))
    return out.getvalue()


def _scores(place: int, points: int, usernames: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """(username, score as it is typed, comment): of twenty-four one each is exempt, missing, late, handed in but not
    graded, extra credit, and not there yet."""
    for row, username in enumerate(usernames):
        state = (7 * row + 5 * place) % 24
        graded = f"{points * (60 + (row * 13 + place * 29) % 41) / 100:g}"
        score = {0: "ex", 1: "mi", 2: f"{graded} late", 3: "sub", 4: f"{points + 2}", 5: ""}.get(state, graded)
        if score:
            yield username, score, _COMMENTS.get(score, "Beyond what was asked" if state == 4 else "")
