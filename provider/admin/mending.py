"""Links to the place where a value is changed: the form of a record, a person's page, the page of a setting."""

from flask import url_for
from sqlalchemy.orm import Session

from provider.admin.records.address import mend_address, record_address
from provider.eligibility.checks.check import Found, ReadinessCheck


def place_address(table: str, key: int, column: str = "") -> str | None:
    """The form of a record, at a column; of a person without a column the page of the person. None: there is none."""
    if not key:
        return None
    if table == "person" and not column:
        return url_for("people.person", person_id=key)
    return record_address(table, key, column)


def value_address(session: Session, column: str, table: str, key: int, connection_id: int | None = None) -> str | None:
    """Where a value is changed that a rule looked at for a connection.

    column       as in `eligibility.rule.Where`; table, key: the record that the rule looked at
    """
    first = column.split(",")[0].strip()
    holder, _, name = first.partition(".")
    if holder == "setting":
        return url_for("management.show", _anchor=f"field-{name}")
    if holder == "connection":
        return None if connection_id is None else url_for("applications.options", connection_id=connection_id)
    return mend_address(session, first, table, key) or place_address(table, key)


def found_address(session: Session, check: ReadinessCheck, found: Found) -> str | None:
    """Where what a readiness check found is mended."""
    if found.mend is not None:
        return place_address(*found.mend)
    return value_address(session, check.where.column, found.table, found.id) if found.id else None
