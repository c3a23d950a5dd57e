"""Reading the grade book: one record, or a page of a walk. Knows no HTTP.

A walk of more than one page keeps the list of its rows' ids: its later pages have the same records in the same order,
whatever is written meanwhile (P-92). A record that is deleted in mid-walk is shown as tobedeleted, so that no page
shrinks; bodies may be newer than the walk.
"""

from collections.abc import Mapping
from datetime import datetime
from hashlib import blake2b
from typing import NamedTuple

import orjson
from sqlalchemy import Connection

from provider.eligibility.edition import Edition
from provider.gradebook.lookups import fetch_among
from provider.gradebook.matching import Asked, Matcher, visible_rows
from provider.gradebook.records import Renderer
from provider.gradebook.references import References
from provider.gradebook.revisions import number_of
from provider.gradebook.rows import SOURCES, Row, Source
from provider.gradebook.visible import Visible
from provider.publishing.reading import Page, Reading
from provider.publishing.selecting import storable
from provider.publishing.walks import find_list, keep_list, pin, pinned, slice_list
from shared.database import Readers, fetch
from shared.oneroster.filters import render
from shared.oneroster.query import Query
from shared.oneroster.resources.gradebook import categories
from shared.oneroster.resources.model import Resource
from shared.oneroster.resources.operations import Operation

#: A walk's revision is that of what is published, followed by this many bits of the grade book's number.
_NUMBER_BITS = 31
_NUMBER = (1 << _NUMBER_BITS) - 1
#: Published collections that decide what is visible, and whose records are named.
_PUBLISHED = ("orgs", "academicSessions", "courses", "classes", "users")
#: The collections of the grade book whose changes can change a collection's list or its records. Who deletes or moves a
#: line item counts a change of its results, too.
_MADE_FROM: dict[str, tuple[str, ...]] = {
    "categories": ("categories",),
    "lineItems": ("lineItems", "scoreScales"),
    "results": ("results", "scoreScales"),
    "scoreScales": ("scoreScales",),
    "assessmentLineItems": ("assessmentLineItems", "scoreScales"),
    "assessmentResults": ("assessmentResults", "assessmentLineItems", "scoreScales"),
}


class Question(NamedTuple):
    """What is asked of a collection, and of which state of it.

    revision   of the walk: the last change of what is published, and the grade book's number
    state      a text that is another one whenever the answer may be
    """

    asked: Asked
    mark: bytes
    revision: int
    state: str


class _Part(NamedTuple):
    """The rows of a page, and how many there are in all."""

    rows: list[Row]
    total: int


