"""Tables of what has been counted, and of differences that people look at before they decide.

published_count, held_back_count   what each refresh published and held back, by edition and local day
difference, difference_record      what a held refresh would have changed, or what a preview has found
"""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from provider.database import db
from provider.sis.models.columns import Flag, Id


class PublishedCount(db.Model):
    """How many records of a collection an edition had at the end of a local day of the district."""

    __tablename__ = "published_count"

    edition_id: Mapped[int] = mapped_column(ForeignKey("published_edition.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    collection: Mapped[str] = mapped_column(String(40), primary_key=True)
    active: Mapped[int]
    to_be_deleted: Mapped[int]


class HeldBackCount(db.Model):
    """How many SIS rows a rule held back from a collection of an edition, as that day's last full refresh saw it."""

    __tablename__ = "held_back_count"

    edition_id: Mapped[int] = mapped_column(ForeignKey("published_edition.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    collection: Mapped[str] = mapped_column(String(40), primary_key=True)
    rule: Mapped[str] = mapped_column(String(20), primary_key=True)
    sentence: Mapped[str] = mapped_column(String(300), primary_key=True)
    held_back: Mapped[int]


class StoredDifference(db.Model):
    """What would change in one collection of an edition: found by a held refresh, or by a preview (a job).

    edition             the key of the edition (`provider.eligibility.edition`)
    before              how many records are published
    added, changed, removed   how many would be; their records are in `difference_record`, up to a limit
    too_much            more would go than the district allows unasked
    """

    __tablename__ = "difference"
    __table_args__ = (CheckConstraint("(run_id IS NULL) <> (job_id IS NULL)", name="source"),)

    id: Mapped[Id]
    run_id: Mapped[int | None] = mapped_column(ForeignKey("refresh_run.id", ondelete="CASCADE"), index=True)
    job_id: Mapped[int | None] = mapped_column(ForeignKey("job.id", ondelete="CASCADE"), index=True)
    edition: Mapped[str] = mapped_column(String(2000))
    collection: Mapped[str] = mapped_column(String(40))
    before: Mapped[int]
    added: Mapped[int]
    changed: Mapped[int]
    removed: Mapped[int]
    too_much: Mapped[Flag]


class StoredDifferenceRecord(db.Model):
    """A record that would be added, changed or removed; `words` name it, (`sis_table`, `sis_id`) is the SIS row that it
    comes from, where there is one."""

    __tablename__ = "difference_record"
    __table_args__ = (
        CheckConstraint("what IN ('added', 'changed', 'removed')", name="what"),
        {"sqlite_with_rowid": False},
    )

    difference_id: Mapped[int] = mapped_column(ForeignKey("difference.id", ondelete="CASCADE"), primary_key=True)
    what: Mapped[str] = mapped_column(String(8), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sourced_id: Mapped[str] = mapped_column(String(255))
    words: Mapped[str] = mapped_column(String(300))
    sis_table: Mapped[str | None] = mapped_column(String(40))
    sis_id: Mapped[int | None]
