"""A teacher lets the course app write grades to the SIS in their name, and takes that back (C-121)."""

from datetime import datetime

from sqlalchemy.orm import Session

from consumer.passback.tables import AppApproval


def approved_at(session: Session, account_id: int) -> datetime | None:
    """When the account approved access, aware UTC; None while it has not."""
    approval = session.get(AppApproval, account_id)
    return approval.approved_at if approval is not None else None


def approve(session: Session, account_id: int, now: datetime) -> None:
    """Approve access from now on; the caller commits."""
    if session.get(AppApproval, account_id) is None:
        session.add(AppApproval(account_id=account_id, approved_at=now))
        session.flush()


def withdraw(session: Session, account_id: int) -> None:
    """Take the approval back: no press goes out until it is given again. The caller commits."""
    approval = session.get(AppApproval, account_id)
    if approval is not None:
        session.delete(approval)
        session.flush()
