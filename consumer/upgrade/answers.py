"""Takes a Data Prep report back with mapping ids filled in (C-103)."""

from dataclasses import dataclass, field
from typing import BinaryIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from consumer.connections import Connection
from consumer.platform.csv_files import BadFile, CsvRow, open_csv
from consumer.platform.import_rows import RowError
from consumer.platform.models import AccountSisId, DataPrepReport, IdentityMapping
from consumer.upgrade.report import FIXED, MAPPING_ID, lines_of
from shared.csv_cells import plain

#: Errors that are told one by one.
LISTED = 1_000


@dataclass(frozen=True, slots=True)
class _Written:
    """The rows of a report by (account_id, sis_sourced_id), and all ids that occur in it."""

    lines: dict[tuple[str, str], dict[str, str]]
    accounts: frozenset[str]
    sis_ids: frozenset[str]


@dataclass(slots=True)
class Answered:
    """What an upload came to: how many rows said something, and what is wrong with others, which say nothing."""

    taken: int = 0
    errors: list[RowError] = field(default_factory=list)


class BadAnswer(ValueError):
    """What somebody said about one person cannot be; the message says why."""


def take_answer(session: Session, connection: Connection, report: DataPrepReport, sis_id: str, account_id: int) -> None:
    """Store that a SIS record is the account beside it in a row of a report; the caller commits. Raises BadAnswer."""
    if not any(a == str(account_id) and plain(s) == sis_id for a, s in _written(report).lines):
        raise BadAnswer("This person is not in the last report: look at it again")
    answered = Answered()
    if not _unless_stored(session, connection.id, {sis_id: (account_id, 0)}, answered):
        raise BadAnswer(answered.errors[0].reason)
    session.merge(IdentityMapping(connection_id=connection.id, sis_id=sis_id, account_id=account_id))
    session.flush()


def take_answers(session: Session, connection: Connection, report: DataPrepReport, stream: BinaryIO) -> Answered:
    """Store what the mapping ids of an uploaded report say; the caller commits, and makes a new report after it.

    A row whose other columns were edited, or that says what cannot be, is refused by its line; the others count.
    Raises BadFile for a file that is no report.
    """
    file = open_csv(stream)
    if missing := [name for name in (*FIXED, MAPPING_ID) if name not in file.columns]:
        raise BadFile(f"This is not a Data Prep report: the columns {', '.join(missing)} are missing")
    written = _written(report)
    answered = Answered()
    said: dict[str, tuple[int, int]] = {}
    for row in file:
        if (error := _wrong(row, written, said)) is not None:
            answered.errors += [error][: max(0, LISTED - len(answered.errors))]
    said = _unless_stored(session, connection.id, said, answered)
    for sis_id, (account_id, _) in said.items():
        session.merge(IdentityMapping(connection_id=connection.id, sis_id=sis_id, account_id=account_id))
    answered.taken = len(said)
    session.flush()
    return answered


def _wrong(row: CsvRow, written: _Written, said: dict[str, tuple[int, int]]) -> RowError | None:
    """Take a row's mapping id into `said` (sourcedId -> account, line), or tell what is wrong with it."""
    if row.unreadable:
        return RowError(row.line, "", row.unreadable)
    line = written.lines.get((row.cells["account_id"], row.cells["sis_sourced_id"]))
    if line is None:
        return RowError(
            row.line, "", "is not in the last report: account_id or sis_sourced_id was edited, or it is old"
        )
    if edited := next((name for name in FIXED if row.cells[name] != line[name]), None):
        return RowError(row.line, edited, "was edited: only mapping_id may be (open the file with all columns as text)")
    answer = row.cells[MAPPING_ID]
    if not answer:
        return None
    here = bool(line["account_id"])
    account, sis_id = (line["account_id"], answer) if here else (answer, line["sis_sourced_id"])
    sis_id = plain(sis_id)
    if account not in written.accounts:
        return RowError(row.line, MAPPING_ID, f"is no account_id of this report: {answer}")
    if sis_id not in written.sis_ids:
        return RowError(row.line, MAPPING_ID, f"is no sis_sourced_id of this report: {answer}")
    if sis_id in said and said[sis_id][0] != int(account):
        return RowError(row.line, MAPPING_ID, f"line {said[sis_id][1]} gives {sis_id} to another account")
    said[sis_id] = (int(account), row.line)
    return None


def _unless_stored(
    session: Session, connection_id: int, said: dict[str, tuple[int, int]], answered: Answered
) -> dict[str, tuple[int, int]]:
    """Without those records that an account stands for already (C-46: the stored id comes first)."""
    stored = dict(
        session.execute(
            select(AccountSisId.sis_id, AccountSisId.account_id).where(AccountSisId.connection_id == connection_id)
        ).all()
    )
    left = {}
    for sis_id, (account_id, line) in said.items():
        if stored.get(sis_id, account_id) != account_id:
            answered.errors.append(
                RowError(line, MAPPING_ID, f"{sis_id} is account {stored[sis_id]} already: that cannot be changed here")
            )
        else:
            left[sis_id] = (account_id, line)
    return left


def _written(report: DataPrepReport) -> _Written:
    """With cells as the reader of uploads gives them."""
    rows = [{name: cell.strip() for name, cell in line.items()} for line in lines_of(report)]
    return _Written(
        {(row["account_id"], row["sis_sourced_id"]): row for row in rows},
        frozenset(row["account_id"] for row in rows if row["account_id"]),
        frozenset(plain(row["sis_sourced_id"]) for row in rows if row["sis_sourced_id"]),
    )
