"""Columns of the tables that each program keeps for its pages: the audit trail, and failed sign-ins."""

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from shared.database import UtcDateTime


class AuditColumns:
    """Who changed what, from what to what. Neither secrets nor passwords stand in it.

    account_id, who   the person, also after the account is gone; None and "" for a command or a schedule
    action            a verb and a noun, such as "map school"
    subject           what was changed, as people call it
    before, after     JSON objects of the values that changed, None where there are none
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime(), index=True)
    account_id: Mapped[int | None] = mapped_column(default=None)
    who: Mapped[str] = mapped_column(String(255), default="")
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(255), default="")
    before: Mapped[str | None] = mapped_column(Text, default=None)
    after: Mapped[str | None] = mapped_column(Text, default=None)


class SignInFailureColumns:
    """A failed sign-in. `key` is a keyed digest of the username or of the address, so that neither is kept."""

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(32), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime(), index=True)
