"""`homeroom provider refresh`, `worker` and `setting`."""

import json
import signal
import threading
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from provider.context import ProviderContext

if TYPE_CHECKING:
    from provider.eligibility.facts import Keys
    from provider.publishing.runs import RunResult

Day = click.DateTime(["%Y-%m-%d"])


@click.command("refresh")
@click.option("--person", "people", type=int, multiple=True, help="Only the records of this person (SIS id).")
@click.option("--section", "sections", type=int, multiple=True, help="Only the records of this section (SIS id).")
@click.option("--course", "courses", type=int, multiple=True, help="Only the records of this course (SIS id).")
@click.option("--approve", is_flag=True, help="Publish even if a large share of a collection disappears.")
@click.option("--later", is_flag=True, help="Ask the worker to do it in two minutes, as the button does.")
@click.option("--status", is_flag=True, help="Only tell when the cache was last refreshed.")
@click.option("--today", type=Day, help="The date to decide by (default: today in the district's time zone).")
@click.option("--json", "as_json", is_flag=True, help="The result as JSON.")
@click.pass_obj
def refresh_command(
    context: ProviderContext, people: tuple[int, ...], sections: tuple[int, ...], courses: tuple[int, ...],
    approve: bool, later: bool, status: bool, today: datetime | None, as_json: bool,
) -> None:  # fmt: skip
    """Publish the present state of the SIS: everything, or the records of some people, sections or courses."""
    from provider.database import db
    from provider.eligibility.facts import Keys
    from provider.publishing.requests import ask_for_refresh
    from provider.publishing.runs import RefreshIsRunning
    from provider.refreshing import utc_now

    keys = Keys(frozenset(people), frozenset(sections), frozenset(courses))
    keyed = bool(people or sections or courses)
    if sum((keyed, later, status)) > 1:
        raise click.UsageError("--person, --section and --course, --later and --status do not go together")
    with context.app.app_context():
        if status:
            _tell(_status(), as_json)
            return
        try:
            if later:
                _tell({"starts_at": ask_for_refresh(db.engine, utc_now())}, as_json)
                return
            result = _run(context, keys if keyed else None, today.date() if today else None, approve)
        except RefreshIsRunning as running:
            raise click.ClickException(str(running)) from running
    if result is None:
        _tell({"state": "waiting", "message": "A refresh is running; these records follow when it has ended"}, as_json)
        return
    _tell(result._asdict(), as_json)
    if result.state != "done":
        raise SystemExit(1)


def _status() -> dict[str, Any]:
    """What the pages say of the cache: how the last refresh ended, which comes next and why (P-85 … P-89)."""
    from provider.database import db
    from provider.publishing.outlook import outlook
    from provider.publishing.runs import cache_state
    from provider.refreshing import district_zone, utc_now
    from provider.sis.settings import read_settings

    session = db.session()
    connection = session.connection()
    coming = outlook(connection, read_settings(session), district_zone(session), utc_now())
    return {
        **cache_state(connection)._asdict(), "next_refresh": coming.coming.at, "next_because": coming.coming.why,
        "waiting_edits": sum(coming.edits.values()) or None, "late_since": coming.late,
    }  # fmt: skip


def _run(context: ProviderContext, keys: "Keys | None", today: date | None, approve: bool) -> "RunResult | None":
    from provider.publishing.refresh import BuildFailed
    from provider.refreshing import DistrictRefresh

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TextColumn("{task.completed:,} records"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("refreshing")
        refresh = DistrictRefresh(
            context.app, progress=lambda name, count: bar.update(task, description=name, completed=count)
        )
        try:
            return refresh.keyed(keys, today) if keys else refresh.full(today=today, approved=approve)
        except BuildFailed as failed:
            raise click.ClickException(f"{failed}: {failed.__cause__}") from failed


def _tell(values: Mapping[str, Any], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(dict(values), default=str))
        return
    for name, value in values.items():
        if value is not None:
            shown = f"{value:%Y-%m-%d %H:%M:%S} UTC" if isinstance(value, datetime) else value
            click.echo(f"{name.replace('_', ' ')}: {shown}")


@click.command("worker")
@click.option("--every", default=5.0, show_default=True, type=click.FloatRange(0.1, 300), help="Seconds between looks.")
@click.pass_obj
def worker_command(context: ProviderContext, every: float) -> None:
    """Refresh what is published: hourly from 06:00 to 18:00, at the daily time, on demand and after edits. Do the jobs
    that people ask for on the pages.

    Any number of workers may run; a slot is served once, and so is a job.
    """
    from apscheduler.schedulers.blocking import BlockingScheduler

    from provider.refreshing import DistrictRefresh
    from provider.working import work_on_jobs
    from shared.logs import configure_logs, get_logger

    configure_logs()
    log = get_logger("homeroom.provider.worker")
    scheduler = BlockingScheduler(timezone="UTC")

    def tick() -> None:
        with context.app.app_context():
            try:
                for result in DistrictRefresh(context.app).tick():
                    log.info("refreshed", state=result.state, message=result.message)
            except Exception as error:  # noqa: BLE001 - the worker's loop outlives every failure
                log.error("refresh failed", error=type(error).__name__)

    told = threading.Event()

    def work() -> None:
        with context.app.app_context():
            try:
                while not told.is_set() and (ended := work_on_jobs(context.app, told.is_set)):
                    log.info("worked", job=ended)
            except Exception as error:  # noqa: BLE001 - the worker's loop outlives every failure
                log.error("job failed", error=type(error).__name__)

    def stop(*_: object) -> None:
        told.set()
        threading.Thread(target=scheduler.shutdown, kwargs={"wait": False}).start()

    for look, seconds in ((tick, every), (work, min(every, 1.0))):
        scheduler.add_job(
            look, "interval", seconds=seconds, max_instances=1, coalesce=True, next_run_time=datetime.now(UTC)
        )
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    scheduler.start()


@click.group("setting")
def setting() -> None:
    """The district's switches."""


@setting.command("list")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def setting_list(context: ProviderContext, as_json: bool) -> None:
    """Every switch and its value."""
    from provider.database import db
    from provider.sis.settings import read_settings

    with context.app.app_context():
        values = asdict(read_settings(db.session()))
    if as_json:
        click.echo(json.dumps(values))
        return
    for name, value in values.items():
        click.echo(f"{name} = {str(value).lower() if isinstance(value, bool) else value}")


@setting.command("set")
@click.argument("name")
@click.argument("value")
@click.pass_obj
def setting_set(context: ProviderContext, name: str, value: str) -> None:
    """Set a switch; what it changes for platforms is there after the refresh that follows. The audit trail keeps it."""
    from provider.access.switching import change_setting
    from provider.database import db
    from provider.refreshing import utc_now
    from provider.sis.settings import BadSetting
    from shared.database import will_write
    from shared.switches import as_text

    with context.app.app_context():
        session = db.session()
        will_write(session)
        try:
            stored = change_setting(session, utc_now(), None, name, value)
        except BadSetting as bad:
            raise click.BadParameter(str(bad)) from bad
        session.commit()
    click.echo(f"{name} = {as_text(stored)}")
