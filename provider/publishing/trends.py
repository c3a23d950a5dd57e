"""How many records were published day by day. What was counted on a day stands until another refresh has counted."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection, select

from provider.eligibility.edition import Edition
from provider.publishing.difference_tables import PublishedCount
from provider.publishing.models import PublishedEdition


def published_by_day(connection: Connection, edition: Edition, days: Sequence[date]) -> dict[str, list[int | None]]:
    """By collection how many records an edition had at the end of each of `days`, in order; None: not counted yet."""
    rows = connection.execute(
        select(PublishedCount.collection, PublishedCount.day, PublishedCount.active + PublishedCount.to_be_deleted)
        .join(PublishedEdition, PublishedEdition.id == PublishedCount.edition_id)
        .where(PublishedEdition.key == edition.key, PublishedCount.day <= days[-1])
        .order_by(PublishedCount.day)
    )
    counted: dict[str, list[tuple[date, int]]] = defaultdict(list)
    for collection, day, number in rows:
        counted[collection].append((day, number))
    return {
        collection: [next((number for counted_on, number in reversed(of) if counted_on <= day), None) for day in days]
        for collection, of in counted.items()
    }
