"""Values of the grade book's columns, as either driver has them, in the words of OneRoster."""

from datetime import date, datetime
from typing import Any

import orjson

from provider.publishing.rendering import wire_date


def wire_moment(value: str | datetime) -> str:
    """A moment: SQLite keeps text (UTC, "2026-08-15 10:00:00.000000"), PostgreSQL's driver makes a naive datetime."""
    if isinstance(value, str):
        return f"{value[:10]}T{value[11:23]}Z"
    return wire_date(value)


def stored_moment(text: str, dialect: str) -> str | datetime:
    """A column's value that compares as the instant `text` ("2026-08-15T10:00:00.000", UTC): as of a millisecond."""
    moment = datetime.fromisoformat(text[:23])
    return f"{moment:%Y-%m-%d %H:%M:%S.%f}".rjust(26, "0") if dialect == "sqlite" else moment


def wire_day(value: str | date) -> str:
    """A day, YYYY-MM-DD."""
    return value if isinstance(value, str) else value.isoformat()


def stored_json(value: Any) -> Any:
    """What a JSON column holds; None for nothing."""
    return orjson.loads(value) if isinstance(value, str) else value
