"""What a change that is not made yet would do to what is published, edition by edition. Nothing in the SIS is written.

A *hypothesis* is evaluated on facts in memory: the facts of the present, those of another active year, or other values
of some rows; the same rules and the same rendering as those of a refresh, compared with what is published now. So a
preview also tells of edits that wait for their refresh.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Engine

from provider.eligibility.edition import Edition
from provider.eligibility.facts import Facts, Keys
from provider.publishing.comparing import Comparison, Tell, compare
from provider.publishing.differences import DifferingRecord, Source
from provider.publishing.garbage import no_garbage_runs
from provider.publishing.hypotheses import ActiveYear, Hypothesis, Mark, NoSuchHypothesis, small, supposing, year_of
from provider.publishing.keeping import described, keep
from provider.publishing.load import load_facts
from shared.database import snapshot

__all__ = [
    "ActiveYear",
    "CollectionPreview",
    "EditionPreview",
    "Hypothesis",
    "Mark",
    "NoSuchHypothesis",
    "Preview",
    "preview",
    "preview_into",
    "small",
]


@dataclass(frozen=True, slots=True)
class CollectionPreview:
    """What would change in one collection: how many records there are, are added, changed and removed; and these
    records, where they are few (a preview within a request)."""

    collection: str
    before: int
    added: int
    changed: int
    removed: int
    records: tuple[DifferingRecord, ...] = ()

    @property
    def empty(self) -> bool:
        return not (self.added or self.changed or self.removed)


@dataclass(frozen=True, slots=True)
class EditionPreview:
    """What would change in an edition (its key), by collection; the names of the enabled connections that read it."""

    edition: str
    connections: tuple[str, ...]
    collections: tuple[CollectionPreview, ...]

    @property
    def empty(self) -> bool:
        return all(one.empty for one in self.collections)


@dataclass(frozen=True, slots=True)
class Preview:
    """What would change, by edition."""

    editions: tuple[EditionPreview, ...]

    @property
    def empty(self) -> bool:
        return all(one.empty for one in self.editions)


#: The editions that enabled connections read, with the names of these connections.
Readers = Mapping[Edition, tuple[str, ...]]


def preview(
    engine: Engine, readers: Readers, base_url: str, today: date, hypothesis: Hypothesis, keys: Keys
) -> Preview:
    """The preview of a hypothesis that concerns few records: those of `keys` (`small`), all of them with words."""
    facts = _facts(engine, today, hypothesis, keys)

    def of(edition: Edition) -> Iterator[CollectionPreview]:
        for found in compare(engine, edition, facts, base_url):
            yield _numbers(found, described(engine, found, edition.version))

    return Preview(tuple(EditionPreview(one.key, names, tuple(of(one))) for one, names in readers.items()))


def preview_into(
    engine: Engine, source: Source, readers: Readers, base_url: str, today: date, hypothesis: Hypothesis, tell: Tell
) -> Preview:
    """The preview of any hypothesis: its numbers; the records are kept under `source`."""
    with no_garbage_runs():
        facts = _facts(engine, today, hypothesis)

        def of(edition: Edition) -> Iterator[CollectionPreview]:
            for found in compare(engine, edition, facts, base_url, tell):
                keep(engine, source, edition, found)
                yield _numbers(found)

        return Preview(tuple(EditionPreview(one.key, names, tuple(of(one))) for one, names in readers.items()))


def _facts(engine: Engine, today: date, hypothesis: Hypothesis, keys: Keys | None = None) -> Facts:
    """Raises NoSuchHypothesis."""
    with snapshot(engine) as session:
        try:
            facts = load_facts(session, today, keys, year_of(hypothesis))
        except KeyError:
            raise NoSuchHypothesis(f"There is no school year {year_of(hypothesis)} (any more)") from None
    return supposing(facts, hypothesis)


def _numbers(found: Comparison, records: Iterable[DifferingRecord] = ()) -> CollectionPreview:
    return CollectionPreview(found.collection, found.before, found.added, found.changed, found.removed, tuple(records))
