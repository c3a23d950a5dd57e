"""`homeroom consumer log`."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from itertools import islice

import click
from rich.console import Console
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from consumer.context import ConsumerContext
from consumer.database import db
from consumer.logs.csv_files import details_csv, press_csv, runs_csv
from consumer.logs.listing import ALL_KINDS, GRADES, find_runs
from consumer.logs.presses import press_lines
from consumer.platform.models import School
from consumer.sync.commands import choose_connection
from consumer.sync.details import Wanted, every_detail
from consumer.sync.lines import Detail
from consumer.sync.log import RunsWanted
from consumer.sync.printing import print_details, print_runs
from shared.database import LARGEST_ID


@click.command("log")
@click.option("--connection", "name", help="The connection; all when left out.")
@click.option("--run", "run_id", type=click.IntRange(1, LARGEST_ID), help="Only this run; with --kind grades, press.")
@click.option("--person", "search", help="What happened to this person or section: an id, or a part of the name.")
@click.option("--code", help="Only this reason, such as USERNAME_SPACE.")
@click.option("--kind", type=click.Choice(list(ALL_KINDS)), help="Only runs that sync this, or presses of grades.")
@click.option("--school", help="Only what belongs to this school: its number, or its name.")
@click.option(
    "--limit",
    type=click.IntRange(1, LARGEST_ID),
    default=200,
    show_default=True,
    help="Lines at most; of a CSV file all are printed.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the lines as JSON.")
@click.option("--csv", "as_csv", is_flag=True, help="Print the lines as CSV.")
@click.pass_obj
def log_command(
    context: ConsumerContext,
    name: str | None,
    run_id: int | None,
    search: str | None,
    code: str | None,
    kind: str | None,
    school: str | None,
    limit: int,
    as_json: bool,
    as_csv: bool,
) -> None:
    """Read what syncs did, and presses of grades: runs, or the lines of a run, a person or a reason."""
    with context.app.app_context():
        session = db.session()
        connection_id = choose_connection(session, name).id if name else None
        school_id = _school(session, school) if school else None
        if run_id is None and not search and not code:
            _print_runs(session, RunsWanted(connection_id, school_id, kind), limit, as_json, as_csv)
            return
        if kind == GRADES and run_id is not None and not search and not code and not school:
            _print_lines(press_lines(session, run_id), press_csv(session, run_id), limit, as_json, as_csv)
            return
        if kind:
            raise click.UsageError("--kind chooses among runs: leave out --run (but with grades), --person and --code")
        wanted = Wanted(connection_id, run_id, None, None, code, school_id, search or "")
        _print_lines(every_detail(session, wanted), details_csv(session, wanted), limit, as_json, as_csv)


def _school(session: Session, text: str) -> int:
    found = session.execute(
        select(School.id, School.name).where(or_(School.number == text, School.name.icontains(text, autoescape=True)))
    ).all()
    exact = [school_id for school_id, name in found if name == text]
    if len(exact or found) != 1:
        names = ", ".join(name for _, name in found) or "none"
        raise click.UsageError(f"{text!r} must mean one school; it means: {names}")
    return exact[0] if exact else found[0][0]


def _print_runs(session: Session, wanted: RunsWanted, limit: int, as_json: bool, as_csv: bool) -> None:
    if as_csv:
        for piece in runs_csv(session, wanted):
            click.echo(piece, nl=False)
        return
    rows = find_runs(session, wanted, limit=limit).rows
    if as_json:
        click.echo(json.dumps([row.as_json() for row in rows], indent=2))
    else:
        print_runs(Console(), rows)


def _print_lines(lines: Iterator[Detail], csv: Iterator[str], limit: int, as_json: bool, as_csv: bool) -> None:
    if as_csv:
        for piece in csv:
            click.echo(piece, nl=False)
        return
    shown = list(islice(lines, limit))
    if as_json:
        click.echo(json.dumps([asdict(line) for line in shown], indent=2))
    else:
        print_details(Console(), shown)
