"""What the form of a row shows: each field with what it takes, and the rows that it can refer to."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Boolean, Date
from sqlalchemy.orm import Session

from provider.admin.records.naming import options, words_of
from provider.sis.editing.checks import above, referred
from provider.sis.editing.control import controlled
from provider.sis.editing.keys import read_reference
from provider.sis.editing.tables import EDITABLE, Field
from provider.sis.importing.shapes import sis_shapes

#: A select holds so many rows at most.
MOST_OPTIONS = 3_000
#: Tables of which a row is always searched for.
SEARCHED = frozenset({"person", "section", "course"})
#: A reference that is chosen once is chosen from a select up to so many rows, else searched for.
FEW = 300

#: References that are of one calendar with another column of their row.
_BESIDE = {
    ("enrollment", "grade_level_id"): "calendar_id",
    ("section", "trial_id"): "course_id",
    ("section_placement", "term_id"): "section_id",
}


class Shown(NamedTuple):
    """A field of the form.

    kind      text, date, tick, select, or fixed: shown, and not changed
    options   (value, words) of a select
    words     what a fixed value is called; `table` and `key` of the row that it refers to, "" for none
    managed   the HR system manages it: it is shown, and not changed
    decides   the column whose options depend on this one, "" for none
    """

    column: str
    label: str
    hint: str
    kind: str
    required: bool
    options: Sequence[tuple[str, str]] = ()
    words: str = ""
    table: str = ""
    key: str = ""
    managed: bool = False
    decides: str = ""


def is_flag(table: str, column: str) -> bool:
    return isinstance(sis_shapes()[table].table.columns[column].type, Boolean)


def days_of(table: str) -> frozenset[str]:
    """The columns that hold days."""
    return frozenset(column.name for column in sis_shapes()[table].table.columns if isinstance(column.type, Date))


def show_fields(
    session: Session, table: str, values: Mapping[str, Any], fixed: frozenset[str], managed: bool, today: date
) -> list[Shown]:
    """The fields of a form.

    values   what is stored or typed, by column; references decide what others can refer to
    fixed    columns that are not changed
    managed  the HR system manages whose row it is
    """
    hr = controlled(table) if managed else frozenset[str]()
    return [
        _show(session, table, one, values, one.column in fixed, one.column in hr, today)
        for one in EDITABLE[table].fields
    ]


def calendar_beside(session: Session, table: str, column: str, values: Mapping[str, Any]) -> tuple[bool, int | None]:
    """Whether a reference depends on another column of its row, and the calendar that this one leads to."""
    beside = _BESIDE.get((table, column))
    if beside is None:
        return False, None
    key = read_reference(referred(table, beside), str(values.get(beside) or ""))
    return True, above(session, referred(table, beside), key, "calendar")


def forget_misfits(session: Session, table: str, texts: dict[str, str]) -> None:
    """After another choice: what was chosen beside it and is of another calendar is chosen no more."""
    for own, column in _BESIDE:
        if own == table and texts.get(column):
            key = read_reference(referred(table, column), texts[column])
            _, calendar = calendar_beside(session, table, column, texts)
            if key is None or above(session, referred(table, column), key, "calendar") != calendar:
                texts[column] = ""


def _show(
    session: Session, table: str, one: Field, values: Mapping[str, Any], fixed: bool, managed: bool, today: date
) -> Shown:
    shape, column = sis_shapes()[table], one.column
    described = shape.table.columns[column]
    required = not described.nullable and not isinstance(described.type, Boolean) and shape.default(column) != ""
    plain = Shown(column, one.label, one.hint, "text", required and not fixed, managed=managed)
    target, value = referred(table, column), values.get(column)
    if fixed:
        words = _words(session, target, value, today)
        if isinstance(described.type, Boolean):
            words = "Yes" if value else ""
        return plain._replace(kind="fixed", table=target, key=str(value or ""), words=one.words.get(words, words))
    if target:
        decided = next((other for (own, other), by in _BESIDE.items() if own == table and by == column), "")
        found = _choices(session, table, column, values, required, today)
        return plain._replace(kind="select", options=found, decides=decided)
    if isinstance(described.type, Boolean):
        return plain._replace(kind="tick")
    if one.words:
        return plain._replace(kind="select", options=_vocabulary(one, value, required))
    if isinstance(described.type, Date):
        return plain._replace(kind="date")
    return plain


def _vocabulary(one: Field, value: Any, required: bool) -> list[tuple[str, str]]:
    """The words of a vocabulary; what stands there and is none of them stays to be seen."""
    found = [*one.words.items()]
    if value and value not in one.words:
        found.append((str(value), str(value)))
    return found if required and value else [("", "Choose …" if required else "Not said"), *found]


def _choices(
    session: Session, table: str, column: str, values: Mapping[str, Any], required: bool, today: date
) -> list[tuple[str, str]]:
    """The rows that a reference can be to, and the one that it is to."""
    target, value = referred(table, column), str(values.get(column) or "")
    depends, calendar = calendar_beside(session, table, column, values)
    found = [] if depends and calendar is None else options(session, target, calendar, MOST_OPTIONS)
    shown = [(str(key), words) for key, words in found]
    if value and value not in dict(shown) and (words := _words(session, target, value, today)):
        shown.insert(0, (value, words))
    blank = "Choose …" if required else "None"
    return shown if required and value in dict(shown) else [("", blank), *shown]


def _words(session: Session, target: str, value: Any, today: date) -> str:
    """What a value is called."""
    if not target or value in (None, ""):
        return str(value or "")
    key = read_reference(target, str(value))
    return "" if key is None else words_of(session, target, [key], today).get(key, "")
