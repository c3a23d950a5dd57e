"""`homeroom consumer connect`: store a connection, test it, list them."""

import json
import os
import sys
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from sqlalchemy import select
from sqlalchemy.orm import Session

from consumer.client.addresses import why_refused
from consumer.client.probe import Outcome, Step, check
from consumer.connections import BadConnection, Connection, Details, find_connection, save_connection
from consumer.connections.acting import NotAllowed, become_acting_user
from consumer.connections.checking import UNCONFIRMED
from consumer.context import ConsumerContext
from consumer.database import db
from consumer.folding import fold
from consumer.platform.models import Account
from consumer.runs.line import Busy
from consumer.runs.peer import open_client
from consumer.sync.removal import AFTERWARDS, preview, remove_connection
from shared.oneroster.versions import Version
from shared.sealing import Sealer

#: A person waits for the answer: one more try after a second is enough.
WAITS = (1.0,)
#: Where a secret may be handed over, so that it is in no list of processes.
SECRETS = {"client_secret": "HOMEROOM_CLIENT_SECRET", "vendor_secret": "HOMEROOM_VENDOR_SECRET"}
_OUTCOMES = {Outcome.OK: "ok     ", Outcome.WARNING: "WARNING", Outcome.FAILED: "FAILED "}
_COLUMNS = ("name", "version", "oauth", "base_url", "client_id", "active_year")


@click.command("connect")
@click.argument("name", required=False)
@click.option("--url", help="Domain URL: the address before /ims/oneroster.")
@click.option(
    "--version",
    type=click.Choice([str(version) for version in Version]),
    help="The OneRoster version; 1.2 only when it is released (setting release_1_2), and for good.",
)
@click.option("--oauth", type=click.Choice(["oauth1", "oauth2"]), help="How it signs in (1.2: oauth2; default oauth2).")
@click.option("--token-url", help="Where bearer tokens are given out (OAuth 2).")
@click.option("--client-id", help="The client id, also called consumer id.")
@click.option(
    "--client-secret",
    help=f"The secret; '-' reads a line from standard input. Better: leave it out and set "
    f"{SECRETS['client_secret']}, or be asked for it.",
)
@click.option("--vendor-key", help="The vendor's key for grade book calls; '' for none any more.")
@click.option(
    "--vendor-secret", help=f"Its secret; '-' reads a line from standard input. Better: set {SECRETS['vendor_secret']}."
)
@click.option("--scope", help="Scopes to ask for, blank-separated; '' for those that each service needs.")
@click.option("--page-limit", type=int, help="Records to ask for on one page (1 to 50000, default 5000).")
@click.option("--delta-reads/--no-delta-reads", default=None, help="Let its syncs read only what changed, or not.")
@click.option("--acting", metavar="USERNAME", help="Make this system administrator its Acting User.")
@click.option("--rename", metavar="NEW", help="Another name for it.")
@click.option("--yes", is_flag=True, help="Confirm what cannot be undone: OneRoster 1.2, --remove.")
@click.option("--remove", is_flag=True, help="Remove it for good; says first what goes and what stays.")
@click.option("--test", "only_test", is_flag=True, help="Test a stored connection and change nothing.")
@click.option("--list", "only_list", is_flag=True, help="List the connections.")
@click.option("--json", "as_json", is_flag=True, help="Print the list, or the test's steps, as JSON.")
@click.pass_obj
def connect_command(
    context: ConsumerContext,
    name: str | None,
    remove: bool,
    only_test: bool,
    only_list: bool,
    as_json: bool,
    yes: bool,
    **given: Any,
) -> None:
    """Connect the OneRoster provider NAME and test the connection; on a stored NAME, change what is given.

    \b
    homeroom consumer connect springfield --url https://sis.example/campus/oneroster/springfield \\
        --token-url 'https://sis.example/campus/oauth2/token?appName=springfield' --client-id ID --version 1.1
    homeroom consumer connect springfield --test
    homeroom consumer connect --list --json
    """
    changes = any(value is not None for value in given.values())
    if only_list:
        with context.app.app_context():
            _print_list(db.session(), as_json)
        return
    if not name:
        raise click.UsageError("NAME is missing: give the connection a name, or use --list")
    if (only_test or remove) and (changes or (only_test and remove)):
        raise click.UsageError("--test and --remove go with no other change: leave the other options out")
    with context.app.app_context():
        session = db.session()
        if remove:
            _remove(session, _stored(session, name), yes)
            return
        sealer: Sealer = context.app.extensions["homeroom"]["sealer"]
        if not only_test:
            acting = given.pop("acting")
            name = _save(context, session, sealer, _details(session, name, yes, given), acting)
        steps = _test(context, session, sealer, name)
    _print_steps(steps, as_json)
    if not all(step.ok for step in steps):
        raise click.exceptions.Exit(1)


