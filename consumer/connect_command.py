"""`homeroom consumer connect`: store a connection, test it, list them."""

import json
import os
import sys
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from sqlalchemy import select
from sqlalchemy.orm import Session

from consumer.client.addresses import check_url
from consumer.client.errors import AddressRefused
from consumer.client.probe import Step, check
from consumer.connections import BadConnection, Connection, Details, find_connection, save_connection
from consumer.context import ConsumerContext
from consumer.database import db
from consumer.sync.peer import open_client
from shared.oneroster.versions import Version
from shared.sealing import Sealer

#: A person waits for the answer: one more try after a second is enough.
WAITS = (1.0,)
SECRET_VARIABLE = "HOMEROOM_CLIENT_SECRET"  # noqa: S105 - the name of a variable
_COLUMNS = ("name", "version", "base_url", "client_id", "active_year")


@click.command("connect")
@click.argument("name", required=False)
@click.option("--url", help="Domain URL: the address before /ims/oneroster.")
@click.option("--token-url", help="Where bearer tokens are given out.")
@click.option("--client-id", help="The client id, also called consumer id.")
@click.option(
    "--client-secret",
    help=f"The secret; '-' reads a line from standard input. Better: leave it out and set {SECRET_VARIABLE}, "
    "or be asked for it.",
)
@click.option("--version", type=click.Choice([str(version) for version in Version]), help="The OneRoster version.")
@click.option("--scope", help="Scopes to ask for, blank-separated; '' for those that a roster needs.")
@click.option("--page-limit", type=int, help="Records to ask for on one page (1 to 50000, default 5000).")
@click.option("--test", "only_test", is_flag=True, help="Test a stored connection and change nothing.")
@click.option("--list", "only_list", is_flag=True, help="List the connections.")
@click.option("--json", "as_json", is_flag=True, help="Print the list, or the test's steps, as JSON.")
@click.pass_obj
def connect_command(
    context: ConsumerContext,
    name: str | None,
    only_test: bool,
    only_list: bool,
    as_json: bool,
    client_secret: str | None,
    **given: Any,
) -> None:
    """Connect the OneRoster provider NAME and test the connection; on a stored NAME, change what is given.

    \b
    homeroom consumer connect springfield --url https://sis.example/campus/oneroster/springfield \\
        --token-url 'https://sis.example/campus/oauth2/token?appName=springfield' --client-id ID --version 1.2
    homeroom consumer connect springfield --test
    homeroom consumer connect --list --json
    """
    if only_list:
        with context.app.app_context():
            _print_list(db.session(), as_json)
        return
    if not name:
        raise click.UsageError("NAME is missing: give the connection a name, or use --list")
    if only_test and (client_secret is not None or any(value is not None for value in given.values())):
        raise click.UsageError("--test changes nothing: leave the other options out")
    with context.app.app_context():
        sealer: Sealer = context.app.extensions["homeroom"]["sealer"]
        if not only_test:
            _save(context, db.session(), sealer, _details(db.session(), name, client_secret, given))
        steps = _test(context, db.session(), sealer, name)
    _print_steps(steps, as_json)
    if not all(step.ok for step in steps):
        raise click.exceptions.Exit(1)


def _details(session: Session, name: str, secret: str | None, given: dict[str, Any]) -> Details:
    """What was entered. A new connection's secret is asked for when it is nowhere to be found."""
    if secret == "-":  # noqa: S105 - says where to read it
        secret = sys.stdin.readline().strip()
    if secret is None:
        secret = os.environ.get(SECRET_VARIABLE) or None
    if secret is None and sys.stdin.isatty() and find_connection(session, name) is None:
        secret = click.prompt("Client secret", hide_input=True)
    version = given["version"]
    return Details(
        name=name,
        base_url=given["url"],
        token_url=given["token_url"],
        client_id=given["client_id"],
        client_secret=secret,
        version=Version(version) if version else None,
        scope=given["scope"],
        page_limit=given["page_limit"],
    )


def _save(context: ConsumerContext, session: Session, sealer: Sealer, details: Details) -> None:
    allow_private = context.settings.allow_private
    try:
        saved = save_connection(session, sealer, details, lambda url: check_url(url, allow_private))
    except (BadConnection, AddressRefused) as error:
        session.rollback()
        raise click.ClickException(_refusal(error)) from error
    session.commit()
    for note in saved.notes:
        click.echo(note, err=True)
    click.echo(f"Connection {details.name!r} is {'stored' if saved.created else 'changed'}", err=True)


def _refusal(error: BadConnection | AddressRefused) -> str:
    if isinstance(error, AddressRefused):
        return f"{error}. {error.advice} (HOMEROOM_ALLOW_PRIVATE=1 allows http and private addresses)"
    return str(error)


def _test(context: ConsumerContext, session: Session, sealer: Sealer, name: str) -> list[Step]:
    connection = find_connection(session, name)
    if connection is None:
        raise click.ClickException(f"There is no connection {name!r}; `homeroom consumer connect --list` shows all")
    client = open_client(connection, sealer, context.settings.allow_private, waits=WAITS)
    session.rollback()  # no transaction is held open while the provider takes its time
    try:
        return check(client)
    finally:
        client.close()


def _print_steps(steps: list[Step], as_json: bool) -> None:
    if as_json:
        rows = [{"step": s.title, "ok": s.ok, "text": s.text, "advice": s.advice} for s in steps]
        click.echo(json.dumps(rows, indent=2))
        return
    for step in steps:
        click.echo(f"{'ok    ' if step.ok else 'FAILED'}  {step.title}: {step.text}")
        if step.advice:
            click.echo(f"        {step.advice}")


def _print_list(session: Session, as_json: bool) -> None:
    """Every connection, without its secret (C-12)."""
    rows = [
        {
            "name": row.name,
            "version": row.version,
            "base_url": row.base_url,
            "token_url": row.token_url,
            "client_id": row.client_id,
            "page_limit": row.page_limit,
            "active_year": row.active_year,
        }
        for row in session.scalars(select(Connection).order_by(Connection.name))
    ]
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    table = Table(*(name.replace("_", " ") for name in _COLUMNS))
    for row in rows:
        table.add_row(*(str(row[name] or "") for name in _COLUMNS))
    Console().print(table if rows else "No connection yet")
