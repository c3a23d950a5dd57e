"""`homeroom consumer upgrade`: from OneRoster 1.1 to 1.2, step by step (C-99 … C-107)."""

import json
import os
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from consumer.client.addresses import why_refused
from consumer.connections import Connection, find_connection
from consumer.context import ConsumerContext
from consumer.database import db
from consumer.folding import fold
from consumer.platform.audit import audit
from consumer.platform.csv_files import BadFile
from consumer.platform.models import Account
from consumer.runs.peer import open_client
from consumer.sync.timetable import local_date
from consumer.upgrade.answers import take_answers
from consumer.upgrade.gates import NotYet, confirm_unmatched
from consumer.upgrade.prepare import BadTarget, open_target, set_target
from consumer.upgrade.reading import CannotRead, read_offer, read_users
from consumer.upgrade.report import csv_of, last_report, make_report
from consumer.upgrade.steps import standing
from consumer.upgrade.switch import outcome_of, switch
from consumer.upgrade.trial import allow_role, approve_trial, held_roles
from shared.database import LARGEST_ID, will_write
from shared.oneroster.versions import Version

SECRET_VARIABLE = "HOMEROOM_CLIENT_SECRET"  # noqa: S105 - where one may be found
UNCONFIRMED = "There is no way back from OneRoster 1.2 to 1.1: say --yes if that is what you want"


@dataclass
class Given:
    """What one call of the command asks for."""

    target: dict[str, str | None]
    mapping: BinaryIO | None
    report: Path | None
    version: Version | None
    confirmed: bool
    switched: bool
    approved: int | None
    allowed: tuple[str, ...]


@click.command("upgrade")
@click.argument("name", metavar="CONNECTION")
@click.option("--url", help="Domain URL of 1.2, if it is another.")
@click.option("--token-url", help="Where bearer tokens for 1.2 are given out, if elsewhere.")
@click.option("--client-id", help="The client id of 1.2, if it is another.")
@click.option("--client-secret", help=f"Its secret; '-' reads a line of standard input. Better: set {SECRET_VARIABLE}.")
@click.option("--mapping", type=click.File("rb"), help="Take a report back in which mapping_id was filled in.")
@click.option(
    "--report", type=click.Path(dir_okay=False, path_type=Path), help="Make a Data Prep report, into this file."
)
@click.option("--version", type=click.Choice(["1.1", "1.2"]), help="Whose people the report is about (default 1.2).")
@click.option("--confirm-unmatched", is_flag=True, help="Go on with the people that the last report could not match.")
@click.option("--switch", "switched", is_flag=True, help="Switch to 1.2, for good. Asks for --yes.")
@click.option("--yes", is_flag=True, help="Confirm what cannot be undone.")
@click.option(
    "--approve",
    "approved",
    type=click.IntRange(1, LARGEST_ID),
    metavar="RUN",
    help="Approve the dry run that followed the switch.",
)
@click.option(
    "--allow-role", "allowed", multiple=True, metavar="USERNAME", help="Let the SIS raise this account's role."
)
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON.")
@click.pass_obj
def upgrade_command(context: ConsumerContext, name: str, yes: bool, as_json: bool, **given: Any) -> None:
    """Bring CONNECTION from OneRoster 1.1 to 1.2 without a second account for anybody. Without options: say where it
    stands and what comes next.

    \b
    homeroom consumer upgrade springfield --client-id ID --report people.csv    who is who in 1.2
    homeroom consumer upgrade springfield --mapping people.csv --report people.csv
    homeroom consumer upgrade springfield --confirm-unmatched --switch --yes
    homeroom consumer sync --connection springfield --dry-run
    homeroom consumer upgrade springfield --approve RUN
    """
    if given["switched"] and not yes:
        raise click.UsageError(UNCONFIRMED)
    target = {key: given.pop(key) for key in ("url", "token_url", "client_id", "client_secret")}
    version = given.pop("version")
    wanted = Given(
        target, given["mapping"], given["report"], version and Version(version), given["confirm_unmatched"],
        given["switched"], given["approved"], given["allowed"],
    )  # fmt: skip
    with context.app.app_context():
        session = db.session()
        connection = find_connection(session, name)
        if connection is None:
            raise click.ClickException(f"There is no connection {name!r}; `homeroom consumer connect --list` shows all")
        told: dict[str, Any] = {}
        try:
            for step in _STEPS:
                told |= step(context, session, connection, wanted)
        except (NotYet, BadTarget, CannotRead, BadFile) as error:
            session.rollback()
            raise click.ClickException(str(error)) from error
        now = standing(session, connection)
        told |= {"connection": name, "version": connection.version, "stage": now.stage, "next": now.next}
        if (outcome := outcome_of(session, connection)) is not None:
            told["switched"] = asdict(outcome)
        told["held_roles"] = [held._asdict() for held in held_roles(session, connection)]
    click.echo(json.dumps(told, indent=2) if as_json else _in_words(told))
    if told.get("refused_lines"):
        raise click.exceptions.Exit(1)


