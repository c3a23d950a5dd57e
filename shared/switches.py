"""Switches of an organisation: a frozen dataclass with a default for each, kept as text in a table of name and value.

    @dataclass(frozen=True, slots=True)
    class OrganisationSettings:
        release_1_2: bool = False
        log_days: int = switch(180, whole(1, 3650))

    SWITCHES = Switches(OrganisationSettings, Setting)

A field says with `switch` what it may be; one that is a bool may go without. Knows no table and no program.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

Value = bool | float | int | str
T = TypeVar("T")
Default = TypeVar("Default", bound=Value)


class BadSetting(ValueError):
    """A setting that does not exist, or a value that it cannot have; the message says which."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a switch may be.

    words     what stands after "is" in a sentence about it, such as "true or false"
    parse     the value of a text; None when it is none
    choices   every value, for a list to choose from; none where a person writes
    """

    words: str
    parse: Callable[[str], Value | None]
    choices: tuple[str, ...] = ()


def flag() -> Kind:
    return Kind("true or false", lambda text: {"true": True, "false": False}.get(text.lower()), ("true", "false"))


def share() -> Kind:
    def parse(text: str) -> float | None:
        try:
            number = float(text)
        except ValueError:
            return None
        return number if 0 <= number <= 1 else None

    return Kind("a share between 0 and 1", parse)


def whole(least: int, most: int) -> Kind:
    def parse(text: str) -> int | None:
        good = text.isascii() and text.isdigit() and least <= int(text[:9]) <= most
        return int(text) if good else None

    return Kind(f"a whole number from {least} to {most}", parse)


def one_of(*choices: str) -> Kind:
    return Kind(f"one of {', '.join(choices)}", lambda text: text if text in choices else None, choices)


def time_of_day() -> Kind:
    def parse(text: str) -> str | None:
        hours, _, minutes = text.partition(":")
        good = text.isascii() and hours.isdigit() and minutes.isdigit() and len(text) <= len("22:10")
        return f"{int(hours):02}:{int(minutes):02}" if good and int(hours) < 24 and int(minutes) < 60 else None

    return Kind("a time of day such as 22:10", parse)


def zone() -> Kind:
    def parse(text: str) -> str | None:
        try:
            return ZoneInfo(text.strip()).key
        except (KeyError, ValueError, OSError):
            return None

    return Kind("the name of a time zone such as America/Chicago", parse)


def line(most: int) -> Kind:
    """One line of text, without blanks around it."""

    def parse(text: str) -> str | None:
        text = text.strip()
        return text if text.isprintable() and 1 <= len(text) <= most else None

    return Kind(f"a line of 1 to {most} characters", parse)


def switch(default: Default | Callable[[], Default], kind: Kind) -> Default:
    """A field: its default, or what makes it, and what it may be. Typed as the default, as `dataclasses.field` is."""
    metadata = {"kind": kind}
    if callable(default):
        made: Any = field(default_factory=default, metadata=metadata)
    else:
        made = field(default=default, metadata=metadata)
    return made  # type: ignore[no-any-return]


class Switches(Generic[T]):
    """The switches of the dataclass `model`, kept in `table`, which has the columns `name` and `value`.

    kinds   what each may be, by name; read with every write of a platform, so made once
    """

    def __init__(self, model: type[T], table: Any) -> None:
        self._model, self._table = model, table
        self.kinds: dict[str, Kind] = {one.name: one.metadata.get("kind") or flag() for one in fields(model)}  # type: ignore[arg-type]

    def parse(self, name: str, text: str) -> Value:
        """The value of `text` for switch `name`. Raises BadSetting."""
        if name not in self.kinds:
            raise BadSetting(f"There is no setting {name!r}; there are: {', '.join(sorted(self.kinds))}")
        kind = self.kinds[name]
        value = kind.parse(text)
        if value is None:
            raise BadSetting(f"Setting {name!r} is {kind.words}, not {text!r}")
        return value

    def of(self, stored: Iterable[tuple[str, str]]) -> T:
        """What rows of the table say, with defaults for the rest. Raises BadSetting."""
        return self._model(**{name: self.parse(name, value) for name, value in stored})

    def read(self, session: Session) -> T:
        """All of them as stored, with defaults for the rest."""
        rows = session.execute(select(self._table.name, self._table.value))
        return self.of((name, value) for name, value in rows)

    def write(self, session: Session, name: str, text: str) -> Value:
        """Set one; its value. Raises BadSetting; the caller commits."""
        value = self.parse(name, text)
        session.merge(self._table(name=name, value=as_text(value)))
        return value


def as_text(value: Value) -> str:
    """A value as it is written and stored: true and false in small letters."""
    return str(value).lower() if isinstance(value, bool) else str(value)
