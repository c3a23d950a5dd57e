"""Keeps the short form of the staged enrollments in step with the staged records."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from consumer.client.records import BadRecord, read_enrollment
from consumer.mapping.enrollments import RosterLine
from consumer.sync.staged import PAGE, Staged, changed_since, chunks, read_all, read_these
from consumer.sync.tables import StagedEnrollment
from shared.oneroster.versions import Version

_SAID = ("class_id", "user_id", "role", "is_primary", "begin_date", "end_date")
_UNKNOWN: dict[str, Any] = {
    "class_id": "", "user_id": "", "role": "", "is_primary": False, "begin_date": None, "end_date": None,
    "broken": None,
}  # fmt: skip


def refresh_rosters(
    session: Session, connection_id: int, version: Version, since: int, begin: Callable[[], None]
) -> Iterator[int]:
    """Bring the short form up to date with everything staged after pull `since`.

    Calls `begin` before each piece of writing, and yields the number of records done, where they are to be committed;
    doing it twice does no harm. A record that cannot be read keeps its former short form, so that nobody is removed
    because of it.
    """
    first = session.scalar(
        select(StagedEnrollment.sis_id).where(StagedEnrollment.connection_id == connection_id).limit(1)
    )
    staged: Iterable[Staged]
    if first is None:
        staged = read_all(session, connection_id, "enrollments")
    else:
        changed = changed_since(session, connection_id, "enrollments", since)
        staged = read_these(session, connection_id, "enrollments", changed)
    for chunk in chunks(staged, PAGE):
        lines = [_line(connection_id, version, one) for one in chunk]
        if first is not None:
            lines = _with_former(session, connection_id, lines)
        begin()
        if first is not None:
            _forget(session, connection_id, [line["sis_id"] for line in lines])
        session.connection().execute(insert(StagedEnrollment.__table__), lines)
        yield len(chunk)


def _line(connection_id: int, version: Version, staged: Staged) -> dict[str, Any]:
    line: dict[str, Any] = {"connection_id": connection_id, "sis_id": staged.sis_id, **_UNKNOWN}
    try:
        record = read_enrollment(staged.raw, version)
    except BadRecord as bad:
        return {**line, "active": staged.present, "broken": str(bad) if staged.present else None}
    return {
        **line,
        "class_id": record.class_id,
        "user_id": record.user,
        "role": record.role,
        "is_primary": record.primary,
        "begin_date": record.begin,
        "end_date": record.end,
        "active": record.active and staged.present,
    }


def _with_former(session: Session, connection_id: int, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Lines that say nothing themselves say what they said before: an unreadable one, or one that lost its class."""
    silent = {line["sis_id"]: line for line in lines if not line["class_id"]}
    for chunk in chunks(sorted(silent)):
        rows = select(StagedEnrollment.sis_id, *(getattr(StagedEnrollment, name) for name in _SAID)).where(
            StagedEnrollment.connection_id == connection_id, StagedEnrollment.sis_id.in_(chunk)
        )
        for sis_id, *said in session.execute(rows):
            silent[sis_id].update(zip(_SAID, said, strict=True))
    return lines


def _forget(session: Session, connection_id: int, sis_ids: list[str]) -> None:
    for chunk in chunks(sis_ids):
        session.execute(
            delete(StagedEnrollment).where(
                StagedEnrollment.connection_id == connection_id, StagedEnrollment.sis_id.in_(chunk)
            )
        )


def lines_by_class(session: Session, connection_id: int, class_ids: list[str]) -> dict[str, list[RosterLine]]:
    """The rosters of these classes, by sourcedId."""
    rosters: dict[str, list[RosterLine]] = {class_id: [] for class_id in class_ids}
    rows = select(
        StagedEnrollment.class_id, StagedEnrollment.sis_id, StagedEnrollment.user_id, StagedEnrollment.role,
        StagedEnrollment.is_primary, StagedEnrollment.begin_date, StagedEnrollment.end_date, StagedEnrollment.active,
        StagedEnrollment.broken,
    ).where(StagedEnrollment.connection_id == connection_id, StagedEnrollment.class_id.in_(class_ids))  # fmt: skip
    for row in session.execute(rows):
        rosters[row[0]].append(RosterLine(*row[1:]))
    return rosters
