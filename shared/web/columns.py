"""Columns of the tables that each program keeps for its pages: the audit trail, and failed sign-ins."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from shared.database import UtcDateTime

#: The longest subject that is kept.
LONGEST_SUBJECT = 255


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


def audit_values(
    at: datetime,
    account: tuple[int, str] | None,
    action: str,
    subject: str,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The columns of one entry.

    at              aware UTC
    account         id and username of the person; None for a command or a schedule
    action          a verb and a noun, such as "map school" (at most 60 characters)
    subject         what was changed, as people call it
    before, after   the values that changed, fit for JSON; of a secret or a password only that it changed
    """
    account_id, who = account or (None, "")
    return {
        "at": at, "account_id": account_id, "who": who, "action": action, "subject": subject[:LONGEST_SUBJECT],
        "before": _text(before), "after": _text(after),
    }  # fmt: skip


def _text(values: Mapping[str, Any] | None) -> str | None:
    return json.dumps(values, ensure_ascii=False, sort_keys=True, default=str) if values else None


class SignInFailureColumns:
    """A failed sign-in. `key` is a keyed digest of the username or of the address, so that neither is kept."""

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(32), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime(), index=True)
