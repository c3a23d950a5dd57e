"""The administrator's choices for one connection, as plain values (C-25 … C-45, C-59, C-63, C-64, C-66, C-86)."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class Kind(StrEnum):
    """What a school can be ticked for (C-38, C-59, C-64)."""

    USERS = "users"
    COURSES = "courses"
    SECTIONS = "sections"


class Group(StrEnum):
    """The SIS roles that are shown (C-39), in the order in which one of several decides (C-49)."""

    ADMINISTRATOR = "Administrator"
    STAFF = "Staff"
    STUDENT = "Student"
    GUARDIAN = "Guardian"


class SectionName(StrEnum):
    """How a section is called (C-66)."""

    TITLE = "title"
    CODE = "code"
    TITLE_CODE = "title and code"
    PERIOD_TEACHER = "period and teacher"


#: What a role group becomes when nobody chose: Do Not Sync (C-40).
DO_NOT_SYNC = None


@dataclass(frozen=True, slots=True)
class SchoolChoice:
    """A SIS org is mapped to platform school `school_id`; `number` is the SIS's own number of the school."""

    school_id: int
    name: str
    number: str
    ticked: frozenset[Kind] = frozenset(Kind)


@dataclass(frozen=True, slots=True)
class TermChoice:
    """A SIS session is mapped to a grading period, whose dates (inclusive) are given."""

    grading_period_id: int
    start: date
    end: date


@dataclass(frozen=True, slots=True)
class Options:
    """Settings of the sync and of its safety stop (C-86): shares are fractions, floors numbers of enrollments."""

    section_name: SectionName = SectionName.TITLE_CODE
    courses_without_sections: bool = True
    school_share: float = 0.10
    school_floor: int = 20
    section_share: float = 0.5
    section_floor: int = 5


@dataclass(frozen=True, slots=True)
class Choices:
    """Everything chosen: by org sourcedId, by session sourcedId, by (org sourcedId, group).

    years    the end year of every session offered, by sourcedId; `active_year` is the one that is synced (C-19)
    """

    active_year: int
    schools: Mapping[str, SchoolChoice] = field(default_factory=dict)
    terms: Mapping[str, TermChoice] = field(default_factory=dict)
    roles: Mapping[tuple[str, Group], str] = field(default_factory=dict)
    years: Mapping[str, int] = field(default_factory=dict)
    options: Options = field(default_factory=Options)

    def ready(self) -> bool:
        """At least one school and one term are mapped (C-14)."""
        return bool(self.schools) and bool(self.terms)

    def digest(self) -> str:
        """16 hex digits, equal as long as nothing was chosen differently."""
        said = (
            self.active_year,
            sorted((k, v.school_id, v.name, v.number, sorted(v.ticked)) for k, v in self.schools.items()),
            sorted((k, v.grading_period_id, str(v.start), str(v.end)) for k, v in self.terms.items()),
            sorted((*k, v) for k, v in self.roles.items()),
            sorted(self.years.items()),
            self.options,
        )
        return hashlib.blake2b(repr(said).encode(), digest_size=8).hexdigest()
