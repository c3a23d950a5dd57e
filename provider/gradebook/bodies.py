"""What a platform sends to the grade book, held against the table: from a JSON value to `Body`s of plain values.

Lenient where clients of the field are (real-clients 19), strict everywhere else; every refusal names the place in the
body. Whether what a body refers to exists is not known here.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from provider.gradebook.fields import readers_of
from shared.oneroster.errors import Failure, OneRosterError
from shared.oneroster.resources.gradebook_operations import Write
from shared.oneroster.resources.model import Resource
from shared.oneroster.values import MAX_ID_LENGTH
from shared.oneroster.versions import Version


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

    def refuse(self, field: str, why: str) -> OneRosterError:
        """The refusal of this object for one of its fields."""
        return OneRosterError(Failure.INVALID_BODY, f"{self.place}.{field}: {why}")


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
    members, readers = readers_of(resource, version)
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
