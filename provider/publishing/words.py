"""What people call a published record: words from the record itself, without its sourcedId."""

from collections.abc import Callable, Mapping
from typing import Any

Record = Mapping[str, Any]


def _with(name: str, *more: str | None) -> str:
    beside = ", ".join(filter(None, more))
    return f"{name} ({beside})" if beside else name


def _org(record: Record) -> str:
    return _with(record["name"], record.get("identifier"))


def _session(record: Record) -> str:
    return _with(record["title"], record["type"])


def _resource(record: Record) -> str:
    return _with(record.get("title") or "Resource", record["vendorResourceId"])


def _course(record: Record) -> str:
    return _with(record["title"], record.get("courseCode"))


def _class(record: Record) -> str:
    return _with(record["title"], record.get("classCode"))


def _user(record: Record) -> str:
    """The name, the role (1.1) or the roles (1.2), and the number that the person is known by."""
    roles = [record["role"]] if "role" in record else [role["role"] for role in record["roles"]]
    name = f"{record['givenName']} {record['familyName']}"
    return _with(name, *dict.fromkeys(roles), record.get("identifier"))


_WORDS: dict[str, Callable[[Record], str]] = {
    "orgs": _org, "academicSessions": _session, "resources": _resource, "courses": _course, "classes": _class,
    "users": _user,
}  # fmt: skip


def words_of(collection: str, record: Record) -> str:
    """Words for a record of a collection; "" for those that are called by what they refer to (enrollments) or by whom
    they describe (demographics)."""
    return _WORDS[collection](record) if collection in _WORDS else ""


def enrollment_words(user: str, class_: str) -> str:
    """Words for an enrollment, from those of its user and its class."""
    return f"{user or 'Somebody'} in {class_ or 'a class'}"