def _details(session: Session, name: str, yes: bool, given: dict[str, Any]) -> Details:
    """What was entered. A new connection's secret is asked for when it is nowhere to be found."""
    secrets = {field: _secret(given[field], variable) for field, variable in SECRETS.items()}
    new, person = find_connection(session, name) is None, sys.stdin.isatty()
    if secrets["client_secret"] is None and new and person:
        secrets["client_secret"] = click.prompt("Client secret", hide_input=True)
    version = Version(given["version"]) if given["version"] else None
    if version is Version.V1P2 and new and person and not yes:
        yes = click.confirm(UNCONFIRMED)
    return Details(
        name=name,
        new_name=given["rename"],
        base_url=given["url"],
        version=version,
        confirmed=yes,
        page_limit=given["page_limit"],
        delta_reads=given["delta_reads"],
        **secrets,
        **{field: given[field] for field in ("oauth", "token_url", "client_id", "vendor_key", "scope")},
    )


def _secret(given: str | None, variable: str) -> str | None:
    """A secret from the command line, a line of standard input ("-"), or the environment."""
    if given == "-":
        return sys.stdin.readline().strip()
    return given if given is not None else os.environ.get(variable) or None


def _save(context: ConsumerContext, session: Session, sealer: Sealer, details: Details, acting: str | None) -> str:
    """Save it, with `acting` as its Acting User, and tell; the name that it has now."""
    allow_private, now = context.settings.allow_private, datetime.now(UTC)
    try:
        saved = save_connection(session, sealer, details, lambda url: why_refused(url, allow_private), now)
        if acting is not None:
            _make_acting(session, saved.connection, acting, now)
    except BadConnection as error:
        session.rollback()
        raise click.ClickException(_all_that_is_wrong(details.name, error)) from error
    session.commit()
    for note in saved.notes:
        click.echo(note, err=True)
    click.echo(f"Connection {saved.connection.name!r} is {'stored' if saved.created else 'changed'}", err=True)
    return saved.connection.name


def _make_acting(session: Session, connection: Connection, username: str, now: datetime) -> None:
    account = session.scalar(select(Account).where(Account.username_key == fold(username)))
    if account is None:
        raise click.ClickException(f"Nobody has the username {username!r}: see `homeroom consumer user list`")
    try:
        become_acting_user(session, connection, account, now)
    except NotAllowed as error:
        raise click.ClickException(f"{error}; {username!r} is none") from error


def _all_that_is_wrong(name: str, error: BadConnection) -> str:
    """Every field with its option."""
    options = {"name": "NAME", "new_name": "--rename", "base_url": "--url", "confirmed": "--yes"}
    lines = [
        f"  {options.get(field) or '--' + field.replace('_', '-')}: {message}"
        for field, message in error.fields.items()
    ]
    return "\n".join([f"Connection {name!r} is not saved:", *lines])


def _stored(session: Session, name: str) -> Connection:
    connection = find_connection(session, name)
    if connection is None:
        raise click.ClickException(f"There is no connection {name!r}; `homeroom consumer connect --list` shows all")
    return connection


def _remove(session: Session, connection: Connection, yes: bool) -> None:
    """Say what goes and what stays, have it confirmed, remove it (never people, courses, sections)."""
    told = preview(session, connection)
    for title, rows in (("Goes:", told.goes), ("Stays:", told.stays)):
        click.echo(title)
        for what, count in rows or (("nothing", 0),):
            click.echo(f"  {count:>10,} {what}" if count else f"  {what}")
    click.echo(AFTERWARDS)
    session.rollback()  # no transaction is held open while a person thinks
    if not yes and not (sys.stdin.isatty() and click.confirm(f"Remove connection {connection.name!r} for good?")):
        raise click.ClickException("Nothing is removed; --yes confirms it")
    name = connection.name
    try:
        remove_connection(session, connection, datetime.now(UTC))
    except Busy as error:
        raise click.ClickException(str(error)) from error
    session.commit()
    click.echo(f"Connection {name!r} is removed", err=True)


def _test(context: ConsumerContext, session: Session, sealer: Sealer, name: str) -> list[Step]:
    connection = _stored(session, name)
    allow_private = context.settings.allow_private
    with ExitStack() as stack:
        roster, gradebook = (
            stack.enter_context(closing(open_client(connection, sealer, allow_private, waits=WAITS, service=service)))
            for service in ("rostering", "gradebook")
        )
        session.rollback()  # no transaction is held open while the provider takes its time
        return check(roster, gradebook)


def _print_steps(steps: list[Step], as_json: bool) -> None:
    if as_json:
        rows = [{"step": s.title, "ok": s.ok, "outcome": s.outcome, "text": s.text, "advice": s.advice} for s in steps]
        click.echo(json.dumps(rows, indent=2))
        return
    for step in steps:
        click.echo(f"{_OUTCOMES[step.outcome]}  {step.title}: {step.text}")
        if step.advice:
            click.echo(f"         {step.advice}")


def _print_list(session: Session, as_json: bool) -> None:
    """Every connection, without its secret (C-12)."""
    rows = [
        {
            "name": row.name,
            "version": row.version,
            "base_url": row.base_url,
            "oauth": row.oauth,
            "token_url": row.token_url,
            "client_id": row.client_id,
            "vendor_key": row.vendor_key,
            "page_limit": row.page_limit,
            "delta_reads": row.delta_reads,
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
