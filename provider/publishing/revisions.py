"""The turn from one revision to the next: what a build changes, and the one short transaction that shows it."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, Engine, bindparam, func, insert, select, update

from provider.eligibility.edition import Edition
from provider.publishing.blocks import drop_blocks
from provider.publishing.building import Difference
from provider.publishing.catalog import BuiltEdition
from provider.publishing.models import PublishedEdition, PublishedExtent, PublishedRevision
from provider.publishing.positions import Extent
from provider.publishing.project import Omitted
from shared.database import writing


@dataclass
class Build:
    """One edition on its way to its next revision."""

    edition: Edition
    built: BuiltEdition
    #: By the collection's number, at the revision that is shown.
    extents: dict[int, Extent] = field(default_factory=dict)
    differences: dict[str, Difference] = field(default_factory=dict)
    omitted: Omitted = field(default_factory=lambda: defaultdict(Counter))

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


def publish(
    engine: Engine, builds: Sequence[Build], clock: Callable[[], datetime], count: Callable[[Connection], None]
) -> Counts:
    """Make the next revision of every edition that changed visible, at one moment later than any before; `count` takes
    down the numbers of what is visible then."""
    changed = [build for build in builds if build.changes and (build.differences or build.built.revision)]
    with writing(engine) as connection:
        _extend(connection, changed)
        moment = _moment(connection, clock())
        if changed:
            numbers = [{"edition_id": build.built.id, "number": build.next} for build in changed]
            connection.execute(insert(PublishedRevision).values(published_at=moment), numbers)
            connection.execute(_SHOW, [{"edition": one["edition_id"], "shown": one["number"]} for one in numbers])
        count(connection)
    differences = [difference for build in changed for difference in build.differences.values()]
    return Counts(
        sum(difference.added + len(difference.shown) for difference in differences),
        sum(len(difference.changed) for difference in differences),
        sum(len(difference.hidden) for difference in differences),
    )


_SHOW = (
    update(PublishedEdition.__table__)
    .where(PublishedEdition.__table__.c.id == bindparam("edition"))
    .values(revision=bindparam("shown"))
)


def _extend(connection: Connection, builds: Sequence[Build]) -> None:
    """The extents of the collections that changed; the blocks whose text changed are no longer true."""
    extents, blocks = [], []
    for build in builds:
        for name, difference in build.differences.items():
            if difference.empty and difference.before.revision:
                continue
            number, after = build.built.collections[name], difference.after(build.next)
            extents.append(
                {"collection_id": number, "revision": build.next, "first": after.first, "last": after.last,
                 "holes": after.pack()}
            )  # fmt: skip
            blocks += [(number, block) for block in difference.blocks()]
    if extents:
        connection.execute(insert(PublishedExtent), extents)
    drop_blocks(connection, blocks)


def _moment(connection: Connection, now: datetime) -> datetime:
    """`now` in whole milliseconds, or just after the newest moment there is."""
    last = connection.execute(select(func.max(PublishedRevision.published_at))).scalar()
    moment = now.replace(microsecond=now.microsecond // 1000 * 1000)
    return moment if last is None or moment > last else last + timedelta(milliseconds=1)
