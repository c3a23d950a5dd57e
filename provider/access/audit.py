"""The audit trail: who changed what, from what to what, and what in the SIS that concerns. Nothing here commits."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from provider.access.user_tables import AuditAbout, AuditEntry
from provider.sis.changes import Change
from shared.web.columns import audit_values


def audit(
    session: Session, now: datetime, by: tuple[int, str] | None, action: str, subject: str,
    before: Mapping[str, Any] | None = None, after: Mapping[str, Any] | None = None, about: Iterable[Change] = (),
) -> None:  # fmt: skip
    """Note a change. No secret and no password may stand in `before` or `after`.

    by       id and username of the person; None for a command or a schedule
    action   a verb and a noun, such as "change enrollment"; subject: what was changed, as people call it
    about    the records that it concerns: ("person", 17), ("section", 4) …
    """
    entry = AuditEntry(**audit_values(now, by, action, subject, before, after))
    session.add(entry)
    concerned = sorted(set(about))
    if concerned:
        session.flush()
        rows = [{"entry_id": entry.id, "kind": kind, "key": key} for kind, key in concerned]
        session.execute(insert(AuditAbout), rows)
