"""Manual user import: accounts created and updated from a CSV file (C-55).

An account is found by unique_id, else by username. A blank cell leaves what is stored. What is synced from a SIS is
overwritten by the next sync again (C-53). Being a system administrator is nothing that an import gives or takes.

1. read the header; 2. for each batch of rows: check each by itself, find whose it is, see what it changes and whether a
name is taken; 3. hash the passwords given; 4. write. A row in which anything is wrong is left out whole, the others go
on.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from sqlalchemy import insert, select, update
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from consumer.folding import fold
from consumer.platform.csv_files import BadFile, CsvFile, CsvRow, open_csv
from consumer.platform.import_register import Register
from consumer.platform.import_rows import COLUMNS, NEEDED, RowError, Said, read_row
from consumer.platform.keys import with_keys
from consumer.platform.models import MANUAL, Account
from consumer.platform.passwords import give_passwords, set_hash
from shared.database import chunks
from shared.sealing import Sealer
from shared.web.passwords import hash_password

#: Rows in one transaction.
BATCH = 500
#: Row errors that are told one by one; those beyond are counted.
LISTED = 1_000

_COMPARED = ("unique_id", "username", "email", "given_name", "family_name", "role", "school_id")


@dataclass(slots=True)
class ImportReport:
    """What an import did, or in a dry run would do. `failed` counts rows left out; `errors` tells why, of the first
    LISTED. `passwords`: accounts whose password is now the one given.
    """

    dry_run: bool
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    failed: int = 0
    passwords: int = 0
    errors: list[RowError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """Rows dealt with so far."""
        return self.created + self.updated + self.unchanged + self.failed

    def refuse(self, errors: list[RowError]) -> None:
        """Leave a row out."""
        self.failed += 1
        self.errors += errors[: max(0, LISTED - len(self.errors))]


@dataclass(frozen=True, slots=True)
class _Change:
    """What a row does: to an account, or with None a new one, of which `values` are then all there is."""

    said: Said
    account_id: int | None
    values: dict[str, Any]


def import_users(
    session: Session, sealer: Sealer, stream: BinaryIO, begin: Callable[[], None], dry_run: bool = False
) -> Iterator[ImportReport]:
    """Import a file. Yields the report after each batch of rows, where they are to be committed.

    begin   called before each piece of writing: nobody is kept from writing while passwords are hashed
    Raises BadFile for a file that cannot be read at all; nothing is written then.
    """
    file = open_csv(stream)
    report = ImportReport(dry_run, notes=[*file.notes, *_header_notes(file)])
    register = Register(session)
    yield report
    for rows in chunks(file, BATCH):
        changes = list(_decide(session, register, rows, report))
        if dry_run:
            _count(changes, report)
        else:
            hashes = {c.said.line: hash_password(c.said.password) for c in changes if c.said.password is not None}
            begin()
            _store(session, sealer, changes, hashes, report)
        yield report


def _header_notes(file: CsvFile) -> Iterator[str]:
    """Raises BadFile when nobody could be found by the columns there are."""
    if not {"unique_id", "username"} & set(file.columns):
        raise BadFile(f"The first line must name the columns, unique_id or username among them: {', '.join(COLUMNS)}")
    if unknown := [name for name in file.columns if name and name not in COLUMNS]:
        yield f"Columns that an import does not know were left out: {', '.join(unknown)}"


def _decide(session: Session, register: Register, rows: Iterable[CsvRow], report: ImportReport) -> Iterator[_Change]:
    """What the good ones of these rows do; the bad ones, and those that change nothing, go into the report."""
    read = [_read(row, register) for row in rows]
    found = {said.line: register.find(said.values) for said, errors in read if not errors}
    present = _present(session, [account_id for account_id in found.values() if account_id is not None])
    for said, errors in read:
        who = register.find(said.values) if not errors else None
        now = present.get(who or 0, {})
        errors = errors or _conflicts(said, who, now, register)
        if errors:
            report.refuse(errors)
            continue
        values = {name: value for name, value in said.values.items() if now.get(name) != value}
        register.note(who or -said.line, said.line, now, values)
        if who is None or values or said.password is not None:
            yield _Change(said, who, values)
        else:
            report.unchanged += 1


def _read(row: CsvRow, register: Register) -> tuple[Said, list[RowError]]:
    if row.unreadable:
        return Said(row.line), [RowError(row.line, "", row.unreadable)]
    return read_row(row.line, row.cells, register.schools)


def _present(session: Session, account_ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """These accounts as they are."""
    columns = [getattr(Account, name) for name in _COMPARED]
    return {
        account_id: dict(zip(_COMPARED, values, strict=True))
        for chunk in chunks(account_ids)
        for account_id, *values in session.execute(select(Account.id, *columns).where(Account.id.in_(chunk)))
    }


def _conflicts(said: Said, who: int | None, now: dict[str, Any], register: Register) -> list[RowError]:
    """What is wrong with a row in view of everybody else."""
    line, values = said.line, said.values
    if (earlier := register.lines.get(who or 0)) is not None:
        return [RowError(line, "", f"is about the same person as line {earlier}")]
    if who is None:
        missing = [name for name in NEEDED if name not in values]
        if missing:
            return [RowError(line, name, "is blank, and somebody new needs it") for name in missing]
    elif now["unique_id"] and values.get("unique_id", now["unique_id"]) != now["unique_id"]:
        return [RowError(line, "username", f"belongs to account {who}, which has another unique_id")]
    return [
        RowError(line, column, f"belongs to {f'account {holder}' if holder > 0 else f'line {-holder}'}")
        for column, holder in register.taken(who or -line, values)
    ]


def _store(
    session: Session, sealer: Sealer, changes: list[_Change], hashes: dict[int, str], report: ImportReport
) -> None:
    """All at once; when the database refuses, half by half, down to the row that is to blame."""
    if not changes:
        return
    try:
        with session.begin_nested():
            _write(session, sealer, changes, hashes)
    except (IntegrityError, DataError):
        if len(changes) > 1:
            middle = len(changes) // 2
            _store(session, sealer, changes[:middle], hashes, report)
            _store(session, sealer, changes[middle:], hashes, report)
        else:
            why = (
                "was changed by somebody else in the meantime, or holds what the database cannot keep: import it again"
            )
            report.refuse([RowError(changes[0].said.line, "", why)])
        return
    _count(changes, report)


def _count(changes: list[_Change], report: ImportReport) -> None:
    made = sum(change.account_id is None for change in changes)
    report.created += made
    report.updated += len(changes) - made
    report.passwords += sum(change.said.password is not None for change in changes)


def _write(session: Session, sealer: Sealer, changes: list[_Change], hashes: dict[int, str]) -> None:
    """Accounts, then their passwords; those who are new get one, generated where none was given."""
    lines = {change.said.line: change.account_id for change in changes if change.account_id is not None}
    new = [change for change in changes if change.account_id is None]
    if new:
        blank = dict.fromkeys(_COMPARED)
        made = [with_keys({**blank, **c.values, "origin": MANUAL}) for c in new]
        rows = insert(Account).returning(Account.username_key, Account.id)
        ids = dict(session.execute(rows, made).all())
        lines |= {c.said.line: ids[fold(c.values["username"])] for c in new}
        give_passwords(session, sealer, [lines[c.said.line] for c in new if c.said.line not in hashes])
    for change in changes:
        if change.account_id is not None and change.values:
            session.execute(
                update(Account)
                .where(Account.id == change.account_id)
                .values(**with_keys(change.values), touched=Account.touched + 1)
                .execution_options(synchronize_session=False)
            )
    for line, hashed in hashes.items():
        if (account_id := lines.get(line)) is not None:
            set_hash(session, account_id, hashed)
