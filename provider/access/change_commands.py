"""`homeroom provider connection set`, `schools`, `secret`, `vendor-key`, `renew`, `enable` and `disable`."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import click

from provider.access.commands import as_json_option, describe, district, last_day_option, print_connections
from provider.context import ProviderContext
from provider.eligibility.edition import SHARE

_LIMIT = "(0: as everybody)."


def _switch(name: str, help_text: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return click.option(f"--{name}/--no-{name}", default=None, help=help_text)


@click.command("set")
@click.argument("name")
@_switch("roster", "Rostering.")
@_switch("gradebook", "The grade book.")
@_switch("assessments", "Assessments (1.2).")
@click.option("--supported/--unsupported", default=None, help="An unsupported vendor may have the roster only.")
@_switch("secondary-email", "Secondary email addresses (1.2).")
@click.option("--share", multiple=True, type=click.Choice(SHARE), help="Data that is shown; repeat it.")
@click.option("--no-share", multiple=True, type=click.Choice(SHARE), help="Data that is left out; repeat it.")
@click.option("--at-a-time", type=click.IntRange(0), help=f"Requests answered at once {_LIMIT}")
@click.option("--a-minute", type=click.IntRange(0), help=f"Requests answered in a minute {_LIMIT}")
@as_json_option
@click.pass_obj
def set_command(
    context: ProviderContext, name: str, share: tuple[str, ...], no_share: tuple[str, ...], as_json: bool,
    **options: Any,
) -> None:  # fmt: skip
    """Change what connection NAME may have. It acts at once; what is published changes with the next refresh."""
    from provider.access.changing import Changes, change_connection
    from provider.access.connections import find_connection
    from provider.access.recorded import recorded

    if not (share or no_share) and all(value is None for value in options.values()):
        raise click.UsageError("Say what to change")
    changes = Changes(share=frozenset(share), no_share=frozenset(no_share), **options)
    with district(context, writes=True) as session:
        found = find_connection(session, name)
        with recorded(session, found, datetime.now(UTC), None, "change connection"):
            change_connection(session, found, changes)
        described = describe(context, session, found, secret=False)
    print_connections(described, as_json)


@click.command("schools")
@click.argument("name")
@click.argument("numbers", nargs=-1)
@click.option("--all", "all_schools", is_flag=True, help="All schools, those that come later included.")
@click.pass_obj
def schools_command(context: ProviderContext, name: str, numbers: tuple[str, ...], all_schools: bool) -> None:
    """Limit connection NAME to the schools with these NUMBERS, or open it to all (P-96)."""
    from provider.access.connections import find_connection, set_schools
    from provider.access.recorded import recorded

    if bool(numbers) == all_schools:
        raise click.UsageError("Name the schools, or give --all")
    with district(context, writes=True) as session:
        found = find_connection(session, name)
        with recorded(session, found, datetime.now(UTC), None, "change connection"):
            set_schools(session, found, None if all_schools else numbers)
    scope = "all schools" if all_schools else "school " + ", ".join(numbers)
    click.echo(f"Connection {name!r} has {scope} from the next refresh on")


@click.command("secret")
@click.argument("name")
@as_json_option
@click.pass_obj
def secret_command(context: ProviderContext, name: str, as_json: bool) -> None:
    """Give connection NAME a new secret. The old one and its tokens end at once; an OAuth 1 key ends when it did."""
    from provider.access.connections import find_connection, regenerate_secret
    from provider.access.recorded import recorded

    with district(context, writes=True) as session:
        found = find_connection(session, name)
        with recorded(session, found, datetime.now(UTC), None, "make new secret"):
            regenerate_secret(found, context.app.extensions["homeroom"]["sealer"])
        described = describe(context, session, found, secret=True)
    print_connections(described, as_json)


@click.command("vendor-key")
@click.argument("name")
@click.option("--remove", is_flag=True, help="Ask for none any more.")
@as_json_option
@click.pass_obj
def vendor_key_command(context: ProviderContext, name: str, remove: bool, as_json: bool) -> None:
    """Give connection NAME a new vendor key and secret, which grade book and assessment calls then need; an old one
    ends at once."""
    from provider.access.changing import remove_vendor_key
    from provider.access.connections import find_connection, give_vendor_key
    from provider.access.recorded import recorded

    with district(context, writes=True) as session:
        found = find_connection(session, name)
        action = "remove vendor key" if remove else "make vendor key"
        with recorded(session, found, datetime.now(UTC), None, action):
            if remove:
                remove_vendor_key(found)
            else:
                give_vendor_key(found, context.app.extensions["homeroom"]["sealer"])
        described = describe(context, session, found, secret=True)
    print_connections(described, as_json)


@click.command("renew")
@click.argument("name")
@last_day_option
@as_json_option
@click.pass_obj
def renew_command(context: ProviderContext, name: str, last_day: datetime | None, as_json: bool) -> None:
    """Let the OAuth 1 key and secret of connection NAME be good for another year, counted from today (P-99)."""
    from provider.access.changing import renew
    from provider.access.connections import find_connection
    from provider.access.recorded import recorded

    now = datetime.now(UTC)
    with district(context, writes=True) as session:
        found = find_connection(session, name)
        with recorded(session, found, now, None, "renew key"):
            renew(found, now, last_day.date() if last_day else None)
        described = describe(context, session, found, secret=False)
    print_connections(described, as_json)


@click.command("disable")
@click.argument("name")
@click.pass_obj
def disable_command(context: ProviderContext, name: str) -> None:
    """Keep connection NAME out, at once, without losing it."""
    _set_enabled(context, name, False)


@click.command("enable")
@click.argument("name")
@click.pass_obj
def enable_command(context: ProviderContext, name: str) -> None:
    """Let connection NAME in again."""
    _set_enabled(context, name, True)


def _set_enabled(context: ProviderContext, name: str, enabled: bool) -> None:
    from provider.access.connections import find_connection
    from provider.access.recorded import recorded

    with district(context, writes=True) as session:
        found = find_connection(session, name)
        action = "enable connection" if enabled else "disable connection"
        with recorded(session, found, datetime.now(UTC), None, action):
            found.enabled = enabled
    click.echo(f"Connection {name!r} is {'enabled' if enabled else 'disabled'}")
