"""`homeroom consumer sync`."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from sqlalchemy import select
from sqlalchemy.orm import Session

from consumer.connections import Connection
from consumer.context import ConsumerContext
from consumer.database import db
from consumer.runs.line import Refused, is_orphan, take_up
from consumer.runs.work import TakenOver, Watch, unwatched
from consumer.sync.deltas import read_everything_next
from consumer.sync.printing import print_report
from consumer.sync.queue import approve, ask_to_stop, discard, open_run, queue_run
from consumer.sync.report import Report
from consumer.sync.tables import Status, SyncRun
from consumer.sync.timetable import local_date
from consumer.sync.working import work_on
from shared.database import LARGEST_ID, will_write
from shared.owner import begin_work, end_work

#: How a run ends that has done what was asked.
DONE = (Status.COMPLETED, Status.WARNINGS)


def now() -> datetime:
    return datetime.now(UTC)


def today(session: Session) -> date:
    """The organisation's date."""
    return local_date(session, now())


def choose_connection(session: Session, name: str | None) -> Connection:
    """The connection of that name; without a name the only one that there is."""
    found = session.scalars(select(Connection).order_by(Connection.name)).all()
    names = ", ".join(row.name for row in found) or "none yet"
    if name is None:
        if len(found) != 1:
            raise click.UsageError(f"Say which connection is meant (there is: {names})")
        return found[0]
    for row in found:
        if row.name == name:
            return row
    raise click.UsageError(f"There is no connection {name!r} (there is: {names})")


@click.command("sync")
@click.argument("kind", type=click.Choice(["users", "courses", "sections", "all"]), default="all")
@click.option("--connection", "name", help="The connection; may be left out when there is only one.")
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
@click.option("--whole", is_flag=True, help="Read everything, also where the connection reads only what changed.")
@click.option(
    "--approve",
    "approved",
    type=click.IntRange(1, LARGEST_ID),
    help="Apply the removals that the safety stop of this run holds.",
)
@click.option(
    "--cancel", "cancelled", type=click.IntRange(1, LARGEST_ID), help="Cancel this run: what it has applied stays."
)
@click.option("--json", "as_json", is_flag=True, help="Print the closing table as JSON.")
@click.pass_obj
def sync_command(
    context: ConsumerContext,
    kind: str,
    name: str | None,
    dry_run: bool,
    whole: bool,
    approved: int | None,
    cancelled: int | None,
    as_json: bool,
) -> None:
    """Pull from a provider and reconcile users, courses, sections and enrollments here.

    A run that was killed is taken up where it was. Exit status 1 when the run failed, had errors, was cancelled, or
    waits for approval.
    """
    if whole and (approved is not None or cancelled is not None):
        raise click.UsageError("--whole is for a new sync: leave --approve and --cancel out")
    if cancelled is not None:
        _cancel(context, cancelled)
        return
    if whole:
        _read_everything(context, name)
    report = _sync(context, kind, name, dry_run, approved, as_json)
    if as_json:
        click.echo(json.dumps(report.as_json(), indent=2))
    else:
        print_report(Console(), report)
    if report.status not in DONE:
        raise click.exceptions.Exit(1)


def _read_everything(context: ConsumerContext, name: str | None) -> None:
    """No read of changes goes on from what was read until now."""
    with context.app.app_context():
        session = db.session()
        connection_id = choose_connection(session, name).id
        session.commit()
        will_write(session)
        read_everything_next(session, connection_id)
        session.commit()


def _cancel(context: ConsumerContext, run_id: int) -> None:
    """A run that waits, is at work, or waits for approval."""
    with context.app.app_context():
        session = db.session()
        will_write(session)
        run = session.get(SyncRun, run_id)
        if run is None:
            raise click.ClickException(f"There is no run {run_id}")
        try:
            stop = discard if run.status == Status.WAITING else ask_to_stop
            stop(session, run, now())
        except Refused as error:
            session.rollback()
            raise click.ClickException(str(error)) from error
        ended = run.status == Status.CANCELLED
        session.commit()
    click.echo(f"Run {run_id} is cancelled" if ended else f"Run {run_id} ends with the batch that it is at")


def _sync(
    context: ConsumerContext, kind: str, name: str | None, dry_run: bool, approved: int | None, quiet: bool
) -> Report:
    """Start a run, or take one up, and work on it to its end."""
    with context.app.app_context():
        session = db.session()
        connection = _connection_of(session, name, approved)
        owner = begin_work()
        try:
            run_id = _start(session, connection, kind, dry_run, approved, owner)
            with _progress(quiet) as watch:
                return work_on(context.app, session, run_id, owner, watch)
        except Refused as error:
            session.rollback()
            raise click.ClickException(str(error)) from error
        except TakenOver:
            raise click.ClickException(f"Another process has taken run {run_id} over: see the log") from None
        finally:
            end_work(owner)


def _connection_of(session: Session, name: str | None, approved: int | None) -> Connection:
    """The connection that is named, or that the run to approve belongs to."""
    if name is not None or approved is None:
        return choose_connection(session, name)
    run = session.get(SyncRun, approved)
    if run is None:
        raise click.ClickException(f"There is no run {approved}")
    return session.get_one(Connection, run.connection_id)


def _start(session: Session, connection: Connection, kind: str, dry_run: bool, approved: int | None, owner: str) -> int:
    """The run to work on: one that was killed, else one to approve, else a new one. `owner` has it when this commits:
    no worker can come in between. Raises Refused.
    """
    connection_id = connection.id
    session.commit()
    will_write(session)
    run = open_run(session, connection_id)
    if run is not None and is_orphan(run, now()):
        click.echo(f"Run {run.id} was interrupted: it is taken up at the step {run.step!r}", err=True)
    elif approved is not None:
        found = session.get(SyncRun, approved)
        if found is None or found.connection_id != connection_id:
            raise Refused(f"There is no run {approved} of this connection")
        run = found
        approve(session, run)
    else:
        row = session.get_one(Connection, connection_id)
        run = queue_run(session, row, kind, "manual", now(), today(session), dry_run)
    run_id = run.id
    if not take_up(session, run, owner, now()):
        raise Refused(f"Run {run_id} is already being worked on")
    session.commit()
    return run_id


@contextmanager
def _progress(quiet: bool) -> Iterator[Watch]:
    """A progress line on a terminal; nothing elsewhere."""
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield unwatched
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(SpinnerColumn(), *columns, console=console) as progress:
        tasks: dict[str, int] = {}

        def watch(what: str, done: int, of: int | None) -> None:
            if what not in tasks:
                tasks[what] = progress.add_task(what, total=of)
            progress.update(tasks[what], completed=done, total=of)  # type: ignore[arg-type]

        yield watch