class Gradebook:
    """The grade book as one connection sees it, over a database connection that reads; for one call.

    reading    the caller's edition;  client   who asks (connection id);  walker   whose walks are kept
    base_url   what a platform is given, everything before /ims/oneroster
    """

    def __init__(
        self, reading: Reading, edition: Edition, connection: Connection, traffic: Readers, client: int, base_url: str,
        now: datetime, walker: int,
    ) -> None:  # fmt: skip
        self._reading = reading
        self._edition = edition
        self._connection = connection
        self._traffic = traffic
        self._client = client
        self._walker = walker
        self._base_url = base_url
        self._now = now
        self._seen: dict[int, Visible] = {}

    def one(self, resource: Resource, sourced_id: str) -> bytes | None:
        """The text of a record; None when there is none, or none that can be seen."""
        visible = self._visible()
        row = self._row(SOURCES[resource.plural], sourced_id, visible)
        return None if row is None else orjson.dumps(self._renderer(visible).records([row])[0])

    def has(self, resource: Resource, sourced_id: str, class_sourced_id: str | None = None) -> bool:
        """Whether there is a record that can be seen, and of that class where one is named."""
        visible = self._visible()
        row = self._row(SOURCES[resource.plural], sourced_id, visible)
        if row is None or class_sourced_id is None:
            return row is not None
        return row.section_id is not None and row.section_id == visible.section_of(class_sourced_id)

    def question(self, operation: Operation, params: Mapping[str, str], query: Query) -> Question:
        """What a query asks, and of which state: nothing is read yet."""
        source = SOURCES[operation.resource.plural]
        asked = Asked(source, params, query.filter, query.sort, query.descending, self._client)
        mark = self._mark(operation, asked)
        revision = self._revision(asked, query, mark)
        return Question(asked, mark, revision, self._state(revision))

    def begin(self, question: Question) -> None:
        """A walk over a question begins: its later pages are of the same state (P-92)."""
        pin(self._traffic, self._walker, question.mark, question.revision, self._now)

    def page(self, question: Question, query: Query) -> Page:
        """The page that a query asks for. A walk of more than one page begins with its first."""
        part = self._kept(question, query)
        if part is None:
            # A walk whose list is no longer there goes on in the present state.
            present = self._present(question.asked)
            question = question._replace(revision=present, state=self._state(present))
            part = self._kept(question, query) or self._answered(question, query)
        if query.offset == 0 and part.total > query.limit:
            self.begin(question)
        source, visible = question.asked.source, self._visible(question.revision)
        records = self._renderer(visible).records(visible_rows(part.rows, source, visible))
        pieces = [b"," + orjson.dumps(records)[1:-1]] if records else []
        return Page(pieces, part.total, question.revision, question.state)

    def _kept(self, question: Question, query: Query) -> _Part | None:
        """The part that a query asks for of a list that is kept."""
        source = question.asked.source
        with self._traffic.connection() as traffic:
            kept = find_list(traffic, source.number, question.revision, question.mark, self._now)
            if kept is None:
                return None
            ids = slice_list(traffic, kept, query.offset, query.limit)
        return _Part(self._rows(source, ids), kept.total)

    def _answered(self, question: Question, query: Query) -> _Part:
        """The part of a list that is made now; kept when there is a later page."""
        source, visible = question.asked.source, self._visible(question.revision)
        answer = Matcher(self._connection, self._edition.version, visible, self._renderer(visible)).answer(
            question.asked
        )
        total = len(answer.ids)
        if total > query.limit:
            mine = keep_list(
                self._traffic.engine, source.number, question.revision, question.mark, answer.ids, self._now
            )
            # Where another process has just kept one of the same state, that one is every walk's.
            theirs = self._kept(question, query) if mine is None else None
            if theirs is not None:
                return theirs
        part = slice(query.offset, query.offset + query.limit)
        rows = self._rows(source, answer.ids[part].tolist()) if answer.rows is None else answer.rows[part]
        return _Part(rows, total)

    def _rows(self, source: Source, ids: list[int]) -> list[Row]:
        """The rows with some ids, in that order."""
        statement = f"SELECT {source.whole} FROM {source.tables} WHERE g.id {{among}}"  # noqa: S608
        found = {row[0]: row for row in fetch_among(self._connection, statement, ids)}
        return [source.row._make(found[number]) for number in ids if number in found]

    def _row(self, source: Source, sourced_id: str, visible: Visible) -> Row | None:
        """The row of a record that is there and can be seen."""
        if not storable(sourced_id):
            return None
        where = " AND ".join(filter(None, ("g.sourced_id = :id", "NOT g.deleted", source.condition)))
        statement = f"SELECT {source.whole} FROM {source.tables} WHERE {where}"  # noqa: S608
        rows = [source.row._make(row) for row in fetch(self._connection, statement, {"id": sourced_id})]
        return next(iter(visible_rows(rows, source, visible)), None)

    def _revision(self, asked: Asked, query: Query, mark: bytes) -> int:
        """The state that the walk belongs to: that of its Link, that of its first page, or the present one."""
        if query.offset == 0:
            return self._present(asked)
        if query.revision is not None:
            # A text of the client's own making names no state of ours.
            return query.revision if query.revision >> _NUMBER_BITS <= self._reading.built.revision else 0
        return pinned(self._traffic, self._walker, mark, self._now) or self._present(asked)

    def _present(self, asked: Asked) -> int:
        """The present state of a collection: the same until something changes that its records may be made from."""
        collections = _MADE_FROM[asked.source.resource.plural]
        if asked.source.resource is categories and asked.params:
            # Which categories a class uses.
            collections += ("lineItems",)
        number = number_of(self._connection, collections, self._edition.schools)
        return self._reading.changed(*_PUBLISHED) << _NUMBER_BITS | number

    def _state(self, revision: int) -> str:
        return f"{self._reading.built.id}.{revision >> _NUMBER_BITS}.{revision & _NUMBER}"

    def _mark(self, operation: Operation, asked: Asked) -> bytes:
        """16 bytes that name a question, the same in every process. Connections with the same edition ask the same, but
        for the categories of a class, which depend on who asks."""
        words = [operation.operation_id, str(self._reading.built.id)]
        words += [f"{name}={value}" for name, value in sorted(asked.params.items())]
        words.append("" if asked.filter is None else render(asked.filter))
        words.append(f"{asked.sort or ''} {asked.descending}")
        if operation.resource is categories:
            words.append(str(self._client))
        return blake2b("\x1f".join(words).encode(), digest_size=16).digest()

    def _visible(self, revision: int | None = None) -> Visible:
        """What could be seen at a walk's revision, or can be now."""
        published = self._reading.changed(*_PUBLISHED) if revision is None else revision >> _NUMBER_BITS
        if published not in self._seen:
            built = self._reading.built._replace(revision=published)
            self._seen[published] = Visible(self._edition.version, built, self._connection)
        return self._seen[published]

    def _renderer(self, visible: Visible) -> Renderer:
        version = self._edition.version
        return Renderer(self._connection, version, References(self._connection, version, visible, self._base_url))
