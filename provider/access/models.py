"""The tables of connections: one row per platform that may reach the district, with what it may have (P-94)."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from provider.database import TRAFFIC, db
from provider.eligibility.edition import SHARE, Edition
from provider.sis.models.columns import Flag, Id
from shared.database import BigId, UtcDateTime
from shared.oneroster.versions import Version


class ConnectionSchool(db.Model):
    """A school in the scope of a connection (P-96); without meaning where the connection has all schools."""

    __tablename__ = "connection_school"

    connection_id: Mapped[int] = mapped_column(ForeignKey("connection.id", ondelete="CASCADE"), primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"), primary_key=True, index=True)


class Connection(db.Model):
    """A platform's access to this district.

    version            "1.1" or "1.2"; both URL forms of a version are open to it
    oauth              "oauth2", or "oauth1" (1.1 only): client_id is then the consumer key
    expires_at         the end of an OAuth 1 key and secret (P-99); None: no end
    at_a_time, a_minute   how many requests are answered at once and in a minute; None: as the district says (P-112)
    secret_hash        SHA-256 of the secret, which is 256 random bits, so that a fast hash is enough
    secret_sealed      the secret sealed, for showing it again on request (P-101)
    secret_generation  counts secrets: a token says under which it was issued, and a new secret ends it at once (P-101)
    revision           counts changes of this row; requests compare it with what they hold in memory, so that a change
                       of any option acts at once in every process. Change connections through the ORM only.
    all_schools        False: only those of `connection_school` (P-96), with OAuth 2 only
    share_…            the data-to-share switches (P-104)
    roster, gradebook, assessments   the functions that are switched on (P-97)
    supported          False: the vendor is one without support, which may have the roster only (P-102)
    secondary_email    1.2 only (P-62)
    vendor_key, vendor_secret_…      of the vendor header of grade book calls, where one is wanted (P-98)
    """

    __tablename__ = "connection"
    __table_args__ = (
        CheckConstraint("version IN ('1.1', '1.2')", name="version"),
        CheckConstraint("oauth = 'oauth2' OR (oauth = 'oauth1' AND version = '1.1')", name="oauth"),
        CheckConstraint("oauth = 'oauth2' OR all_schools", name="schools"),
        CheckConstraint("version = '1.2' OR NOT secondary_email", name="secondary_email"),
        CheckConstraint("supported OR NOT (gradebook OR assessments)", name="supported"),
        CheckConstraint("(vendor_key IS NULL) = (vendor_secret_hash IS NULL)", name="vendor"),
        # An id is never given twice: a token of a removed connection must not open the next one.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(100), unique=True)
    version: Mapped[str] = mapped_column(String(3))
    oauth: Mapped[str] = mapped_column(String(10), default="oauth2", server_default="oauth2")
    client_id: Mapped[str] = mapped_column(String(64), unique=True)
    secret_hash: Mapped[str] = mapped_column(String(64))
    secret_sealed: Mapped[str] = mapped_column(String(500))
    secret_generation: Mapped[int] = mapped_column(default=1)
    revision: Mapped[int] = mapped_column()
    enabled: Mapped[bool] = mapped_column(default=True, server_default="1")
    all_schools: Mapped[bool] = mapped_column(default=True, server_default="1")
    share_demographics: Mapped[bool] = mapped_column(default=True, server_default="1")
    share_guardians: Mapped[bool] = mapped_column(default=True, server_default="1")
    share_relatives: Mapped[bool] = mapped_column(default=True, server_default="1")
    share_staff: Mapped[bool] = mapped_column(default=True, server_default="1")
    share_phone: Mapped[bool] = mapped_column(default=True, server_default="1")
    share_email: Mapped[bool] = mapped_column(default=True, server_default="1")
    roster: Mapped[bool] = mapped_column(default=True, server_default="1")
    gradebook: Mapped[Flag]
    assessments: Mapped[Flag]
    secondary_email: Mapped[Flag]
    supported: Mapped[bool] = mapped_column(default=True, server_default="1")
    vendor_key: Mapped[str | None] = mapped_column(String(64), unique=True)
    vendor_secret_hash: Mapped[str | None] = mapped_column(String(64))
    vendor_secret_sealed: Mapped[str | None] = mapped_column(String(500))
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    at_a_time: Mapped[int | None]
    a_minute: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    schools: Mapped[list[ConnectionSchool]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, order_by=ConnectionSchool.school_id
    )

    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012 - SQLAlchemy's own form

    @property
    def share(self) -> frozenset[str]:
        """The names of the data-to-share switches that are on (P-104)."""
        return frozenset(name for name in SHARE if getattr(self, f"share_{name}"))

    def edition(self) -> Edition:
        """What this connection sees, as options of publishing."""
        return Edition(
            version=Version(self.version),
            secondary_email=self.secondary_email,
            schools=None if self.all_schools else frozenset(row.school_id for row in self.schools),
            share=self.share,
            gradebook=self.gradebook,
        )


class OAuthNonce(db.Model):
    """A nonce that an OAuth 1 request has used: it is used once, in every process (RFC 5849 section 3.3)."""

    __bind_key__ = TRAFFIC
    __tablename__ = "oauth_nonce"

    connection_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    #: Seconds since 1970, as the request said.
    timestamp: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    nonce: Mapped[str] = mapped_column(String(255), primary_key=True)


#: What the request log has of refusals and failures, as SQLite wants to see it said to use the indexes of these.
TROUBLE = text("status >= 400")


class RequestLog(db.Model):
    """One request of a platform (P-114). It holds no values of a filter that could be a person's."""

    __bind_key__ = TRAFFIC
    __tablename__ = "request_log"
    __table_args__ = (
        Index("ix_request_log_connection_at", "connection_id", "at"),
        Index("ix_request_log_operation_at", "operation", "at"),
        Index("ix_request_log_operation_connection_id_at", "operation", "connection_id", "at"),
        # Refusals and failures alone, which are few.
        Index("ix_request_log_status_at", "status", "at", sqlite_where=TROUBLE, postgresql_where=TROUBLE),
        Index("ix_request_log_status_connection_id_at", "status", "connection_id", "at", sqlite_where=TROUBLE,
              postgresql_where=TROUBLE),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    #: None: the caller could not be let in.
    connection_id: Mapped[int | None]
    method: Mapped[str] = mapped_column(String(8))
    #: The operationId of the standard, or the path where there is no such operation.
    operation: Mapped[str] = mapped_column(String(100))
    #: sourcedIds of the path, joined by blanks.
    objects: Mapped[str | None] = mapped_column(String(600), index=True)
    filter: Mapped[str | None] = mapped_column(String(400))
    sort: Mapped[str | None] = mapped_column(String(100))
    limit: Mapped[int | None]
    offset: Mapped[int | None] = mapped_column(BigId)
    #: Records in the answer, and in all (X-Total-Count).
    count: Mapped[int | None]
    total: Mapped[int | None]
    status: Mapped[int]
    milliseconds: Mapped[float]
    bytes: Mapped[int]
    #: X-Request-ID as the platform sent it, else the one that it was answered with: both sides know the call by it.
    request_id: Mapped[str | None] = mapped_column(String(64))
