"""The command `homeroom`: the front door, and the only module that may know both programs."""

import click

from shared.commands import CommandTable, LazyGroup

COMMANDS: CommandTable = {
    "demo": ("shared.demo.command:demo_command", "Both programs with a demo district, and a first sync."),
    "provider": ("provider.cli:provider", "The provider: a district's records, published as OneRoster."),
    "consumer": ("consumer.cli:consumer", "The consumer: a learning platform that pulls OneRoster."),
    "generate": ("provider.sis.generate_command:generate_command", "Make a synthetic district of any size."),
}


@click.group(cls=LazyGroup, table=COMMANDS)
@click.version_option(package_name="homeroom")
def main() -> None:
    """Move school rosters and grades between systems: a OneRoster 1.1 and 1.2 provider and consumer."""


if __name__ == "__main__":
    main()
