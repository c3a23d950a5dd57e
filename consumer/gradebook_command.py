"""`homeroom consumer gradebook`: what is in the grade books, and filling them from a CSV file."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, BinaryIO

import click
from rich.console import Console
from rich.table import Table
from sqlalchemy.orm import Session

from consumer.context import ConsumerContext
from consumer.database import db
from consumer.platform.audit import audit
from consumer.platform.csv_files import BadFile
from consumer.platform.gradebook.csv_books import Wrong, find_section
from consumer.platform.gradebook.csv_import import ImportReport, import_gradebook
from consumer.platform.gradebook.listing import BookLine, Contents, contents_of, list_books
from consumer.sync.timetable import zone_of
from shared.commands import CommandTable, LazyGroup
from shared.database import will_write

COMMANDS: CommandTable = {
    "import": ("consumer.gradebook_command:import_command", "Categories, items and scores from a CSV file."),
    "list": ("consumer.gradebook_command:list_command", "List grade books, or what is in one."),
}


@click.group("gradebook", cls=LazyGroup, table=COMMANDS)
def gradebook_command() -> None:
    """The grade books of the platform's sections."""


@click.command("import")
@click.argument("files", metavar="FILE…", type=click.File("rb"), nargs=-1, required=True)
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the outcome of each file as JSON.")
@click.pass_obj
def import_command(context: ConsumerContext, files: Sequence[BinaryIO], dry_run: bool, as_json: bool) -> None:
    """Fill grade books from CSV files ("-" reads standard input).

    The first line names the columns: section (section school code, or name), category, kind (assignment, assessment,
    discussion), title, points, due_date (2026-09-25, or with the time), published (yes, no), username (of a student),
    score (as typed in the grade book: 17.5, ex, mi, 12 late, sub), comment. An item is known by section and title. A
    row may name a category alone, an item, or a student's score for one; a blank cell leaves what is stored. A new
    item needs points. A row in which anything is wrong is left out, the others go on; exit status 1 when there was
    one.
    """
    reports = [_import(context, file, dry_run) for file in files]
    if as_json:
        click.echo(json.dumps([_as_json(report) for report in reports], indent=2))
    else:
        for file, report in zip(files, reports, strict=True):
            _print(_name(file), report, dry_run)
    if any(report.failed for report in reports):
        raise click.exceptions.Exit(1)


def _import(context: ConsumerContext, file: BinaryIO, dry_run: bool) -> ImportReport:
    now = datetime.now(UTC)
    with context.app.app_context():
        session = db.session()
        will_write(session)
        try:
            for latest in import_gradebook(session, file, zone_of(session), now):
                report = latest
                if not dry_run:
                    session.commit()
                    will_write(session)
        except BadFile as error:
            raise click.ClickException(f"{_name(file)}: {error}") from error
        if dry_run:
            session.rollback()
        elif report.changes:
            done = {name: number for name, number in asdict(report).items() if isinstance(number, int)}
            audit(session, now, None, "import grades", f"{report.changes:,} changes", None, done)
        session.commit()
    return report


def _name(file: BinaryIO) -> str:
    return str(getattr(file, "name", "standard input"))


def _as_json(report: ImportReport) -> dict[str, Any]:
    return {**asdict(report), "errors": [error._asdict() for error in report.errors]}


def _print(name: str, report: ImportReport, dry_run: bool) -> None:
    for note in report.notes:
        click.echo(f"{name}: {note}", err=True)
    for error in report.errors:
        click.echo(f"{name}: {error}", err=True)
    if report.failed > len(report.errors):
        click.echo(f"… and so on: {report.failed} rows in all were left out", err=True)
    click.echo(
        f"{name}: {'would be changed' if dry_run else 'changed'}: {report.categories:,} new categories, "
        f"{report.items_created:,} new items, {report.items_updated:,} items, {report.scores:,} scores; "
        f"rows unchanged {report.unchanged:,}, left out {report.failed:,}"
    )


@click.command("list")
@click.argument("section", default="")
@click.option("--teacher", default="", help="The sections of this course admin (username) alone.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@click.pass_obj
def list_command(context: ConsumerContext, section: str, teacher: str, as_json: bool) -> None:
    """List the grade books; with SECTION (section school code, or name) what is in one, and who its students are."""
    with context.app.app_context():
        found = _contents(db.session(), section) if section else list_books(db.session(), teacher)
    if as_json:
        shown = asdict(found) if isinstance(found, Contents) else [asdict(line) for line in found]
        click.echo(json.dumps(shown, indent=2, default=str))
    elif isinstance(found, Contents):
        _print_contents(found)
    else:
        _print_books(found)


def _contents(session: Session, section: str) -> Contents:
    try:
        return contents_of(session, find_section(session, section))
    except Wrong as wrong:
        raise click.ClickException(f"{section!r} {wrong}") from wrong


def _print_books(lines: Sequence[BookLine]) -> None:
    table = Table("section", "code", "course", "year", "students", "items", "scores", "shares the grade book of")
    for line in lines:
        table.add_row(line.section, line.code or "", line.course, str(line.school_year or ""), f"{line.students:,}",
                      f"{line.items:,}", f"{line.scores:,}", line.shares or "")  # fmt: skip
    Console().print(table if lines else "None")


def _print_contents(contents: Contents) -> None:
    items = Table("item", "kind", "category", "points", "due", "published", "scores")
    for item in contents.items:
        items.add_row(item.title, item.kind, item.category or "", f"{item.points:g}", str(item.due_at or ""),
                      "yes" if item.published else "no", f"{item.scores:,}")  # fmt: skip
    console = Console()
    console.print(f"Sections: {', '.join(contents.sections)}")
    console.print(f"Categories: {', '.join(contents.categories) or 'none'}")
    console.print(items if contents.items else "No items")
    students = Table("username", "student")
    for student in contents.students:
        students.add_row(student.username or "", student.name)
    console.print(students)
