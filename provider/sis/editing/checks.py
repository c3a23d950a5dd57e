"""What a row must be beyond each of its values: what it refers to is there and of the same calendar, days are in order,
numbers are nobody else's. The database keeps most of it too; here it is told in words, beside the column.
"""

from collections.abc import Collection, Mapping
from typing import Any
from zoneinfo import available_timezones

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from provider.sis.editing.refusals import Wrong
from provider.sis.editing.tables import EDITABLE
from provider.sis.importing.shapes import Unique, sis_shapes

Values = Mapping[str, Any]

#: Pairs of columns of which the second is not before the first.
_IN_ORDER = (("start_date", "end_date"), ("opens_on", "closes_on"), ("start_year", "end_year"))
#: Table -> two columns that must lead to one calendar.
_ONE_CALENDAR = {
    "enrollment": ("calendar_id", "grade_level_id"),
    "section": ("course_id", "trial_id"),
    "section_placement": ("section_id", "term_id"),
}


def check_row(session: Session, table: str, values: Values, changed: Collection[str], key: Values | None) -> None:
    """Check a row as it would be. `changed` are the columns to be judged, `key` is the row's own; None: it is new.

    Raises Wrong with all that is wrong.
    """
    wrong: dict[str, str] = {}
    wrong |= _missing(session, table, values, changed)
    wrong |= _disorder(table, values, changed)
    wrong |= _particular(table, values, changed)
    if not wrong:
        wrong |= _other_calendar(session, table, values, changed)
        wrong |= _taken(session, table, values, changed, key)
    if wrong:
        raise Wrong(wrong)


def above(session: Session, table: str, key: Any, wanted: str) -> Any:
    """The key of the row of `wanted` that a row belongs to, by its owners: section → course → calendar. None: none."""
    while table != wanted:
        owner = EDITABLE[table].owner
        if not owner or key is None:
            return None
        described = sis_shapes()[table].table
        key = session.scalar(select(described.c[owner]).where(described.c.id == key))
        table = referred(table, owner)
    return key


def referred(table: str, column: str) -> str:
    """The table that a column refers to, "" for none."""
    return dict(sis_shapes()[table].references).get(column, "")


def _missing(session: Session, table: str, values: Values, changed: Collection[str]) -> dict[str, str]:
    wrong = {}
    for column, target in sis_shapes()[table].references:
        if column not in changed or values[column] is None:
            continue
        their = sis_shapes()[target].table
        key = next(iter(their.primary_key.columns))
        if session.scalar(select(key).where(key == values[column])) is None:
            wrong[column] = f"there is no such {EDITABLE[target].one}"
    return wrong


def _disorder(table: str, values: Values, changed: Collection[str]) -> dict[str, str]:
    wrong = {}
    for first, last in _IN_ORDER:
        if not {first, last} & set(changed):
            continue
        early, late = values.get(first), values.get(last)
        if early is not None and late is not None and late < early:
            label = EDITABLE[table].field_of(first).label
            wrong[last] = f"lies before {label[:1].lower()}{label[1:]} {early}"
    return wrong


def _particular(table: str, values: Values, changed: Collection[str]) -> dict[str, str]:
    """What single tables want."""
    if table == "relationship" and values["person_id"] == values["student_id"]:
        return {"student_id": "is the adult: a relationship is of two people"}
    if table == "district" and "time_zone" in changed and values["time_zone"] not in available_timezones():
        return {"time_zone": "is not a time zone such as America/Chicago"}
    if table == "course" and {"subjects", "subject_codes"} & set(changed):
        names, codes = (len((values[name] or "").split(",")) for name in ("subjects", "subject_codes"))
        if values["subjects"] and values["subject_codes"] and names != codes:
            return {"subject_codes": f"has {codes} where there are {names} subjects"}
    return {}


def _other_calendar(session: Session, table: str, values: Values, changed: Collection[str]) -> dict[str, str]:
    pair = _ONE_CALENDAR.get(table)
    if not pair or not set(pair) & set(changed) or any(values[column] is None for column in pair):
        return {}
    own, other = (above(session, referred(table, column), values[column], "calendar") for column in pair)
    return {} if own == other else {pair[1]: "is of another calendar"}


def _taken(
    session: Session, table: str, values: Values, changed: Collection[str], key: Values | None
) -> dict[str, str]:
    """Columns that no two rows share; a mark that only one row has is moved, not refused."""
    shape, wrong = sis_shapes()[table], {}
    uniques = [unique for unique in shape.uniques.values() if not unique.only]
    if key is None and shape.key != ("id",):
        uniques.append(Unique(shape.key))
    for unique in uniques:
        if not set(unique.columns) & set(changed) or any(values.get(name) is None for name in unique.columns):
            continue
        same = [shape.table.c[name] == values[name] for name in unique.columns]
        itself = and_(*(shape.table.c[name] == key[name] for name in shape.key)) if key else None
        found = select(func.count()).select_from(shape.table).where(*same)
        if session.scalar(found if itself is None else found.where(~itself)):
            wrong[unique.columns[-1]] = f"another {EDITABLE[table].one} has this already"
    return wrong
