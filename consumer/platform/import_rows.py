"""What a row of a user import says about an account: each cell checked by itself (C-55)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from consumer.platform.models import ROLES
from shared.web.passwords import why_too_weak

#: The columns that an import knows.
COLUMNS = ("unique_id", "username", "email", "given_name", "family_name", "role", "school", "password")
#: What somebody new must have.
NEEDED = ("username", "given_name", "family_name", "role")
#: The most characters in a cell.
LONGEST = 255


class RowError(NamedTuple):
    """Why a row was left out. `column` is "" when the row as a whole is to blame."""

    line: int
    column: str
    reason: str

    def __str__(self) -> str:
        return f"line {self.line}{f', column {self.column}' if self.column else ''}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Said:
    """What a row says: columns of the account by name (school as `school_id`), only those that are filled in."""

    line: int
    values: dict[str, Any] = field(default_factory=dict)
    password: str | None = None


class Schools:
    """Schools by their number or name, without regard to case."""

    def __init__(self, schools: list[tuple[int, str, str | None]]) -> None:
        self._numbers: dict[str, list[int]] = {}
        self._names: dict[str, list[int]] = {}
        for school_id, name, number in schools:
            self._names.setdefault(name.casefold(), []).append(school_id)
            if number:
                self._numbers.setdefault(number.casefold(), []).append(school_id)

    def find(self, text: str) -> int:
        """Raises ValueError."""
        found = self._numbers.get(text.casefold()) or self._names.get(text.casefold()) or []
        if len(found) != 1:
            raise ValueError(
                "there are several schools of that name: use the number" if found else "no such school here"
            )
        return found[0]


def read_row(line: int, cells: Mapping[str, str], schools: Schools) -> tuple[Said, list[RowError]]:
    """What the row says, and what is wrong with it; with an error, nothing of it may be used."""
    values: dict[str, Any] = {}
    errors = []
    for column in COLUMNS:
        text = cells.get(column, "")
        if not text:
            continue
        try:
            values[column] = _READERS.get(column, _text)(text)
            if column == "school":
                values["school_id"] = schools.find(values.pop("school"))
        except ValueError as error:
            values.pop(column, None)
            errors.append(RowError(line, column, str(error)))
    password = values.pop("password", None)
    if password is not None and (why := why_too_weak(password, values.get("username", ""))):
        errors.append(RowError(line, "password", why))
    if not (cells.get("username") or cells.get("unique_id")):
        errors.append(RowError(line, "", "has neither unique_id nor username"))
    return Said(line, values, password), errors


def _text(text: str) -> str:
    if len(text) > LONGEST:
        raise ValueError(f"is longer than {LONGEST} characters")
    if any((ord(character) < 32 and character not in "\r\n\t") or ord(character) == 127 for character in text):
        raise ValueError("holds a control character")
    return " ".join(text.split())


def _username(text: str) -> str:
    if any(character.isspace() for character in text):
        raise ValueError("has a blank inside")  # C-43
    return _text(text)


def _email(text: str) -> str:
    before, _, after = text.rpartition("@")
    if not before or not after or any(character.isspace() for character in text):
        raise ValueError("is not an email address")
    return _text(text)


def _role(text: str) -> str:
    if text.casefold() not in ROLES:
        raise ValueError(f"is none of {', '.join(ROLES)}")
    return text.casefold()


_READERS: dict[str, Callable[[str], str]] = {
    "username": _username, "email": _email, "role": _role, "password": str,
}  # fmt: skip
