"""The Data Prep report: who is in both, only here, only in the SIS (C-103). A CSV file with the platform's columns on
the left, the SIS's on the right, and `mapping_id`, the one column that is there to be filled in by hand.

mapping_id   in a row that has an account: the sourcedId of the SIS record that is this account
             in a row that has a SIS record alone: the account_id of the account that it is
"""

import csv
import gzip
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from io import StringIO

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from consumer.client.shapes import UserRecord
from consumer.connections import Connection
from consumer.folding import fold
from consumer.platform.models import DataPrepReport
from consumer.upgrade.matching import Matches, match
from consumer.upgrade.people import Roster, Shown, load_mapping, load_roster
from shared.csv_cells import write_csv
from shared.oneroster.versions import Version

PLATFORM = (
    "account_id", "unique_id", "username", "email", "given_name", "family_name", "role", "school", "current_sis_ids",
)  # fmt: skip
SIS = (
    "sis_sourced_id", "sis_former_id", "sis_identifier", "sis_username", "sis_email", "sis_given_name",
    "sis_family_name", "sis_roles",
)  # fmt: skip
#: Written by the report, never to be edited.
FIXED = ("status", *PLATFORM, *SIS)
MAPPING_ID = "mapping_id"
HEADER = ("status", *PLATFORM, MAPPING_ID, *SIS)

BOTH, HERE, IN_SIS, UNDECIDED = "in both", "only here", "only in the SIS", "to be decided"
_BOM = "\ufeff"  # spreadsheets take the file for UTF-8 then


def make_report(
    session: Session,
    connection: Connection,
    version: Version,
    users: Mapping[str, UserRecord],
    now: datetime,
    made_by: str = "",
) -> DataPrepReport:
    """Compare the accounts here with the SIS's present users, as read in `version`, and store the report; the caller
    commits. May be made before anything was synced, and any number of times.
    """
    roster = load_roster(session, connection)
    matches = match(roster.people.values(), users.values(), load_mapping(session, connection.id))
    lines = list(_lines(roster, users, matches))
    content = "".join(write_csv(HEADER, ([line.get(name, "") for name in HEADER] for line in lines)))
    kinds = [line["status"] for line in lines]
    report = DataPrepReport(
        connection_id=connection.id,
        version=str(version),
        made_at=now,
        made_by=made_by,
        matched=len(matches.accounts),
        only_here=kinds.count(HERE),
        only_sis=kinds.count(IN_SIS),
        undecided=len(matches.undecided),
        content=gzip.compress((_BOM + content).encode(), 6),
    )
    session.add(report)
    session.flush()
    return report


def reports(session: Session, connection_id: int) -> Sequence[DataPrepReport]:
    """The reports of a connection, newest first, without their content: for the list in Logs."""
    rows = select(DataPrepReport).where(DataPrepReport.connection_id == connection_id)
    return session.scalars(rows.order_by(DataPrepReport.id.desc())).all()


def last_report(session: Session, connection_id: int, version: Version | None = None) -> DataPrepReport | None:
    """The newest report of a connection, of this version when one is given."""
    rows = select(DataPrepReport).where(DataPrepReport.connection_id == connection_id)
    if version is not None:
        rows = rows.where(DataPrepReport.version == str(version))
    return session.scalar(rows.order_by(DataPrepReport.id.desc()).limit(1).options(undefer(DataPrepReport.content)))


def csv_of(report: DataPrepReport) -> bytes:
    """The file, UTF-8 with a byte order mark."""
    return gzip.decompress(report.content)


def lines_of(report: DataPrepReport) -> Iterator[dict[str, str]]:
    """The rows of a report by column, as they were written."""
    return csv.DictReader(StringIO(csv_of(report).decode("utf-8-sig"), newline=""))


def _lines(roster: Roster, users: Mapping[str, UserRecord], matches: Matches) -> Iterator[dict[str, str]]:
    """People to be decided about, only here, only in the SIS, in both."""
    asked = {account_id for accounts in matches.undecided.values() for account_id in accounts}
    for sis_id, accounts in matches.undecided.items():
        for account_id in accounts:
            yield {"status": UNDECIDED, **_here(roster.shown[account_id]), **_there(users[sis_id])}
    matched = matches.matched()
    free = {account_id for account_id in roster.shown if account_id not in matched and account_id not in asked}
    for account_id, shown in roster.shown.items():
        if account_id in free:
            yield {"status": HERE, **_here(shown)}
    for sis_id in sorted(matches.new, key=lambda s: (fold(users[s].family_name), fold(users[s].given_name), s)):
        yield {"status": IN_SIS, **_there(users[sis_id])}
    for sis_id, account_id in matches.accounts.items():
        if account_id in roster.shown:
            yield {"status": BOTH, **_here(roster.shown[account_id]), **_there(users[sis_id])}


def _here(shown: Shown) -> dict[str, str]:
    return {
        "account_id": str(shown.account_id),
        "unique_id": shown.unique_id,
        "username": shown.username,
        "email": shown.email,
        "given_name": shown.given_name,
        "family_name": shown.family_name,
        "role": shown.role,
        "school": shown.school,
        "current_sis_ids": " ".join(shown.sis_ids),
    }


def _there(record: UserRecord) -> dict[str, str]:
    return {
        "sis_sourced_id": record.sourced_id,
        "sis_former_id": record.legacy_id or "",
        "sis_identifier": record.identifier or "",
        "sis_username": record.username or "",
        "sis_email": record.email or "",
        "sis_given_name": record.given_name,
        "sis_family_name": record.family_name,
        "sis_roles": " ".join(sorted({role.role for role in record.roles})),
    }
