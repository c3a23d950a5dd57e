"""A connection: how to reach one OneRoster provider, and as whom. Secrets are kept sealed."""

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from consumer.database import db

#: Records asked for on one page unless the connection says otherwise (real-clients 6).
PAGE_LIMIT = 5_000


class Connection(db.Model):
    """A provider that rosters are pulled from. Secrets are written, never shown again (C-12).

    base_url       the domain URL, everything before /ims/oneroster, without trailing slash (C-06)
    version        "1.1" or "1.2" (C-03)
    oauth          "oauth2" (C-02)
    scope          scopes to ask for, space-separated; None: those of the version that a roster needs
    vendor_key     the vendor's own key and secret, sent with grade book calls (C-11)
    active_year    the year in which the active school year ends (C-19); None until one is chosen
    """

    __tablename__ = "connection"
    __table_args__ = (
        CheckConstraint("version IN ('1.1', '1.2')", name="version"),
        CheckConstraint("oauth IN ('oauth2')", name="oauth"),
        CheckConstraint("page_limit BETWEEN 1 AND 50000", name="page_limit"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    base_url: Mapped[str] = mapped_column(String(500))
    version: Mapped[str] = mapped_column(String(3))
    oauth: Mapped[str] = mapped_column(String(10), default="oauth2")
    client_id: Mapped[str] = mapped_column(String(255))
    client_secret_sealed: Mapped[str] = mapped_column(String(2000))
    token_url: Mapped[str] = mapped_column(String(500))
    scope: Mapped[str | None] = mapped_column(String(2000))
    page_limit: Mapped[int] = mapped_column(default=PAGE_LIMIT)
    vendor_key: Mapped[str | None] = mapped_column(String(255))
    vendor_secret_sealed: Mapped[str | None] = mapped_column(String(2000))
    active_year: Mapped[int | None]
