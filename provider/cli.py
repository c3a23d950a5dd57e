"""`homeroom provider …`: collects the commands of every part of the provider."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from shared.commands import CommandTable, LazyGroup
from shared.settings import Settings, read_settings

if TYPE_CHECKING:
    from flask import Flask

DEFAULT_APP_NAME = "demo"

COMMANDS: CommandTable = {
    "init": ("provider.commands:init_command", "Create or upgrade the district's databases."),
    "serve": ("provider.commands:serve_command", "Serve OneRoster over HTTP."),
    "worker": ("provider.refresh_commands:worker_command", "Refresh what is published, on schedule and on demand."),
    "import": ("provider.sis.commands:import_command", "Load SIS CSV files or a OneRoster CSV zip."),
    "export": ("provider.exporting.commands:export_command", "Write what a connection sees as a OneRoster CSV zip."),
    "refresh": ("provider.refresh_commands:refresh_command", "Publish the present state of the SIS now."),
    "connection": ("provider.access.commands:connection", "Add, list and change connections of platforms."),
    "log": ("provider.access.log_command:log_command", "List what platforms have asked for."),
    "explain": ("provider.explain_command:explain_command", "Tell why a record is or is not published."),
    "prepare": ("provider.prepare_command:prepare_command", "Report what to mend in the SIS."),
    "user": ("provider.user_command:user_command", "Add, list and change those who sign in to the district's pages."),
    "setting": ("provider.refresh_commands:setting", "List and set the district's switches."),
}


def _create_app(settings: Settings, app_name: str) -> "Flask":
    from provider.app import create_app

    return create_app(settings, app_name)


def _check_app_name(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    from provider.host import APP_NAME

    if not APP_NAME.fullmatch(value):
        raise click.BadParameter("an app name is 1 to 40 of a-z, 0-9, _ and -, and begins with a letter or digit")
    return value


@click.group(cls=LazyGroup, table=COMMANDS)
@click.option("--data", type=click.Path(path_type=Path), help="The data folder (default HOMEROOM_DATA, else ./var).")
@click.option(
    "--app", "app_name", default=DEFAULT_APP_NAME, show_default=True, callback=_check_app_name,
    help="The district, by the appName of its token URL.",
)  # fmt: skip
@click.pass_context
def provider(context: click.Context, data: Path | None, app_name: str) -> None:
    """The provider: a district's student information system, published as OneRoster 1.1 and 1.2."""
    from provider.context import ProviderContext

    context.obj = ProviderContext(read_settings(data=data), app_name, _create_app)
