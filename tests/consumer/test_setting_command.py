"""`homeroom consumer setting` shows and changes the organisation's switches, and what was changed is kept."""

import json
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select

from consumer.app import create_app
from consumer.context import ConsumerContext
from consumer.database import db
from consumer.platform.models import AuditEntry
from consumer.setting_command import setting_command
from shared.settings import Settings


@pytest.fixture
def run(consumer_app: Flask, consumer_settings: Settings) -> Any:
    def run(*args: str) -> Result:
        context = ConsumerContext(consumer_settings, create_app)
        context.__dict__["app"] = consumer_app
        return CliRunner().invoke(setting_command, args, obj=context)

    return run


def test_all_have_their_defaults_until_one_is_set(run: Any) -> None:
    before = json.loads(run("--json").stdout)
    assert (before["release_1_2"], before["log_days"]) == (False, 180)
    assert ZoneInfo(before["time_zone"])
    assert run("release_1_2", "TRUE").stdout == "release_1_2 = true\n"
    assert run("time_zone", "America/Chicago").exit_code == 0
    assert json.loads(run("--json").stdout) == before | {"release_1_2": True, "time_zone": "America/Chicago"}
    assert run("time_zone").stdout == "time_zone = America/Chicago\n"


def test_a_change_is_in_the_audit_trail_and_a_repetition_is_not(run: Any, consumer_app: Flask) -> None:
    run("log_days", "30")
    run("log_days", "30")
    with consumer_app.app_context():
        (entry,) = db.session.scalars(select(AuditEntry)).all()
        assert (entry.action, entry.subject, entry.who) == ("change setting", "log_days", "")
        assert (entry.before, entry.after) == ('{"log_days": 180}', '{"log_days": 30}')


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["log_days", "0"], "a whole number from 1 to 3650"),
        (["log_days", "3651"], "a whole number from 1 to 3650"),
        (["time_zone", "Chicago"], "such as America/Chicago"),
        (["release_1_2", "1"], "true or false"),
        (["nonsense"], "There is no setting 'nonsense'; there are: course_app_admins_only"),
        (["nonsense", "1"], "There is no setting 'nonsense'"),
    ],
)
def test_what_a_switch_cannot_be_is_a_wrong_call(run: Any, args: list[str], told: str) -> None:
    result = run(*args)
    assert result.exit_code == 2
    assert told in " ".join(result.stderr.split())
