"""Reads what a provider offers, whole, without storing it: an upgrade compares, and the sync pulls (C-84, C-85)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from consumer.client.caller import Client
from consumer.client.errors import ClientError
from consumer.client.records import (
    BadRecord,
    ClassRecord,
    CourseRecord,
    OrgRecord,
    SessionRecord,
    UserRecord,
    read_class,
    read_course,
    read_org,
    read_session,
    read_user,
)
from shared.oneroster.versions import Version

Record = TypeVar("Record", UserRecord, OrgRecord, SessionRecord, CourseRecord, ClassRecord)


class CannotRead(Exception):
    """The provider could not be read to the end; the message says why and what to do. Nothing may be concluded."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What a provider offers at present, active records only, by sourcedId. `unreadable`: users that make no sense."""

    version: Version
    users: dict[str, UserRecord]
    orgs: dict[str, OrgRecord]
    sessions: dict[str, SessionRecord]
    courses: dict[str, CourseRecord]
    classes: dict[str, ClassRecord]
    unreadable: int


def read_users(client: Client) -> tuple[dict[str, UserRecord], int]:
    """(active users by sourcedId, how many records could not be read). Raises CannotRead."""
    return _read(client, "users", read_user)


def read_offer(client: Client) -> Offer:
    """Everything that ids of a roster stand for, but enrollments: those follow from people and classes. Raises
    CannotRead.
    """
    users, unreadable = read_users(client)
    return Offer(
        client.target.version,
        users,
        _read(client, "orgs", read_org)[0],
        _read(client, "academicSessions", read_session)[0],
        _read(client, "courses", read_course)[0],
        _read(client, "classes", read_class)[0],
        unreadable,
    )


def _read(client: Client, collection: str, read: Callable[[bytes, Version], Record]) -> tuple[dict[str, Record], int]:
    found: dict[str, Record] = {}
    unreadable = 0
    walk = client.walk(collection)
    try:
        for page in walk:
            unreadable += len(page.broken)
            for raw in page.records:
                try:
                    record = read(raw.raw, client.target.version)
                except BadRecord:
                    unreadable += 1
                    continue
                if record.active:
                    found[record.sourced_id] = record
    except ClientError as error:
        raise CannotRead(f"{error}. {error.advice}") from error
    if not walk.complete:
        raise CannotRead(f"The {collection} could not be read to their end: try again")
    if not found:
        raise CannotRead(f"The provider sends no {collection}: ask the district whether its school year is active")
    return found, unreadable
