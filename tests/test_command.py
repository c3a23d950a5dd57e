"""The command `homeroom` as a whole: every command is there, helps, and says what is wrong in one line."""

import click
import pytest
from click.testing import CliRunner

from homeroom import main
from shared.commands import LazyGroup


def paths(group, before=()):
    """Every command below a group, by the words that call it."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        yield (*before, name), command
        if isinstance(command, click.Group):
            yield from paths(command, (*before, name))


def test_every_command_of_the_tables_is_there_and_helps():
    called = dict(paths(main))
    assert {("provider", "init"), ("provider", "connection", "add"), ("consumer", "sync"), ("generate",)} <= set(called)
    for words, command in called.items():
        assert command.help, f"{' '.join(words)} has no help"
        assert CliRunner().invoke(main, [*words, "--help"]).exit_code == 0, words


def test_help_loads_no_command(monkeypatch):
    def refuse(*_):
        raise AssertionError("--help of a group must be quick")

    monkeypatch.setattr(LazyGroup, "get_command", refuse)
    assert "provider" in CliRunner().invoke(main, ["--help"]).output


@pytest.mark.parametrize("error", [OSError("The disk is full"), PermissionError(13, "Permission denied", "/x")])
def test_what_a_person_can_put_right_is_told_in_one_line(monkeypatch, tmp_path, error):
    def fail(*_args, **_options):
        raise error

    monkeypatch.setattr("shared.migrations.upgrade", fail)
    done = CliRunner().invoke(main, ["provider", "--data", str(tmp_path), "init"])
    assert done.exit_code == 1
    assert done.stderr.startswith("Error: ") and done.stderr.count("\n") == 1
