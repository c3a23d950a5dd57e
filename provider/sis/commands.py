"""`homeroom provider import`: loads SIS CSV files or a OneRoster CSV package and tells what became of every row."""

import csv
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click
from rich.box import SIMPLE
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.table import Table

from provider.context import ProviderContext

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from provider.sis.importing import ImportReport, Progress

#: Refused rows that are printed; --json and --report give them all.
SHOWN = 50


@click.command("import")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--strict", is_flag=True, help="Write nothing at all when a single row is refused.")
@click.option("--dry-run", is_flag=True, help="Write nothing: say what would become of every row.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option("--report", type=click.Path(path_type=Path, dir_okay=False), help="Write the refused rows to a CSV file.")
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), help="The day that relative dates are reckoned from.")
@click.pass_obj
def import_command(
    context: ProviderContext, path: Path, strict: bool, dry_run: bool, as_json: bool, report: Path | None,
    today: datetime | None,
) -> None:  # fmt: skip
    """Load the folder or zip PATH: SIS CSV files (fixtures/README.md) or a OneRoster CSV package.

    Exit status: 0 every row was taken, 1 some were refused or nothing could be read, 2 called wrongly.
    """
    from provider.database import db
    from provider.sis.importing import ImportFailed, as_data, import_path

    with context.app.app_context(), _progress() as progress:
        day = today.date() if today else _today(db.engine)
        try:
            result = import_path(
                db.engine, path, strict=strict, dry_run=dry_run, today=day, now=datetime.now(UTC), progress=progress
            )
        except ImportFailed as error:
            raise click.ClickException(str(error)) from error
    if report:
        write_refusals(result, report)
    if as_json:
        click.echo(json.dumps(as_data(result), indent=2))
    else:
        print_report(result, Console(), dry_run)
    if not result.ok:
        raise click.exceptions.Exit(1)


def _today(engine: "Engine") -> date:
    """The date in the district's time zone, or in UTC while there is no district."""
    from sqlalchemy import inspect, select

    from provider.sis.models import District

    if not inspect(engine).has_table(District.__tablename__):
        raise click.ClickException("The district has no database yet; run `homeroom provider init` first")
    with engine.connect() as connection:
        zone = connection.scalar(select(District.time_zone).order_by(District.id).limit(1))
    return datetime.now(ZoneInfo(zone) if zone else UTC).date()


@contextmanager
def _progress() -> "Iterator[Progress]":
    """A bar per file on a terminal; silence elsewhere."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TextColumn("{task.fields[rows]} rows"),
               TimeRemainingColumn())  # fmt: skip
    tasks: dict[str, Any] = {}
    with Bar(*columns, console=console, disable=not console.is_terminal) as bar:

        def show(file: str, done: int, size: int, rows: int) -> None:
            if file not in tasks:
                tasks[file] = bar.add_task(file, total=size, rows=0)
            bar.update(tasks[file], completed=done, rows=rows)

        yield show


def write_refusals(report: "ImportReport", path: Path) -> None:
    """The refused rows as a CSV file: file, line, column, value, reason."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(("file", "line", "column", "value", "reason"))
        writer.writerows((r.file, r.line, r.column, r.value, r.reason) for r in report.refusals)


def print_report(report: "ImportReport", console: Console, dry_run: bool = False) -> None:
    """The counts of every file as a table, then the first refused rows and notes."""
    from provider.sis.importing import Outcome

    title = None
    if not report.written:
        title = f"Nothing was written: {'a dry run' if dry_run else 'strict, and rows were refused'}"
    table = Table(title=title, box=SIMPLE, pad_edge=False, collapse_padding=True)
    table.add_column("file", no_wrap=True)
    for heading in ("read", *(outcome.value for outcome in Outcome)):
        table.add_column(heading, justify="right", no_wrap=True)
    for count in report.files:
        table.add_row(count.file, str(count.read), *(str(count.counts[outcome]) for outcome in Outcome))
    console.print(table)
    for refusal in report.refusals[:SHOWN]:
        place = f"{refusal.file} line {refusal.line}" if refusal.line else refusal.file
        what = f" {refusal.column} {refusal.value!r}" if refusal.column else ""
        console.print(f"refused: {place}:{what} {refusal.reason}", markup=False, highlight=False, soft_wrap=True)
    if report.refused > SHOWN:
        console.print(f"… and {report.refused - SHOWN} more: --report FILE.csv writes them all")
    for note in report.notes[:SHOWN]:
        place = f"{note.file} line {note.line}" if note.line else note.file
        console.print(f"note: {place}: {note.text}", markup=False, highlight=False, soft_wrap=True)
    if report.noted > SHOWN:
        console.print(f"… and {report.noted - SHOWN} more notes: --json prints them all")
