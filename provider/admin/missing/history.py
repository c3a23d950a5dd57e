"""The history of a person as one time line, from several sources.

A source is a row of `SOURCES`: what it is called, and what reads its newest events of a person.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

import orjson
from flask import url_for
from sqlalchemy import Connection as Database
from sqlalchemy import select
from sqlalchemy.orm import Session

from provider.access.connections import list_connections
from provider.access.models import Connection, RequestLog
from provider.access.user_tables import AuditAbout, AuditEntry
from provider.eligibility import rows
from provider.publishing.catalog import dates_of, find_edition
from provider.publishing.models import PublishedRecord
from provider.publishing.records.ids import demographics_id, every_user_id
from provider.sis.models import LineItem, Result
from shared.database import chunks
from shared.oneroster.versions import Version

#: Events of a source that are read, the newest of them.
MOST = 200


class Event(NamedTuple):
    """Something that happened: what in a few words, more of it line by line, where it is shown; "" for nowhere."""

    at: datetime
    words: str
    more: tuple[str, ...] = ()
    address: str = ""


class Source(NamedTuple):
    """Where events come from. `name` stands in addresses."""

    name: str
    words: str
    read: Callable[[Session, rows.Person], Iterable[Event]]


class Told(NamedTuple):
    """An event with its source."""

    event: Event
    source: Source


def history(session: Session, person: rows.Person, only: str = "") -> list[Told]:
    """The events of a person, of all sources or of the one that is named, the newest first."""
    told = [
        Told(event, source) for source in SOURCES if only in ("", source.name) for event in source.read(session, person)
    ]
    return sorted(told, key=lambda one: one.event.at, reverse=True)


def _edits(session: Session, person: rows.Person) -> Iterator[Event]:
    """Changes that people made, on pages and by commands."""
    about = select(AuditAbout.entry_id).where(AuditAbout.kind == "person", AuditAbout.key == person.id)
    query = select(AuditEntry).where(AuditEntry.id.in_(about)).order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
    for entry in session.scalars(query.limit(MOST)):
        by = entry.who or "the program"
        yield Event(entry.at, f"{entry.action}, {entry.subject}, by {by}", tuple(_changed(entry)))


def _changed(entry: AuditEntry) -> Iterator[str]:
    """Column: value before → value after."""
    before = orjson.loads(entry.before) if entry.before else {}
    after = orjson.loads(entry.after) if entry.after else {}
    for name in sorted({*before, *after}):
        if before.get(name) != after.get(name):
            yield f"{name}: {_shown(before.get(name))} → {_shown(after.get(name))}"


def _shown(value: Any) -> str:
    return "nothing" if value in (None, "") else str(value)


def _ids(person: rows.Person) -> set[str]:
    """Every sourcedId that a record of the person can have."""
    found = {demographics_id(person)}
    for version in Version:
        found |= every_user_id(person.id, person, version)
    return found


def _refreshes(session: Session, person: rows.Person) -> Iterator[Event]:
    """Refreshes that changed a published record of the person, as far as versions of it are still kept. What several
    connections see of one refresh is one event."""
    ids = _ids(person)
    seen: dict[tuple[datetime, str, str], list[str]] = {}
    for row in list_connections(session):
        for at, words in _published(session.connection(), row, ids):
            seen.setdefault((at, words, row.version), []).append(row.name)
    for (at, words, version), names in seen.items():
        yield Event(at, words, (f"OneRoster {version}, as seen by {', '.join(names)}",))


def _published(database: Database, row: Connection, ids: set[str]) -> Iterator[tuple[datetime, str]]:
    """When each version of the records came for a connection, and when one ended that nothing followed."""
    built = find_edition(database, row.edition())
    if built is None:
        return
    names = {built.collections[name]: name for name in ("users", "demographics") if name in built.collections}
    versions = database.execute(
        select(PublishedRecord.collection_id, PublishedRecord.sourced_id, PublishedRecord.since,
               PublishedRecord.until, PublishedRecord.status)
        .where(PublishedRecord.collection_id.in_(names), PublishedRecord.sourced_id.in_(ids))
    ).all()  # fmt: skip
    numbers = {number for one in versions for number in (one.since, one.until) if number}
    dates = dates_of(database, built.id, {number for number in numbers if number <= built.revision})
    begun = {(one.collection_id, one.sourced_id, one.since) for one in versions}
    for one in versions:
        what = f"{names[one.collection_id]} {one.sourced_id}"
        if one.since in dates:
            yield dates[one.since], f"A refresh published {what} ({one.status})"
        if one.until in dates and (one.collection_id, one.sourced_id, one.until) not in begun:
            yield dates[one.until], f"A refresh took {what} away"


def _grades(session: Session, person: rows.Person) -> Iterator[Event]:
    """Scores as they were written last."""
    query = (
        select(Result, LineItem.title, LineItem.section_id, Connection.name)
        .join(LineItem, LineItem.id == Result.line_item_id)
        .outerjoin(Connection, Connection.id == Result.connection_id)
        .where(Result.person_id == person.id)
        .order_by(Result.modified_at.desc(), Result.id.desc())
        .limit(MOST)
    )
    for result, title, section_id, platform in session.execute(query):
        score = result.text_score or ("no score" if result.score is None else f"{result.score:g}")
        words = f"{'Removed' if result.deleted else 'Wrote'} {score} for {title}"
        address = url_for("gradebook.show", section_id=section_id)
        yield Event(result.modified_at, f"{words}, by {platform or 'the district'}", (), address)


def _requests(session: Session, person: rows.Person) -> Iterator[Event]:
    """Calls of platforms whose path names the person; reads of whole collections are not among them."""
    names = {one.id: one.name for one in list_connections(session)}
    for ids in chunks(sorted(_ids(person))):
        query = select(RequestLog).where(RequestLog.objects.in_(ids)).order_by(RequestLog.at.desc()).limit(MOST)
        for call in session.scalars(query):
            name = names.get(call.connection_id or 0, "somebody who was not let in")
            records = "" if call.count is None else f", {call.count:,} records"
            yield Event(call.at, f"{name} asked: {call.operation} {call.objects}, answer {call.status}{records}")


SOURCES: tuple[Source, ...] = (
    Source("edits", "Edits", _edits),
    Source("refreshes", "Refreshes", _refreshes),
    Source("grades", "Grades", _grades),
    Source("requests", "Requests", _requests),
)
