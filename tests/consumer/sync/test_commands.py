"""`homeroom consumer map`, `sync`, `log` and `worker`, from the command line."""

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result

from consumer.cli import consumer
from consumer.connections import Connection
from consumer.database import db
from consumer.sync.queue import queue_run
from shared.sealing import open_sealer
from tests.consumer.clients import NOW
from tests.consumer.sync.platform import TODAY
from tests.faults.provider import FaultProvider


class Line:
    """The command line of a consumer with one connection."""

    def __init__(self, settings: Any, provider: FaultProvider, session: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HOMEROOM_KEY", settings.key or "")
        monkeypatch.setenv("HOMEROOM_ALLOW_PRIVATE", "1")
        if settings.consumer_database:
            monkeypatch.setenv("HOMEROOM_CONSUMER_DATABASE", settings.consumer_database)
        secret = open_sealer(settings).seal(provider.client_secret)
        session.add(
            Connection(
                name="demo", base_url=provider.base_url, version="1.1", client_id=provider.client_id,
                client_secret_sealed=secret, token_url=provider.token_url, active_year=2027,
            )
        )  # fmt: skip
        session.commit()
        self._data = str(settings.data)

    def __call__(self, *args: str) -> Result:
        return CliRunner().invoke(consumer, ["--data", self._data, *args])


@pytest.fixture
def homeroom(
    consumer_settings: Any, consumer_session: Any, fault_provider_11: FaultProvider, monkeypatch: pytest.MonkeyPatch
) -> Line:
    return Line(consumer_settings, fault_provider_11, consumer_session, monkeypatch)


def test_map_sync_and_log_one_after_the_other(homeroom: Line, fault_provider_11: FaultProvider) -> None:
    fault_provider_11.find("users", "U6")["username"] = "finn blank"
    mapped = json.loads(homeroom("map", "demo", "--auto", "--json").stdout)
    assert [school["school"] for school in mapped["schools"]] == ["Example District", "North School", "South School"]
    assert [term["grading_period"] for term in mapped["terms"]] == ["Fall", "Spring"]
    synced = homeroom("sync", "--json")
    assert synced.exit_code == 0, synced.output
    report = json.loads(synced.stdout)
    assert {line["entity"]: line["created"] for line in report["lines"]}["user"] == 8
    log = json.loads(homeroom("log", "--code", "USERNAME_SPACE", "--json").stdout)
    assert {(row["entity"], row["sis_id"]) for row in log} == {("user", "U6"), ("enrollment", "E8")}
    assert log[0]["remedy"] == "Remove the blank from the username"
    person = json.loads(homeroom("log", "--person", "ada", "--json").stdout)
    assert {row["sis_id"] for row in person} == {"U1", "K1|U1", "K2|U1", "G1|U1"}
    runs = json.loads(homeroom("log", "--json").stdout)
    assert [(run["run"], run["status"], run["created"]) for run in runs] == [(1, "Completed with warnings", 24)]


def test_the_closing_table_is_printed(homeroom: Line) -> None:
    homeroom("map", "--auto")
    printed = homeroom("sync", "users", "--dry-run")
    assert printed.exit_code == 0, printed.output
    assert "Run 1 (users, dry run): Completed" in printed.stdout


def test_a_sync_that_cannot_sign_in_fails_with_status_1(homeroom: Line, fault_provider_11: FaultProvider) -> None:
    homeroom("map", "--auto")
    fault_provider_11.client_secret = "another"
    failed = homeroom("sync", "--json")
    assert failed.exit_code == 1
    assert json.loads(failed.stdout)["notices"][0]["code"] == "AUTH_FAILED"


def test_a_sync_before_mapping_says_what_to_do(homeroom: Line) -> None:
    """C-14"""
    refused = homeroom("sync")
    assert (refused.exit_code, "homeroom consumer map" in refused.output) == (1, True)


def test_an_unknown_connection_is_a_wrong_call(homeroom: Line) -> None:
    assert homeroom("sync", "--connection", "nowhere").exit_code == 2


def test_choices_one_by_one(homeroom: Line) -> None:
    shown = homeroom(
        "map", "--school", "S1=NEW", "--school", "D=NEW", "--term", "T1=NEW", "--role", "S1", "Student", "student",
        "--tick", "S1=users,sections", "--set", "section_floor=7", "--json",
    )  # fmt: skip
    assert shown.exit_code == 0, shown.output
    north = json.loads(shown.stdout)["schools"][1]
    assert (north["ticked"], north["roles"]["Student"], north["roles"]["Staff"]) == (
        ["users", "sections"], "student", None,
    )  # fmt: skip
    assert homeroom("map", "--school", "nowhere=NEW").exit_code == 1
    gone = json.loads(homeroom("map", "--school", "S1=skip", "--json").stdout)["schools"][1]
    assert gone["school"] is None
    back = json.loads(homeroom("map", "--school", "S1=NEW", "--json").stdout)["schools"][1]
    assert back["school_id"] == north["school_id"]  # C-31: the building is there already


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--year", "99999999999999999999", "The SIS offers no year 99999999999999999999; there is 2027"),
        ("--year", "0", "The SIS offers no year 0"),
        ("--set", "school_floor=99999999999999999999999", "school_floor is a number from 0 to 1,000,000"),
        ("--set", "section_floor=-1", "section_floor is a number from 0 to 1,000,000"),
        ("--set", "school_share=-1", "school_share is a number from 0 to 1"),
        ("--set", "section_share=nan", "section_share is a number from 0 to 1"),
        ("--school", "S1=99999999999999999999", "There is nothing here with the number 99999999999999999999"),
    ],
)
def test_what_no_choice_can_be_is_told_and_nothing_is_stored(
    homeroom: Line, option: str, value: str, words: str
) -> None:
    refused = homeroom("map", "--term", "T1=NEW", option, value)
    assert (refused.exit_code, words in refused.stderr) == (1, True), refused.output
    shown = json.loads(homeroom("map", "--list", "--json").stdout)
    assert (shown["year"], [term["grading_period"] for term in shown["terms"]]) == (2027, [None, None])


