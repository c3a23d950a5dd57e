"""`homeroom provider connection add`, `list`, `show` and `remove`."""

from datetime import UTC, datetime

import click

from provider.access.commands import as_json_option, describe, district, last_day_option, print_connections
from provider.context import ProviderContext
from provider.eligibility.edition import SHARE
from shared.oneroster.versions import Version

with_secret = click.option("--secret", "show_secret", is_flag=True, help="Show the secrets too.")


@click.command("add")
@click.argument("name")
@click.option("--version", type=click.Choice([one.value for one in Version]), required=True, help="Of OneRoster.")
@click.option(
    "--oauth",
    type=click.Choice(["oauth2", "oauth1"]),
    default="oauth2",
    show_default=True,
    help="OAuth 1 is for 1.1 only, and where the district allows new ones (allow_new_oauth1).",
)
@last_day_option
@click.option("--school", "schools", multiple=True, metavar="NUMBER", help="One in scope; repeat it (default all).")
@click.option("--no-share", multiple=True, type=click.Choice(SHARE), help="Data that is left out; repeat it.")
@click.option("--no-roster", is_flag=True, help="Without rostering.")
@click.option("--gradebook", is_flag=True, help="With the grade book.")
@click.option("--assessments", is_flag=True, help="With assessments (1.2).")
@click.option("--unsupported", is_flag=True, help="A vendor without support: the roster only.")
@click.option("--secondary-email", is_flag=True, help="Publish secondary email addresses (1.2).")
@click.option("--vendor-key", is_flag=True, help="Ask for a vendor key on grade book calls, and make one.")
@click.option("--at-a-time", type=click.IntRange(1), help="Requests answered at once (default as everybody).")
@click.option("--a-minute", type=click.IntRange(1), help="Requests answered in a minute (default as everybody).")
@as_json_option
@click.pass_obj
def add_command(
    context: ProviderContext, name: str, version: str, oauth: str, last_day: datetime | None, schools: tuple[str, ...],
    no_share: tuple[str, ...], no_roster: bool, gradebook: bool, assessments: bool, unsupported: bool,
    secondary_email: bool, vendor_key: bool, at_a_time: int | None, a_minute: int | None, as_json: bool,
) -> None:  # fmt: skip
    """Add connection NAME and print what the platform has to be told, with the secret."""
    from provider.access.connections import Options, add_connection
    from provider.access.recorded import record_added

    options = Options(
        oauth=oauth, last_day=last_day.date() if last_day else None,
        schools=schools or None, share=frozenset(SHARE) - frozenset(no_share), roster=not no_roster,
        gradebook=gradebook, assessments=assessments, supported=not unsupported, secondary_email=secondary_email,
        vendor_key=vendor_key, at_a_time=at_a_time, a_minute=a_minute,
    )  # fmt: skip
    with district(context, writes=True) as session:
        sealer = context.app.extensions["homeroom"]["sealer"]
        now = datetime.now(UTC)
        made, _ = add_connection(session, sealer, name, Version(version), options, now)
        record_added(session, made, now, None)
        described = describe(context, session, made, secret=True)
    print_connections(described, as_json)
    if not as_json:
        click.echo("It sees nothing before the next refresh: of a worker, or homeroom provider refresh", err=True)


@click.command("list")
@with_secret
@as_json_option
@click.pass_obj
def list_command(context: ProviderContext, show_secret: bool, as_json: bool) -> None:
    """List every connection."""
    from provider.access.connections import list_connections

    with district(context, writes=False) as session:
        rows = [describe(context, session, row, secret=show_secret) for row in list_connections(session)]
    if as_json or show_secret:
        print_connections(rows, as_json)
        return
    for row in rows:
        state = "enabled" if row["enabled"] else "disabled"
        ends = f"  until {row['expires_at'][:10]}" if row["expires_at"] else ""
        click.echo(f"{row['name']}  OneRoster {row['version']}  {row['oauth']}  {state}  key {row['client_id']}{ends}")


@click.command("show")
@click.argument("name")
@with_secret
@as_json_option
@click.pass_obj
def show_command(context: ProviderContext, name: str, show_secret: bool, as_json: bool) -> None:
    """Show connection NAME: addresses, client id, what it may have."""
    from provider.access.connections import find_connection

    with district(context, writes=False) as session:
        described = describe(context, session, find_connection(session, name), secret=show_secret)
    print_connections(described, as_json)


@click.command("remove")
@click.argument("name")
@click.confirmation_option(prompt="Its client id and secret cannot be brought back. Remove it?")
@click.pass_obj
def remove_command(context: ProviderContext, name: str) -> None:
    """Remove connection NAME for good; its tokens end at once. What it wrote to the grade book stays."""
    from provider.access.connections import find_connection
    from provider.access.recorded import record_removed

    with district(context, writes=True) as session:
        found = find_connection(session, name)
        record_removed(session, found, datetime.now(UTC), None)
        session.delete(found)
    click.echo(f"Connection {name!r} is removed")
