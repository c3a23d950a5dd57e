"""`homeroom consumer schedule`: when a connection is synced by itself, and why then."""

import json
from typing import Any

import click
from sqlalchemy.orm import Session

from consumer.connections import Connection
from consumer.context import ConsumerContext
from consumer.database import db
from consumer.sync.commands import choose_connection, now
from consumer.sync.schedule import WEEKDAYS, WINDOWS, Frequency, Mode, say, window_name
from consumer.sync.timetable import next_run, save_schedule, schedule_of, zone_of
from shared.database import will_write


@click.command("schedule")
@click.argument("name", required=False, metavar="[CONNECTION]")
@click.option("--mode", type=click.Choice([mode.value for mode in Mode]), help="By hand only, or by the clock.")
@click.option("--frequency", type=click.Choice([often.value for often in Frequency]), help="How often.")
@click.option("--weekday", type=click.Choice(WEEKDAYS, case_sensitive=False), help="The day of a weekly schedule.")
@click.option(
    "--window", "window_hour", type=click.Choice([str(hour) for hour in WINDOWS]),
    help="The hour of the organisation's clock at which the window of three hours starts.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@click.pass_obj
def schedule_command(context: ConsumerContext, name: str | None, as_json: bool, **given: Any) -> None:
    """Show when a connection is synced next and why then; with options, change its schedule.

    \b
    homeroom consumer schedule springfield --mode scheduled --window 0
    homeroom consumer schedule springfield --frequency weekly --weekday Sunday
    """
    with context.app.app_context():
        session = db.session()
        connection = choose_connection(session, name)
        changes = {key: value for key, value in given.items() if value is not None}
        if changes:
            connection_id = connection.id
            session.commit()
            will_write(session)
            connection = session.get_one(Connection, connection_id)
            save_schedule(session, connection, now(), **_read(changes))
            session.commit()
        shown = _shown(session, connection)
    click.echo(json.dumps(shown, indent=2) if as_json else _told(shown))


def _read(changes: dict[str, str]) -> dict[str, Any]:
    """The options as `save_schedule` takes them."""
    values: dict[str, Any] = dict(changes)
    if "weekday" in changes:
        values["weekday"] = WEEKDAYS.index(changes["weekday"])
    if "window_hour" in changes:
        values["window_hour"] = int(changes["window_hour"])
    return values


def _shown(session: Session, connection: Connection) -> dict[str, Any]:
    zone = zone_of(session)
    schedule, run = schedule_of(connection), next_run(session, connection, zone, now())
    return {
        "connection": connection.name,
        "mode": schedule.mode,
        "frequency": schedule.frequency,
        "weekday": WEEKDAYS[schedule.weekday],
        "window": window_name(schedule.hour),
        "time_zone": zone.key,
        "next_run": run.at.isoformat() if run.at else None,
        "next_run_local": say(run.at, zone) if run.at else None,
        "delayed": run.delayed,
        "reason": run.reason,
        "warning": run.warning,
    }


def _told(shown: dict[str, Any]) -> str:
    when = f"{shown['next_run_local']} ({shown['time_zone']})" if shown["next_run"] else "none"
    return "\n".join(filter(None, (f"Next sync of {shown['connection']}: {when}", shown["reason"], shown["warning"])))
