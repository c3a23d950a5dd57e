"""The tables of published records, and of the walks that readers keep.

An *edition* has a current *revision*. A record is a row per version of itself, visible from revision `since` until
before revision `until`; a reader names one revision and sees exactly its state, while the next one is being written.
dateLastModified is not stored: it is the moment at which revision `since` was published, so it moves exactly when the
record's visible bytes move (P-93), and no reader can ask for changes after a moment and miss one (P-92).

A record has a *position* in its collection, given once and kept: a page of a whole collection is a range of positions.
Positions without a live record are the *holes* of a revision.
"""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from provider.database import TRAFFIC, db
from shared.database import BigId, UtcDateTime


class PublishedEdition(db.Model):
    """An edition that has been built, by its key (`provider.eligibility.edition`). revision 0: not built yet."""

    __tablename__ = "published_edition"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(2000), unique=True)
    revision: Mapped[int] = mapped_column(default=0)


class PublishedRevision(db.Model):
    """When a revision of an edition became visible (UTC, milliseconds, strictly increasing per edition)."""

    __tablename__ = "published_revision"

    edition_id: Mapped[int] = mapped_column(ForeignKey("published_edition.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PublishedCollection(db.Model):
    """A collection of an edition: one of `catalog.COLLECTIONS`."""

    __tablename__ = "published_collection"
    # Numbers are never used again: kept lists name them.
    __table_args__ = (
        Index("uq_published_collection_name", "edition_id", "name", unique=True),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("published_edition.id"))
    name: Mapped[str] = mapped_column(String(40))


class PublishedExtent(db.Model):
    """The extent of a collection from `revision` on: positions first … last - 1, less the holes. One per revision that
    changed anything in the collection; `holes` are sorted unsigned 32-bit integers between first and last."""

    __tablename__ = "published_extent"

    collection_id: Mapped[int] = mapped_column(ForeignKey("published_collection.id"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    first: Mapped[int]
    last: Mapped[int]
    holes: Mapped[bytes] = mapped_column(LargeBinary)


class PublishedRecord(db.Model):
    """One version of one record. `id` is made of collection, position and a small number (`positions.record_id`), so
    that a page is one range of the primary key. `tail` is the finished JSON after dateLastModified."""

    __tablename__ = "published_record"
    __table_args__ = (
        Index("ix_published_record_sourced_id", "collection_id", "sourced_id"),
        Index("ix_published_record_since", "collection_id", "since", "until", "status"),
        Index("ix_published_record_until", "until", sqlite_where=text("until IS NOT NULL"),
              postgresql_where=text("until IS NOT NULL")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    collection_id: Mapped[int]
    sourced_id: Mapped[str] = mapped_column(String(255))
    since: Mapped[int]
    until: Mapped[int | None]
    status: Mapped[str] = mapped_column(String(12))
    digest: Mapped[bytes] = mapped_column(LargeBinary(16))
    tail: Mapped[bytes] = mapped_column(LargeBinary)


class PublishedIndex(db.Model):
    """Where records with a value of an indexed field are: a hint that may hold too much (past versions), never too
    little; what it finds is checked against the record."""

    __tablename__ = "published_index"
    __table_args__ = ({"sqlite_with_rowid": False},)

    collection_id: Mapped[int] = mapped_column(primary_key=True)
    field: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[str] = mapped_column(String(255), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)


class PublishedBlock(db.Model):
    """The finished text of a whole run of positions, squeezed: its records, a comma before each. Derived: a
    missing block costs time only. `since` is the newest revision that changed anything in it."""

    __tablename__ = "published_block"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    since: Mapped[int]
    body: Mapped[bytes] = mapped_column(LargeBinary)


class RefreshRun(db.Model):
    """A refresh of the cache: who asked, how far it is, how it ended. At most one is running in a district (P-87)."""

    __tablename__ = "refresh_run"
    __table_args__ = (
        Index("uq_refresh_run_one_running", "state", unique=True, sqlite_where=text("state = 'running'"),
              postgresql_where=text("state = 'running'")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    #: scheduled, manual or keyed
    trigger: Mapped[str] = mapped_column(String(20))
    #: due (P-87: two minutes after the click), running, done, held (asks for approval), failed
    state: Mapped[str] = mapped_column(String(20))
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: The slot of a scheduled refresh, local date and time: makes it happen once, however many workers tick.
    slot: Mapped[str | None] = mapped_column(String(40), unique=True)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    heartbeat_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    today: Mapped[str | None] = mapped_column(String(10))
    #: The process that works on it (`shared.owner`).
    owner: Mapped[str | None] = mapped_column(String(255))
    #: The cache that failed or is held: class or student (P-84).
    cache: Mapped[str | None] = mapped_column(String(10))
    #: How far it is while it runs, then how it ended, for people.
    message: Mapped[str | None] = mapped_column(String(2000))
    added: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    removed: Mapped[int] = mapped_column(default=0)
    #: The held run whose difference a person has approved: as much may go as was shown.
    approves: Mapped[int | None]
    #: When a person has decided that what this held run would do is not to be done.
    discarded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RefreshAlert(db.Model):
    """A process alert: a refresh that a person should hear about (P-87, P-88); read_by: the username of who has."""

    __tablename__ = "refresh_alert"

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("refresh_run.id"))
    raised_at: Mapped[datetime] = mapped_column(UtcDateTime)
    message: Mapped[str] = mapped_column(String(2000))
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    read_by: Mapped[str | None] = mapped_column(String(255))


class KeptWalk(db.Model):
    """The revision that a client's walk over a query began at, for clients that count offsets themselves."""

    __bind_key__ = TRAFFIC
    __tablename__ = "kept_walk"

    connection_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    query: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    revision: Mapped[int] = mapped_column(BigInteger)
    #: Seconds since 1970.
    expires_at: Mapped[int] = mapped_column(BigInteger, index=True)


class KeptList(db.Model):
    """The positions that answer a query at a revision, in order, cut into chunks: any later page of it is a slice."""

    __bind_key__ = TRAFFIC
    __tablename__ = "kept_list"
    __table_args__ = (Index("uq_kept_list_query", "collection_id", "revision", "query", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    collection_id: Mapped[int]
    revision: Mapped[int] = mapped_column(BigInteger)
    query: Mapped[bytes] = mapped_column(LargeBinary(16))
    total: Mapped[int]
    #: Seconds since 1970.
    expires_at: Mapped[int] = mapped_column(BigInteger, index=True)


class KeptChunk(db.Model):
    """Chunk `number` of a kept list: unsigned 32-bit positions (`positions.CHUNK` of them)."""

    __bind_key__ = TRAFFIC
    __tablename__ = "kept_chunk"

    list_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    positions: Mapped[bytes] = mapped_column(LargeBinary)


class KeptText(db.Model):
    """The finished text of entries number * BLOCK … of a sorted list, squeezed, a comma before each record: so that its
    later pages cost what pages of a whole collection cost."""

    __bind_key__ = TRAFFIC
    __tablename__ = "kept_text"

    list_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    body: Mapped[bytes] = mapped_column(LargeBinary)
