"""`homeroom consumer worker`: works on the line of runs, and keeps the schedules."""

import click

from consumer.context import ConsumerContext


@click.command("worker")
@click.option("--once", is_flag=True, help="Queue what is due, work on what waits, then end.")
@click.option(
    "--every", default=5.0, show_default=True, type=click.FloatRange(0.1, 300),
    help="Seconds between two looks at the schedules and the line.",
)  # fmt: skip
@click.pass_obj
def worker_command(context: ConsumerContext, once: bool, every: float) -> None:
    """Keep the schedules, run queued syncs one after the other, and take up those that were killed.

    Any number of workers may run, on any host. On SIGTERM a worker leaves its sync, after the batch that it is at, to
    another one, and ends.
    """
    from consumer.sync.worker import Worker, work_once
    from shared.logs import configure_logs

    if once:
        with context.app.app_context():
            work_once(context.app, lambda run_id, status: click.echo(f"Run {run_id}: {status}"))
        return
    configure_logs()
    Worker(context.app, every).run()
