"""The sourcedId of every record (P-83, P-83a): stable, never reused, the same for every connection (P-83b).

A sourcedId that came in goes out again; else the id is made from the row's own number or GUID.
"""

import hashlib
import uuid
from typing import Protocol

from provider.eligibility import rows
from shared.oneroster.versions import Version

#: The letters of a person's 1.1 records, in order (P-82, P-83).
RECORD_LETTERS = ("s", "t", "a", "g", "r")


class Numbered(Protocol):
    """A row that is known by its own number unless it came in with a sourcedId."""

    @property
    def id(self) -> int: ...
    @property
    def sourced_id(self) -> str | None: ...


class Named(Numbered, Protocol):
    """A row that has a GUID."""

    @property
    def guid(self) -> str: ...


class Dated(Named, Protocol):
    """A term: `grading_period_sourced_id` is what its gradingPeriod came in with."""

    @property
    def grading_period_sourced_id(self) -> str | None: ...


class Known(Named, Protocol):
    """A person: `imported_role` is the 1.1 role letter that the sourcedId came in with."""

    @property
    def imported_role(self) -> str | None: ...


def org_id(row: Named) -> str:
    """Orgs and the schoolYear session: the GUID in both versions (P-83a names no 1.1 form)."""
    return row.sourced_id or row.guid


def term_id(row: Named, version: Version) -> str:
    return row.sourced_id or (str(row.id) if version is Version.V1P1 else row.guid)


def grading_period_id(row: Dated, version: Version) -> str:
    """The id of the gradingPeriod that is derived from a term (P-56): the one that came in with it (P-83b), else made
    from the term's, so that it stays."""
    if row.grading_period_sourced_id:
        return row.grading_period_sourced_id
    if version is Version.V1P1:
        return f"gp{row.id}"
    digest = hashlib.sha256(f"gradingPeriod {row.guid}".encode()).digest()
    return str(uuid.UUID(bytes=digest[:16], version=4))


def course_id(row: Numbered) -> str:
    return row.sourced_id or str(row.id)


def class_id(row: Numbered) -> str:
    return row.sourced_id or str(row.id)


def resource_id(row: Numbered) -> str:
    """As of courses and classes: its own number (P-83a names no form)."""
    return row.sourced_id or str(row.id)


def roster_id(row: rows.Roster) -> str:
    return row.sourced_id or f"s{row.id}"


def staff_id(row: rows.SectionStaff) -> str:
    return row.sourced_id or f"t{row.id}"


def user_id(row: Known, letter: str, version: Version) -> str:
    """1.1: role letter and person id, but for the record that came in with an id. 1.2: one id a person (P-82, P-83)."""
    if version is Version.V1P2:
        return row.sourced_id or row.guid
    if row.sourced_id and row.imported_role == letter:
        return row.sourced_id
    return f"{letter}{row.id}"


def legacy_id(row: rows.Person) -> str:
    """`ic.legacySourcedId`: the 1.1 id without its letter (P-83); for people who came in with an id, that id."""
    return row.sourced_id or str(row.id)


def demographics_id(row: rows.Person) -> str:
    """The person's GUID in both versions (P-83a); in 1.2 that is also the user's id, as the standard asks."""
    return row.sourced_id or row.guid


def every_user_id(person_id: int, row: rows.Person | None, version: Version) -> set[str]:
    """Every sourcedId that a record of this person can have or have had in `version`."""
    letters = {f"{letter}{person_id}" for letter in RECORD_LETTERS} if version is Version.V1P1 else set()
    if row is None:
        return letters
    return letters | {user_id(row, letter, version) for letter in RECORD_LETTERS}
