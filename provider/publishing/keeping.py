"""Keeping differences until somebody has decided, and forgetting them; in short transactions, whatever their size."""

from collections.abc import Iterator
from itertools import count

from sqlalchemy import Engine, delete, insert, select
from sqlalchemy.orm import Session

from provider.eligibility.edition import Edition
from provider.publishing.comparing import Comparison
from provider.publishing.difference_tables import StoredDifference, StoredDifferenceRecord
from provider.publishing.differences import WHAT, DifferingRecord, Source
from provider.publishing.origins import origins_of, people_named
from shared.database import chunks, insert_many, writing
from shared.oneroster.versions import Version

#: Rows per transaction.
_BATCH = 4_000
_RECORD = ("difference_id", "what", "number", "sourced_id", "words", "sis_table", "sis_id")
#: Words are cut at so many characters; records that stay as a tombstone (P-16, P-75) say so.
_WORDS, _GONE = 300, ", to be deleted"


def described(engine: Engine, comparison: Comparison, version: Version) -> Iterator[DifferingRecord]:
    """The differing records of a collection with the SIS rows that they come from."""
    for some in chunks(comparison.records):
        with Session(engine) as session:
            origins = origins_of(session, comparison.collection, version, [one.sourced_id for one in some])
            nameless = [origins[one.sourced_id][1] for one in some if not one.words and one.sourced_id in origins]
            people = people_named(session, nameless)
        for what, sourced_id, words, to_be_deleted in some:
            table, key = origins.get(sourced_id, (None, None))
            called = (words or people.get(key or 0, "Somebody"))[: _WORDS - len(_GONE)]
            yield DifferingRecord(what, sourced_id, called + _GONE if to_be_deleted else called, table, key)


def keep(engine: Engine, source: Source, edition: Edition, comparison: Comparison, *, too_much: bool = False) -> None:
    """Keep what would change in one collection of an edition."""
    with writing(engine) as connection:
        number = connection.execute(
            insert(StoredDifference)
            .values(run_id=source.run_id, job_id=source.job_id, edition=edition.key, too_much=too_much,
                    collection=comparison.collection, before=comparison.before, added=comparison.added,
                    changed=comparison.changed, removed=comparison.removed)
            .returning(StoredDifference.id)
        ).scalar_one()  # fmt: skip
    places = {what: count() for what in WHAT}
    for some in chunks(described(engine, comparison, edition.version), _BATCH):
        rows = [(number, one.what, next(places[one.what]), *one[1:]) for one in some]
        with writing(engine) as connection:
            insert_many(connection, StoredDifferenceRecord.__table__, _RECORD, rows)


def forget(engine: Engine, source: Source) -> None:
    """Forget what a held run or a preview has found."""
    with engine.connect() as connection:
        numbers = connection.execute(select(StoredDifference.id).where(source.condition)).scalars().all()
    for number in numbers:
        _forget(engine, number)


def forget_runs_but(engine: Engine, run_id: int) -> None:
    """Forget what other runs than this have found: they are decided about, or this has taken their place."""
    others = StoredDifference.run_id.is_not(None), StoredDifference.run_id != run_id
    with engine.connect() as connection:
        numbers = connection.execute(select(StoredDifference.id).where(*others)).scalars().all()
    for number in numbers:
        _forget(engine, number)


def _forget(engine: Engine, number: int) -> None:
    record = StoredDifferenceRecord
    for what in WHAT:
        mine, gone, place = (record.difference_id == number, record.what == what), _BATCH, 0
        while gone:
            place += _BATCH
            with writing(engine) as connection:
                gone = connection.execute(delete(record).where(*mine, record.number < place)).rowcount
    with writing(engine) as connection:
        connection.execute(delete(StoredDifference).where(StoredDifference.id == number))
