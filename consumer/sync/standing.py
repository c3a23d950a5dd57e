"""How an account stands now: its values, its enrollments, its parents and children."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from consumer.platform.models import Account, Enrollment, ParentLink, School, Section
from consumer.sync.timeline import AccountNow, EnrollmentNow
from consumer.sync.wording import account_name


def account_now(session: Session, account: Account) -> AccountNow:
    """Everything of it that an index finds."""
    school = session.get(School, account.school_id) if account.school_id else None
    enrolled = (
        select(Enrollment, Section.name, Section.sis_id, School.name)
        .join(Section, Section.id == Enrollment.section_id)
        .join(School, School.id == Section.school_id)
        .where(Enrollment.account_id == account.id)
        .order_by(Section.name, Section.id)
    )
    return AccountNow(
        id=account.id, username=account.username, email=account.email,
        name=account_name(account.given_name, account.family_name), role=account.role,
        school=school.name if school else "", active=account.active, left_sis=account.left_sis,
        parents=_linked(session, ParentLink.parent_id, ParentLink.child_id, account.id),
        children=_linked(session, ParentLink.child_id, ParentLink.parent_id, account.id),
        enrollments=tuple(
            EnrollmentNow(name, sis_id or "", school_name, e.role, e.is_primary, e.origin, e.begin_date, e.end_date)
            for e, name, sis_id, school_name in session.execute(enrolled)
        ),
    )  # fmt: skip


def _linked(session: Session, other: Any, own: Any, account_id: int) -> tuple[str, ...]:
    rows = (
        select(Account.given_name, Account.family_name)
        .join(ParentLink, other == Account.id)
        .where(own == account_id)
        .order_by(Account.id)
    )
    return tuple(account_name(*name) for name in session.execute(rows))
