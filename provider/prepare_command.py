"""`homeroom provider prepare`: what to mend in the SIS before platforms read it."""

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from provider.context import ProviderContext

if TYPE_CHECKING:
    from provider.eligibility.readiness import Finding

#: Rows of a finding that are printed for people; --json and --csv have them all.
SHOWN = 10
EVERY = "all"


@click.command("prepare")
@click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), help="Another day than today.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--csv", "as_csv", metavar="CHECK", help=f"Print the records of one check, or of {EVERY}, as CSV.")
@click.pass_obj
def prepare_command(context: ProviderContext, day: datetime | None, as_json: bool, as_csv: str | None) -> None:
    """Report what in the SIS should be mended before platforms read it. Ends with 1 when something blocks."""
    from provider.database import db
    from provider.eligibility.readiness import CHECKS
    from provider.preparedness.checking import csv_lines, prepare
    from provider.refreshing import district_zone

    names = [check.name for check in CHECKS]
    if as_csv not in (None, EVERY, *names):
        raise click.UsageError(f"There is no check {as_csv!r}: choose {EVERY} or one of {', '.join(names)}")
    with context.app.app_context():
        session = db.session()
        today = day.date() if day else datetime.now(UTC).astimezone(district_zone(session)).date()
        findings = prepare(session, today)
    if as_csv:
        for line in csv_lines([one for one in findings if as_csv in (EVERY, one.check.name)]):
            click.echo(line, nl=False)
    elif as_json:
        click.echo(json.dumps([_plain(finding) for finding in findings], indent=2))
    else:
        _print(findings)
    if any(finding.check.blocking for finding in findings):
        raise click.exceptions.Exit(1)


def _plain(finding: "Finding") -> dict[str, object]:
    check = finding.check
    return {
        "rule": check.number, "check": check.name, "problem": check.problem, "why": check.why,
        "weight": check.weight, "blocking": check.blocking, "page": check.where.page, "column": check.where.column,
        "found": [one.text for one in finding.found],
        "records": [{"table": one.table, "id": one.id} for one in finding.found],
    }  # fmt: skip


def _print(findings: "list[Finding]") -> None:
    if not findings:
        click.echo("Nothing to mend.")
    for check, found in findings:
        word = {"blocking": ", blocks", "note": ", a note"}.get(check.weight, "")
        click.echo(f"{check.number}  {check.problem} ({len(found)}{word})")
        click.echo(f"      {check.why}")
        for one in found[:SHOWN]:
            click.echo(f"      - {one.text}")
        if len(found) > SHOWN:
            click.echo(f"      … and {len(found) - SHOWN} more: --csv {check.name}")
        click.echo(f"      mend it at: {check.where.page} ({check.where.column})")
