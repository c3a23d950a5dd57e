"""`homeroom provider connection …`: what a district administrator does with connections of platforms (P-94 … P-104).

The commands are in `connection_commands` and `change_commands`; what they have in common is here.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from provider.context import ProviderContext
from shared.commands import CommandTable, LazyGroup

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from provider.access.models import Connection

_COMMANDS: CommandTable = {
    "add": ("provider.access.connection_commands:add_command", "Add a connection."),
    "list": ("provider.access.connection_commands:list_command", "List every connection."),
    "show": ("provider.access.connection_commands:show_command", "Show one connection."),
    "set": ("provider.access.change_commands:set_command", "Change functions, data to share, limits."),
    "schools": ("provider.access.change_commands:schools_command", "Limit a connection to schools, or open it to all."),
    "secret": ("provider.access.change_commands:secret_command", "Give a connection a new secret."),
    "vendor-key": ("provider.access.change_commands:vendor_key_command", "Give or take a vendor key."),
    "renew": ("provider.access.change_commands:renew_command", "Let an OAuth 1 key be good for longer."),
    "disable": ("provider.access.change_commands:disable_command", "Keep a connection out, at once."),
    "enable": ("provider.access.change_commands:enable_command", "Let a connection in again."),
    "remove": ("provider.access.connection_commands:remove_command", "Remove a connection for good."),
}

connection = LazyGroup("connection", table=_COMMANDS, help="Add, list and change connections of platforms.")

as_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
last_day_option = click.option(
    "--last-day", type=click.DateTime(["%Y-%m-%d"]),
    help="Of an OAuth 1 key (UTC); default one year ahead, 13 months at most.",
)  # fmt: skip


@contextmanager
def district(context: ProviderContext, *, writes: bool) -> "Iterator[Session]":
    """The district's database; what was written is committed at the end. A refused change is told in one line."""
    from provider.access.connections import BadConnection
    from provider.database import db
    from shared.database import will_write

    with context.app.app_context():
        session = db.session()
        if writes:
            will_write(session)
        try:
            yield session
        except BadConnection as error:
            raise click.ClickException(str(error)) from error
        if writes:
            session.commit()


def describe(context: ProviderContext, session: "Session", row: "Connection", *, secret: bool) -> dict[str, Any]:
    """A connection as it is printed, with its secrets or without."""
    from provider.access import description

    homeroom = context.app.extensions["homeroom"]
    sealer = homeroom["sealer"] if secret else None
    return description.describe(session, row, homeroom["settings"], context.app_name, sealer)


def print_connections(described: dict[str, Any] | list[dict[str, Any]], as_json: bool) -> None:
    """Print one connection or several, for people or as JSON."""
    if as_json:
        click.echo(json.dumps(described, indent=2))
        return
    for row in described if isinstance(described, list) else [described]:
        for name, value in row.items():
            if value is not None:
                click.echo(f"{name + ':':<17}{' '.join(value) if isinstance(value, list) else value}")
        click.echo()
