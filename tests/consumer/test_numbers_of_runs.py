"""A number that no run can have is refused by the command line, before any database is asked."""

import pytest
from click.testing import CliRunner

from homeroom import main


@pytest.mark.parametrize(
    "command",
    [("log", "--run"), ("log", "--limit"), ("sync", "--approve"), ("sync", "--cancel"), ("upgrade", "x", "--approve")],
)
def test_it_is_told_what_a_number_may_be(command: tuple[str, ...]) -> None:
    for number in ("99999999999999999999", "0", "-1", "²"):
        result = CliRunner().invoke(main, ["consumer", *command, number])
        assert (result.exit_code, f"Invalid value for '{command[-1]}'" in result.output) == (2, True), result.output
