"""`homeroom consumer init` and `serve`: the database, and the web server."""

import click

from consumer.context import ConsumerContext
from shared.commands import serving


@click.command("init")
@click.pass_obj
def init_command(context: ConsumerContext) -> None:
    """Create the consumer's database, or upgrade it to this version of the program. Safe to run again."""
    from shared.logs import configure_logs
    from shared.migrations import upgrade

    configure_logs()
    upgrade(context.app)
    click.echo(f"The consumer is ready in {context.settings.consumer_folder}")


@click.command("serve")
@serving(port=8001, workers=1)
@click.pass_obj
def serve_command(context: ConsumerContext, host: str, port: int, workers: int, threads: int) -> None:
    """Serve the consumer's pages until told to stop.

    Behind a proxy that speaks TLS, set HOMEROOM_CONSUMER_URL to the public address.
    """
    from shared.logs import configure_logs
    from shared.server import serve

    configure_logs()
    serve(lambda: context.app, host, port, workers, threads)
