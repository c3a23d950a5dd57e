"""Column shapes that several SIS tables share."""

from typing import Annotated, Any

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import mapped_column

Id = Annotated[int, mapped_column(primary_key=True)]
#: A version-4 UUID that OneRoster 1.2 publishes for orgs, sessions and people (P-83, P-83a); never changes.
Guid = Annotated[str, mapped_column(String(36), unique=True)]
#: The sourcedId a record came in with, which is the one that goes out (P-83b); None for records born here.
SourcedId = Annotated[str | None, mapped_column(String(255), unique=True)]
#: External LMS Exclude (P-15, P-38, P-68, P-73).
Exclude = Annotated[bool, mapped_column(default=False, server_default="0")]
Flag = Annotated[bool, mapped_column(default=False, server_default="0")]


def owner(column: str, *, nullable: bool = False) -> Any:
    """A reference to the row that owns this one, indexed."""
    return mapped_column(ForeignKey(column), index=True, nullable=nullable)


def dates_in_order() -> CheckConstraint:
    """The check that a row does not end before it starts."""
    return CheckConstraint("end_date IS NULL OR start_date IS NULL OR end_date >= start_date", name="dates_in_order")
