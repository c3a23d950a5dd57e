"""Rostering records in one neutral shape for both versions: what the mapping works on. Values only, no reading.

`sourced_id` and every reference are sourcedIds as the provider gave them. `active` is False for a record that is to
be deleted. Dates are as the standard means them: begin and start belong to the time, end does not: it is the first
day after.
"""

from datetime import date

from msgspec import Struct


class BadRecord(ValueError):
    """A record that cannot be used: `field` is the JSON path ("user.sourcedId"), `why` says what is wrong."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(f"{field} {why}")
        self.field = field
        self.why = why


class OrgRecord(Struct, frozen=True, gc=False):
    """A school, district or other org. `parent` is an org's sourcedId."""

    sourced_id: str
    active: bool
    name: str
    type: str
    identifier: str | None
    parent: str | None


class SessionRecord(Struct, frozen=True, gc=False):
    """A school year, term or grading period. `school_year` is the year in which it ends."""

    sourced_id: str
    active: bool
    title: str
    type: str
    start: date | None
    end: date | None
    parent: str | None
    school_year: int | None


class CourseRecord(Struct, frozen=True, gc=False):
    """A course. `org` and `school_year` are sourcedIds, of an org and of an academic session."""

    sourced_id: str
    active: bool
    title: str
    code: str | None
    org: str | None
    school_year: str | None
    grades: tuple[str, ...]
    subjects: tuple[str, ...]


class ClassRecord(Struct, frozen=True, gc=False):
    """A class (section). `course`, `school` and `terms` are sourcedIds."""

    sourced_id: str
    active: bool
    title: str
    code: str | None
    type: str | None
    location: str | None
    course: str
    school: str
    terms: tuple[str, ...]
    periods: tuple[str, ...]
    grades: tuple[str, ...]
    subjects: tuple[str, ...]


class RoleRecord(Struct, frozen=True, gc=False):
    """A role of a user in an org. Of a 1.1 user the role in the first org is the primary one (C-48)."""

    role: str
    org: str
    primary: bool
    begin: date | None
    end: date | None


class UserRecord(Struct, frozen=True, gc=False):
    """A person. `roles` are in the order in which they came; `agents` are the sourcedIds of related users.

    preferred_first_name   only from 1.2 (C-52)
    legacy_id              the 1.1 id without its letter, from a 1.2 provider's metadata (C-101)
    """

    sourced_id: str
    active: bool
    username: str | None
    email: str | None
    given_name: str
    family_name: str
    middle_name: str | None
    preferred_first_name: str | None
    enabled: bool
    identifier: str | None
    roles: tuple[RoleRecord, ...]
    primary_org: str | None
    agents: tuple[str, ...]
    grades: tuple[str, ...]
    legacy_id: str | None


class EnrollmentRecord(Struct, frozen=True, gc=False):
    """A person in a class. `user`, `class_id` and `school` are sourcedIds."""

    sourced_id: str
    active: bool
    user: str
    class_id: str
    school: str | None
    role: str
    primary: bool
    begin: date | None
    end: date | None
