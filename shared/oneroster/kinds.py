"""Each kind of value once: how it is validated, compared, written as JSON and as CSV.

A kind knows nothing of the field that uses it. Values are plain Python: str for text, ids, dates ("2026-08-15"),
date-times ("2026-08-15T10:00:00.000Z"), years and the booleans "true"/"false" (strings in both versions, real-clients
15); float for numbers; dict for references and other objects.

How `filter` and `sort` compare, decided here and nowhere else (neither version says all of it):
- sourcedIds are equal when they are the same text; all other text, vocabularies and booleans without regard to case;
- `<` and `>` follow Unicode on text, the calendar on dates, the clock on date-times (an instant, whatever its offset;
  a bare date is midnight UTC), size on numbers and years;
- `~` is "contains", without regard to case, on the text of the value as JSON shows it;
- a reference without a member stands for its sourcedId; a value of `metadata` compares as the text JSON shows.
A value outside a vocabulary equals nothing; one that cannot be a date or number at all is a ValueError.
"""

import math
from dataclasses import dataclass
from typing import Any

from shared.oneroster import instants


@dataclass(frozen=True)
class Kind:
    """A kind of value. `values` is the vocabulary of an enumeration, `target` the collection a reference names.

    `members` are the properties of an object by name, `stands_for` the one that an undotted filter path means.
    """

    name: str
    values: frozenset[str] | None = None
    values11: frozenset[str] | None = None
    extensible: bool = False
    target: str | None = None
    members: "tuple[Member, ...]" = ()
    stands_for: str | None = None

    def operand(self, text: str) -> Any:
        """The value that `text` means in a filter; ValueError when it cannot be one of this kind."""
        return text

    def equal(self, value: Any) -> str:
        """The normal form of a value: two values are equal exactly when their normal forms are."""
        return shown(value).casefold()

    def order(self, value: Any) -> Any:
        """What `<` and `>` compare; one type throughout a kind."""
        return shown(value)

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


class _Id(Kind):
    def equal(self, value: Any) -> str:
        return shown(value)


class _Moment(Kind):
    """A date or a date-time."""

    def operand(self, text: str) -> str:
        return instants.instant(text)

    def equal(self, value: Any) -> str:
        return instants.recorded_instant(value)

    def order(self, value: Any) -> str:
        return instants.recorded_instant(value)


class _Year(Kind):
    def operand(self, text: str) -> str:
        if not (text.strip().isascii() and text.strip().isdigit()):
            raise ValueError(f"{text!r} is no year")
        return text.strip()

    def order(self, value: Any) -> int:
        return int(value)


class _Float(Kind):
    def operand(self, text: str) -> float:
        number = float(text)
        if not math.isfinite(number):
            raise ValueError(f"{text!r} is no number")
        return number

    def equal(self, value: Any) -> str:
        return repr(float(value))

    def order(self, value: Any) -> float:
        return float(value)


TEXT = Kind("text")
ID = _Id("id")
DATE = _Moment("date")
DATETIME = _Moment("datetime")
YEAR = _Year("year")
BOOLEAN = Kind("boolean", frozenset(("true", "false")))
FLOAT = _Float("float")
METADATA = Kind("metadata")


def enum(*values: str, v11: tuple[str, ...] | None = None, ext: bool = False) -> Kind:
    """A vocabulary; `v11` where 1.1 has other words; `ext` where 1.2 also takes `ext:` tokens."""
    return Kind("enum", frozenset(values), None if v11 is None else frozenset(v11), ext)


_REFERENCE = (
    Member("href", TEXT, required=True),
    Member("sourcedId", ID, required=True),
    Member("type", TEXT, required=True),
)


def ref(target: str) -> Kind:
    """A GUIDRef to the collection `target`."""
    return Kind("ref", target=target, members=_REFERENCE, stands_for="sourcedId")


USER_ID = Kind(
    "userId",
    members=(Member("type", TEXT, required=True), Member("identifier", TEXT, required=True)),
    stands_for="identifier",
)
ROLE = Kind(
    "role",
    members=(
        Member("roleType", enum("primary", "secondary"), required=True),
        Member("role", enum(
            "aide", "counselor", "districtAdministrator", "guardian", "parent", "principal", "proctor", "relative",
            "siteAdministrator", "student", "systemAdministrator", "teacher", ext=True,
        ), required=True, indexed=True),
        Member("org", ref("orgs"), required=True, indexed=True),
        Member("userProfile", TEXT),
        Member("beginDate", DATE),
        Member("endDate", DATE),
    ),
    stands_for="role",
)  # fmt: skip
CREDENTIAL = Kind(
    "credential",
    members=(Member("type", TEXT, required=True), Member("username", TEXT, required=True), Member("password", TEXT)),
    stands_for="username",
)
PROFILE = Kind(
    "userProfile",
    members=(
        Member("profileId", TEXT, required=True),
        Member("profileType", TEXT, required=True),
        Member("vendorId", TEXT, required=True),
        Member("applicationId", TEXT),
        Member("description", TEXT),
        Member("credentials", CREDENTIAL, many=True),
    ),
    stands_for="profileId",
)
