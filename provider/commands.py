"""`homeroom provider init` and `serve`: the district's databases, and the web server over all districts of the host."""

import os

import click

from provider.context import ProviderContext


@click.command("init")
@click.pass_obj
def init_command(context: ProviderContext) -> None:
    """Create the district's databases, or upgrade them to this version of the program. Safe to run again."""
    from shared.logs import configure_logs
    from shared.migrations import upgrade

    configure_logs()
    upgrade(context.create_app(context.settings, context.app_name))
    click.echo(f"District {context.app_name!r} is ready in {context.settings.provider_folder(context.app_name)}")


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one.")
@click.option(
    "--workers", type=click.IntRange(1, 64), default=min(4, os.cpu_count() or 1), show_default=True,
    help="Processes.",
)  # fmt: skip
@click.option("--threads", type=click.IntRange(1, 256), default=8, show_default=True, help="Threads of each process.")
@click.pass_obj
def serve_command(context: ProviderContext, host: str, port: int, workers: int, threads: int) -> None:
    """Serve every district of the data folder until told to stop.

    Behind a proxy that speaks TLS, set HOMEROOM_PROVIDER_URL to the public address.
    """
    from provider.server import serve
    from shared.logs import configure_logs

    configure_logs()
    serve(context.settings, host, port, workers, threads)
