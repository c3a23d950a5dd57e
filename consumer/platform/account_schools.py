"""Further schools of an account: added and taken away by people, kept by every sync (C-47)."""

from datetime import datetime

from sqlalchemy.orm import Session

from consumer.platform.accounts import NotAllowed
from consumer.platform.audit import audit
from consumer.platform.models import Account, AccountSchool, School


def add_school(session: Session, account: Account, school_id: int, by: Account | None, now: datetime) -> School:
    """Put an account into a further school; audited, the caller commits. Raises NotAllowed."""
    school = session.get(School, school_id)
    if school is None:
        raise NotAllowed("There is no such school here: choose one of the list")
    if account.school_id == school_id or session.get(AccountSchool, (account.id, school_id)) is not None:
        raise NotAllowed(f"{account.username} is in {school.name} already")
    session.add(AccountSchool(account_id=account.id, school_id=school_id))
    audit(session, now, by, "add further school", account.username, None, {"school": school.name})
    session.flush()
    return school


def remove_school(session: Session, account: Account, school_id: int, by: Account | None, now: datetime) -> School:
    """Take an account out of a further school; audited, the caller commits. The school that the sync gives stays.

    Raises NotAllowed.
    """
    row, school = session.get(AccountSchool, (account.id, school_id)), session.get(School, school_id)
    if row is None or school is None:
        raise NotAllowed(f"This is no further school of {account.username}")
    session.delete(row)
    audit(session, now, by, "remove further school", account.username, {"school": school.name})
    session.flush()
    return school
