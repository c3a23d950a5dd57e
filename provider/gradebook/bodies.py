"""What a platform sends to the grade book, held against the table: from a JSON value to `Body`s of plain values.

Lenient where clients of the field are (real-clients 19), strict everywhere else; every refusal names the place in the
body. Whether what a body refers to exists is not known here.
"""

import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from functools import cache, partial
from typing import Any, NamedTuple

from shared.oneroster import instants
from shared.oneroster.errors import Failure, OneRosterError
from shared.oneroster.kinds import BOOLEAN, DATE, DATETIME, FLOAT, METADATA, OBJECTIVES, RESULT_OBJECTIVES, TEXT, Kind
from shared.oneroster.resources.gradebook import line_items
from shared.oneroster.resources.gradebook_operations import Write
from shared.oneroster.resources.model import REQUIRED, Field, Resource
from shared.oneroster.values import MAX_ID_LENGTH
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


class Body(NamedTuple):
    """One object that was sent.

    place      where it stands in the body: "lineItem", "results[3]"
    sourced_id the id under which it was sent; of a PUT that of the path
    deleted    its status is tobedeleted
    values     by field: text, float, bool, date, datetime; a reference is the sourcedId; lists and metadata as sent.
               None for a field that the version has and the body has not.
    """

    place: str
    sourced_id: str
    deleted: bool
    values: dict[str, Any]

    def refuse(self, field: str, why: str, failure: Failure = Failure.INVALID_BODY) -> OneRosterError:
        """The refusal of this object for one of its fields."""
        return OneRosterError(failure, f"{self.place}.{field}: {why}")


def read_one(document: Any, write: Write, version: Version, sourced_id: str) -> Body:
    """The object of a PUT under the id of its path. Raises OneRosterError."""
    wrapper = write.resource.singular
    record = _unwrap(document, wrapper)
    sent = record.get("sourcedId") if isinstance(record, dict) else None
    if sent is not None and sent != sourced_id:
        raise OneRosterError(Failure.INVALID_BODY, f"{wrapper}.sourcedId: it is not the sourcedId of the path")
    check_id(sourced_id, "The sourcedId of the path")
    return _read(record, wrapper, sourced_id, write.resource, version, {})


def read_many(
    document: Any, write: Write, version: Version, of_path: Mapping[str, str | None]
) -> list[Body | OneRosterError]:
    """The objects of a POST, each read or refused.

    of_path   what the path says of each: a field may be lacking there, and must not differ; None: it may be lacking,
              because another one tells it

    Raises OneRosterError when the body is not a list in its wrapper.
    """
    wrapper = write.resource.plural
    records = _unwrap(document, wrapper)
    if not isinstance(records, list):
        raise OneRosterError(Failure.INVALID_BODY, f"{wrapper}: it is not a list")
    found: list[Body | OneRosterError] = []
    for number, record in enumerate(records):
        place = f"{wrapper}[{number}]"
        try:
            found.append(_read(record, place, _supplied(record, place), write.resource, version, of_path))
        except OneRosterError as refused:
            found.append(refused)
    return found


def supplied_ids(document: Any, write: Write) -> list[str]:
    """The ids of the objects of a POST as they were sent, "" where there is none that can be shown."""
    sent = (record.get("sourcedId") if isinstance(record, dict) else None for record in document[write.resource.plural])
    return [one if isinstance(one, str) and len(one) <= MAX_ID_LENGTH else "" for one in sent]


def check_id(sourced_id: str, what: str) -> None:
    """Raises OneRosterError unless an object can have this sourcedId."""
    # What a server could not decode stands in a path as U+FFFD.
    if not 1 <= len(sourced_id) <= MAX_ID_LENGTH or not sourced_id.isprintable() or "\ufffd" in sourced_id:
        raise OneRosterError(
            Failure.INVALID_BODY, f"{what} must have 1 to {MAX_ID_LENGTH} characters that can be printed"
        )


def _unwrap(document: Any, wrapper: str) -> Any:
    if not isinstance(document, dict) or set(document) != {wrapper}:
        raise OneRosterError(Failure.INVALID_BODY, f"The body must be an object with the one member {wrapper!r}")
    return document[wrapper]


def _supplied(record: Any, place: str) -> str:
    sent = record.get("sourcedId") if isinstance(record, dict) else None
    if not isinstance(sent, str):
        raise OneRosterError(Failure.INVALID_BODY, f"{place}.sourcedId: it is missing or not text")
    check_id(sent, f"{place}.sourcedId")
    return sent


def _read(
    record: Any, place: str, sourced_id: str, resource: Resource, version: Version, of_path: Mapping[str, str | None]
) -> Body:
    if not isinstance(record, dict):
        raise OneRosterError(Failure.INVALID_BODY, f"{place}: it is not an object")
    members, readers = _plan(resource, version)
    if version is Version.V1P2 and not members >= record.keys():
        unknown = min(record.keys() - members)
        raise OneRosterError(
            Failure.INVALID_BODY,
            f"{place}: it has the unknown member {unknown[:40]!r}; what the standard does not have goes into metadata",
        )
    values: dict[str, Any] = {}
    for name, required, kept, read in readers:
        sent = record.get(name)
        value = None
        # Nothing, null, "" and [] are the same (real-clients 19).
        if sent is not None and sent != "" and sent != []:
            try:
                value = read(sent)
            except ValueError as why:
                raise OneRosterError(Failure.INVALID_BODY, f"{place}.{name}: {why}") from None
        elif required and name not in of_path:
            raise OneRosterError(Failure.INVALID_BODY, f"{place}.{name}: it is missing")
        if kept:
            values[name] = value
    body = Body(place, sourced_id, record.get("status") == "tobedeleted", values)
    _take_from_path(body, of_path)
    return body


def _take_from_path(body: Body, of_path: Mapping[str, str | None]) -> None:
    """What the path says wins; a body that says otherwise contradicts itself (`oneroster-1.2.md` section 4)."""
    for name, value in of_path.items():
        if value is not None and body.values.get(name) not in (None, value):
            raise body.refuse(name, f"{body.values[name]!r} is not the one of the path, {value!r}")
        body.values[name] = value if value is not None else body.values.get(name)


class _Reader(NamedTuple):
    """How a field is read: whether a write must have it, whether its value is kept, and what makes the plain value of
    what was sent, or raises ValueError."""

    name: str
    required: bool
    kept: bool
    read: Callable[[Any], Any]


@cache
def _plan(resource: Resource, version: Version) -> tuple[frozenset[str], tuple[_Reader, ...]]:
    """The members that a version has, and how each is read."""
    fields = resource.of(version)
    readers = tuple(
        _Reader(
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
