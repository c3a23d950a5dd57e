"""The plain kinds of value: how each is checked, compared, read from and written to CSV, and described.

How `filter` and `sort` compare, decided here and nowhere else (neither version says all of it):
- sourcedIds are equal when they are the same text; all other text, vocabularies and booleans without regard to case;
- `<` and `>` follow Unicode on text, the calendar on dates, the clock on date-times (an instant, whatever its offset;
  a bare date is midnight UTC), size on numbers and years;
- `~` is "contains", without regard to case, on the text of the value as JSON shows it;
- a reference without a member stands for its sourcedId; a value of `metadata` compares as the text JSON shows.
A value outside a vocabulary equals nothing; one that cannot be a date or number at all is a ValueError.
"""

import math
import re
from dataclasses import dataclass
from typing import Any

from shared.oneroster import instants
from shared.oneroster.versions import Version

MAX_ID_LENGTH = 255
#: Words of OneRoster 1.0 that are still met (`oneroster-1.1.md` section 9).
_OLD_WORDS = {"inactive": "tobedeleted"}
#: `ext:` tokens of the extensible vocabularies (`oneroster-1.2.md` section 8).
_EXTENSION = re.compile(r".*ext:[A-Za-z0-9.\-_]+.*", re.ASCII | re.DOTALL)
_ID = re.compile(r"[0-9A-Za-z.\-_/@]{1,255}", re.ASCII)
_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)", re.ASCII)
_CSV_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", re.ASCII)
_YEAR = re.compile(r"\d{4}", re.ASCII)
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)


@dataclass(frozen=True)
class Kind:
    """A kind of value; plain text unless a subclass says otherwise.

    values, values11  the vocabulary of an enumeration, and that of 1.1 where it has other words
    extensible        1.2 also takes `ext:` tokens
    target            the collection that a reference names
    members           the properties of an object; `stands_for` is the one that an undotted filter path means
    open              an object may have further properties
    """

    name: str
    values: frozenset[str] | None = None
    values11: frozenset[str] | None = None
    extensible: bool = False
    target: str | None = None
    members: "tuple[Member, ...]" = ()
    stands_for: str | None = None
    open: bool = False

    def check(self, value: Any, version: Version) -> None:
        """Raises ValueError, saying why, unless `value` is a JSON value of this kind."""
        if not isinstance(value, str):
            raise ValueError("it is not text")

    def operand(self, text: str) -> Any:
        """The value that `text` means in a filter; ValueError when it cannot be one of this kind."""
        return text

    def equal(self, value: Any) -> str:
        """The normal form of a value: two values are equal exactly when their normal forms are."""
        return shown(value).casefold()

    def order(self, value: Any) -> Any:
        """What `<` and `>` compare; one type throughout a kind."""
        return shown(value)

    def split_csv(self, cell: str) -> list[str]:
        """The items of a list in one CSV cell."""
        return cell.split(",")

    def from_csv(self, text: str, version: Version) -> Any:
        """The value of a CSV cell that is not blank; ValueError when it is not as the binding wants it."""
        self.check(text, version)
        return text

    def mend_csv(self, text: str, version: Version) -> str | None:
        """What a cell that `from_csv` refused most probably means, written as the binding wants it; None: no idea."""
        stripped = text.strip()
        return stripped if stripped != text else None

    def to_csv(self, value: Any) -> str:
        """The CSV cell of a value; what `from_csv` reads back as the same value."""
        return shown(value)

    def json_schema(self, version: Version) -> dict[str, Any]:
        """The kind as JSON Schema."""
        return {"type": "string"}

    def member(self, name: str) -> "Member | None":
        """The member called `name`, without regard to case."""
        wanted = name.casefold()
        return next((member for member in self.members if member.name.casefold() == wanted), None)


@dataclass(frozen=True)
class Member:
    """A property of an object kind. `indexed` as in `resources.model.Field`."""

    name: str
    kind: Kind
    required: bool = False
    many: bool = False
    indexed: bool = False


