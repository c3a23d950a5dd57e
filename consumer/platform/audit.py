"""Writes the consumer's audit trail: who changed what, from what to what (C-17, C-56)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from consumer.platform.models import Account, AuditEntry
from shared.web.columns import audit_values


def audit(
    session: Session,
    at: datetime,
    account: Account | None,
    action: str,
    subject: str,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Add one entry (`shared.web.columns.audit_values`); the caller commits, together with the change itself."""
    who = None if account is None else (account.id, account.username)
    session.add(AuditEntry(**audit_values(at, who, action, subject, before, after)))
