"""`homeroom consumer init` and `serve`: the database, and the web server."""

import click

from consumer.context import ConsumerContext


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
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8001, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one.")
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes.")
@click.option("--threads", type=click.IntRange(1, 256), default=8, show_default=True, help="Threads of each process.")
@click.pass_obj
def serve_command(context: ConsumerContext, host: str, port: int, workers: int, threads: int) -> None:
    """Serve the consumer's pages until told to stop.

    Behind a proxy that speaks TLS, set HOMEROOM_CONSUMER_URL to the public address.
    """
    from consumer.server import serve
    from shared.logs import configure_logs

    configure_logs()
    serve(context.settings, host, port, workers, threads)
