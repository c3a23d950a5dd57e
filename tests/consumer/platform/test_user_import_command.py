"""`homeroom consumer user import`, from the command line."""

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner
from flask import Flask
from sqlalchemy import func, select

from consumer.context import ConsumerContext
from consumer.platform.models import Account, AuditEntry
from consumer.user_import_command import import_command

FILE = "username,given_name,family_name,role\nada,Ada,Example,student\nben,,Example,student\n"


def run(app: Flask, settings: Any, *args: str, stdin: str | None = None) -> Any:
    return CliRunner().invoke(import_command, args, input=stdin, obj=ConsumerContext(settings, lambda _: app))


def test_good_rows_are_stored_and_bad_ones_told(consumer_app: Flask, consumer_settings: Any, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text(FILE)
    dry = run(consumer_app, consumer_settings, str(path), "--dry-run")
    assert "Would be created 1" in dry.output
    with consumer_app.app_context():
        from consumer.database import db

        assert db.session.scalar(select(func.count()).select_from(Account)) == 0
    done = run(consumer_app, consumer_settings, str(path), "--json")
    assert done.exit_code == 1
    report = json.loads(done.stdout)
    assert (report["created"], report["failed"]) == (1, 1)
    assert report["errors"] == [{"line": 3, "column": "given_name", "reason": "is blank, and somebody new needs it"}]
    with consumer_app.app_context():
        assert db.session.scalars(select(Account.username)).all() == ["ada"]
        assert db.session.scalars(select(AuditEntry.action)).all() == ["import users"]


def test_a_file_without_fault_ends_with_status_0(consumer_app: Flask, consumer_settings: Any) -> None:
    good = FILE.replace("ben,,", "ben,Ben,")
    assert run(consumer_app, consumer_settings, "-", stdin=good).exit_code == 0


def test_what_is_no_list_of_people_is_refused(consumer_app: Flask, consumer_settings: Any) -> None:
    refused = run(consumer_app, consumer_settings, "-", stdin="a,b\n1,2\n")
    assert refused.exit_code == 1 and "unique_id or username" in refused.output
