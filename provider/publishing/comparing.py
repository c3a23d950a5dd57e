"""What a refresh with some facts would change of an edition, found without writing anything.

The same projection and the same digests as those of a refresh, compared with the revision that readers see. Held
refreshes and previews are told by this.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Engine, select

from provider.eligibility.context import nowhere
from provider.eligibility.edition import Edition
from provider.eligibility.facts import Facts
from provider.eligibility.rule import ACTIVE, TOBEDELETED
from provider.publishing.catalog import BuiltEdition, extents_at, find_edition
from provider.publishing.differences import ADDED, CHANGED, MOST, REMOVED
from provider.publishing.latest import Live, all_live, live_of
from provider.publishing.models import PublishedRecord
from provider.publishing.project import Projected, project
from provider.publishing.rendering import digest, render
from provider.publishing.scope import ids_in_question, used_elsewhere
from provider.publishing.texts import LIVE, records_at
from provider.publishing.words import enrollment_words, words_of
from shared.database import chunks

#: Told what is being compared and how many records of it are done.
Tell = Callable[[str, int], None]

_PART = 1_000
#: In the place of what is published of a record that the projection has mentioned.
_SEEN = (-1, b"")
_decode = msgspec.json.Decoder().decode


class Differing(NamedTuple):
    """A record that would be added, changed or removed, and words for it; whether it would be there to be deleted."""

    what: str
    sourced_id: str
    words: str
    to_be_deleted: bool = False


@dataclass(slots=True)
class Comparison:
    """What would change in one collection: exact numbers, and the first MOST records of each kind, by their words."""

    collection: str
    before: int
    added: int = 0
    changed: int = 0
    removed: int = 0
    records: list[Differing] = field(default_factory=list)


def compare(
    engine: Engine, edition: Edition, facts: Facts, base_url: str, tell: Tell = lambda _name, _done: None
) -> Iterator[Comparison]:
    """What a refresh with these facts would change of an edition, collection by collection; with keyed facts of the
    records in question alone. An edition that was never built has everything added; keyed facts then tell nothing."""
    published = _Published(engine, edition, facts)
    if facts.wanted is not None and not published.built.revision:
        return
    for name, records in project(facts, edition, base_url, published.used_elsewhere()):
        yield _compare(published, name, records, tell)


class _Published:
    """An edition as readers see it, and what it calls its users and classes."""

    def __init__(self, engine: Engine, edition: Edition, facts: Facts) -> None:
        self.engine = engine
        self.edition = edition
        self._facts = facts
        with engine.connect() as connection:
            self.built = find_edition(connection, edition) or BuiltEdition(0, 0, {})
            extents = extents_at(connection, self.built.collections.values(), self.built.revision)
            self._asked = None
            if facts.wanted is not None and self.built.revision:
                self._asked = ids_in_question(connection, self.built, facts, edition)
        self._sizes = {name: extents[number].size for name, number in self.built.collections.items()}
        #: Words of users and classes that would be new or changed.
        self.named: dict[str, dict[str, str]] = {"users": {}, "classes": {}}

    def used_elsewhere(self) -> Callable[[int], bool]:
        keyed = self._facts.wanted is not None
        return used_elsewhere(self.engine, self.built, self._facts, self.edition) if keyed else nowhere

    def size(self, name: str) -> int:
        return self._sizes.get(name, 0)

    def live(self, name: str) -> Live:
        """What the projection answers for."""
        number = self.built.collections.get(name)
        if number is None:
            return {}
        with self.engine.connect() as connection:
            if self._asked is None:
                return all_live(connection, number, self.built.revision)
            return live_of(connection, number, self.built.revision, self._asked[name])

    def records(self, name: str, positions: Iterable[int]) -> Iterator[dict[str, Any]]:
        """Published records at some positions."""
        for some in chunks(positions, _PART):
            with self.engine.connect() as connection:
                found = records_at(connection, self.built.collections[name], some, self.built.revision)
            yield from (_decode(b"{" + tail) for _, _, tail in found)

    def words(self, name: str, sourced_ids: Iterable[str]) -> dict[str, str]:
        """What users or classes are called: as they would be, else as they are published."""
        known, number = dict(self.named[name]), self.built.collections.get(name)
        record = PublishedRecord
        asked = select(record.sourced_id, record.tail).where(record.collection_id == number, LIVE)
        for some in chunks(sorted(set(sourced_ids) - known.keys())) if number is not None else ():
            with self.engine.connect() as connection:
                found = connection.execute(asked.where(record.sourced_id.in_(some)), {"at": self.built.revision})
                known |= {sourced_id: words_of(name, _decode(b"{" + tail)) for sourced_id, tail in found}
        return known


def _compare(published: _Published, name: str, records: Iterable[Projected], tell: Tell) -> Comparison:
    live = published.live(name)
    numbers: Counter[str] = Counter()
    kept: list[_Kept] = []
    for done, some in enumerate(chunks(records, _PART)):
        tell(name, done * _PART)
        for record in some:
            there = live.get(record.sourced_id)
            if there is _SEEN:
                continue  # two records claim this sourcedId: the first has it
            live[record.sourced_id] = _SEEN
            if there is not None and there[1] == digest(render(record)):
                continue
            what = CHANGED if there else ADDED
            numbers[what] += 1
            words = words_of(name, record.rest)
            if name in published.named:
                published.named[name][record.sourced_id] = words
            if numbers[what] <= MOST:
                kept.append(_Kept.of(what, record.sourced_id, words, record.rest, record.status))
    gone = sorted(there[0] for there in live.values() if there is not _SEEN)
    for done, departed in enumerate(published.records(name, gone[:MOST])):
        if not done % _PART:
            tell(name, done)
        kept.append(_Kept.of(REMOVED, departed["sourcedId"], words_of(name, departed), departed))
    found = sorted(_named(published, name, kept), key=lambda one: (one.what, one.words.casefold(), one.sourced_id))
    return Comparison(name, published.size(name), numbers[ADDED], numbers[CHANGED], len(gone), found)


class _Kept(NamedTuple):
    """A differing record, and of an enrollment its user and its class, whose names are looked up for all at once."""

    what: str
    sourced_id: str
    words: str
    user: str
    class_: str
    status: str

    @classmethod
    def of(cls, what: str, sourced_id: str, words: str, record: dict[str, Any], status: str = ACTIVE) -> "_Kept":
        if "class" not in record:
            return cls(what, sourced_id, words, "", "", status)
        return cls(what, sourced_id, "", record["user"]["sourcedId"], record["class"]["sourcedId"], status)


def _named(published: _Published, name: str, kept: list[_Kept]) -> Iterator[Differing]:
    users = published.words("users", {one.user for one in kept if one.user})
    classes = published.words("classes", {one.class_ for one in kept if one.class_})
    for one in kept:
        words = one.words
        if name == "enrollments":
            words = enrollment_words(users.get(one.user, ""), classes.get(one.class_, ""))
        yield Differing(one.what, one.sourced_id, words, to_be_deleted=one.status == TOBEDELETED)
