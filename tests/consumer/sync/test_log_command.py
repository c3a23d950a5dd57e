"""`homeroom consumer log`: runs and lines by school, type, person and code; as text, JSON and CSV."""

import csv
import json
from io import StringIO
from typing import Any

import pytest
from click.testing import CliRunner, Result

from consumer.cli import consumer
from tests.consumer.sync.platform import Platform


class Log:
    """The command over a platform that was synced twice: everything, then users alone."""

    def __init__(self, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        self._data = str(settings.data)
        monkeypatch.setenv("HOMEROOM_KEY", settings.key or "")
        if settings.consumer_database:
            monkeypatch.setenv("HOMEROOM_CONSUMER_DATABASE", settings.consumer_database)

    def __call__(self, *words: str) -> Result:
        return CliRunner().invoke(consumer, ["--data", self._data, "log", *words])


@pytest.fixture
def log(platform_11: Platform, consumer_settings: Any, monkeypatch: pytest.MonkeyPatch) -> Log:
    platform_11.provider.find("users", "U6")["username"] = "finn blank"
    platform_11.sync()
    platform_11.provider.find("users", "U5")["givenName"] = "Eva"
    platform_11.sync("users")
    return Log(consumer_settings, monkeypatch)


def runs(done: Result) -> list[int]:
    return [row["run"] for row in json.loads(done.stdout)]


def test_runs_by_type_and_school(log: Log) -> None:
    """C-109"""
    assert runs(log("--json")) == [2, 1]
    assert runs(log("--json", "--kind", "users")) == [2]
    assert runs(log("--json", "--school", "102")) == [2, 1]
    assert runs(log("--json", "--school", "north")) == [1]
    printed = log().stdout
    assert "users, manual: Completed with warnings" in printed and "1 updated" in printed


def test_a_school_that_is_not_one_is_a_wrong_call(log: Log) -> None:
    for name in ("School", "nowhere"):
        wrong = log("--school", name)
        assert (wrong.exit_code, "must mean one school" in wrong.stderr) == (2, True)


def test_lines_of_a_run_with_values_before_and_after(log: Log) -> None:
    """C-112"""
    (line,) = [row for row in json.loads(log("--run", "2", "--json").stdout) if row["action"] == "update"]
    assert (line["name"], line["changes"]) == (
        "Eva Example", [{"name": "first name", "before": "Eve", "after": "Eva"}],
    )  # fmt: skip
    assert "first name: Eve → Eva" in log("--run", "2").stdout
    assert "Remove the blank from the username (SIS)" in log("--person", "finn").stdout


def test_csv_of_runs_and_of_lines(log: Log) -> None:
    """C-115"""
    table = list(csv.DictReader(StringIO(log("--csv").stdout, newline="")))
    assert [(row["run"], row["type"]) for row in table] == [("2", "Users"), ("1", "All data")]
    lines = list(csv.DictReader(StringIO(log("--code", "USERNAME_SPACE", "--csv").stdout, newline="")))
    assert {(row["record type"], row["SIS id"], row["where"]) for row in lines} == {
        ("user", "U6", "SIS"), ("enrollment", "E8", "SIS"),
    }  # fmt: skip
