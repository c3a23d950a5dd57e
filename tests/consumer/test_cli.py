"""The command's table: each command that is listed can be loaded, and help needs none of them."""

from importlib import import_module

import pytest
from click.testing import CliRunner

from consumer.cli import COMMANDS, consumer


def test_help_lists_every_command() -> None:
    result = CliRunner().invoke(consumer, ["--help"])
    assert result.exit_code == 0
    for name, (_, sentence) in COMMANDS.items():
        assert name in result.stdout
        assert sentence.split()[0] in result.stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_there(name: str) -> None:
    module, _, attribute = COMMANDS[name][0].partition(":")
    assert getattr(import_module(module), attribute).name == name
