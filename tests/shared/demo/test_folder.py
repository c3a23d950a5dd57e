"""Whose folder the demo takes, what it removes from it, and what it says before anything has been started."""

import socket
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from homeroom import main
from shared.demo import stages
from shared.demo.children import Children, StepFailed
from shared.demo.folder import FolderRefused, open_folder, wipe, write_demo_json
from tests.ports import free_port


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def put(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")


def demo(*words: str | Path) -> Result:
    return CliRunner().invoke(main, ["demo", *map(str, words)])


@pytest.mark.parametrize("name", ["provider/springfield/district.sqlite", "consumer/consumer.sqlite", "secret.key"])
@pytest.mark.parametrize("options", [(), ("--fresh",)])
def test_the_folder_of_a_real_homeroom_is_left_alone(tmp_path, name, options):
    put(tmp_path, name)
    done = demo("--data", tmp_path, *options)
    assert done.exit_code == 1 and "is not a demo: nothing was touched" in done.stderr
    assert files(tmp_path) == {name}


def test_a_demo_shares_a_folder_with_files_that_are_not_homerooms(tmp_path):
    put(tmp_path, "notes.txt", "reports/demo.json")
    with open_folder(tmp_path):
        pass
    assert {"notes.txt", "reports/demo.json"} < files(tmp_path)


def test_fresh_removes_the_demos_databases_and_nothing_else(tmp_path):
    kept = {
        "secret.key", "notes.txt", "provider/demo/notes.txt", "provider/springfield/district.sqlite",
        "consumer/other.sqlite", "logs/notes.txt",
    }  # fmt: skip
    gone = {
        "provider/demo/district.sqlite", "provider/demo/district.sqlite-wal", "provider/demo/traffic.sqlite-shm",
        "consumer/consumer.sqlite", "logs/provider.log",
    }  # fmt: skip
    with open_folder(tmp_path):
        put(tmp_path, *kept, *gone)
        wipe(tmp_path)
        assert files(tmp_path) - {".homeroom-demo"} == kept


def test_one_demo_at_a_time_has_a_folder(tmp_path):
    with open_folder(tmp_path):
        with pytest.raises(FolderRefused, match="A demo is running"), open_folder(tmp_path):
            pass
        done = demo("--data", tmp_path)
        assert done.exit_code == 1 and "A demo is running" in done.stderr
    with open_folder(tmp_path):
        pass


def test_demo_json_is_there_only_while_the_demo_is_up(tmp_path):
    with open_folder(tmp_path):
        pass
    put(tmp_path, "demo.json")  # left behind by a demo that was killed
    with open_folder(tmp_path):
        assert not (tmp_path / "demo.json").exists()
        path = write_demo_json(tmp_path, {"provider": {}})
        assert path.stat().st_mode & 0o077 == 0
    assert files(tmp_path) == {".homeroom-demo"}


@pytest.mark.parametrize("option", ["--provider-port", "--consumer-port"])
def test_a_taken_port_is_told_before_anything_is_started(tmp_path, option):
    other = {"--provider-port": "--consumer-port", "--consumer-port": "--provider-port"}[option]
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = demo("--data", tmp_path, option, str(port), other, str(free_port()))
    assert done.exit_code == 1
    assert f"Port {port} cannot be used" in done.stderr and option in done.stderr
    assert files(tmp_path) == {".homeroom-demo"}


def test_two_programs_need_two_ports(tmp_path):
    done = demo("--data", tmp_path, "--provider-port", "9000", "--consumer-port", "9000")
    assert done.exit_code == 2 and files(tmp_path) == set()


def test_without_the_fixtures_the_demo_says_where_they_are(tmp_path, monkeypatch):
    monkeypatch.setattr(stages, "DISTRICT", tmp_path / "nowhere")
    done = demo("--data", tmp_path / "data")
    assert done.exit_code == 1 and "part of the source" in done.stderr
    assert not (tmp_path / "data").exists()


def test_a_command_that_fails_is_named_with_what_it_said_and_without_its_arguments(tmp_path):
    with Children({"HOMEROOM_DATA": str(tmp_path)}, tmp_path / "logs") as children, pytest.raises(StepFailed) as failed:
        children.run("provider", "import", "/secret/nowhere")
    assert str(failed.value).startswith("homeroom provider import: exit status 1\nError: There is no district")
    assert "/secret" not in str(failed.value)


def test_a_service_that_ends_by_itself_is_noticed_with_what_it_said(tmp_path):
    with Children({"HOMEROOM_DATA": str(tmp_path)}, tmp_path / "logs") as children:
        children.serve("provider", "provider", "serve", "--port", "99999")
        with pytest.raises(StepFailed, match=r"(?s)The provider ended with exit status 2.*99999"):
            children.wait_for("provider", f"http://127.0.0.1:{free_port()}/")
