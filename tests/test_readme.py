"""README.md is true to the letter. The lines for a running demo are proved beside the demo's own tests."""

import os
import re
import shlex
import subprocess
import time

import click
import pytest
import requests
from click.testing import CliRunner

from homeroom import main
from tests.ports import free_port
from tests.shell_blocks import (
    README,
    ROOT,
    demo_blocks,
    district_blocks,
    make_commands,
    run_shell,
    shell_blocks,
    substitute,
)


def test_every_shell_block_is_proved_somewhere():
    made, kept_running = district_blocks()
    proved = [*demo_blocks(), made, "".join(line + "\n" for line in kept_running)]
    left = [block for block in shell_blocks() if block not in proved]
    assert all(line.startswith("make ") for block in left for line in block.splitlines())


@pytest.mark.parametrize("command", make_commands())
def test_make_knows_what_the_readme_asks_of_it(command):
    done = subprocess.run(
        [*shlex.split(command), "-n"], cwd=ROOT, env={**os.environ, "MAKEFLAGS": ""}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    for line in done.stdout.splitlines():
        if "bin/homeroom demo" in line:
            options = shlex.split(line.partition("bin/homeroom ")[2])
            assert CliRunner().invoke(main, [*options, "--help"]).exit_code == 0, line
            known = {name for parameter in main.get_command(None, "demo").params for name in parameter.opts}
            assert {word for word in options if word.startswith("--")} <= known, line


def test_every_path_of_the_tree_is_there():
    rows = re.findall(r"^\| ((?:`[^`]+`(?:, )?)+) \|", README.partition("## The tree")[2], re.MULTILINE)
    paths = re.findall(r"`([^`]+)`", " ".join(rows))
    assert len(paths) > 10
    for path in paths:
        assert (ROOT / path).exists(), path
        assert (ROOT / path).is_dir() == path.endswith("/"), path


def test_every_folder_of_the_programs_is_on_the_map():
    for folder in (*ROOT.glob("provider/*/__init__.py"), *ROOT.glob("consumer/*/__init__.py")):
        path = folder.parent.relative_to(ROOT)
        assert f"`{path}/`" in README or path.name == "web", path


def test_every_link_leads_to_a_file():
    links = [link for link in re.findall(r"\]\(([^)#]+)", README) if "://" not in link]
    assert links
    for link in links:
        assert (ROOT / link).is_file(), link


def test_every_command_named_is_a_command():
    documents = [README, *(path.read_text(encoding="utf-8") for path in sorted((ROOT / "docs").glob("*.md")))]
    named = {words for text in documents for words in re.findall(r"homeroom ((?:provider|consumer) [^`\n]*)", text)}
    assert named
    for words in named:
        group = main
        for word in re.sub(r"--(data|app) \S+", "", words).split():
            if not isinstance(group, click.Group) or word == "…":
                break
            context = click.Context(group)
            assert word in group.list_commands(context), words
            group = group.get_command(context, word)


@pytest.mark.slow
def test_a_district_of_ones_own_is_set_up_and_served_as_printed(tmp_path):
    made, kept_running = district_blocks()
    port = free_port()
    places = {"var/springfield": str(tmp_path / "springfield"), "8000": str(port)}
    done = run_shell(substitute(made, places), os.environ)
    assert done.returncode == 0, done.stderr
    assert "client_secret:" in done.stdout and "added" in done.stdout

    environ = {**os.environ, "HOMEROOM_DATA": str(tmp_path / "springfield")}
    started = []
    try:
        for line in kept_running:
            words = shlex.split(substitute(line, places))
            started.append(subprocess.Popen(words, cwd=ROOT, env=environ, stderr=subprocess.DEVNULL))
        assert "Last refresh" in wait_for(f"http://127.0.0.1:{port}/campus/oneroster/springfield/")
        assert [process.poll() for process in started] == [None, None]
    finally:
        for process in started:
            process.terminate()
            process.wait(60)


def wait_for(address: str) -> str:
    """The page at an address of a server that is starting."""
    deadline = time.monotonic() + 60
    while True:
        try:
            return requests.get(address, timeout=60).text
        except requests.ConnectionError:
            assert time.monotonic() < deadline, address
            time.sleep(0.2)
