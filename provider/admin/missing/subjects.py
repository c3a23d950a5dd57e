"""What can be asked about: the tables of which a row can be explained, and the rows that lead to one of them."""

from typing import Any

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from provider.sis import models

#: What people call a row of each table that can be explained (`provider.publishing.explain.TABLES`).
SUBJECTS = {
    "person": "Person", "section": "Section", "course": "Course", "school": "School", "roster": "Student enrollment",
    "section_staff": "Teacher enrollment", "resource": "Resource",
}  # fmt: skip
#: Rows that are explained with their person.
_OF_A_PERSON: dict[str, Any] = {
    "identity": models.Identity, "user_account": models.UserAccount, "enrollment": models.Enrollment,
    "assignment": models.Assignment, "relationship": models.Relationship, "contact": models.Contact,
}  # fmt: skip


def why_address(table: str, key: int) -> str | None:
    """The page that tells why a record is missing; None for records that are told nothing of."""
    if table in SUBJECTS:
        return url_for("missing.subject", table=table, key=key)
    return url_for("missing.of", table=table, key=key) if table in _OF_A_PERSON else None


def person_of(session: Session, table: str, key: int) -> int | None:
    """The person whose row it is; None when there is no such row."""
    model = _OF_A_PERSON.get(table)
    if model is None:
        return None
    own = model.person_id if table == "contact" else model.id
    return session.scalar(select(model.person_id).where(own == key))
