"""`homeroom provider connection …`: what a district administrator does with connections of platforms (P-94 … P-104)."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from provider.context import ProviderContext
from provider.eligibility.edition import SHARE
from shared.oneroster.versions import Version

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
with_secret = click.option("--secret", "show_secret", is_flag=True, help="Show the secrets too.")


@click.group("connection")
def connection() -> None:
    """Add, list and change connections of platforms."""


@contextmanager
def _district(context: ProviderContext, *, writes: bool) -> "Iterator[Session]":
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


@connection.command("add")
@click.argument("name")
@click.option("--version", type=click.Choice([one.value for one in Version]), required=True, help="Of OneRoster.")
@click.option("--school", "schools", multiple=True, metavar="NUMBER", help="One in scope; repeat it (default all).")
@click.option("--no-share", multiple=True, type=click.Choice(SHARE), help="Data that is left out; repeat it.")
@click.option("--no-roster", is_flag=True, help="Without rostering.")
@click.option("--gradebook", is_flag=True, help="With the grade book.")
@click.option("--assessments", is_flag=True, help="With assessments (1.2).")
@click.option("--secondary-email", is_flag=True, help="Publish secondary email addresses (1.2).")
@click.option("--vendor-key", is_flag=True, help="Ask for a vendor key on grade book calls, and make one.")
@as_json
@click.pass_obj
def add_command(
    context: ProviderContext, name: str, version: str, schools: tuple[str, ...], no_share: tuple[str, ...],
    no_roster: bool, gradebook: bool, assessments: bool, secondary_email: bool, vendor_key: bool, as_json: bool,
) -> None:  # fmt: skip
    """Add connection NAME and print what the platform has to be told, with the secret."""
    from provider.access.connections import Options, add_connection

    options = Options(
        schools=schools or None, share=frozenset(SHARE) - frozenset(no_share), roster=not no_roster,
        gradebook=gradebook, assessments=assessments, secondary_email=secondary_email, vendor_key=vendor_key,
    )  # fmt: skip
    with _district(context, writes=True) as session:
        sealer = context.app.extensions["homeroom"]["sealer"]
        made, _ = add_connection(session, sealer, name, Version(version), options, datetime.now(UTC))
        description = _describe(context, session, made, show_secret=True)
    _print(description, as_json)
    if not as_json:
        click.echo("It sees nothing before the next refresh: homeroom provider refresh", err=True)


@connection.command("list")
@with_secret
@as_json
@click.pass_obj
def list_command(context: ProviderContext, show_secret: bool, as_json: bool) -> None:
    """List every connection."""
    from provider.access.connections import list_connections

    with _district(context, writes=False) as session:
        rows = [_describe(context, session, row, show_secret=show_secret) for row in list_connections(session)]
    if as_json or show_secret:
        _print(rows, as_json)
        return
    for row in rows:
        state = "enabled" if row["enabled"] else "disabled"
        click.echo(f"{row['name']}  OneRoster {row['version']}  {state}  client id {row['client_id']}")


@connection.command("show")
@click.argument("name")
@with_secret
@as_json
@click.pass_obj
def show_command(context: ProviderContext, name: str, show_secret: bool, as_json: bool) -> None:
    """Show connection NAME: addresses, client id, what it may have."""
    from provider.access.connections import find_connection

    with _district(context, writes=False) as session:
        description = _describe(context, session, find_connection(session, name), show_secret=show_secret)
    _print(description, as_json)


@connection.command("secret")
@click.argument("name")
@as_json
@click.pass_obj
def secret_command(context: ProviderContext, name: str, as_json: bool) -> None:
    """Give connection NAME a new secret. The old one and its tokens end at once."""
    from provider.access.connections import find_connection, regenerate_secret

    with _district(context, writes=True) as session:
        found = find_connection(session, name)
        regenerate_secret(found, context.app.extensions["homeroom"]["sealer"])
        description = _describe(context, session, found, show_secret=True)
    _print(description, as_json)


@connection.command("enable")
@click.argument("name")
@click.pass_obj
def enable_command(context: ProviderContext, name: str) -> None:
    """Let connection NAME in again."""
    _set_enabled(context, name, True)


@connection.command("disable")
@click.argument("name")
@click.pass_obj
def disable_command(context: ProviderContext, name: str) -> None:
    """Keep connection NAME out, at once, without losing it."""
    _set_enabled(context, name, False)


def _set_enabled(context: ProviderContext, name: str, enabled: bool) -> None:
    from provider.access.connections import find_connection

    with _district(context, writes=True) as session:
        find_connection(session, name).enabled = enabled
    click.echo(f"Connection {name!r} is {'enabled' if enabled else 'disabled'}")


@connection.command("schools")
@click.argument("name")
@click.argument("numbers", nargs=-1)
@click.option("--all", "all_schools", is_flag=True, help="All schools, those that come later included.")
@click.pass_obj
def schools_command(context: ProviderContext, name: str, numbers: tuple[str, ...], all_schools: bool) -> None:
    """Limit connection NAME to the schools with these NUMBERS, or open it to all (P-96)."""
    from provider.access.connections import find_connection, set_schools

    if bool(numbers) == all_schools:
        raise click.UsageError("Name the schools, or give --all")
    with _district(context, writes=True) as session:
        set_schools(session, find_connection(session, name), None if all_schools else numbers)
    scope = "all schools" if all_schools else "school " + ", ".join(numbers)
    click.echo(f"Connection {name!r} has {scope} from the next refresh on")


@connection.command("remove")
@click.argument("name")
@click.confirmation_option(prompt="Its client id and secret cannot be brought back. Remove it?")
@click.pass_obj
def remove_command(context: ProviderContext, name: str) -> None:
    """Remove connection NAME for good; its tokens end at once."""
    from provider.access.connections import find_connection

    with _district(context, writes=True) as session:
        session.delete(find_connection(session, name))
    click.echo(f"Connection {name!r} is removed")


def _describe(context: ProviderContext, session: "Session", row: Any, *, show_secret: bool) -> dict[str, Any]:
    from provider.access.description import describe

    homeroom = context.app.extensions["homeroom"]
    return describe(session, row, homeroom["settings"], context.app_name, homeroom["sealer"] if show_secret else None)


def _print(description: dict[str, Any] | list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(description, indent=2))
        return
    for row in description if isinstance(description, list) else [description]:
        for name, value in row.items():
            click.echo(f"{name + ':':<17}{' '.join(value) if isinstance(value, list) else value}")
        click.echo()
