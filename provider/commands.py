"""`homeroom provider init` and `serve`: the district's databases, and the web server over all districts of the host."""

import click

from provider.context import ProviderContext
from shared.commands import serving


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
@serving(port=8000)
@click.pass_obj
def serve_command(context: ProviderContext, host: str, port: int, workers: int, threads: int) -> None:
    """Serve every district of the data folder until told to stop.

    Behind a proxy that speaks TLS, set HOMEROOM_PROVIDER_URL to the public address.
    """
    from provider.app import close_app, create_app
    from provider.host import Host
    from shared.logs import configure_logs
    from shared.server import serve, settled

    configure_logs()
    serve(
        lambda: Host(context.settings, lambda *asked: settled(create_app(*asked)), close_app),
        host, port, workers, threads,
    )  # fmt: skip
