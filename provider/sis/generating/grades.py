"""Grade books of a synthetic district: for each section three categories, as many assignments as asked for, spread over
its terms, and a score of every student for each.
"""

from random import Random
from typing import NamedTuple

from provider.sis.generating.files import DistrictFiles

CATEGORIES = (("Classwork", 30), ("Homework", 20), ("Tests", 50))
#: Shares, one number per thousand.
NOT_HANDED_IN = 30
EXEMPT = 10


class GradedTerm(NamedTuple):
    """A term and the months, `Y0-09`, in which assignments are due."""

    id: int
    months: tuple[str, ...]


class GradeBooks:
    """Writes grade books, one call per section. Its chances are its own: rosters are the same with and without it."""

    def __init__(self, files: DistrictFiles, line_items: int, seed: int) -> None:
        self._files = files
        self._count = line_items
        self._random = Random(f"grades of {seed}")  # noqa: S311  (numbers for tests, no secret)
        if line_items:
            files.add("grading_task", "TERM", "Term Grade")

    def section(self, section: int, terms: tuple[GradedTerm, ...], students: list[int]) -> None:
        if not self._count:
            return
        files = self._files
        categories = [files.add("grade_category", section, name, weight) for name, weight in CATEGORIES]
        for number in range(self._count):
            term = terms[number * len(terms) // self._count]
            month = term.months[number % len(term.months)]
            day = 2 + 7 * number % 26
            item = files.add(
                "line_item", section, categories[number % 3], term.id, 1, f"Assignment {number + 1}",
                f"{month}-01T14:00:00Z", f"{month}-{day:02d}T22:00:00Z", 0, 100,
            )  # fmt: skip
            for student in students:
                self._score(item, student, f"{month}-{day + 1:02d}")

    def _score(self, item: int, student: int, day: str) -> None:
        chance = self._random.randrange(1000)
        if chance < EXEMPT:
            self._files.add("result", item, student, "exempt", "", day, "")
        elif chance < EXEMPT + NOT_HANDED_IN:
            self._files.add("result", item, student, "not submitted", "", day, 1)
        else:
            self._files.add("result", item, student, "fully graded", self._random.randrange(110, 201) / 2, day, "")
