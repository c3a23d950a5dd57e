"""Reading what is published: one record, or a page of a walk, as of one revision. Knows no HTTP."""

from array import array
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection

from provider.eligibility.edition import Edition
from provider.publishing.catalog import BuiltEdition
from provider.publishing.memory import Dates, Memory
from provider.publishing.positions import BLOCK, CHUNK, Extent
from provider.publishing.selecting import Asked, Selector, covers_everything, storable
from provider.publishing.sweeping import WALK_LIFETIME
from provider.publishing.texts import LIVE_SQL, Texts
from provider.publishing.walks import find_list, keep_list, keep_texts, pin, pinned, slice_list, texts_of
from shared.database import Readers, fetch
from shared.oneroster.filters import Node, render
from shared.oneroster.query import Query
from shared.oneroster.resources.model import Resource
from shared.oneroster.resources.operations import Operation
from shared.oneroster.resources.views import Every, Via, View, Whole, compile_view
from shared.oneroster.versions import Version

_decode = msgspec.json.Decoder().decode

_ONE = f"""SELECT since, tail FROM published_record
    WHERE collection_id = :collection AND sourced_id = :id AND {LIVE_SQL}"""  # noqa: S608

#: A request that began at the revision before has pinned it by then.
_UNDER_WAY = timedelta(minutes=3)


class NotPublished(Exception):
    """What is asked for has not been built for the edition of this connection yet: a refresh has to end first."""


class Page(NamedTuple):
    """A page: `pieces` are its records, a comma before each; `total` is X-Total-Count; `revision` belongs into Link.

    state    differs exactly when the collection that was asked for, as the caller sees it, does (real-clients 23)
    """

    pieces: list[bytes]
    total: int
    revision: int
    state: str


class Question(NamedTuple):
    """What is asked of a collection, and of which revision of it.

    changed  the revision of the last change of a collection that the answer is made from: it is the same for every
             revision since
    """

    asked: Asked
    mark: bytes
    revision: int
    changed: int
    state: str


def open_reading(
    memory: Memory, connection: Connection, traffic: Readers, edition: Edition, client: int, now: datetime
) -> "Reading":
    """A reading of the edition as it stands. Raises NotPublished."""
    built = memory.edition(connection, edition)
    if built is None or built.revision == 0:
        raise NotPublished
    return Reading(memory, connection, traffic, built, edition.version, client, now)


