"""SIS ids and the sourcedIds of what grade book records name, both ways, by the rules of `publishing.records.ids`.

These functions know nothing of visibility (`provider.gradebook.visible`).
"""

import re
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from sqlalchemy import Connection

from provider.gradebook.lookups import fetch_among
from provider.publishing.records.ids import class_id, org_id, user_id
from provider.publishing.selecting import storable
from shared.oneroster.versions import Version

#: The letter of a student's 1.1 record (P-83).
STUDENT = "s"
_NUMBER = re.compile(r"[1-9][0-9]{0,9}", re.ASCII)
_LARGEST = 2**31 - 1

_SECTIONS = "SELECT id, sourced_id FROM section WHERE id {among}"
_IMPORTED_SECTIONS = "SELECT id, sourced_id FROM section WHERE sourced_id {among}"
_PEOPLE = "SELECT id, sourced_id, guid, imported_role FROM person WHERE id {among}"
_IMPORTED_PEOPLE = "SELECT id, sourced_id, guid, imported_role FROM person WHERE sourced_id {among}"
_PEOPLE_BY_GUID = "SELECT id, sourced_id, guid, imported_role FROM person WHERE guid {among}"
_SCHOOLS = "SELECT id, sourced_id, guid FROM school WHERE sourced_id {among}"
_SCHOOLS_BY_GUID = "SELECT id, sourced_id, guid FROM school WHERE guid {among}"


class _Section(NamedTuple):
    id: int
    sourced_id: str | None


class _Person(NamedTuple):
    id: int
    sourced_id: str | None
    guid: str
    imported_role: str | None


class _School(NamedTuple):
    id: int
    sourced_id: str | None
    guid: str


def class_ids(connection: Connection, sections: Collection[int]) -> dict[int, str]:
    """Class sourcedIds by section id."""
    rows = map(_Section._make, fetch_among(connection, _SECTIONS, sections))
    return {row.id: class_id(row) for row in rows}


def student_ids(connection: Connection, people: Collection[int], version: Version) -> dict[int, str]:
    """The user sourcedIds under which people are students, by person id."""
    rows = map(_Person._make, fetch_among(connection, _PEOPLE, people))
    return {row.id: user_id(row, STUDENT, version) for row in rows}


def sections_named(connection: Connection, class_sourced_ids: Iterable[str]) -> dict[str, int]:
    """Section ids by class sourcedId, of those there are."""
    wanted = set(filter(storable, class_sourced_ids))
    found = fetch_among(connection, _SECTIONS, list(_numbers(wanted)))
    found += fetch_among(connection, _IMPORTED_SECTIONS, wanted)
    named = {class_id(row): row.id for row in map(_Section._make, found)}
    return {sourced_id: named[sourced_id] for sourced_id in wanted & named.keys()}


def people_named(connection: Connection, user_sourced_ids: Iterable[str], version: Version) -> dict[str, int]:
    """Person ids by the sourcedId of the student's user record, of those there are."""
    wanted = set(filter(storable, user_sourced_ids))
    if version is Version.V1P1:
        numbers = _numbers(sourced_id[1:] for sourced_id in wanted if sourced_id.startswith(STUDENT))
        found = fetch_among(connection, _PEOPLE, list(numbers))
    else:
        found = fetch_among(connection, _PEOPLE_BY_GUID, wanted)
    found += fetch_among(connection, _IMPORTED_PEOPLE, wanted)
    named = {user_id(row, STUDENT, version): row.id for row in map(_Person._make, found)}
    return {sourced_id: named[sourced_id] for sourced_id in wanted & named.keys()}


def school_named(connection: Connection, org_sourced_id: str) -> int | None:
    """The id of the school with that sourcedId."""
    if not storable(org_sourced_id):
        return None
    found = fetch_among(connection, _SCHOOLS, [org_sourced_id])
    found += fetch_among(connection, _SCHOOLS_BY_GUID, [org_sourced_id])
    return next((row.id for row in map(_School._make, found) if org_id(row) == org_sourced_id), None)


def _numbers(texts: Iterable[str]) -> Iterator[int]:
    """Those texts that are row ids, as numbers."""
    return (int(text) for text in texts if _NUMBER.fullmatch(text) and int(text) <= _LARGEST)
