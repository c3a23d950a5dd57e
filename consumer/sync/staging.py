"""What was pulled: each record as it came, with its digest, and one row per read of a collection.

Later steps ask which records changed since a pull they have already applied (`changed_in`), and which a
complete read no longer contained (`absent_since`). Records are kept raw; what they mean is the business of
`consumer.client.records` and of the mapping.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from consumer.database import db
from shared.database import BigId, UtcDateTime


class StagedRecord(db.Model):
    """One record of a provider, as received.

    collection    the OneRoster collection by its plural: orgs, academicSessions, users ...
    digest        16 bytes, equal exactly when the bytes received are
    raw           the JSON object, UTF-8
    changed_in    id of the pull in which it appeared, or in which its bytes last changed
    absent_since  id of the first COMPLETE pull that did not contain it; None while it is there (C-84, C-85)
    """

    __tablename__ = "staged_record"
    __table_args__ = (
        UniqueConstraint("connection_id", "collection", "sourced_id"),
        Index(None, "connection_id", "collection", "changed_in"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    connection_id: Mapped[int] = mapped_column(ForeignKey("connection.id", ondelete="CASCADE"))
    collection: Mapped[str] = mapped_column(String(24))
    sourced_id: Mapped[str] = mapped_column(String(255))
    digest: Mapped[bytes] = mapped_column(LargeBinary(16))
    raw: Mapped[bytes] = mapped_column(LargeBinary)
    changed_in: Mapped[int]
    absent_since: Mapped[int | None]


class FormerRecord(db.Model):
    """What a record said until pull `replaced_in` brought other bytes, or no longer contained it: a person's history
    can be told pull by pull. `brought_in`: the pull that brought these bytes; `raw` is None for a time in which it was
    absent.
    """

    __tablename__ = "former_record"
    __table_args__ = (Index(None, "connection_id", "collection", "sourced_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    connection_id: Mapped[int] = mapped_column(ForeignKey("connection.id", ondelete="CASCADE"))
    collection: Mapped[str] = mapped_column(String(24))
    sourced_id: Mapped[str] = mapped_column(String(255))
    brought_in: Mapped[int]
    replaced_in: Mapped[int]
    raw: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)


class Pull(db.Model):
    """One read of one collection.

    run_id       the sync run it belongs to, None for a pull of its own
    complete     read to its end, so that what it brought may be planned; where it has an error_code all the same,
                 nothing counts as gone because of it (C-84, C-85)
    received     records received, broken ones included; total_count: the provider's last X-Total-Count
    changed      records that are new or whose bytes changed; absent: records that are not there any more
    broken       records that could not be taken in
    error_code   why a read is not complete or in doubt, a code of C-114, with its text: PARTIAL_READ, AUTH_FAILED ...
    request_id   of the call that failed (C-112)
    since        of a delta read, the moment whose changes were asked for; None: everything was (C-89)
    as_of        of a read without failure and doubt, the provider's clock as it began: all that changed later is yet to
                 be read; None where no delta read may go on from it
    whole_at     when, by our clock, everything was read on which `as_of` rests: this read, or one before it
    basis        names what `as_of` holds for: the provider, as whom it was asked, and the choices
    """

    __tablename__ = "pull"
    __table_args__ = (Index(None, "connection_id", "collection"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    connection_id: Mapped[int] = mapped_column(ForeignKey("connection.id", ondelete="CASCADE"))
    run_id: Mapped[int | None] = mapped_column(index=True)
    collection: Mapped[str] = mapped_column(String(24))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime())
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    complete: Mapped[bool] = mapped_column(default=False)
    received: Mapped[int] = mapped_column(default=0)
    total_count: Mapped[int | None]
    changed: Mapped[int] = mapped_column(default=0)
    absent: Mapped[int] = mapped_column(default=0)
    broken: Mapped[int] = mapped_column(default=0)
    error_code: Mapped[str | None] = mapped_column(String(32))
    error_text: Mapped[str | None] = mapped_column(Text)
    request_id: Mapped[str | None] = mapped_column(String(64), default=None)
    since: Mapped[datetime | None] = mapped_column(UtcDateTime(), default=None)
    as_of: Mapped[datetime | None] = mapped_column(UtcDateTime(), default=None)
    whole_at: Mapped[datetime | None] = mapped_column(UtcDateTime(), default=None)
    basis: Mapped[str | None] = mapped_column(String(32), default=None)
