"""The first run after the switch: a dry run of everything, approved by a person (C-105); roles held, allowed one by one
(C-107).
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from consumer.connections import Connection
from consumer.platform.audit import audit
from consumer.platform.models import Account, RoleHold, VersionUpgrade
from consumer.runs.line import as_utc
from consumer.sync.tables import Status, SyncRun
from consumer.upgrade.gates import NotYet

#: A dry run that ended so has planned everything.
_WHOLE = (Status.COMPLETED, Status.WARNINGS)


def trial_run(session: Session, connection: Connection) -> SyncRun | None:
    """The newest dry run since the switch that has planned everything."""
    return next((run for run in _dry_runs(session, connection) if run.status in _WHOLE), None)


def newest_dry_run(session: Session, connection: Connection) -> SyncRun | None:
    """The newest dry run of everything since the switch, however it stands."""
    return next(_dry_runs(session, connection), None)


def _dry_runs(session: Session, connection: Connection) -> Iterator[SyncRun]:
    """Those of everything since the switch, newest first."""
    row = session.get(VersionUpgrade, connection.id)
    if row is None or row.switched_at is None:
        return
    dry = (SyncRun.connection_id == connection.id, SyncRun.dry_run, SyncRun.kind == "all")
    for run in session.scalars(select(SyncRun).where(*dry).order_by(SyncRun.id.desc())):
        if as_utc(run.queued_at) >= row.switched_at:
            yield run


def approve_trial(session: Session, connection: Connection, run_id: int, by: Account | None, now: datetime) -> None:
    """Somebody has looked at what the dry run would change: from now on runs may change it. Raises NotYet."""
    row = session.get(VersionUpgrade, connection.id)
    if row is None or row.switched_at is None:
        raise NotYet(f"{connection.name} has not been switched to 1.2")
    if row.approved_at is not None:
        raise NotYet(f"Run {row.approved_run_id} was approved already")
    run = trial_run(session, connection)
    if run is None:
        raise NotYet("Queue a dry run of everything first; it has to end without errors")
    if run.id != run_id:
        raise NotYet(f"Run {run_id} cannot be approved: the newest dry run of everything is run {run.id}")
    row.approved_run_id, row.approved_at, row.approved_by = run.id, now, by.username if by else ""
    audit(session, now, by, "approve upgrade", connection.name, None, {"run": run.id})
    session.flush()


class HeldRole(NamedTuple):
    """An account whose role the upgrade would have raised."""

    account_id: int
    username: str
    name: str
    kept: str
    offered: str


def held_roles(session: Session, connection: Connection) -> Sequence[HeldRole]:
    """By name."""
    rows = (
        select(Account, RoleHold.kept, RoleHold.offered)
        .join(RoleHold, RoleHold.account_id == Account.id)
        .where(RoleHold.connection_id == connection.id)
        .order_by(Account.family_key, Account.given_key, Account.id)
    )
    return [
        HeldRole(account.id, account.username, f"{account.given_name} {account.family_name}".strip(), kept, offered)
        for account, kept, offered in session.execute(rows)
    ]


def allow_role(session: Session, connection: Connection, account: Account, by: Account | None, now: datetime) -> None:
    """Let the next sync give an account the role that the SIS says. Raises NotYet for one that is not held."""
    hold = session.get(RoleHold, (connection.id, account.id))
    if hold is None:
        raise NotYet(f"The role of {account.username} is not held")
    audit(
        session, now, by, "allow role", account.username, {"role": hold.kept}, {"role": hold.offered}
    )  # fmt: skip
    session.delete(hold)
    account.touched += 1
    session.flush()
