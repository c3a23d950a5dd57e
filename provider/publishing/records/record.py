"""What a projected record is, and how blanks stay out of it (real-clients 15)."""

from typing import Any, NamedTuple


class Projected(NamedTuple):
    """A record to publish. `rest` is its JSON object without sourcedId, status and dateLastModified, in table order."""

    sourced_id: str
    status: str
    rest: dict[str, Any]


def put(rest: dict[str, Any], name: str, value: str | None) -> None:
    """Add a text, unless it is blank: nothing published is null or an empty string."""
    if value and value.strip():
        rest[name] = value


def put_list(rest: dict[str, Any], name: str, values: list[Any]) -> None:
    """Add a list, unless it is empty."""
    if values:
        rest[name] = values
