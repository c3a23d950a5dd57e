"""`homeroom provider import` and `homeroom generate` as people call them."""

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from provider.context import ProviderContext
from provider.sis.commands import import_command
from provider.sis.generate_command import generate_command
from tests.provider.sis.files import BASE, base_and, write_files


@pytest.fixture
def call(provider_app: Flask):
    """Runs the import command with arguments."""
    context = ProviderContext(provider_app.extensions["homeroom"]["settings"], "demo", lambda *_: provider_app)

    def run(*arguments: object) -> Result:
        return CliRunner().invoke(import_command, [str(argument) for argument in arguments], obj=context)

    return run


def test_a_good_import_exits_0_and_prints_a_line_for_each_file(call, tmp_path: Path) -> None:
    result = call(write_files(tmp_path / "in", base_and()), "--today", "2027-01-10")
    assert result.exit_code == 0, result.output
    assert "roster.csv" in result.output and "created" in result.output


def test_refused_rows_are_printed_reported_and_exit_1(call, tmp_path: Path) -> None:
    folder = write_files(tmp_path / "in", base_and(roster=BASE["roster"] + "9,1,99,\n"))
    result = call(folder, "--report", tmp_path / "refused.csv")
    assert result.exit_code == 1
    assert "refused: roster.csv line 5: person_id '99' refers to a person that does not exist" in result.output
    with (tmp_path / "refused.csv").open(encoding="utf-8") as stream:
        (row,) = csv.DictReader(stream)
    assert (row["file"], row["line"], row["column"]) == ("roster.csv", "5", "person_id")


def test_strict_says_that_nothing_was_written(call, tmp_path: Path) -> None:
    result = call(write_files(tmp_path / "in", base_and(roster=BASE["roster"] + "9,1,99,\n")), "--strict", "--json")
    assert result.exit_code == 1
    report = json.loads(result.output)
    assert report["written"] is False and report["refused"] == 1


def test_a_dry_run_says_what_would_become_of_every_row_and_writes_nothing(call, tmp_path: Path) -> None:
    folder = write_files(tmp_path / "in", base_and(roster=BASE["roster"] + "9,1,99,\n"))
    result = call(folder, "--dry-run", "--json")
    report = json.loads(result.output)
    roster = next(count for count in report["files"] if count["file"] == "roster.csv")
    assert (result.exit_code, report["written"], roster["created"], roster["refused"]) == (1, False, 3, 1)
    assert "Nothing was written: a dry run" in call(folder, "--dry-run").output
    report = json.loads(call(folder, "--json").output)
    assert next(count for count in report["files"] if count["file"] == "roster.csv")["created"] == 3


def test_json_holds_the_whole_report(call, tmp_path: Path) -> None:
    report = json.loads(call(write_files(tmp_path / "in", base_and()), "--json").output)
    assert report["ok"] is True and report["kind"] == "sis"
    roster = next(count for count in report["files"] if count["file"] == "roster.csv")
    assert roster == {
        "file": "roster.csv",
        "read": 3,
        "created": 3,
        "updated": 0,
        "unchanged": 0,
        "skipped": 0,
        "refused": 0,
    }


@pytest.mark.parametrize(("arguments", "status"), [(["/no/such/place"], 1), ([], 2), (["x", "--today", "soon"], 2)])
def test_what_cannot_be_done_exits_1_and_a_wrong_call_2(call, arguments: list[str], status: int) -> None:
    assert call(*arguments).exit_code == status


def test_generated_districts_are_the_same_for_the_same_seed_and_import_whole(call, tmp_path: Path) -> None:
    def generate(name: str, seed: int) -> dict[str, bytes]:
        arguments = ["--students", "300", "--schools", "4", "--seed", str(seed), str(tmp_path / name)]
        assert CliRunner().invoke(generate_command, arguments).exit_code == 0
        return {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()}

    assert generate("one", 7) == generate("two", 7) != generate("three", 8)
    report = json.loads(call(tmp_path / "one", "--json").output)
    assert report["refused"] == 0 and report["notes"] == []
    created = {count["file"]: count["created"] for count in report["files"]}
    assert created["enrollment.csv"] == 300 and created["roster.csv"] == 8 * 300 and created["school.csv"] == 4


def test_grade_books_are_generated_when_asked_for_and_change_no_other_file(call, tmp_path: Path) -> None:
    def generate(name: str, *more: str) -> dict[str, bytes]:
        arguments = ["--students", "120", "--schools", "3", *more, str(tmp_path / name)]
        assert CliRunner().invoke(generate_command, arguments).exit_code == 0
        return {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()}

    plain, graded = generate("plain"), generate("graded", "--line-items", "5")
    assert graded == generate("again", "--line-items", "5")
    assert {name for name in graded if name not in plain} == {
        "grading_task.csv", "grade_category.csv", "line_item.csv", "result.csv",
    }  # fmt: skip
    assert {name: graded[name] for name in plain} == plain
    report = json.loads(call(tmp_path / "graded", "--json").output)
    assert report["refused"] == 0 and report["notes"] == []
    created = {count["file"]: count["created"] for count in report["files"]}
    assert created["line_item.csv"] == 5 * created["section.csv"]
    assert created["result.csv"] == 5 * created["roster.csv"]


def test_generate_does_not_write_into_a_folder_that_holds_something(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("x")
    assert CliRunner().invoke(generate_command, ["--students", "5", str(tmp_path)]).exit_code == 1
    assert (
        CliRunner().invoke(generate_command, ["--students", "2", "--schools", "3", str(tmp_path / "new")]).exit_code
        == 2
    )
