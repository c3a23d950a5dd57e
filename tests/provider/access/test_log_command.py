"""`homeroom provider log` tells support whether a platform asked, and for what (P-114)."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from homeroom import main
from provider.access.connections import Options, add_connection
from provider.access.models import RequestLog
from shared.oneroster.versions import Version

NOW = datetime(2026, 10, 5, 12, 0, tzinfo=UTC)


@pytest.fixture
def log(provider_settings, provider_app, session, monkeypatch):
    """log(*options) lists the calls of district demo: one of platform lms a minute, and one of nobody."""
    sealer = provider_app.extensions["homeroom"]["sealer"]
    lms, _ = add_connection(session, sealer, "lms", Version.V1P1, Options(), NOW)
    common = {"method": "GET", "milliseconds": 1.5, "bytes": 10}
    session.add_all(
        RequestLog(at=NOW + timedelta(minutes=n), connection_id=lms.id, operation="getAllUsers", status=200,
                   limit=100, offset=100 * n, count=100, total=1000, filter="status='active'", **common)
        for n in range(3)
    )  # fmt: skip
    session.add(RequestLog(at=NOW + timedelta(hours=1), operation="/users", status=401, **common))
    session.commit()
    monkeypatch.setenv("HOMEROOM_KEY", provider_settings.key)
    if provider_settings.provider_database:
        monkeypatch.setenv("HOMEROOM_PROVIDER_DATABASE", provider_settings.provider_database)

    def log(*options):
        session.rollback()
        return CliRunner().invoke(main, ["provider", "--data", str(provider_settings.data), "log", *options])

    return log


def test_the_newest_calls_come_first(log):
    lines = json.loads(log("--json").stdout)
    assert [line["connection"] for line in lines] == [None, "lms", "lms", "lms"]
    assert (lines[1]["limit"], lines[1]["offset"]) == (100, 200)
    assert (lines[1]["filter"], lines[1]["count"], lines[1]["total"]) == ("status='active'", 100, 1000)
    assert lines[0]["status"] == 401


def test_the_calls_of_one_connection_since_a_moment(log):
    lines = json.loads(log("--json", "--connection", "lms", "--since", "2026-10-05T12:01:00", "--limit", "1").stdout)
    assert [line["at"] for line in lines] == ["2026-10-05T12:02:00Z"]
    assert json.loads(log("--json", "--since", "2026-10-06").stdout) == []


def test_a_person_reads_a_line_a_call_or_that_there_is_none(log):
    nobody, newest, *_ = log().stdout.splitlines()
    assert newest.startswith("2026-10-05T12:02:00Z  lms  200  GET  getAllUsers  filter status='active'  100 of 1000 from 200")
    assert nobody.startswith("2026-10-05T13:00:00Z  (nobody)  401  GET  /users")
    assert log("--since", "2026-10-06").stdout == "No calls are logged.\n"


def test_an_unknown_connection_is_told(log):
    answer = log("--connection", "nobody")
    assert answer.exit_code == 1
    assert answer.stderr == "Error: There is no connection 'nobody'\n"
