"""How each field of what a platform sends is read into a plain value, by its kind in the table: leniently where clients
of the field are lenient (real-clients 19), strictly everywhere else. A reader raises ValueError, saying why.
"""

import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import cache, partial
from typing import Any, NamedTuple

from shared.oneroster import instants
from shared.oneroster.kinds import BOOLEAN, DATE, DATETIME, FLOAT, METADATA, OBJECTIVES, RESULT_OBJECTIVES, TEXT, Kind
from shared.oneroster.resources.gradebook import line_items
from shared.oneroster.resources.model import REQUIRED, Field, Resource
from shared.oneroster.versions import Version

#: What a write may lack although a record must have it (real-clients 19): we know it ourselves, or there is a default.
LENIENT = frozenset({"status", "dateLastModified", "gradingPeriod", "category", "resultValueMin", "resultValueMax"})
#: Fields of which the provider keeps its own value: they are read and then forgotten.
_OURS = frozenset({"sourcedId", "status", "dateLastModified"})
#: Characters that a text may have. The names of line items have a limit of the district's (P-124).
_LONGEST = {"description": 20_000, "comment": 20_000, "scoreStatus": 60}
_LONGEST_TEXT = 255
#: Years that a date of a grade book can lie in.
_YEARS = range(1900, 2200)


class Reader(NamedTuple):
    """How a field is read: whether a write must have it, whether its value is kept, and what makes the plain value of
    what was sent, or raises ValueError."""

    name: str
    required: bool
    kept: bool
    read: Callable[[Any], Any]


@cache
def readers_of(resource: Resource, version: Version) -> tuple[frozenset[str], tuple[Reader, ...]]:
    """The members that a version has, and how each is read."""
    fields = resource.of(version)
    readers = tuple(
        Reader(
            name,
            field.presence(version) is REQUIRED and name not in LENIENT | _OURS,
            name not in _OURS,
            _reader(field, version, resource),
        )
        for name, field in fields.items()
    )
    return frozenset(fields), readers


def _reader(field: Field, version: Version, resource: Resource) -> Callable[[Any], Any]:
    kind = field.kind
    if field.many:
        return partial(_items, kind, version)
    if kind in _READERS:
        return _READERS[kind]
    if kind.target is not None:
        return partial(_reference, kind, version)
    longest = None if field.name == "title" and resource is line_items else _LONGEST.get(field.name, _LONGEST_TEXT)
    return partial(_text, kind, version, longest)


def _text(kind: Kind, version: Version, longest: int | None, sent: Any) -> Any:
    kind.check(sent, version)
    if kind is BOOLEAN:
        return sent in ("true", True)
    if longest is not None:
        _check_length(sent, longest)
    return sent


def _check_length(text: str, longest: int) -> None:
    if len(text) > longest:
        raise ValueError(f"it has {len(text):,} characters; {longest:,} is the most")


def _reference(kind: Kind, version: Version, sent: Any) -> str:
    """The sourcedId of a GUIDRef, of which href and type may be lacking. 1.1 clients call types by many names."""
    if not isinstance(sent, dict):
        raise ValueError('it is not a reference such as {"sourcedId": …}')
    for name, value in sent.items():
        member = kind.member(name)
        if member is None or member.name != name:
            if version is Version.V1P2:
                raise ValueError(f"it has the unknown member {name[:40]!r}")
        elif value is not None:
            try:
                (TEXT if name == "type" and version is Version.V1P1 else member.kind).check(value, version)
            except ValueError as why:
                raise ValueError(f"{name}: {why}") from None
    sourced_id = sent.get("sourcedId")
    if sourced_id is None:
        raise ValueError("sourcedId: it is missing")
    return str(sourced_id)


def _number(sent: Any) -> float:
    FLOAT.check(sent, Version.V1P2)
    return float(sent)


def _moment(sent: Any) -> datetime:
    if not isinstance(sent, str):
        raise ValueError("it is not a date-time such as 2026-08-15T10:00:00.000Z")
    moment = datetime.fromisoformat(instants.instant(sent)[:23]).replace(tzinfo=UTC)
    _check_year(moment.year)
    return moment


def _day(sent: Any) -> date:
    """A day, or the day that a date-time names as it is written (real-clients 19)."""
    if not isinstance(sent, str):
        raise ValueError("it is not a day such as 2026-08-15")
    instants.instant(sent)
    day = date.fromisoformat(sent.strip()[:10])
    _check_year(day.year)
    return day


def _check_year(year: int) -> None:
    if year not in _YEARS:
        raise ValueError(f"the year {year} is impossible here: {_YEARS.start} to {_YEARS.stop - 1} are not")


def _metadata(sent: Any) -> dict[str, Any]:
    METADATA.check(sent, Version.V1P2)
    found: dict[str, Any] = sent
    return found


#: Kinds that are read into another type, or more leniently than they are written.
_READERS: dict[Kind, Callable[[Any], Any]] = {FLOAT: _number, DATETIME: _moment, DATE: _day, METADATA: _metadata}


def _items(kind: Kind, version: Version, sent: Any) -> list[Any]:
    if not isinstance(sent, list):
        raise ValueError("it is not a list")
    for number, item in enumerate(sent):
        try:
            kind.check(item, version)
            _check_objectives(kind, item)
        except ValueError as why:
            raise ValueError(f"item {number}: {why}") from None
    return sent


def _check_objectives(kind: Kind, item: Any) -> None:
    """Objectives of source `case` are known by UUIDs, and there is at least one (`oneroster-1.2.md` section 9)."""
    if kind is OBJECTIVES:
        named = item["learningObjectiveIds"]
    elif kind is RESULT_OBJECTIVES:
        named = [one["learningObjectiveId"] for one in item["learningObjectiveResults"]]
    else:
        return
    if not named:
        raise ValueError("it names no learning objective")
    if item["source"] == "case":
        for one in named:
            _check_uuid(one)


def _check_uuid(text: str) -> None:
    try:
        if str(uuid.UUID(text)) == text.lower():
            return
    except ValueError:
        pass
    raise ValueError("a learning objective of source case is known by a UUID")
