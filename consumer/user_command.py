"""`homeroom consumer user`: system administrators and their passwords, from the command line."""

import json
from datetime import UTC, datetime
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from sqlalchemy import select
from sqlalchemy.orm import Session

from consumer.context import ConsumerContext
from consumer.database import db
from consumer.folding import fold
from consumer.platform.accounts import AccountRow, NotAllowed, find_accounts, set_active
from consumer.platform.administrators import BadAccount, add_administrator, set_administrator
from consumer.platform.audit import audit
from consumer.platform.models import Account
from consumer.platform.passwords import WeakPassword, choose_own
from shared.commands import CommandTable, LazyGroup, password_option, read_password, refused

#: The most accounts that a list shows.
MOST = 1_000
_COLUMNS = ("username", "name", "email", "role", "system_administrator", "active")

COMMANDS: CommandTable = {
    "add": ("consumer.user_command:add_command", "Add a system administrator."),
    "list": ("consumer.user_command:list_command", "List system administrators, or find accounts."),
    "set": ("consumer.user_command:set_command", "Change an account: active, administrator, password."),
    "import": ("consumer.user_import_command:import_command", "Create and update accounts from a CSV file."),
}


@click.group("user", cls=LazyGroup, table=COMMANDS)
def user_command() -> None:
    """Accounts of the platform."""


@click.command("add")
@click.argument("username")
@click.option("--name", required=True, help='Given names and family name: "Edna Krabappel".')
@click.option("--email", help="An email address to sign in with as well.")
@password_option
@click.pass_obj
def add_command(context: ConsumerContext, username: str, name: str, email: str | None, password: str | None) -> None:
    """Add a system administrator called USERNAME, who may configure the platform."""
    text = read_password(password)
    with context.app.app_context():
        session = db.session()
        try:
            add_administrator(session, username, name, email, text, datetime.now(UTC))
        except BadAccount as error:
            session.rollback()
            raise refused(f"{username!r} is not added", error.fields) from error
        session.commit()
    click.echo(f"{username!r} is a system administrator", err=True)


@click.command("list")
@click.argument("search", default="")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@click.pass_obj
def list_command(context: ConsumerContext, search: str, as_json: bool) -> None:
    """List the system administrators, or the accounts that SEARCH finds by name, username, email address or id."""
    with context.app.app_context():
        rows, total = _found(db.session(), search)
    if total > len(rows):
        click.echo(f"The first {len(rows):,} of {total:,}: search for more words", err=True)
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    table = Table(*(name.replace("_", " ") for name in _COLUMNS))
    for row in rows:
        table.add_row(*(_shown(row[name]) for name in _COLUMNS))
    Console().print(table if rows else "Nobody")


@click.command("set")
@click.argument("username")
@click.option("--active/--inactive", default=None, help="May sign in, or not; nothing of the account is lost.")
@click.option("--administrator/--no-administrator", default=None, help="May configure the platform, or not.")
@password_option
@click.pass_obj
def set_command(
    context: ConsumerContext, username: str, active: bool | None, administrator: bool | None, password: str | None
) -> None:
    """Change the account USERNAME; with --password it gets a new password, and its sessions end."""
    if active is None and administrator is None and password is None:
        raise click.UsageError("Nothing to change: give --active, --inactive, --administrator or --password")
    text = None if password is None else read_password(password)
    now = datetime.now(UTC)
    with context.app.app_context():
        session = db.session()
        account = _account(session, username)
        try:
            if administrator is not None:
                set_administrator(session, account, administrator, now)
            if active is not None:
                set_active(session, account, active, None, now)
            if text is not None:
                choose_own(session, account, text)
                audit(session, now, None, "set password", account.username)
        except (NotAllowed, WeakPassword) as error:
            session.rollback()
            raise click.ClickException(f"Nothing is changed: {error}") from error
        session.commit()
    click.echo(f"{username!r} is changed", err=True)


def _account(session: Session, username: str) -> Account:
    account = session.scalar(select(Account).where(Account.username_key == fold(username.replace("\0", ""))))
    if account is None:
        raise click.ClickException(f"There is no account {username!r}; `homeroom consumer user list WORD` finds some")
    return account


def _found(session: Session, search: str) -> tuple[list[dict[str, Any]], int]:
    """(rows to show, how many there are in all)."""
    if search:
        found, total = find_accounts(session, search.replace("\0", ""), per_page=MOST)
        return [_row(one) for one in found], total
    query = select(Account).where(Account.system_administrator).order_by(Account.username_key)
    rows = [_row(one) for one in session.scalars(query)]
    return rows, len(rows)


def _row(one: Account | AccountRow) -> dict[str, Any]:
    name = f"{one.given_name} {one.family_name}".strip()
    return {"name": name, **{column: getattr(one, column) for column in _COLUMNS if column != "name"}}


def _shown(value: str | bool | None) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value or ""
