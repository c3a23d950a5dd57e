"""Whether a connection may be switched to 1.2 now, and if not, why (C-04, C-05, C-104)."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from consumer.connections import Connection
from consumer.platform.audit import audit
from consumer.platform.models import Account, DataPrepReport
from consumer.platform.settings import read_settings
from consumer.runs.line import as_utc, open_runs
from consumer.sync.tables import SyncRun
from consumer.upgrade.matching import Matches
from consumer.upgrade.report import last_report
from shared.oneroster.versions import Version


class NotYet(Exception):
    """The upgrade cannot go on; the message says why and what to do."""


def good_report(session: Session, connection: Connection) -> DataPrepReport:
    """The report that a switch may rest on. Raises NotYet."""
    if connection.version == Version.V1P2:
        raise NotYet(f"{connection.name} reads OneRoster 1.2 already, and there is no way back")
    if not read_settings(session).release_1_2:
        raise NotYet("OneRoster 1.2 is not released here: the operator does that with the setting release_1_2")
    for run in open_runs(session, connection.id):
        raise NotYet(f"{run.called} {run.id} of {connection.name} is {run.status.lower()}: wait for its end")
    report = last_report(session, connection.id, Version.V1P2)
    if report is None:
        raise NotYet("Make a Data Prep report of the people in 1.2 first")
    if not is_fresh(session, report):
        raise NotYet("The last report is older than the last sync: make a new one")
    if report.undecided:
        raise NotYet(
            f"Of {report.undecided} people in the SIS somebody has to say which account they are: fill in mapping_id in"
            " the rows that are to be decided, take the file back, and make a new report"
        )
    if (report.only_here or report.only_sis) and report.confirmed_at is None:
        raise NotYet(
            f"{report.only_here} accounts have nobody in the SIS, and {report.only_sis} people there have no account "
            "here: look at the report, fill in mapping_id where you know better, and confirm the others"
        )
    return report


def is_fresh(session: Session, report: DataPrepReport) -> bool:
    """Whether it was made after the last sync of its connection (C-104)."""
    synced = session.scalar(
        select(SyncRun.finished_at)
        .where(SyncRun.connection_id == report.connection_id, SyncRun.finished_at.is_not(None), ~SyncRun.dry_run)
        .order_by(SyncRun.finished_at.desc())
        .limit(1)
    )
    return synced is None or as_utc(synced) <= report.made_at


def confirm_unmatched(session: Session, connection: Connection, by: Account | None, now: datetime) -> DataPrepReport:
    """Somebody has seen who is only here and who is only in the SIS in the last report of 1.2, and goes on (C-104).
    Raises NotYet.
    """
    report = last_report(session, connection.id, Version.V1P2)
    if report is None:
        raise NotYet("Make a Data Prep report of the people in 1.2 first")
    report.confirmed_at, report.confirmed_by = now, by.username if by else ""
    counts = {"report": report.id, "only here": report.only_here, "only in the SIS": report.only_sis}
    audit(session, now, by, "confirm unmatched users", connection.name, None, counts)
    session.flush()
    return report


def still_holds(report: DataPrepReport, matches: Matches, only_here: int) -> None:
    """What was confirmed is still so, read anew. Raises NotYet."""
    if matches.undecided or len(matches.new) > report.only_sis or only_here > report.only_here:
        raise NotYet(
            f"The SIS has changed since the report: {len(matches.new)} people without an account, {only_here} accounts "
            f"without a record, {len(matches.undecided)} to be decided. Make a new report"
        )
