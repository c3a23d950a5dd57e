"""`homeroom provider export`: writes what a connection sees as a OneRoster CSV package."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import Progress as Bar
from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

from provider.context import ProviderContext

if TYPE_CHECKING:
    from provider.exporting.export import ExportReport
    from provider.exporting.package import Progress


def _moment(_context: click.Context, _parameter: click.Parameter, text: str | None) -> datetime | None:
    """A date or date-time as OneRoster filters know them; without a zone it is UTC."""
    from shared.oneroster.instants import instant

    if text is None:
        return None
    try:
        return datetime.fromisoformat(instant(text)[:23]).replace(tzinfo=UTC)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


@click.command("export")
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--connection", "name", required=True, help="The connection whose view of the district is written.")
@click.option("--since", callback=_moment, metavar="MOMENT",
              help="Write a delta package: what has changed since this moment (2026-11-20T22:00:00Z).")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.pass_obj
def export_command(context: ProviderContext, path: Path, name: str, since: datetime | None, as_json: bool) -> None:
    """Write a OneRoster CSV zip to PATH, in the version of a connection, with exactly what the connection sees.

    It shows the state of the last refresh, and the grade book as it is now.
    """
    from provider.access.connections import BadConnection
    from provider.database import db
    from provider.exporting.export import ExportFailed, as_data, export
    from provider.exporting.order import order_of

    base_url = context.settings.provider_base_url(context.app_name)
    with context.app.app_context(), _progress() as progress:
        try:
            order = order_of(db.session(), name, base_url, since)
            report = export(db.engine, path, order, datetime.now(UTC), progress)
        except (BadConnection, ExportFailed, OSError) as error:
            raise click.ClickException(str(error)) from error
    if as_json:
        click.echo(json.dumps(as_data(report), indent=2))
    else:
        _print(report, path)


@contextmanager
def _progress() -> "Iterator[Progress]":
    """The file that is being written and its rows, on a terminal; silence elsewhere."""
    console = Console(stderr=True)
    rows = TextColumn("{task.completed:,} rows")
    columns = SpinnerColumn(), TextColumn("{task.description}"), rows, TimeElapsedColumn()
    with Bar(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("writing")
        yield lambda file, rows: bar.update(task, description=f"{file}.csv", completed=rows)


def _print(report: "ExportReport", path: Path) -> None:
    from provider.publishing.rendering import wire_date

    for file, rows in report.rows.items():
        click.echo(f"{file}.csv: {rows:,} rows ({report.modes[file]})")
    for (file, column), rows in report.blanks.items():
        click.echo(f"note: {file}.csv: {rows:,} rows have no {column}, which OneRoster CSV requires; it is left blank")
    if not report.rows:
        click.echo("Nothing has changed: the package holds its manifest only")
    click.echo(f"{path}: OneRoster {report.version}, {report.mode}. Next delta: --since {wire_date(report.next_since)}")
