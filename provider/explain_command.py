"""`homeroom provider explain …`: why a record is or is not published to a connection (P-115)."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import click

from provider.context import ProviderContext
from provider.eligibility.explain import ENTITIES

if TYPE_CHECKING:
    from provider.admin.missing.reasons import Reason
    from provider.eligibility.rule import Check
    from provider.publishing.explain import Explanation


@click.command("explain")
@click.argument("entity", type=click.Choice(ENTITIES))
@click.argument("ref", metavar="RECORD")
@click.option("--connection", "name", required=True, help="The connection that should see it.")
@click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), help="Another day than today: what a date will do.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def explain_command(
    context: ProviderContext, entity: str, ref: str, name: str, day: datetime | None, as_json: bool
) -> None:
    """Tell why RECORD is or is not published to a connection: every rule, what decided it, and where to change it.

    RECORD is a person by id, student or staff number, username, email, sourcedId or "First Last"; a class by id or
    class code; a course by id or number; an enrollment by sourcedId; a school by number or name.
    """
    from provider.access.connections import BadConnection, find_connection
    from provider.admin.missing.answer import reason_address
    from provider.admin.missing.reasons import Reason
    from provider.database import db
    from provider.publishing.explain import explain
    from provider.publishing.finding import NotFound
    from provider.refreshing import district_zone

    base_url = context.settings.provider_base_url(context.app_name)
    # Addresses of pages are those that a request for this address would be given.
    with context.app.test_request_context(base_url=base_url):
        session = db.session()
        try:
            connection = find_connection(session, name)
            today = day.date() if day else datetime.now(UTC).astimezone(district_zone(session)).date()
            explanation = explain(session, today, entity, ref, connection.edition())
        except (BadConnection, NotFound) as error:
            raise click.ClickException(str(error)) from error
        if as_json:
            click.echo(json.dumps({"connection": name, "today": today.isoformat()} | explanation.as_json(), indent=2))
            return
        click.echo(f"{explanation.subject}, to connection {name} on {today}")

        def address(reason: Reason) -> str:
            path = reason_address(session, reason, connection.id)
            return urljoin(base_url, path) if path else ""

        _print(explanation, address)


def _came_out(one: "Check") -> str:
    """pass or FAIL; of a rule about the status the status that it gives, "-" when it does not apply."""
    if one.status is not None:
        return one.status if one.passed else "-"
    return "pass" if one.passed else "FAIL"


def _print(explanation: "Explanation", address: "Callable[[Reason], str]") -> None:
    """A block per row that was looked at, then the verdicts; of a rule that failed the form that holds the value."""
    from provider.admin.missing.reasons import Reason

    for block in explanation.blocks:
        click.echo(f"\n{block.heading}")
        for one in block.checks:
            click.echo(f"  {_came_out(one):<12}{one.number:<6}{one.sentence}")
            click.echo(f"  {'':<18}{one.value}")
            if one.passed is False or (one.status and one.passed):
                click.echo(f"  {'':<18}change it at: {one.where.page} ({one.where.column})")
                if form := address(Reason(one, block)):
                    click.echo(f"  {'':<18}{form}")
    click.echo()
    for verdict in explanation.verdicts:
        click.echo(str(verdict))
