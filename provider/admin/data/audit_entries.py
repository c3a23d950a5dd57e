"""The audit trail as pages and CSV show it: found by who, what, when and about which record; values in words."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from provider.access.user_tables import AuditAbout, AuditEntry
from provider.sis.editing.tables import EDITABLE
from shared.database import LARGEST_ID
from shared.web.lists import SIZE, Asked

FILTERS = ("who", "action", "from", "until", "about")
#: Who changed it, where that was no person.
A_COMMAND = "-"
#: Words of a search that are looked for; further ones change nothing.
MOST_WORDS = 5
#: Rows that are read together for a CSV file.
_PORTION = 1_000


class Line(NamedTuple):
    """An entry. `who` is "" for a command; `changes` are (name, before, after) in words; `about` are (kind, key)."""

    id: int
    at: datetime
    who: str
    action: str
    subject: str
    changes: tuple[tuple[str, str, str], ...]
    about: tuple[tuple[str, int], ...] = ()


def find_entries(session: Session, asked: Asked, zone: ZoneInfo) -> tuple[list[Line], int]:
    """(a page of the entries, newest first, how many there are in all). Days are those of `zone`."""
    where = conditions(asked, zone)
    total = session.scalar(select(func.count()).select_from(AuditEntry).where(*where)) or 0
    wanted = select(AuditEntry).where(*where).order_by(AuditEntry.id.desc()).limit(SIZE).offset(asked.offset)
    entries = session.scalars(wanted).all()
    about: dict[int, list[tuple[str, int]]] = defaultdict(list)
    ids = [entry.id for entry in entries]
    for row in session.scalars(select(AuditAbout).where(AuditAbout.entry_id.in_(ids), AuditAbout.kind != "everything")):
        about[row.entry_id].append((row.kind, row.key))
    return [_line(entry, tuple(sorted(about[entry.id]))) for entry in entries], total


def all_entries(session: Session, asked: Asked, zone: ZoneInfo) -> Iterator[Line]:
    """Every entry that is asked for, newest first."""
    where, last = conditions(asked, zone), LARGEST_ID
    while True:
        wanted = select(AuditEntry).where(*where, AuditEntry.id < last).order_by(AuditEntry.id.desc()).limit(_PORTION)
        entries = session.scalars(wanted).all()
        yield from map(_line, entries)
        if len(entries) < _PORTION:
            return
        last = entries[-1].id
        session.expunge_all()


def conditions(asked: Asked, zone: ZoneInfo) -> list[ColumnElement[bool]]:
    """What an address asks for, as conditions; what makes no sense asks for nothing."""
    filters = asked.filters
    columns = (AuditEntry.who, AuditEntry.action, AuditEntry.subject)
    words = asked.search.split()[:MOST_WORDS]
    found = [or_(*(column.icontains(word, autoescape=True) for column in columns)) for word in words]
    if filters.get("who"):
        found.append(AuditEntry.who == ("" if filters["who"] == A_COMMAND else filters["who"]))
    if filters.get("action"):
        found.append(AuditEntry.action == filters["action"])
    if (first := _day(filters.get("from"))) is not None:
        found.append(AuditEntry.at >= _midnight(first, zone))
    if (last := _day(filters.get("until"))) is not None:
        found.append(AuditEntry.at < _midnight(last + timedelta(days=1), zone))
    if filters.get("about"):
        kind, _, key = filters["about"].rpartition(" ")
        number = int(key) if key.isascii() and key.isdigit() and len(key) < 11 else 0
        of_record = select(AuditAbout.entry_id).where(AuditAbout.kind == kind.casefold(), AuditAbout.key == number)
        found.append(AuditEntry.id.in_(of_record) if number <= LARGEST_ID else AuditEntry.id < 0)
    return found


Options = list[tuple[str, str]]


def options(session: Session) -> tuple[Options, Options]:
    """(everybody who has changed something, everything that was ever done), asked for at once: it is a long table."""
    there = session.execute(select(AuditEntry.who, AuditEntry.action).distinct()).all()
    names = sorted({name for name, _ in there})
    actions = sorted({action for _, action in there})
    return (
        [("", "Everybody"), *((name or A_COMMAND, name or "A command") for name in names)],
        [("", "All"), *((action, action_words(action)) for action in actions)],
    )


def action_words(action: str) -> str:
    """An action as people say it: "change section_staff" is the change of a row of that table."""
    verb, _, noun = action.partition(" ")
    words = f"{verb} {EDITABLE[noun].one}" if noun in EDITABLE else action
    return words[:1].upper() + words[1:]


def value_words(value: Any) -> str:
    """A value that changed; "" for none."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(value_words, value))
    if isinstance(value, dict):
        return ", ".join(f"{name}: {value_words(part)}" for name, part in value.items())
    return "" if value is None else str(value)


def _line(entry: AuditEntry, about: tuple[tuple[str, int], ...] = ()) -> Line:
    before, after = _values(entry.before), _values(entry.after)
    labels = _labels(entry.action.partition(" ")[2])
    changes = tuple(
        (labels.get(name, name.replace("_", " ")), value_words(before.get(name)), value_words(after.get(name)))
        for name in {**before, **after}
    )
    return Line(entry.id, entry.at, entry.who, action_words(entry.action), entry.subject, changes, about)


def _values(text: str | None) -> Mapping[str, Any]:
    values: Any = json.loads(text) if text else {}
    return values if isinstance(values, dict) else {"value": values}


def _labels(table: str) -> Mapping[str, str]:
    """What people call the columns of a table."""
    return {one.column: one.label for one in EDITABLE[table].fields} if table in EDITABLE else {}


def _day(text: str | None) -> date | None:
    """A day as an address gives it; None for anything else, and for days at which calendars end."""
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return None
    return day if 1900 <= day.year < 9999 else None


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
