"""`homeroom consumer user import`: accounts from a CSV file (C-55)."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, BinaryIO

import click

from consumer.context import ConsumerContext
from consumer.database import db
from consumer.platform.audit import audit
from consumer.platform.csv_files import BadFile
from consumer.platform.user_import import ImportReport, import_users
from shared.database import will_write


@click.command("import")
@click.argument("file", type=click.File("rb"))
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON.")
@click.pass_obj
def import_command(context: ConsumerContext, file: BinaryIO, dry_run: bool, as_json: bool) -> None:
    """Create and update accounts from a CSV file ("-" reads standard input).

    The first line names the columns: unique_id, username, email, given_name, family_name, role, school (number or
    name), password. An account is found by unique_id, else by username; a blank cell leaves what is stored. Somebody
    new needs username, given_name, family_name and role. A row in which anything is wrong is left out, the others go
    on; exit status 1 when there was one.
    """
    with context.app.app_context():
        session = db.session()

        def begin() -> None:
            session.commit()
            will_write(session)

        try:
            for latest in import_users(session, context.app.extensions["homeroom"]["sealer"], file, begin, dry_run):
                session.commit()
                report = latest
            if not dry_run:
                done = {"created": report.created, "updated": report.updated, "left out": report.failed}
                audit(session, datetime.now(UTC), None, "import users", f"{report.rows:,} rows", None, done)
                session.commit()
        except BadFile as error:
            raise click.ClickException(str(error)) from error
    if as_json:
        click.echo(json.dumps(_as_json(report), indent=2))
    else:
        _print(report)
    if report.failed:
        raise click.exceptions.Exit(1)


def _as_json(report: ImportReport) -> dict[str, Any]:
    return {**asdict(report), "errors": [error._asdict() for error in report.errors]}


def _print(report: ImportReport) -> None:
    for note in report.notes:
        click.echo(note, err=True)
    for error in report.errors:
        click.echo(str(error), err=True)
    if report.failed > len(report.errors):
        click.echo(f"… and so on: {report.failed} rows in all were left out", err=True)
    click.echo(
        f"{'Would be created' if report.dry_run else 'Created'} {report.created}, updated {report.updated}, "
        f"unchanged {report.unchanged}, left out {report.failed}"
    )
