"""`homeroom consumer schedule` and `sync --cancel`, from the command line."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from consumer.connections import Connection
from consumer.database import db
from consumer.sync.queue import queue_run
from consumer.sync.tables import SyncRun
from tests.consumer.clients import NOW
from tests.consumer.sync.platform import TODAY
from tests.consumer.sync.test_commands import Line
from tests.faults.provider import FaultProvider


@pytest.fixture
def homeroom(
    consumer_settings: Any, consumer_session: Any, fault_provider_11: FaultProvider, monkeypatch: pytest.MonkeyPatch
) -> Line:
    return Line(consumer_settings, fault_provider_11, consumer_session, monkeypatch)


def test_a_schedule_is_chosen_and_told_with_its_reason(homeroom: Line) -> None:
    """C-97"""
    assert homeroom("schedule").output.startswith("Next sync of demo: none\nNothing is synced by itself")
    chosen = homeroom("schedule", "demo", "--mode", "scheduled", "--window", "21", "--json")
    assert chosen.exit_code == 0, chosen.output
    told = json.loads(chosen.stdout)
    assert (told["mode"], told["frequency"], told["window"]) == ("scheduled", "daily", "9 pm – 12 am")
    assert told["delayed"] and "the schedule was changed on" in told["reason"]
    wait = datetime.fromisoformat(told["next_run"]) - datetime.now(UTC)
    assert timedelta(hours=23) < wait < timedelta(hours=49)
    weekly = homeroom("schedule", "demo", "--frequency", "weekly", "--weekday", "sunday")
    assert "every Sunday, 9 pm – 12 am" in weekly.output
    assert homeroom("schedule", "demo", "--window", "1").exit_code == 2
    assert homeroom("schedule", "nowhere").exit_code == 2


def test_a_manual_sync_shows_in_the_reason(homeroom: Line) -> None:
    """C-90, C-97"""
    homeroom("map", "--auto")
    homeroom("schedule", "--mode", "scheduled")
    homeroom("sync", "users")
    assert "a manual sync started on" in homeroom("schedule").output
    assert "keeps the schedule from ever running" in homeroom("schedule").output


def test_a_queued_run_is_cancelled_and_one_that_has_ended_is_not(homeroom: Line, consumer_session: Any) -> None:
    homeroom("map", "--auto")
    connection = consumer_session.query(Connection).one()
    queue_run(consumer_session(), connection, "all", "manual", NOW, TODAY)
    consumer_session.commit()
    assert homeroom("sync", "--cancel", "1").output == "Run 1 is cancelled\n"
    again = homeroom("sync", "--cancel", "1")
    assert (again.exit_code, "has ended: it is cancelled" in again.output) == (1, True)
    assert homeroom("sync", "--cancel", "7").exit_code == 1
    assert homeroom("worker", "--once").output == ""
    db.session.remove()


def test_what_waits_for_approval_is_given_up(homeroom: Line, fault_provider_11: FaultProvider) -> None:
    homeroom("map", "--auto")
    homeroom("sync")
    for sis_id in ("E1", "E2", "E3"):
        fault_provider_11.remove("enrollments", sis_id)
    assert json.loads(homeroom("sync", "--json").stdout)["status"] == "Waiting for approval"
    assert homeroom("sync", "--cancel", "2").output == "Run 2 is cancelled\n"
    assert json.loads(homeroom("sync", "--json").stdout)["status"] == "Waiting for approval"


def test_the_worker_queues_what_is_due(homeroom: Line, consumer_session: Any) -> None:
    """Once, and tells what it has missed: no window has been open for a day."""
    homeroom("map", "--auto")
    homeroom("schedule", "--mode", "scheduled")
    connection = consumer_session.query(Connection).one()
    connection.schedule_changed_at = datetime.now(UTC) - timedelta(days=3)
    hour = datetime.now(UTC).hour // 3 * 3
    connection.window_hour = hour
    consumer_session.commit()
    homeroom("setting", "time_zone", "UTC")
    assert homeroom("worker", "--once").output.endswith(": Completed\n")
    assert homeroom("worker", "--once").output == ""
    consumer_session.rollback()
    assert [run.status for run in consumer_session.scalars(select(SyncRun).order_by(SyncRun.id))] == [
        "Missed",
        "Completed",
    ]
    db.session.remove()


def test_a_secret_that_cannot_be_read_fails_the_run(
    homeroom: Line, consumer_session: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It does not stay in the line, to be taken up again and again."""
    homeroom("map", "--auto")
    connection = consumer_session.query(Connection).one()
    connection.client_secret_sealed = "nothing that any key has sealed"
    queue_run(consumer_session(), connection, "all", "manual", NOW, TODAY)
    consumer_session.commit()
    assert homeroom("worker", "--once").output == "Run 1: Failed\n"
    assert homeroom("worker", "--once").output == ""
    db.session.remove()


def test_a_worker_without_a_database_says_what_to_do(
    homeroom: Line, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HOMEROOM_CONSUMER_DATABASE", raising=False)
    homeroom._data = str(tmp_path / "empty")
    ended = homeroom("worker")
    assert (ended.exit_code, "init" in ended.output) == (1, True)
