"""A connection: how to reach one OneRoster provider, and as whom. Secrets are kept sealed."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from consumer.database import db
from shared.database import UtcDateTime

#: Records asked for on one page unless the connection says otherwise (real-clients 6).
PAGE_LIMIT = 5_000


#: A sync window is three hours long and starts at 0, 3, … 21 local time (C-81).
WINDOW_HOURS = 3


class Connection(db.Model):
    """A provider that rosters are pulled from. Secrets are written, never shown again (C-12).

    base_url       the domain URL, everything before /ims/oneroster, without trailing slash (C-06)
    version        "1.1" or "1.2" (C-03)
    oauth          "oauth1" or "oauth2" (C-02); token_url is the SIS Authentication URL of OAuth 2
    scope          scopes to ask for, space-separated; None: those of the version that a roster needs
    vendor_key     the vendor's own key and secret, sent with grade book calls (C-11)
    active_year    the year in which the active school year ends (C-19); None until one is chosen
    acting_account_id   the Acting User, who alone may change anything of it (C-15)
    mode, frequency, weekday, window_hour   Manual or Scheduled; daily or weekly; Monday = 0; the hour at which the
                   window starts (C-78 … C-81)
    schedule_changed_at     when one of these four was last changed, which resets the wait (C-90, C-96)
    schedule_final_year     the active year for which somebody confirmed that the schedule is final (C-76)
    delta_reads    its runs may read what changed instead of everything (C-89)
    """

    __tablename__ = "connection"
    __table_args__ = (
        CheckConstraint("version IN ('1.1', '1.2')", name="version"),
        CheckConstraint("oauth IN ('oauth1', 'oauth2')", name="oauth"),
        CheckConstraint("page_limit BETWEEN 1 AND 50000", name="page_limit"),
        CheckConstraint("mode IN ('manual', 'scheduled')", name="mode"),
        CheckConstraint("frequency IN ('daily', 'weekly')", name="frequency"),
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint(f"window_hour BETWEEN 0 AND 21 AND window_hour % {WINDOW_HOURS} = 0", name="window_hour"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    base_url: Mapped[str] = mapped_column(String(500))
    version: Mapped[str] = mapped_column(String(3))
    oauth: Mapped[str] = mapped_column(String(10), default="oauth2")
    client_id: Mapped[str] = mapped_column(String(255))
    client_secret_sealed: Mapped[str] = mapped_column(String(2000))
    token_url: Mapped[str | None] = mapped_column(String(500))
    scope: Mapped[str | None] = mapped_column(String(2000))
    page_limit: Mapped[int] = mapped_column(default=PAGE_LIMIT)
    vendor_key: Mapped[str | None] = mapped_column(String(255))
    vendor_secret_sealed: Mapped[str | None] = mapped_column(String(2000))
    active_year: Mapped[int | None]
    acting_account_id: Mapped[int | None] = mapped_column(
        ForeignKey("account.id", ondelete="SET NULL", use_alter=True), index=True, default=None
    )
    mode: Mapped[str] = mapped_column(String(9), default="manual", server_default="manual")
    frequency: Mapped[str] = mapped_column(String(6), default="daily", server_default="daily")
    weekday: Mapped[int] = mapped_column(default=6, server_default="6")
    window_hour: Mapped[int] = mapped_column(default=0, server_default="0")
    schedule_changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime(), default=None)
    schedule_final_year: Mapped[int | None] = mapped_column(default=None)
    delta_reads: Mapped[bool] = mapped_column(default=False, server_default="0")
