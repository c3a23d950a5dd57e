"""`homeroom provider user`: those who sign in to the district's pages, from the command line."""

import json
from datetime import UTC, datetime
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from provider.context import ProviderContext
from shared.commands import CommandTable, LazyGroup, password_option, read_password, refused

#: As `provider.access.user_tables` has them, which is not imported before it is needed.
ROLES = ("administrator", "teacher")
_COLUMNS = ("username", "name", "role", "person", "active")

COMMANDS: CommandTable = {
    "add": ("provider.user_command:add_command", "Add somebody who may sign in."),
    "list": ("provider.user_command:list_command", "List those who may sign in."),
    "set": ("provider.user_command:set_command", "Change one of them: active, role, person, name, password."),
}

person_option = click.option("--person", help="Who a teacher is in the SIS: staff number, username, email or id.")


@click.group("user", cls=LazyGroup, table=COMMANDS)
def user_command() -> None:
    """Those who sign in to the district's pages."""


@click.command("add")
@click.argument("username")
@click.option("--name", required=True, help='Given names and family name: "Edna Krabappel".')
@click.option("--role", type=click.Choice(ROLES), default="administrator", show_default=True,
              help="An administrator sees everything, a teacher the sections that they staff.")  # fmt: skip
@person_option
@password_option
@click.pass_obj
def add_command(
    context: ProviderContext, username: str, name: str, role: str, person: str | None, password: str | None
) -> None:
    """Add USERNAME, who may sign in to the district's pages."""
    text = read_password(password)
    from provider.access.users import BadUser, add_user
    from provider.database import db
    from shared.database import will_write

    with context.app.app_context():
        session = db.session()
        will_write(session)
        try:
            add_user(session, username, name, text, datetime.now(UTC), role, person)
        except BadUser as error:
            session.rollback()
            raise refused(f"{username!r} is not added", error.fields) from error
        session.commit()
    click.echo(f"{username!r} may sign in as {role}", err=True)


@click.command("list")
@click.argument("search", default="")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@click.pass_obj
def list_command(context: ProviderContext, search: str, as_json: bool) -> None:
    """List those who may sign in, or those of them in whose username or name SEARCH is."""
    from provider.access.users import list_users
    from provider.database import db

    with context.app.app_context():
        rows: list[dict[str, Any]] = [
            {"username": one.username, "name": one.name, "role": one.role, "person": one.person_id,
             "active": one.active}
            for one in list_users(db.session(), search)
        ]  # fmt: skip
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    table = Table(*_COLUMNS)
    for row in rows:
        table.add_row(*(_shown(row[name]) for name in _COLUMNS))
    Console().print(table if rows else "Nobody")


@click.command("set")
@click.argument("username")
@click.option("--active/--inactive", default=None, help="May sign in, or not.")
@click.option("--role", type=click.Choice(ROLES), help="What they may see.")
@click.option("--name", help="Another name.")
@person_option
@password_option
@click.pass_obj
def set_command(
    context: ProviderContext, username: str, active: bool | None, role: str | None, name: str | None,
    person: str | None, password: str | None,
) -> None:  # fmt: skip
    """Change the user USERNAME; with --password they get a new password, and their sessions end."""
    if all(one is None for one in (active, role, name, person, password)):
        raise click.UsageError("Nothing to change: give --active, --inactive, --role, --name, --person or --password")
    text = None if password is None else read_password(password)
    from provider.access.users import BadUser, find_user, set_password, set_user
    from provider.database import db
    from shared.database import will_write

    now = datetime.now(UTC)
    with context.app.app_context():
        session = db.session()
        will_write(session)
        user = find_user(session, username)
        if user is None:
            raise click.ClickException(f"There is no user {username!r}; `homeroom provider user list` shows them")
        try:
            set_user(session, user, now, active, role, person, name)
            if text is not None:
                set_password(session, user, text, now)
        except BadUser as error:
            session.rollback()
            raise click.ClickException(f"Nothing is changed: {error}") from error
        session.commit()
    click.echo(f"{username!r} is changed", err=True)


def _shown(value: str | int | bool | None) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)
