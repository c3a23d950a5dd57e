"""Each kind of value once: how it is validated, compared, written as JSON and as CSV.

A kind knows nothing of the field that uses it. `parse` reads a JSON value, `from_csv` a CSV cell, `to_csv` writes one.
Values are plain Python: str for text, ids, dates ("2026-08-15"), date-times ("2026-08-15T10:00:00.000Z"), years and
the booleans "true"/"false" (strings in both versions, real-clients 15); float for numbers; dict for references.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of value. `values` is the vocabulary of an enumeration, `target` the collection a reference names."""

    name: str
    values: frozenset[str] | None = None
    values11: frozenset[str] | None = None
    extensible: bool = False
    target: str | None = None


TEXT = Kind("text")
ID = Kind("id")
DATE = Kind("date")
DATETIME = Kind("datetime")
YEAR = Kind("year")
BOOLEAN = Kind("boolean")
FLOAT = Kind("float")
METADATA = Kind("metadata")
USER_ID = Kind("userId")
ROLE = Kind("role")
PROFILE = Kind("userProfile")


def enum(*values: str, v11: tuple[str, ...] | None = None, ext: bool = False) -> Kind:
    """A vocabulary; `v11` where 1.1 has other words; `ext` where 1.2 also takes `ext:` tokens."""
    return Kind("enum", frozenset(values), None if v11 is None else frozenset(v11), ext)


def ref(target: str) -> Kind:
    """A GUIDRef to the collection `target`."""
    return Kind("ref", target=target)
