"""Writes the consumer's audit trail: who changed what, from what to what (C-17, C-56)."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from consumer.platform.models import Account, AuditEntry

#: The longest subject that is kept.
LONGEST_SUBJECT = 255


def audit(
    session: Session,
    at: datetime,
    account: Account | None,
    action: str,
    subject: str,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Add one entry; the caller commits, together with the change itself.

    at              aware UTC
    account         the person; None for a command or a schedule
    action          a verb and a noun, such as "map school" (at most 60 characters)
    subject         what was changed, as people call it
    before, after   the values that changed, fit for JSON; of a secret or a password only that it changed
    """
    session.add(
        AuditEntry(
            at=at,
            account_id=None if account is None else account.id,
            who="" if account is None else account.username,
            action=action,
            subject=subject[:LONGEST_SUBJECT],
            before=_text(before),
            after=_text(after),
        )
    )


def _text(values: Mapping[str, Any] | None) -> str | None:
    return json.dumps(values, ensure_ascii=False, sort_keys=True, default=str) if values else None
