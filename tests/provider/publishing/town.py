"""A stored district that previews are made of: readers of four kinds, and what is really published of it."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select, update

from provider.access.connections import Options, add_connection
from provider.database import db
from provider.eligibility import rows
from provider.jobs.working import work_on_next
from provider.previewing import ask_for_preview, preview_now, preview_work
from provider.publishing.differences import Source, every_record, kept_differences
from provider.publishing.loading.reading import MODELS
from provider.publishing.models import PublishedCollection, PublishedEdition, PublishedRecord
from provider.publishing.preview import ActiveYear, Hypothesis, Preview
from provider.refreshing import DistrictRefresh
from provider.sis import models
from shared.oneroster.versions import Version
from tests.provider.eligibility.districts import SmallDistrict
from tests.provider.eligibility.stored import store

#: (edition, collection, what) -> sourcedIds
Ids = dict[tuple[str, str, str], set[str]]
BY_NAME: Mapping[str, Any] = {model.__tablename__: model for model in MODELS.values()}


class Town:
    """A stored district, refreshed on `today`, with a connection of each version and one that sees a school alone."""

    def __init__(self, app: Flask, district: SmallDistrict) -> None:
        self.app, self.district = app, district
        self.now = datetime.combine(district.today, datetime.min.time(), UTC) + timedelta(hours=12)
        session = db.session()
        store(session, district)
        sealer = app.extensions["homeroom"]["sealer"]
        number = district.get(rows.School, 1).number
        for name, version, options in (
            ("one", Version.V1P1, Options()), ("two", Version.V1P2, Options()), ("other", Version.V1P2, Options()),
            ("scoped", Version.V1P2, Options(schools=[number])),
        ):  # fmt: skip
            add_connection(session, sealer, name, version, options, self.now)
        session.commit()
        self.refresh()

    def clock(self) -> datetime:
        self.now += timedelta(milliseconds=5)
        return self.now

    def refresh(self) -> None:
        assert DistrictRefresh(self.app, self.clock).full(approved=True).state == "done"

    def published(self) -> dict[tuple[str, str], dict[str, bytes]]:
        """(edition, collection) -> sourcedId -> text, of all that is published."""
        with db.engine.connect() as connection:
            found: dict[tuple[str, str], dict[str, bytes]] = {
                (key, name): {}
                for key, name in connection.execute(
                    select(PublishedEdition.key, PublishedCollection.name).join(
                        PublishedCollection, PublishedCollection.edition_id == PublishedEdition.id
                    )
                )
            }
            records = connection.execute(
                select(PublishedEdition.key, PublishedCollection.name, PublishedRecord.sourced_id, PublishedRecord.tail)
                .join(PublishedCollection, PublishedCollection.edition_id == PublishedEdition.id)
                .join(PublishedRecord, PublishedRecord.collection_id == PublishedCollection.id)
                .where(PublishedRecord.until.is_(None))
            )
            for key, name, sourced_id, tail in records:
                found[key, name][sourced_id] = tail
        return found

    def now_preview(self, hypothesis: Hypothesis) -> Preview | None:
        return preview_now(self.app, hypothesis, self.clock)

    def job_preview(self, hypothesis: Hypothesis) -> int:
        """Let a worker make a preview; the job's id."""
        db.session.rollback()
        number = ask_for_preview(db.session(), hypothesis, self.now, (1, "ada")).id
        db.session.commit()
        work_on_next(db.engine, {"preview": preview_work(self.app)}, self.clock)
        return number

    def make(self, hypothesis: Hypothesis) -> None:
        """Really make the change, and refresh."""
        session = db.session()
        session.rollback()
        if isinstance(hypothesis, ActiveYear):
            session.execute(update(models.SchoolYear).values(active=False))
            session.execute(
                update(models.SchoolYear).where(models.SchoolYear.id == hypothesis.year_id).values(active=True)
            )
        else:
            model = BY_NAME[hypothesis.table]
            session.execute(
                update(model).where(model.id.in_(hypothesis.ids)).values({hypothesis.column: hypothesis.value})
            )
        session.commit()
        self.refresh()


def difference(before: Mapping[Any, dict[str, bytes]], after: Mapping[Any, dict[str, bytes]]) -> Ids:
    """What really changed."""
    found: Ids = {}
    for key, old in before.items():
        new = after[key]
        found[(*key, "added")] = set(new.keys() - old.keys())
        found[(*key, "removed")] = set(old.keys() - new.keys())
        found[(*key, "changed")] = {one for one in old.keys() & new.keys() if old[one] != new[one]}
    return {key: ids for key, ids in found.items() if ids}


def of_preview(found: Preview) -> Ids:
    """What a preview within a request tells."""
    ids: Ids = {}
    for edition in found.editions:
        for one in edition.collections:
            for record in one.records:
                ids.setdefault((edition.edition, one.collection, record.what), set()).add(record.sourced_id)
            told = {what: len(ids.get((edition.edition, one.collection, what), ())) for what in ("added", "removed")}
            assert (one.added, one.removed) == (told["added"], told["removed"])
    return ids


def of_job(job_id: int) -> Ids:
    """What a preview that was a job has kept."""
    ids: Ids = {}
    with db.engine.connect() as connection:
        numbers = {
            (one.edition, one.collection, what): getattr(one, what)
            for one in kept_differences(connection, Source(job_id=job_id))
            for what in ("added", "changed", "removed")
        }
        for kept, record in every_record(connection, Source(job_id=job_id)):
            ids.setdefault((kept.edition, kept.collection, record.what), set()).add(record.sourced_id)
    assert {key: number for key, number in numbers.items() if number} == {key: len(found) for key, found in ids.items()}
    return ids
