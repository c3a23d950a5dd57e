"""`homeroom provider export` at the command line."""

import json
from pathlib import Path

from click.testing import CliRunner, Result
from flask import Flask

from provider.cli import provider
from shared.oneroster.versions import Version
from tests.provider.exporting.conftest import NewSystem, System, files_of
from tests.provider.exporting.small import DISTRICT_DAY, fill


def run(app: Flask, *arguments: str) -> Result:
    settings = app.extensions["homeroom"]["settings"]
    environment = {"HOMEROOM_DATA": str(settings.data), "HOMEROOM_KEY": settings.key}
    return CliRunner().invoke(provider, ["--data", str(settings.data), "export", *arguments], env=environment)


def published(new_system: NewSystem) -> System:
    return fill(new_system("sqlite", today=DISTRICT_DAY))


def test_it_writes_the_package_of_a_connection_and_tells_what_is_in_it(new_system: NewSystem, tmp_path: Path) -> None:
    system, path = published(new_system), tmp_path / "out.zip"
    done = run(system.app, str(path), "--connection", "1.1", "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert (told["version"], told["mode"]) == ("1.1", "bulk")
    assert {"file": "results.csv", "mode": "bulk", "rows": 3} in told["files"]
    assert files_of(path).keys() == {file["file"] for file in told["files"]} | {"manifest.csv"}
    again = run(system.app, str(path), "--connection", "1.1", "--since", told["next_since"])
    assert again.exit_code == 0, again.output
    assert "delta" in again.stdout


def test_it_says_what_is_wrong_and_writes_nothing(new_system: NewSystem, tmp_path: Path) -> None:
    system, path = published(new_system), tmp_path / "out.zip"
    for arguments, status, said in (
        (("--connection", "nobody"), 1, "There is no connection 'nobody'"),
        ((), 2, "--connection"),
        (("--connection", "1.2", "--since", "yesterday"), 2, "neither a date"),
        (("--connection", "1.2", "--since", "2999-01-01"), 1, "in the future"),
    ):
        done = run(system.app, str(path), *arguments)
        assert (done.exit_code, said in done.output) == (status, True), done.output
    nowhere = run(system.app, str(tmp_path / "no" / "out.zip"), "--connection", "1.2")
    assert nowhere.exit_code == 1 and "No such file or directory" in nowhere.output
    assert not path.exists()


def test_the_version_is_the_connections(new_system: NewSystem, tmp_path: Path) -> None:
    system = published(new_system)
    for version in Version:
        run(system.app, str(tmp_path / f"{version}.zip"), "--connection", str(version))
        assert f"oneroster.version,{version}" in files_of(tmp_path / f"{version}.zip")["manifest.csv"]
