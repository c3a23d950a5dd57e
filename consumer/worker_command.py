"""`homeroom consumer worker`: works on the lines of runs, and keeps the schedules."""

import click

from consumer.context import ConsumerContext


@click.command("worker")
@click.option("--once", is_flag=True, help="Queue what is due, work on what waits, then end.")
@click.option(
    "--every", default=5.0, show_default=True, type=click.FloatRange(0.1, 300),
    help="Seconds between two looks at the schedules and the lines.",
)  # fmt: skip
@click.pass_obj
def worker_command(context: ConsumerContext, once: bool, every: float) -> None:
    """Keep the schedules, run queued syncs, send grades, and take up what was killed.

    Syncs wait in one line and presses of grades in another; a worker works on one of each at a time. Any number of
    workers may run, on any host. On SIGTERM a worker leaves what it is at, after the present batch, to another one, and
    ends.
    """
    from consumer.worker import Worker, work_once
    from shared.logs import configure_logs

    if once:
        with context.app.app_context():
            work_once(context.app, lambda what, number, status: click.echo(f"{what} {number}: {status}"))
        return
    configure_logs()
    Worker(context.app, every).run()