class Reading:
    """One edition at one revision, over a connection that reads. `client` is whose walks are kept (connection id)."""

    def __init__(
        self, memory: Memory, connection: Connection, traffic: Readers, built: BuiltEdition, version: Version,
        client: int, now: datetime,
    ) -> None:  # fmt: skip
        self._memory = memory
        self._connection = connection
        self._traffic = traffic
        self._built = built
        self._version = version
        self._client = client
        self._now = now

    @property
    def built(self) -> BuiltEdition:
        """The edition that is read, at its present revision."""
        return self._built

    def changed(self, *collections: str) -> int:
        """The revision of the last change of any of some collections: they have been the same at every one since."""
        return max(self._extent(name, self._built.revision).revision for name in collections)

    def one(self, resource: Resource, view: View, params: Mapping[str, str], sourced_id: str) -> bytes | None:
        """The text of a record if it belongs to the view, as of now; None when there is none. Raises NotPublished."""
        if not storable(sourced_id):
            return None
        revision = self._built.revision
        number = self._collection(resource.plural)
        rows = fetch(self._connection, _ONE, {"collection": number, "id": sourced_id, "at": revision})
        if not rows:
            self._extent(resource.plural, revision)
            return None
        since, tail = rows[0]
        text = self._dates(revision).heads[since] + tail
        if isinstance(view, Whole):
            return text
        belongs = compile_view(view, resource, self._version, params, lambda _: frozenset())
        return text if belongs(_decode(text)) else None

    def question(self, operation: Operation, params: Mapping[str, str], query: Query) -> Question:
        """What a query asks, and of which revision: nothing is read yet."""
        asked = Asked(operation.resource, operation.view, params, query.filter, query.sort, query.descending)
        mark = _mark(operation.operation_id, tuple(sorted(params.items())), asked.filter, asked.sort, asked.descending)
        revision = self._revision(query, mark)
        if covers_everything(asked.filter, asked.resource, self._version, self._dates(revision).wire):
            asked = replace(asked, filter=None)
        changed = max(self._extent(name, revision).revision for name in _sources(asked))
        return Question(asked, mark, revision, changed, f"{self._built.id}.{changed}")

    def begin(self, question: Question) -> None:
        """A walk over a question begins: its later pages are of the same revision (P-92)."""
        pin(self._traffic, self._client, question.mark, question.revision, self._now)

    def page(self, question: Question, query: Query) -> Page:
        """The page that a query asks for. A walk of more than one page begins with its first."""
        asked, revision = question.asked, question.revision
        number = self._collection(asked.resource.plural)
        extent = self._extent(asked.resource.plural, revision)
        texts = Texts(self._connection, number, extent, revision, self._dates(revision).heads)
        if asked.whole:
            total = extent.size
            pieces = texts.between(*extent.page(query.offset, query.limit))
        else:
            pieces, total = self._selected(question, texts, query)
        if query.offset == 0 and total > query.limit:
            self.begin(question)
        return Page(pieces, total, revision, question.state)

    def _selected(self, question: Question, texts: Texts, query: Query) -> tuple[list[bytes], int]:
        """The pieces of a page of a question, and how many records it has in all; kept when there is a later page."""
        asked = question.asked
        with self._traffic.connection() as traffic:
            kept = find_list(traffic, texts.collection_id, question.changed, question.mark, self._now)
            if kept is not None:
                pieces = texts_of(traffic, kept, query.offset, query.limit) if asked.sort else None
                if pieces is None:
                    pieces = texts.at(slice_list(traffic, kept, query.offset, query.limit))
                return pieces, kept.total
        selector = Selector(
            self._connection, self._version, texts.revision, self._built.collections,
            lambda name: self._extent(name, texts.revision), self._dates(texts.revision).wire,
        )  # fmt: skip
        positions = selector.positions(asked)
        if len(positions) > query.limit:
            self._keep(question, texts, positions)
        return texts.at(positions[query.offset : query.offset + query.limit].tolist()), len(positions)

    def _keep(self, question: Question, texts: Texts, positions: "array[int]") -> None:
        """Keep a list for later pages; a sorted one with its texts, for its records lie far apart."""
        kept = keep_list(
            self._traffic.engine, texts.collection_id, question.changed, question.mark, positions, self._now
        )
        if kept is None or question.asked.sort is None:
            return
        for start in range(0, len(positions), CHUNK):
            bodies = texts.blocks_of(positions[start : start + CHUNK].tolist())
            keep_texts(self._traffic.engine, kept, start // BLOCK, bodies)

    def _revision(self, query: Query, mark: bytes) -> int:
        """The revision that the walk belongs to: that of its Link, that of its first page, or the present one."""
        current = self._built.revision
        if query.offset == 0:
            return current
        if query.revision is not None:
            return query.revision if self._readable(query.revision) else current
        published = self._dates(current).at[current]
        if published <= self._now - WALK_LIFETIME or self._memory.settled(self._client, mark, current):
            return current  # Whoever still walks began at it.
        revision = pinned(self._traffic, self._client, mark, self._now)
        if revision is not None and revision < current:
            return revision
        # A walk that has begun at the present revision stays there, even when the first page of one that was given up
        # is answered late and pins the revision before.
        if revision == current or published <= self._now - _UNDER_WAY:
            self._memory.settle(self._client, mark, current)
        return current

    def _readable(self, revision: int) -> bool:
        """Whether the versions of a revision are still there: it was current less than a walk's lifetime ago."""
        if not 0 < revision <= self._built.revision:
            return False
        if revision == self._built.revision:
            return True
        ended = self._dates(self._built.revision).at[revision + 1]
        return ended > self._now - WALK_LIFETIME

    def _collection(self, name: str) -> int:
        """The number of a collection. Raises NotPublished for one that came after the edition was built: the next
        refresh brings it."""
        if name not in self._built.collections:
            raise NotPublished
        return self._built.collections[name]

    def _extent(self, name: str, revision: int) -> Extent:
        """The extent of a collection at a revision. Raises NotPublished when it had not been built then."""
        extent = self._memory.extent(self._connection, self._collection(name), revision)
        if extent.revision == 0:
            raise NotPublished
        return extent

    def _dates(self, revision: int) -> Dates:
        return self._memory.dates(self._connection, self._built.id, revision)


@lru_cache(maxsize=1_000)
def _mark(
    operation_id: str, params: tuple[tuple[str, str], ...], node: Node | None, sort: str | None, descending: bool
) -> bytes:
    """16 bytes that name a question, the same in every process."""
    words = [operation_id, *(f"{name}={value}" for name, value in params)]
    words.append("" if node is None else render(node))
    words.append(f"{sort or ''} {descending}")
    return blake2b("\x1f".join(words).encode(), digest_size=16).digest()


def _sources(asked: Asked) -> list[str]:
    """The collections that an answer is made from."""
    views = asked.view.views if isinstance(asked.view, Every) else (asked.view,)
    return [asked.resource.plural, *(view.collection for view in views if isinstance(view, Via))]
