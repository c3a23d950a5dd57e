"""What a readiness check is and what it finds, and the survey of a district that all checks share."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from functools import cached_property
from typing import NamedTuple

from provider.eligibility import dates, people, rows
from provider.eligibility.context import Context
from provider.eligibility.edition import Edition
from provider.eligibility.facts import Facts
from provider.eligibility.rule import Excluded, Where
from provider.eligibility.rules.users import ROLE_WORDS
from shared.oneroster.versions import Version

#: How much a check weighs: rostering answers are empty until it is mended; something is wrong or missing; somebody has
#: chosen this, and should know what it does.
BLOCKING, WARNING, NOTE = "blocking", "warning", "note"


class Found(NamedTuple):
    """A record of the SIS that a check found: table, id, and words that say which it is and what is the matter.

    mend   (table, id, column) of the value to change; None: the column of the check's `where`, from this record
    """

    table: str
    id: int
    text: str
    mend: tuple[str, int, str] | None = None


class ReadinessCheck(NamedTuple):
    """A check.

    name      in addresses and on the command line
    number    the rule that asks for it
    problem   what is wrong; why: what platforms see of it, and what that does
    where     where it is mended
    weight    BLOCKING, WARNING or NOTE
    """

    name: str
    number: str
    problem: str
    why: str
    find: "Callable[[Survey], Iterator[Found]]"
    where: Where
    weight: str = WARNING

    @property
    def blocking(self) -> bool:
        return self.weight == BLOCKING

    def place(self, found: Found) -> tuple[str, int, str]:
        """(table, id, column) of what to change; column "" for a record whose own form does not have the value."""
        if found.mend is not None:
            return found.mend
        table, _, column = self.where.column.split(",")[0].partition(".")
        return found.table, found.id, column if table == found.table else ""


class RosterPass(NamedTuple):
    """What one pass over the rosters tells: rows by section, and those of people who are not published in classes that
    are, or who have left while their row is open."""

    sizes: Counter[int]
    of_unpublished: tuple[rows.Roster, ...]


class Survey:
    """Whole facts with the decisions of both versions, each made once.

    The editions are those of connections that see all schools and get all data. `secondary_1p2`: a 1.2 connection
    publishes the secondary email address (P-62).
    """

    def __init__(self, facts: Facts, secondary_1p2: bool = False) -> None:
        self.facts = facts
        self.secondary_1p2 = secondary_1p2
        self.old = Context(facts, Edition(Version.V1P1))
        self.new = Context(facts, Edition(Version.V1P2))

    @cached_property
    def published(self) -> dict[int, tuple[str, ...]]:
        """The letters of the roles in which people are published in 1.2, by person; 1.1 publishes no others."""
        found = ((person_id, self.new.roles(person_id)) for person_id in self.facts.people)
        return {person_id: tuple(letter for letter, _ in roles) for person_id, roles in found if roles}

    @cached_property
    def sections(self) -> list[rows.Section]:
        """The sections that are published."""
        return [row for row in self.facts.sections.values() if self.new.published(self.new.section(row.id))]

    @cached_property
    def rosters(self) -> RosterPass:
        sizes: Counter[int] = Counter()
        held = []
        for row in self.facts.rosters():
            sizes[row.section_id] += 1
            if self.new.published(self.new.section(row.section_id)) and dates.not_past(row.end_date, self.facts.today):
                student = self.new.role(row.person_id, "s")
                if isinstance(student, Excluded) or self.new.gone(student):
                    held.append(row)
        return RosterPass(sizes, tuple(held))

    def current(self, start: date | None, end: date | None) -> bool:
        """Whether a range of days overlaps the school year and has not ended."""
        return dates.in_year(start, end, self.new.window) and dates.not_past(end, self.facts.today)

    def person(self, person_id: int) -> str:
        """A person in words: Ada Lake (student number 1001, person 17)."""
        row = self.facts.people.get(person_id)
        identity = people.identity(self.new, person_id)
        name = f"{identity.first_name} {identity.last_name}".strip() if identity else ""
        known = [f"student number {row.student_number}"] if row and row.student_number else []
        known += [f"staff number {row.staff_number}"] if row and row.staff_number and not known else []
        return f"{name or 'Without a name'} ({', '.join([*known, f'person {person_id}'])})"

    def section(self, section_id: int) -> str:
        """A section in words: section 7, 1001-1 Algebra."""
        row = self.facts.sections[section_id]
        course = self.facts.courses[row.course_id]
        return f"section {row.id}, {course.number}-{row.number} {row.name or course.name}"

    def school(self, school_id: int) -> str:
        row = self.facts.schools.get(school_id)
        return f"{row.name} ({row.number})" if row else f"school {school_id}"


_ROLES = ROLE_WORDS[Version.V1P2] | {"a": "non-teacher staff", "x": "system administrator"}


def roles_text(letters: tuple[str, ...]) -> str:
    """Roles in words: as student and guardian."""
    words = [_ROLES[letter] for letter in letters]
    return f"as {' and '.join(words)}"
