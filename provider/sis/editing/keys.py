"""The key of a row as one word of an address: `12`, `12.7` of two columns, `12.7.P~202` with a text in it.

What is no letter, digit, - or _ of ASCII stands as ~ and two hex digits for each byte.
"""

import re
from typing import Any

from sqlalchemy import Integer

from provider.sis.importing.shapes import Shape, sis_shapes
from shared.database import LARGEST_ID

Key = tuple[Any, ...]

#: Words of addresses that stand where a key does.
RESERVED = frozenset(("add", "bulk", "find"))

_PLAIN = re.compile(r"[A-Za-z0-9_-]")
_WORD = re.compile(r"(?:[A-Za-z0-9_-]|~[0-9A-F]{2})*", re.ASCII)
_ESCAPED = re.compile(r"~([0-9A-F]{2})")
_LONGEST_NUMBER = len(str(LARGEST_ID))


def key_of(row: Any) -> Key:
    """The primary key of a row of a model."""
    return tuple(getattr(row, name) for name in sis_shapes()[row.__tablename__].key)


def key_text(key: Key | int | str) -> str:
    """A key as a word of an address; one column alone may stand for itself."""
    parts = key if isinstance(key, tuple) else (key,)
    text = ".".join(_escape(str(part)) for part in parts)
    return f"~{ord(text[0]):02X}{text[1:]}" if text in RESERVED else text


def read_key(table: str, text: str) -> Key | None:
    """The key that a word stands for; None where it stands for none."""
    shape: Shape = sis_shapes()[table]
    parts = text.split(".")
    if len(parts) != len(shape.key):
        return None
    key = []
    for name, part in zip(shape.key, parts, strict=True):
        value = _number(part) if isinstance(shape.table.columns[name].type, Integer) else _unescape(part)
        if value is None:
            return None
        key.append(value)
    return tuple(key)


def read_reference(table: str, text: str) -> Any:
    """The key of one column that a field or a query holds as it is, not as a word of an address; None for none."""
    (name,) = sis_shapes()[table].key
    number = isinstance(sis_shapes()[table].table.columns[name].type, Integer)
    return _number(text) if number else text.replace("\0", "") or None


def _escape(text: str) -> str:
    return "".join(
        letter if _PLAIN.fullmatch(letter) else "".join(f"~{byte:02X}" for byte in letter.encode()) for letter in text
    )


def _unescape(word: str) -> str | None:
    if not _WORD.fullmatch(word):
        return None
    try:
        text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), word).encode("latin-1").decode()
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text


def _number(text: str) -> int | None:
    if not (text.isascii() and text.isdigit()) or len(text) > _LONGEST_NUMBER:
        return None
    value = int(text)
    return value if value <= LARGEST_ID else None
