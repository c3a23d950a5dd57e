"""How the command line is put together: groups that load a command when it is called, and errors in one line.

Loading lazily keeps `homeroom --help` quick and lets one command work when another part is broken. Exit status: 0 done,
1 did not succeed, 2 called wrongly (click's own).
"""

import os
import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

import click

#: A command by its name: ("package.module:attribute", one sentence for the list of commands).
CommandTable = dict[str, tuple[str, str]]


class LazyGroup(click.Group):
    """A group whose commands are named in a table and imported when they are called."""

    def __init__(self, *args: Any, table: CommandTable | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.table = table or {}

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*self.table, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.table:
            return super().get_command(ctx, cmd_name)
        module, _, attribute = self.table[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, from the table alone."""
        rows = [(name, sentence) for name, (_, sentence) in self.table.items()]
        for name, command in self.commands.items():
            rows.append((name, command.get_short_help_str(limit=100)))
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; what a person can put right is told in one line and ends with exit status 1."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise  # whoever read our output has gone; click ends quietly
        except _known_errors() as error:
            raise click.ClickException(_in_one_line(error)) from error


def serving(port: int, workers: int | None = None) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The options of a `serve` command: host, port, workers (default: one for each core, at most four), threads."""
    options = (
        click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on."),
        click.option("--port", default=port, show_default=True, type=click.IntRange(1, 65535)),
        click.option("--workers", default=workers or min(4, os.cpu_count() or 1), show_default=True,
                     type=click.IntRange(1, 64), help="Processes."),
        click.option("--threads", default=8, show_default=True, type=click.IntRange(1, 256),
                     help="Threads of each process."),
    )  # fmt: skip

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


#: How a command is given a password: never in the command line, which others can read.
password_option = click.option(
    "--password",
    type=click.Choice(["-"]),
    help="'-' reads it from a line of standard input; otherwise it is asked for. Never in the command line itself.",
)


def read_password(option: str | None) -> str:
    """What `password_option` says: from standard input, or asked for twice. Raises UsageError where nobody is there."""
    if option == "-":
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise click.UsageError("There is nobody to be asked for the password: hand it over with --password -")
    text: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return text


def refused(what: str, fields: Mapping[str, str]) -> click.ClickException:
    """The error of a command that was given values which cannot be: `what` did not happen, then each field with why."""
    return click.ClickException("\n".join([f"{what}:", *(f"  {name}: {why}" for name, why in fields.items())]))


def _known_errors() -> tuple[type[Exception], ...]:
    """Looked up only when something has failed: importing these takes longer than --help."""
    from sqlalchemy.exc import DBAPIError

    from shared.sealing import CannotUnseal

    return (DBAPIError, CannotUnseal, OSError)


def _in_one_line(error: Exception) -> str:
    """The error without its SQL and parameters, which may hold personal data, and what to do about it."""
    original = getattr(error, "orig", None)
    if original is None:
        return str(error)
    first = str(original).strip().splitlines()[0]
    return f"The database refused: {first} (if it is new or older than the program, run the init command first)"
