"""Removing a connection: what goes with it and what stays, told before it is done.

What people and courses here are is never removed with it (C-54, C-61, C-67): it is kept and no longer updated. What
goes is what only this connection needs: its choices, what it read, its runs, and which SIS record an account stands
for. Which rows those are is what the foreign keys of the tables say.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Table, delete, func, select
from sqlalchemy.orm import Session

from consumer.connections import Connection
from consumer.database import db
from consumer.platform.audit import audit
from consumer.platform.models import Account
from consumer.runs.line import Busy, open_runs

#: What the rows of a table are to people, in the order in which they are told.
WORDS = {
    "school": "schools",
    "grading_period": "grading periods",
    "course": "courses",
    "section": "sections",
    "parent_link": "links between parents and children",
    "school_mapping": "mapped schools",
    "term_mapping": "mapped terms",
    "role_mapping": "mapped roles",
    "sync_option": "sync options",
    "account_sis_id": "SIS ids of accounts",
    "identity_mapping": "lines of the Data Prep mapping",
    "former_sis_id": "SIS ids that accounts had before",
    "role_hold": "roles that wait to be allowed",
    "data_prep_report": "Data Prep reports",
    "version_upgrade": "upgrade to OneRoster 1.2",
    "sync_run": "runs, with their logs",
    "passback_run": "presses that sent grades, with their logs",
    "grade_peer": "what its grade book can do",
    "skipped_record": "skipped records",
    "sync_mark": "marks of what is done",
    "pull": "reads",
    "staged_record": "records as they were read",
    "former_record": "records as they were read before",
    "staged_enrollment": "enrollments as they were read",
}

#: What follows for a connection that is made anew.
AFTERWARDS = (
    "Accounts, courses, sections and enrollments stay as they are and are no longer updated. If the provider is "
    "connected again, its people are recognised by unique id or by the Data Prep mapping alone, and its schools are "
    "mapped anew"
)


@dataclass(frozen=True, slots=True)
class Removal:
    """What removing a connection would do: (what, how many) of all that goes and all that stays, without zeros."""

    goes: tuple[tuple[str, int], ...]
    stays: tuple[tuple[str, int], ...]


def preview(session: Session, connection: Connection) -> Removal:
    """What would go and what would stay."""
    found: dict[bool, list[tuple[str, int]]] = {True: [], False: []}
    for table, goes in _tables():
        count = session.scalar(select(func.count()).where(table.c.connection_id == connection.id)) or 0
        if count:
            found[goes].append((WORDS.get(table.name, table.name.replace("_", " ")), count))
    return Removal(tuple(found[True]), tuple(found[False]))


def remove_connection(session: Session, connection: Connection, at: datetime, account: Account | None = None) -> None:
    """Remove it for good; the caller commits. `account` is who does it, None for a command.

    Raises Busy while a sync of it, or a press that sends grades to it, is queued or running.
    """
    for run in open_runs(session, connection.id):
        which = f"{run.called} {run.id} of {connection.name}"
        raise Busy(f"{which} is {run.status.lower()}: cancel it or wait until it has ended")
    gone = dict(preview(session, connection).goes)
    before = {"base_url": connection.base_url, "version": connection.version, **gone}
    audit(session, at, account, "remove connection", connection.name, before)
    session.execute(delete(Connection).where(Connection.id == connection.id))
    session.expire_all()


def _tables() -> Iterator[tuple[Table, bool]]:
    """(table, whether its rows go with their connection) of every table that refers to connections, in order."""
    order = {name: place for place, name in enumerate(WORDS)}
    for table in sorted(db.metadata.tables.values(), key=lambda one: (order.get(one.name, len(order)), one.name)):
        for key in table.foreign_keys:
            if key.column.table.name == "connection":
                yield table, key.ondelete == "CASCADE"
