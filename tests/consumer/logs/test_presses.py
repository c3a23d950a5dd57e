"""Presses of grades in the log: among the runs of syncs, filtered, in words, as CSV and from the command (C-110, C-138)."""

import csv
import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from consumer.cli import consumer
from consumer.database import db
from consumer.logs.csv_files import press_csv, runs_csv
from consumer.logs.listing import every_row, find_runs
from consumer.logs.presses import press_details, press_lines
from consumer.passback.tables import PassbackMessage, PassbackRun
from consumer.platform.models import GradeItem, Section
from consumer.sync.details import BadCursor
from consumer.sync.log import RunsWanted
from consumer.sync.tables import SyncRun
from tests.consumer.platform import classroom

NOON = datetime.fromisoformat("2026-10-05T12:00:00+00:00")
COUNTS = {"items_sent": 2, "items_failed": 1, "scores_sent": 30, "scores_unchanged": 4, "scores_failed": 2}


@pytest.fixture
def log(consumer_app: Flask) -> Iterator[Any]:
    """Of one district: a sync at 12:00, a press of section 1 at 12:01, one of section 2 at 12:02, a sync at 12:03."""
    with consumer_app.app_context():
        session = db.session()
        district = classroom.connection(session)
        for name in ("Algebra 1", "Music"):
            classroom.section(session, name, district)
        student = classroom.person(session, 1, "member", "sam")
        session.add(GradeItem(section_id=1, title="Quiz", points=10.0, published=True, created_at=NOON))
        for minute in (0, 3):
            session.add(
                SyncRun(
                    connection_id=district,
                    kind="all",
                    trigger="manual",
                    today=date(2026, 10, 5),
                    status="Completed",
                    step="done",
                    queued_at=NOON + timedelta(minutes=minute),
                )
            )
        for section_id, status in ((1, "Completed with errors"), (2, "Failed")):
            session.add(
                PassbackRun(
                    section_id=section_id,
                    connection_id=district,
                    send="changes",
                    started_by="ada",
                    status=status,
                    queued_at=NOON + timedelta(minutes=section_id),
                    finished_at=NOON + timedelta(minutes=section_id),
                    counts=json.dumps(COUNTS if section_id == 1 else {}),
                )
            )
        session.flush()
        session.add_all([
            PassbackMessage(run_id=1, item_id=1, section_id=1, account_id=student, level="note", code="STUDENT_LEFT"),
            PassbackMessage(
                run_id=1, item_id=1, section_id=1, account_id=student, level="error", code="ROSTER_REFUSED",
                said="Student 7 is not on the roster", request_id="call-7",
            ),
            PassbackMessage(run_id=2, level="error", code="LICENSE_REQUIRED", said="No licence"),
        ])  # fmt: skip
        session.commit()
        yield session


def kinds(session: Any, **wanted: Any) -> list[tuple[str, int]]:
    found = find_runs(session, RunsWanted(**wanted))
    assert found.total == len(found.rows)
    assert [*every_row(session, RunsWanted(**wanted))] == [*found.rows]
    return [(row.kind, row.run) for row in found.rows]


def test_syncs_and_presses_stand_in_one_list_the_newest_first(log: Any) -> None:
    """C-110."""
    assert kinds(log) == [("all", 2), ("grades", 2), ("grades", 1), ("all", 1)]
    page = find_runs(log, RunsWanted(), offset=1, limit=2)
    assert ([(row.kind, row.run) for row in page.rows], page.total) == ([("grades", 2), ("grades", 1)], 4)


def test_presses_are_filtered_by_type_school_and_status(log: Any) -> None:
    """C-109."""
    school = log.get_one(Section, 2).school_id
    assert kinds(log, kind="grades") == [("grades", 2), ("grades", 1)]
    assert kinds(log, kind="all") == [("all", 2), ("all", 1)]
    assert kinds(log, school_id=school) == [("grades", 2)]
    assert kinds(log, status="Failed") == [("grades", 2)]
    assert kinds(log, trigger="scheduled") == []
    assert kinds(log, connection_id=99) == []


def test_a_press_tells_its_numbers_and_why_it_failed(log: Any) -> None:
    failed, partly = find_runs(log, RunsWanted(kind="grades")).rows
    assert (partly.section, partly.started_by, partly.trigger) == ("Algebra 1", "ada", "manual")
    assert (partly.updated, partly.unchanged, partly.failed) == (32, 4, 3)
    assert partly.message == "1 item and 2 scores did not arrive"
    assert failed.message == "The SIS refuses for want of a licence"


def test_the_lines_of_a_press_name_the_student_and_keep_the_words_of_the_sis(log: Any) -> None:
    """C-112, C-138: errors come first."""
    error, note = press_lines(log, 1)
    assert error.name.startswith("Sam Rivera") and error.name.endswith(", Quiz, Algebra 1")
    assert (error.event, error.code, error.request_id) == ("error", "ROSTER_REFUSED", "call-7")
    assert 'The SIS says: "Student 7 is not on the roster"' in error.text
    assert (note.event, note.where) == ("note", "SIS")
    first = press_details(log, 1, limit=1)
    assert (first.lines, press_details(log, 1, first.following, 1).lines) == ((error,), (note,))
    assert press_details(log, 1, first.following, 1).following is None
    for cursor in ("x", "-1", "²", "9" * 40):
        with pytest.raises(BadCursor):
            press_details(log, 1, cursor)


def test_presses_are_written_as_csv(log: Any) -> None:
    """C-115."""
    rows = [*csv.DictReader(StringIO("".join(runs_csv(log, RunsWanted(kind="grades")))))]
    assert [(row["type"], row["section"], row["failed"]) for row in rows] == [
        ("Grades", "Music", "0"), ("Grades", "Algebra 1", "3"),
    ]  # fmt: skip
    lines = [*csv.DictReader(StringIO("".join(press_csv(log, 1))))]
    assert [line["what happened"] for line in lines] == ["error", "note"]


def test_the_command_lists_presses_and_reads_one(
    log: Any, consumer_settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOMEROOM_KEY", consumer_settings.key or "")
    if consumer_settings.consumer_database:
        monkeypatch.setenv("HOMEROOM_CONSUMER_DATABASE", consumer_settings.consumer_database)

    def run(*words: str) -> Result:
        return CliRunner().invoke(consumer, ["--data", str(consumer_settings.data), "log", *words])

    log.commit()
    assert [row["kind"] for row in json.loads(run("--json").stdout)] == ["all", "grades", "grades", "all"]
    listed = run("--kind", "grades").stdout
    assert "grades of Algebra 1, manual by ada: Completed with errors" in " ".join(listed.split())
    lines = json.loads(run("--kind", "grades", "--run", "1", "--json").stdout)
    assert [line["code"] for line in lines] == ["ROSTER_REFUSED", "STUDENT_LEFT"]
    assert run("--kind", "grades", "--run", "1", "--csv").stdout.count("\n") == 3
    refused = run("--kind", "users", "--run", "1")
    assert (refused.exit_code, "--kind chooses among runs" in refused.output) == (2, True)