def test_a_run_is_approved_without_saying_whose_it_is(
    homeroom: Line, consumer_session: Any, fault_provider_11: FaultProvider
) -> None:
    homeroom("map", "--auto")
    homeroom("sync")
    consumer_session.add(
        Connection(name="other", base_url="https://other.example", version="1.1", client_id="x",
                   client_secret_sealed="x", token_url="https://other.example/token")
    )  # fmt: skip
    consumer_session.commit()
    for sis_id in ("E1", "E2", "E3"):
        fault_provider_11.remove("enrollments", sis_id)
    assert homeroom("sync").exit_code == 2, "a new run is of one of two connections"
    waits = json.loads(homeroom("sync", "--connection", "demo", "--json").stdout)
    assert waits["status"] == "Waiting for approval"
    run = str(waits["run"])
    other = homeroom("sync", "--approve", run, "--connection", "other")
    assert (other.exit_code, f"There is no run {run} of this connection" in other.stderr) == (1, True), other.output
    approved = homeroom("sync", "--approve", run)
    assert approved.exit_code == 0, approved.output
    assert "There is no run 999" in homeroom("sync", "--approve", "999").stderr


def test_everything_is_read_where_somebody_asks_for_it(homeroom: Line, fault_provider_11: FaultProvider) -> None:
    """C-89: also by a connection that reads what changed."""
    assert homeroom("connect", "demo", "--delta-reads").exit_code == 0
    homeroom("map", "--auto")
    homeroom("sync")
    read = []
    for options in ([], ["--whole"], []):
        fault_provider_11.seen.clear()
        assert homeroom("sync", *options).exit_code == 0
        read.append([bool(seen.filter) for seen in fault_provider_11.asked("users")])
    assert read == [[True], [False], [True]]
    assert homeroom("sync", "--whole", "--approve", "1").exit_code == 2


def test_the_worker_carries_out_what_is_queued(homeroom: Line, consumer_session: Any) -> None:
    homeroom("map", "--auto")
    connection = consumer_session.query(Connection).one()
    queue_run(consumer_session(), connection, "all", "scheduled", NOW, TODAY)
    consumer_session.commit()
    assert homeroom("worker", "--once").output == "Run 1: Completed\n"
    db.session.remove()
