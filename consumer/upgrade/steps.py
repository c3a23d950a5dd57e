"""Where the upgrade of a connection stands, and what comes next: the same words on the page and on the command line."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.orm import Session

from consumer.connections import Connection
from consumer.platform.models import VersionUpgrade
from consumer.upgrade.gates import NotYet, good_report
from consumer.upgrade.prepare import BadTarget, target_of
from consumer.upgrade.trial import held_roles, trial_run
from shared.oneroster.versions import Version


class Stage(StrEnum):
    """How far it is."""

    BEFORE = "before the switch"
    READY = "ready to be switched"
    TRIAL = "switched, dry run to come"
    APPROVAL = "switched, dry run to be approved"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where it stands. `next` is a sentence; `run_id` of the dry run that can be approved."""

    stage: Stage
    next: str
    run_id: int | None = None


def standing(session: Session, connection: Connection) -> Standing:
    """What comes next."""
    row = session.get(VersionUpgrade, connection.id)
    if connection.version == Version.V1P2:
        return _after(session, connection, row)
    try:
        target_of(session, connection)
        good_report(session, connection)
    except (NotYet, BadTarget) as why:
        return Standing(Stage.BEFORE, str(why))
    return Standing(Stage.READY, "Switch to OneRoster 1.2. There is no way back to 1.1")


def _after(session: Session, connection: Connection, row: VersionUpgrade | None) -> Standing:
    if row is not None and row.switched_at is not None and row.approved_at is None:
        run = trial_run(session, connection)
        if run is None:
            return Standing(Stage.TRIAL, "Queue a dry run of everything, and look at what it would change")
        return Standing(Stage.APPROVAL, f"Look at what run {run.id} would change, and approve it", run.id)
    held = len(held_roles(session, connection))
    return Standing(
        Stage.DONE, f"{held} roles are held as they were: allow those that are right" if held else "Nothing"
    )
