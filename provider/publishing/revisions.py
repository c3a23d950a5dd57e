"""The turn from one revision to the next: what a build changes, and the one short transaction that shows it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, Engine, func, insert, select, update

from provider.eligibility.edition import Edition
from provider.publishing.blocks import drop_blocks
from provider.publishing.building import Difference
from provider.publishing.catalog import BuiltEdition
from provider.publishing.models import PublishedEdition, PublishedExtent, PublishedRevision
from shared.database import writing


@dataclass
class Build:
    """One edition on its way to its next revision."""

    edition: Edition
    built: BuiltEdition
    differences: dict[str, Difference] = field(default_factory=dict)

    @property
    def next(self) -> int:
        return self.built.revision + 1

    @property
    def changes(self) -> bool:
        """Whether there is anything to show: a collection that was never built is, be it empty."""
        differences = self.differences.values()
        return self.built.revision == 0 or any(not one.empty or one.before.revision == 0 for one in differences)


class Counts(NamedTuple):
    """Records added, changed and removed, over all editions."""

    added: int
    changed: int
    removed: int


def publish(engine: Engine, builds: Sequence[Build], clock: Callable[[], datetime]) -> Counts:
    """Make the next revision of every edition that changed visible, at one moment later than any before."""
    changed = [build for build in builds if build.changes and (build.differences or build.built.revision)]
    with writing(engine) as connection:
        for build in changed:
            _extend(connection, build)
        moment = _moment(connection, clock())
        for build in changed:
            edition, number = build.built.id, build.next
            connection.execute(
                insert(PublishedRevision).values(edition_id=edition, number=number, published_at=moment)
            )
            connection.execute(update(PublishedEdition).where(PublishedEdition.id == edition).values(revision=number))
    differences = [difference for build in changed for difference in build.differences.values()]
    return Counts(
        sum(difference.added + len(difference.shown) for difference in differences),
        sum(len(difference.changed) for difference in differences),
        sum(len(difference.hidden) for difference in differences),
    )


def _extend(connection: Connection, build: Build) -> None:
    """The extents of the collections that changed; the blocks whose text changed are no longer true."""
    for name, difference in build.differences.items():
        if difference.empty and difference.before.revision:
            continue
        number, after = build.built.collections[name], difference.after(build.next)
        values = {"first": after.first, "last": after.last, "holes": after.pack()}
        connection.execute(insert(PublishedExtent).values(collection_id=number, revision=build.next, **values))
        drop_blocks(connection, number, difference.blocks())


def _moment(connection: Connection, now: datetime) -> datetime:
    """`now` in whole milliseconds, or just after the newest moment there is."""
    last = connection.execute(select(func.max(PublishedRevision.published_at))).scalar()
    moment = now.replace(microsecond=now.microsecond // 1000 * 1000)
    return moment if last is None or moment > last else last + timedelta(milliseconds=1)
