"""The finished JSON of a record, in the two pieces between which dateLastModified is put.

A record is `{"dateLastModified":"<date>",` + tail; the date is that of the revision that published this version.
"""

from datetime import datetime
from hashlib import blake2b

import lz4.block
import orjson

from provider.publishing.project import Projected

_HEAD = b'{"dateLastModified":"'
_AFTER = b'",'


def render(record: Projected) -> bytes:
    """The tail of a projected record: its JSON from sourcedId on."""
    return orjson.dumps({"sourcedId": record.sourced_id, "status": record.status, **record.rest})[1:]


def digest(tail: bytes) -> bytes:
    """16 bytes that differ when anything visible but dateLastModified differs (P-93)."""
    return blake2b(tail, digest_size=16).digest()


def squeeze(text: bytes) -> bytes:
    """A block's text as it is stored (LZ4). Sixty kilobytes become some eight, and to expand them costs less than to
    read them from memory that is not at hand; zlib's format would be smaller and cost three times as much to read."""
    squeezed: bytes = lz4.block.compress(text)
    return squeezed


def expand(squeezed: bytes) -> bytes:
    """The text of a block."""
    text: bytes = lz4.block.decompress(squeezed)
    return text


def head(published_at: datetime) -> bytes:
    """What comes before the tail of every record published at that moment (UTC, milliseconds, real-clients 12)."""
    return _HEAD + wire_date(published_at).encode() + _AFTER


def wire_date(moment: datetime) -> str:
    """A date-time as OneRoster writes it: 2026-11-22T05:00:00.000Z."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z"