def _target(context: ConsumerContext, session: Session, connection: Connection, given: Given) -> dict[str, Any]:
    secret = given.target["client_secret"]
    if secret == "-":  # noqa: S105 - says where to read it
        secret = sys.stdin.readline().strip()
    if secret is None and any(value is not None for value in given.target.values()):
        secret = os.environ.get(SECRET_VARIABLE) or None
    said = {**given.target, "client_secret": secret}
    if any(value is not None for value in said.values()):
        allow_private = context.settings.allow_private
        set_target(
            session, context.app.extensions["homeroom"]["sealer"], connection,
            lambda url: why_refused(url, allow_private), said["url"], said["token_url"], said["client_id"], secret,
        )  # fmt: skip
        after = {key: "new" if key == "client_secret" else value for key, value in said.items() if value is not None}
        audit(session, datetime.now(UTC), None, "prepare upgrade", connection.name, None, after)
        session.commit()
    return {}


def _mapping(context: ConsumerContext, session: Session, connection: Connection, given: Given) -> dict[str, Any]:
    if given.mapping is None:
        return {}
    report = last_report(session, connection.id)
    if report is None:
        raise NotYet("There is no report that could be taken back: make one with --report FILE")
    answered = take_answers(session, connection, report, given.mapping)
    done = {"taken": answered.taken, "left out": len(answered.errors)}
    audit(session, datetime.now(UTC), None, "map people", f"{connection.name}: report {report.id}", None, done)
    session.commit()
    return {"mapped": answered.taken, "refused_lines": [error._asdict() for error in answered.errors]}


def _report(context: ConsumerContext, session: Session, connection: Connection, given: Given) -> dict[str, Any]:
    if given.report is None:
        return {}
    sealer, allow_private = context.app.extensions["homeroom"]["sealer"], context.settings.allow_private
    version = given.version or Version.V1P2
    opened = (
        open_client(connection, sealer, allow_private)
        if version == connection.version
        else open_target(session, connection, sealer, allow_private)
    )
    session.commit()
    with closing(opened) as client:
        users, unreadable = read_users(client)
    will_write(session)
    report = make_report(session, connection, version, users, datetime.now(UTC))
    audit(session, report.made_at, None, "make Data Prep report", f"{connection.name}: report {report.id}")
    given.report.write_bytes(csv_of(report))
    session.commit()
    counts = {name: getattr(report, name) for name in ("matched", "only_here", "only_sis", "undecided")}
    return {"report": {"id": report.id, "file": str(given.report), **counts, "unreadable": unreadable}}


def _confirm(context: ConsumerContext, session: Session, connection: Connection, given: Given) -> dict[str, Any]:
    if given.confirmed:
        confirm_unmatched(session, connection, None, datetime.now(UTC))
        session.commit()
    return {}


def _switch(context: ConsumerContext, session: Session, connection: Connection, given: Given) -> dict[str, Any]:
    if not given.switched:
        return {}
    sealer = context.app.extensions["homeroom"]["sealer"]
    client = open_target(session, connection, sealer, context.settings.allow_private)
    session.commit()
    with closing(client):
        offer = read_offer(client)
    will_write(session)
    now = datetime.now(UTC)
    switch(session, connection, offer, now, local_date(session, now))
    session.commit()
    return {}


def _approve(context: ConsumerContext, session: Session, connection: Connection, given: Given) -> dict[str, Any]:
    if given.approved is not None:
        approve_trial(session, connection, given.approved, None, datetime.now(UTC))
        session.commit()
    return {}


def _allow(context: ConsumerContext, session: Session, connection: Connection, given: Given) -> dict[str, Any]:
    for username in given.allowed:
        account = session.scalar(select(Account).where(Account.username_key == fold(username)))
        if account is None:
            raise NotYet(f"There is no account {username!r}")
        allow_role(session, connection, account, None, datetime.now(UTC))
    session.commit()
    return {}


_STEPS: tuple[Callable[[ConsumerContext, Session, Connection, Given], dict[str, Any]], ...] = (
    _target, _mapping, _report, _confirm, _switch, _approve, _allow,
)  # fmt: skip


def _in_words(told: dict[str, Any]) -> str:
    """The outcome for a person."""
    lines = []
    if "mapped" in told:
        lines.append(f"{told['mapped']} rows of the file say who is who")
        lines += [f"Line {e['line']}, {e['column'] or 'row'}: {e['reason']}" for e in told["refused_lines"]]
    if (report := told.get("report")) is not None:
        lines.append(
            f"Report {report['id']} in {report['file']}: {report['matched']} in both, {report['only_here']} only here, "
            f"{report['only_sis']} only in the SIS, {report['undecided']} to be decided, "
            f"{report['unreadable']} unreadable"
        )
    if (done := told.get("switched")) is not None:
        lines.append(
            f"Switched to 1.2: {done['kept']} accounts go on ({done['merged']} of them had several records), "
            f"{done['left']} are leavers now, {done['new']} people are new, {done['moved']} guardians move to a school"
        )
        lines += done["lost"]
        lines += [f"{r['name']}: {r['here']} here, {r['offered']} in 1.2" for r in done["roles"] if not r["held"]]
    lines += [f"Held: {h['username']} stays {h['kept']}, 1.2 says {h['offered']}" for h in told["held_roles"]]
    lines.append(f"{told['connection']} (OneRoster {told['version']}), {told['stage']}. Next: {told['next']}")
    return "\n".join(lines)
