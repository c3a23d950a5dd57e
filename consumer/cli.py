"""`homeroom consumer …`: collects the commands of every part of the consumer."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from shared.commands import CommandTable, LazyGroup
from shared.settings import Settings, read_settings

if TYPE_CHECKING:
    from flask import Flask

COMMANDS: CommandTable = {
    "init": ("consumer.commands:init_command", "Create or upgrade the consumer's database."),
    "serve": ("consumer.commands:serve_command", "Serve the consumer's pages."),
    "worker": ("consumer.worker_command:worker_command", "Keep the schedules, run queued syncs, send grades."),
    "connect": ("consumer.connect_command:connect_command", "Connect a OneRoster provider, and test the connection."),
    "setting": ("consumer.setting_command:setting_command", "The switches of the organisation."),
    "user": ("consumer.user_command:user_command", "System administrators, and accounts from a CSV file."),
    "gradebook": ("consumer.gradebook_command:gradebook_command", "The grade books, and filling them from CSV files."),
    "map": ("consumer.sync.map_command:map_command", "Map schools, terms and roles of a provider."),
    "upgrade": ("consumer.upgrade.command:upgrade_command", "From OneRoster 1.1 to 1.2, and Data Prep reports."),
    "sync": ("consumer.sync.commands:sync_command", "Pull from a provider and reconcile what is here."),
    "schedule": ("consumer.sync.schedule_command:schedule_command", "When a provider is synced by itself, and why."),
    "log": ("consumer.logs.command:log_command", "Read what syncs and presses of grades did, and why not."),
}


def _create_app(settings: Settings) -> "Flask":
    from consumer.app import create_app

    return create_app(settings)


@click.group(cls=LazyGroup, table=COMMANDS)
@click.option("--data", type=click.Path(path_type=Path), help="The data folder (default HOMEROOM_DATA, else ./var).")
@click.pass_context
def consumer(context: click.Context, data: Path | None) -> None:
    """The consumer: a learning platform that pulls rosters from any OneRoster provider."""
    from consumer.context import ConsumerContext

    context.obj = ConsumerContext(read_settings(data=data), _create_app)
