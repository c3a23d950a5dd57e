"""How records that are explained stand: as they are published to an edition, and as the next refresh has them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, select

from provider.eligibility.context import Context
from provider.eligibility.edition import Edition
from provider.publishing.catalog import BuiltEdition, dates_of, find_edition
from provider.publishing.explain import Explanation
from provider.publishing.models import PublishedRecord
from provider.publishing.project import Projected, project
from provider.publishing.records.orgs import orgs
from provider.publishing.records.refs import References
from provider.publishing.rendering import wire_date
from provider.publishing.texts import LIVE

Record = dict[str, Any]


class Standing(NamedTuple):
    """One record. `published`: as a platform gets it now, and since when; `due`: as the next refresh would publish it
    (without dateLastModified). None: not at all."""

    sourced_id: str
    published: Record | None
    since: datetime | None
    due: Record | None

    @property
    def changes(self) -> bool:
        """Whether the next refresh changes it."""
        return _undated(self.published) != self.due

    def text(self) -> str:
        """The record as it is got, else as it would be, for people to read; "" for none."""
        return readable(self.published or self.due)


def readable(record: Record | None) -> str:
    """JSON with an indent; "" for none."""
    return orjson.dumps(record, option=orjson.OPT_INDENT_2).decode() if record else ""


def _undated(record: Record | None) -> Record | None:
    if record is None:
        return None
    return {name: value for name, value in record.items() if name != "dateLastModified"}


def is_built(connection: Connection, edition: Edition) -> bool:
    """Whether anything has been published for an edition."""
    built = find_edition(connection, edition)
    return built is not None and built.revision > 0


def standings(connection: Connection, explained: Explanation, edition: Edition, base_url: str) -> list[Standing]:
    """The records that the row of an explanation is or would be published as, those that are there first."""
    ids = sorted({verdict.sourced_id for verdict in explained.verdicts})
    due = due_records(explained, edition, base_url)
    published = _published(connection, find_edition(connection, edition), explained.entity, ids)
    found = [_standing(one, published.get(one), due.get(one)) for one in ids]
    return [one for one in found if one.published or one.due]


def _standing(sourced_id: str, published: tuple[Record, datetime] | None, due: Record | None) -> Standing:
    record, since = published or (None, None)
    return Standing(sourced_id, record, since, due)


def due_records(explained: Explanation, edition: Edition, base_url: str) -> dict[str, Record]:
    """The records as the next refresh would publish them to an edition, by sourcedId."""
    ids = {verdict.sourced_id for verdict in explained.verdicts}
    return {
        record.sourced_id: {"sourcedId": record.sourced_id, "status": record.status, **record.rest}
        for record in _projected(explained, edition, base_url)
        if record.sourced_id in ids
    }


def _projected(explained: Explanation, edition: Edition, base_url: str) -> Iterable[Projected]:
    facts = explained.facts
    if explained.entity == "orgs":
        there = facts.year is not None
        return orgs(Context(facts, edition), References(facts, edition.version, base_url)) if there else ()
    for name, records in project(facts, edition, base_url):
        if name == explained.entity:
            return records
    return ()


def _published(
    connection: Connection, built: BuiltEdition | None, entity: str, ids: list[str]
) -> dict[str, tuple[Record, datetime]]:  # fmt: skip
    """Records as they are published now, with the moment since which they are as they are."""
    if built is None or entity not in built.collections:
        return {}
    query = select(PublishedRecord.sourced_id, PublishedRecord.since, PublishedRecord.tail).where(
        PublishedRecord.collection_id == built.collections[entity], PublishedRecord.sourced_id.in_(ids), LIVE
    )
    rows = connection.execute(query, {"at": built.revision}).all()
    dates = dates_of(connection, built.id, {since for _, since, _ in rows})
    return {
        sourced_id: ({"dateLastModified": wire_date(dates[since]), **orjson.loads(b"{" + tail)}, dates[since])
        for sourced_id, since, tail in rows
    }