def shown(value: Any) -> str:
    """A JSON value as the text that JSON shows, without quotes; whole numbers without a fraction."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


class Id(Kind):
    """A sourcedId: fewer than 256 characters; the CSV binding limits which."""

    def check(self, value: Any, version: Version) -> None:
        if not isinstance(value, str) or not 1 <= len(value) <= MAX_ID_LENGTH:
            raise ValueError(f"it is not text of 1 to {MAX_ID_LENGTH} characters")

    def equal(self, value: Any) -> str:
        return shown(value)

    def from_csv(self, text: str, version: Version) -> str:
        if not _ID.fullmatch(text):
            raise ValueError(f"an id has 1 to {MAX_ID_LENGTH} characters out of 0-9 a-z A-Z . - _ / @")
        return text

    def mend_csv(self, text: str, version: Version) -> str | None:
        stripped = text.strip()
        return stripped if 1 <= len(stripped) <= MAX_ID_LENGTH and stripped.isprintable() else None

    def json_schema(self, version: Version) -> dict[str, Any]:
        return {"type": "string", "minLength": 1, "maxLength": MAX_ID_LENGTH}


class Date(Kind):
    """A day, `YYYY-MM-DD`."""

    def check(self, value: Any, version: Version) -> None:
        if not isinstance(value, str) or not instants.is_date(value):
            raise ValueError("it is not a day written YYYY-MM-DD")

    def operand(self, text: str) -> str:
        return instants.instant(text)

    def equal(self, value: Any) -> str:
        return instants.recorded_instant(value)

    def order(self, value: Any) -> str:
        return instants.recorded_instant(value)

    def mend_csv(self, text: str, version: Version) -> str | None:
        """A date-time where a day is wanted."""
        try:
            instants.instant(text)
        except ValueError:
            return None
        return text.strip()[:10]

    def json_schema(self, version: Version) -> dict[str, Any]:
        return {"type": "string", "format": "date"}


class DateTime(Date):
    """A moment: ISO 8601 with a zone; in CSV in UTC with milliseconds."""

    def check(self, value: Any, version: Version) -> None:
        if not isinstance(value, str) or not _DATE_TIME.fullmatch(value):
            raise ValueError("it is not a date-time such as 2026-08-15T10:00:00.000Z")
        instants.instant(value)

    def from_csv(self, text: str, version: Version) -> str:
        if not _CSV_DATE_TIME.fullmatch(text):
            raise ValueError("it is not a date-time written YYYY-MM-DDTHH:MM:SS.sssZ")
        instants.instant(text)
        return text

    def mend_csv(self, text: str, version: Version) -> str | None:
        try:
            return instants.instant(text)[:23] + "Z"
        except ValueError:
            return None

    def to_csv(self, value: Any) -> str:
        return instants.recorded_instant(value)[:23] + "Z"

    def json_schema(self, version: Version) -> dict[str, Any]:
        return {"type": "string", "format": "date-time"}


class Year(Kind):
    """The year in which a school year ends, `YYYY`, as text."""

    def check(self, value: Any, version: Version) -> None:
        if not isinstance(value, str) or not _YEAR.fullmatch(value):
            raise ValueError("it is not a year written YYYY")

    def operand(self, text: str) -> str:
        stripped = text.strip()
        if not (stripped.isascii() and stripped.isdigit() and len(stripped) <= 18):
            raise ValueError(f"{text[:40]!r} is no year")
        return stripped

    def order(self, value: Any) -> int:
        return int(value)

    def json_schema(self, version: Version) -> dict[str, Any]:
        return {"type": "string", "pattern": "^[0-9]{4}$"}


class Float(Kind):
    """A number."""

    def check(self, value: Any, version: Version) -> None:
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise ValueError("it is not a number")

    def operand(self, text: str) -> float:
        if not _NUMBER.fullmatch(text.strip()) or not math.isfinite(float(text)):
            raise ValueError(f"{text[:40]!r} is no number")
        return float(text)

    def equal(self, value: Any) -> str:
        return repr(float(value))

    def order(self, value: Any) -> float:
        return float(value)

    def from_csv(self, text: str, version: Version) -> float:
        return self.operand(text)

    def json_schema(self, version: Version) -> dict[str, Any]:
        return {"type": "number"}


class Enumeration(Kind):
    """A word of a vocabulary; in 1.2 an `ext:` token too where the vocabulary is extensible."""

    def vocabulary(self, version: Version) -> frozenset[str]:
        words = self.values11 if version is Version.V1P1 and self.values11 is not None else self.values
        return words or frozenset()

    def check(self, value: Any, version: Version) -> None:
        words = self.vocabulary(version)
        if not isinstance(value, str):
            raise ValueError("it is not text")
        if value not in words and not self._is_extension(value, version):
            raise ValueError(f"it is not one of {', '.join(sorted(words))}")

    def mend_csv(self, text: str, version: Version) -> str | None:
        folded = text.strip().casefold()
        folded = _OLD_WORDS.get(folded, folded)
        return next((word for word in self.vocabulary(version) if word.casefold() == folded), None)

    def json_schema(self, version: Version) -> dict[str, Any]:
        words: dict[str, Any] = {"type": "string", "enum": sorted(self.vocabulary(version))}
        if not self.extensible or version is Version.V1P1:
            return words
        return {"anyOf": [words, {"type": "string", "pattern": "ext:[A-Za-z0-9.\\-_]+"}]}

    def _is_extension(self, value: str, version: Version) -> bool:
        return self.extensible and version is Version.V1P2 and _EXTENSION.fullmatch(value) is not None


class Boolean(Enumeration):
    """The strings "true" and "false" (real-clients 15); 1.1 also takes JSON booleans."""

    def check(self, value: Any, version: Version) -> None:
        if not (isinstance(value, bool) and version is Version.V1P1):
            super().check(value, version)
