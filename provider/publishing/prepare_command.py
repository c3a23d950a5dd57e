"""`homeroom provider prepare`: what to mend in the SIS before platforms read it (P-03, P-05, P-32, P-52, P-60)."""

import json
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from provider.context import ProviderContext

if TYPE_CHECKING:
    from provider.eligibility.readiness import Finding

#: Rows of a finding that are printed for people; --json has them all.
SHOWN = 10


@click.command("prepare")
@click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), help="Another day than today.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def prepare_command(context: ProviderContext, day: datetime | None, as_json: bool) -> None:
    """Report what in the SIS should be mended before platforms read it. Ends with 1 when something blocks."""
    from provider.database import db
    from provider.eligibility.readiness import readiness
    from provider.publishing.load import load_facts

    with context.app.app_context():
        session = db.session()
        findings = readiness(load_facts(session, day.date() if day else _today()))
    if as_json:
        click.echo(json.dumps([_plain(finding) for finding in findings], indent=2))
    else:
        _print(findings)
    if any(finding.check.blocking for finding in findings):
        raise click.exceptions.Exit(1)


def _today() -> date:
    """The day in the district's time zone."""
    from sqlalchemy import select

    from provider.database import db
    from provider.sis.models import District

    zone = db.session.scalar(select(District.time_zone).limit(1))
    return datetime.now(ZoneInfo(zone) if zone else UTC).date()


def _plain(finding: "Finding") -> dict[str, object]:
    check = finding.check
    return {"rule": check.number, "problem": check.problem, "blocking": check.blocking, "found": list(finding.found),
            "page": check.where.page, "column": check.where.column}  # fmt: skip


def _print(findings: "list[Finding]") -> None:
    if not findings:
        click.echo("Nothing to mend.")
    for check, found in findings:
        click.echo(f"{check.number}  {check.problem} ({len(found)}{', blocks' if check.blocking else ''})")
        for text in found[:SHOWN]:
            click.echo(f"      {text}")
        if len(found) > SHOWN:
            click.echo(f"      … and {len(found) - SHOWN} more")
        click.echo(f"      mend it at: {check.where.page} ({check.where.column})")
