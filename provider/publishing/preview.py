"""What a change that is not made yet would do to what is published, edition by edition. Nothing in the SIS is written.

A *hypothesis* is evaluated on facts in memory: the facts of the present, another active year or other values of some
rows; the same rules and the same rendering as those of a refresh, compared with what is published now. So a preview
also tells of edits that wait for their refresh.
"""

from dataclasses import dataclass

from provider.publishing.differences import DifferingRecord
from provider.publishing.hypotheses import ActiveYear, Hypothesis, Mark, NoSuchHypothesis, small

__all__ = [
    "ActiveYear",
    "CollectionPreview",
    "EditionPreview",
    "Hypothesis",
    "Mark",
    "NoSuchHypothesis",
    "Preview",
    "small",
]


@dataclass(frozen=True, slots=True)
class CollectionPreview:
    """What would change in one collection: how many records there are, are added, changed and removed, and some of
    them (all, for a preview within a request)."""

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
