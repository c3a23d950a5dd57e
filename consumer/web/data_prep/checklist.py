"""The steps of an upgrade from 1.1 to 1.2, each done or not (C-99 … C-107)."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from consumer.connections import Connection
from consumer.platform.models import DataPrepReport, VersionUpgrade
from consumer.platform.settings import read_settings
from consumer.upgrade.gates import is_fresh
from consumer.upgrade.prepare import BadTarget, target_of
from consumer.upgrade.report import last_report
from consumer.upgrade.steps import Stage, Standing
from shared.oneroster.versions import Version


@dataclass(frozen=True, slots=True)
class Step:
    """A step, done or not, and the part of the page where it is done."""

    words: str
    done: bool
    part: str


def steps_of(session: Session, connection: Connection, standing: Standing, held: int) -> tuple[Step, ...]:
    """Every step, in order. `held`: roles that are held as they were."""
    switched = connection.version == Version.V1P2
    report = last_report(session, connection.id, Version.V1P2)
    approved = standing.stage is Stage.DONE
    return (
        Step("The operator releases OneRoster 1.2", read_settings(session).release_1_2, "upgrade"),
        Step("The way to 1.2 is known", switched or _is_known(session, connection), "target"),
        Step(
            "Data Prep report of the people in 1.2, after the last sync",
            switched or _is_made(session, report),
            "report",
        ),
        Step("Nobody is left to be decided", switched or bool(report and not report.undecided), "report"),
        Step("People without a match are confirmed", switched or _is_confirmed(report), "report"),
        Step("Switch to 1.2; there is no way back", switched, "switch"),
        Step("Dry run of everything", standing.stage in (Stage.APPROVAL, Stage.DONE), "trial"),
        Step("The dry run is approved", approved, "trial"),
        Step("Roles that would be raised are looked at", approved and not held, "roles"),
    )


def is_upgrade(session: Session, connection: Connection) -> bool:
    """Whether there is an upgrade to tell of: one that can come, is on its way, or has been."""
    row = session.get(VersionUpgrade, connection.id)
    return connection.version == Version.V1P1 or (row is not None and row.switched_at is not None)


def needs_confirmation(session: Session, report: DataPrepReport | None) -> bool:
    """Whether somebody has to say that they have seen who is unmatched in this report of 1.2 (C-104)."""
    return (
        report is not None
        and report.version == Version.V1P2
        and not report.undecided
        and not _is_confirmed(report)
        and is_fresh(session, report)
    )


def _is_known(session: Session, connection: Connection) -> bool:
    try:
        target_of(session, connection)
    except BadTarget:
        return False
    return True


def _is_made(session: Session, report: DataPrepReport | None) -> bool:
    return report is not None and is_fresh(session, report)


def _is_confirmed(report: DataPrepReport | None) -> bool:
    return report is not None and (report.confirmed_at is not None or not (report.only_here or report.only_sis))
