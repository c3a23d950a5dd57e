"""Takes a page of a collection apart into its records, untouched, each with its sourcedId and digest.

Bytes stay bytes: a record is stored as it came. What is wrong with one record is said of that record; only a page
that is not JSON, or has no collection in it, is wrong as a whole.
"""

from datetime import datetime
from hashlib import blake2b
from typing import NamedTuple

import msgspec

from consumer.client.errors import BadAnswer
from consumer.client.values import Scalar, moment

#: Members beside a collection that are not it: warnings of 1.1 (`oneroster-1.1.md` 7.1).
_STATUS = frozenset({"statusinfoset", "errors", "warnings"})
LONGEST_ID = 255
#: Bytes of a record. One that is longer is set aside: no field of the standard needs so much.
LONGEST_RECORD = 1024 * 1024


class RawRecord(NamedTuple):
    """A record as received. `digest` is 16 bytes, equal exactly when the bytes are."""

    sourced_id: str
    digest: bytes
    raw: bytes


class BrokenRecord(NamedTuple):
    """A record that cannot be taken in; `why` says what is wrong with it. `sourced_id` is None, or cut short, where
    it cannot be named.
    """

    sourced_id: str | None
    why: str
    raw: bytes


class NotJson(BadAnswer):
    """A page that does not parse: cut off, as a rule, so that asking again may help."""


class WebPage(NotJson):
    """A page for people where data was asked for."""

    code = "WEB_PAGE"
    advice = (
        "Check the domain URL; ask the district whether a sign-in or maintenance page stands before "
        "its OneRoster service"
    )


class _Identity(msgspec.Struct, gc=False):
    sourcedId: str | int | None = None


class _Dated(msgspec.Struct, gc=False):
    dateLastModified: Scalar = None


_Members = msgspec.json.Decoder(dict[str, msgspec.Raw])
_Items = msgspec.json.Decoder(list[msgspec.Raw])
_identity = msgspec.json.Decoder(_Identity).decode
_dated = msgspec.json.Decoder(_Dated).decode


def split_page(body: bytes, collection: str) -> tuple[list[RawRecord], list[BrokenRecord]]:
    """The records of a page. Raises NotJson, or BadAnswer when there is no collection in it."""
    body = body.removeprefix(b"\xef\xbb\xbf")
    try:
        items = _Items.decode(_array(body, collection))
    except msgspec.ValidationError:
        raise BadAnswer(f"The answer for {collection} has no list of {collection} in it") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _no_json(body, collection, error) from None
    records, broken = [], []
    for item in items:
        raw = bytes(item)
        sourced_id, why = _named(raw)
        if why is not None or sourced_id is None:
            broken.append(BrokenRecord(sourced_id, why or "sourcedId is missing", raw))
        else:
            records.append(RawRecord(sourced_id, blake2b(raw, digest_size=16).digest(), raw))
    return records, broken


def modified_at(raw: bytes) -> datetime | None:
    """dateLastModified of a record, in UTC; None where it says none that makes sense."""
    try:
        return moment(_dated(raw).dateLastModified)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _no_json(body: bytes, collection: str, error: Exception) -> NotJson:
    """What a page is that does not parse, in words."""
    if body[:256].lstrip()[:1] == b"<":
        return WebPage(f"The answer for {collection} is a web page instead of data")
    if not body.strip():
        return NotJson(f"The answer for {collection} is empty: not even JSON")
    return NotJson(f"The answer for {collection} is not JSON, or is cut off: {error}")


def _array(body: bytes, collection: str) -> bytes | msgspec.Raw:
    """The JSON array of the collection: under its name in any case, else the only list there, else the whole body."""
    if body[:64].lstrip()[:1] == b"[":
        return body
    members = _Members.decode(body)
    for name, value in members.items():
        if name.lower() == collection.lower():
            return b"[]" if _starts(value, b"null") else value
    lists = [v for name, v in members.items() if name.lower() not in _STATUS and _starts(v, b"[")]
    if len(lists) == 1:
        return lists[0]
    if not members:  # an empty set may leave out its array (`oneroster-1.2.md` 9)
        return b"[]"
    raise BadAnswer(f"The answer for {collection} has no list of {collection} in it")


def _starts(value: msgspec.Raw, text: bytes) -> bool:
    """Whether JSON text starts so, without copying it."""
    return bytes(memoryview(value)[: len(text)]) == text


def _named(raw: bytes) -> tuple[str | None, str | None]:
    """(sourcedId, what is wrong with the record); one of the two is None."""
    try:
        sourced_id = _identity(raw).sourcedId
    except msgspec.ValidationError:
        return None, "is not an object with a sourcedId that is text"
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return None, f"is not JSON: {error}"
    if sourced_id is None or sourced_id == "":
        return None, "sourcedId is missing"
    name = str(sourced_id)
    if len(raw) > LONGEST_RECORD and len(name) <= LONGEST_ID:
        return name, f"is longer than {LONGEST_RECORD >> 20} MiB"
    if len(name) > LONGEST_ID or "\x00" in name:
        why = f"sourcedId is longer than {LONGEST_ID} characters, or not printable"
        return name[:LONGEST_ID].replace("\x00", "\ufffd"), why
    return name, None
