"""Cells that hold what OneRoster itself defines: words of its vocabularies, and JSON objects as a record carries them.

What is good is what the standard's own kinds of value accept, so that whatever is stored can be published.
"""

import json
from collections.abc import Callable, Iterable
from math import isfinite
from typing import Any

from sqlalchemy import Column

from provider.sis.importing.report import BadCell
from shared.oneroster.kinds import METADATA, OBJECTIVES, RESULT_OBJECTIVES, Kind
from shared.oneroster.resources.gradebook import results
from shared.oneroster.resources.learning import resources
from shared.oneroster.versions import Version

DEEPEST = 32

_JSON: dict[tuple[str, str], Kind] = {
    ("line_item", "objectives"): OBJECTIVES,
    ("assessment_line_item", "objectives"): OBJECTIVES,
    ("result", "objectives"): RESULT_OBJECTIVES,
    ("assessment_result", "objectives"): RESULT_OBJECTIVES,
}
_STATUS = results.of(Version.V1P2)["scoreStatus"].kind
_WORDS: dict[tuple[str, str], Kind] = {
    ("result", "status"): _STATUS,
    ("assessment_result", "status"): _STATUS,
    ("resource", "roles"): resources.of(Version.V1P2)["roles"].kind,
}


def structured_parser(column: Column[Any]) -> Callable[[str], Any] | None:
    """The function that reads a filled cell of `column`, if it is one of these. It raises BadCell."""
    place = (column.table.name, column.name)
    if place in _JSON:
        return lambda text: _list(text, _JSON[place])
    if column.name == "extension":
        return _object
    if place in _WORDS:
        many = place[1] == "roles"
        return lambda text: _words(text, _WORDS[place], many)
    return None


def is_json(column: Column[Any]) -> bool:
    """Whether a cell of `column` holds JSON."""
    return column.name == "extension" or (column.table.name, column.name) in _JSON


def _list(text: str, kind: Kind) -> list[Any]:
    value = _json(text)
    if not isinstance(value, list):
        raise BadCell(f"is not a JSON list of {kind.name} objects")
    try:
        for item in value:
            kind.check(item, Version.V1P2)
    except ValueError as why:
        raise BadCell(f"is not a list of {kind.name} objects: {why}") from None
    return value


def _object(text: str) -> dict[str, Any]:
    value = _json(text)
    try:
        METADATA.check(value, Version.V1P2)
    except ValueError as why:
        raise BadCell(f"is not a JSON object: {why}") from None
    return dict(value)


def _words(text: str, kind: Kind, many: bool) -> str:
    words = [word.strip() for word in text.split(",")] if many else [text.strip()]
    try:
        for word in words:
            kind.check(word, Version.V1P2)
    except ValueError as why:
        raise BadCell(f"is not as OneRoster has it: {why}") from None
    return ",".join(words)


def _json(text: str) -> Any:
    """The value of a JSON text that every database and every client can hold."""
    try:
        value = json.loads(text, object_pairs_hook=_members, parse_constant=_refuse_constant)
    except RecursionError:
        raise BadCell(f"is nested more than {DEEPEST} deep") from None
    except ValueError as why:
        raise BadCell(f"is not JSON: {why}") from None
    _check_contents(value, 1)
    return value


def _members(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for name, value in pairs:
        if name in members:
            raise ValueError(f"{name[:40]!r} stands twice in an object")
        members[name] = value
    return members


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON")


def _check_contents(value: Any, depth: int) -> None:
    if depth > DEEPEST:
        raise BadCell(f"is nested more than {DEEPEST} deep")
    if isinstance(value, str) and ("\0" in value or any("\ud800" <= letter <= "\udfff" for letter in value)):
        raise BadCell("holds a NUL character or half a character")
    if (isinstance(value, int) and not -(2**63) <= value < 2**63) or (isinstance(value, float) and not isfinite(value)):
        raise BadCell("holds too large a number")
    if isinstance(value, dict):
        for name, item in value.items():
            _check_contents(name, depth)
            _check_contents(item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            _check_contents(item, depth + 1)
