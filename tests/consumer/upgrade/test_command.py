"""`homeroom consumer upgrade`, from the first step to the last."""

import csv
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select

from consumer.connections import Connection
from consumer.context import ConsumerContext
from consumer.platform.models import AuditEntry
from consumer.sync.tables import SyncRun
from consumer.upgrade.command import upgrade_command
from consumer.upgrade.prepare import upgrade_of
from shared.sealing import open_sealer
from tests.consumer.upgrade.two_versions import District, second_role


class Line:
    """The command line, with the connection that a test's district has."""

    def __init__(self, app: Flask, settings: Any, district: District) -> None:
        self._obj = ConsumerContext(settings, lambda _: app)
        connection = district.session.get(Connection, district.platform.connection_id)
        connection.client_secret_sealed = open_sealer(settings).seal(district.old.client_secret)
        connection.client_id = district.old.client_id
        district.session.commit()

    def __call__(self, *args: str, **how: Any) -> Result:
        return CliRunner().invoke(upgrade_command, ["demo", *args], obj=self._obj, **how)

    def json(self, *args: str, **how: Any) -> Any:
        done = self(*args, "--json", **how)
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)


@pytest.fixture
def line(consumer_app: Flask, consumer_settings: Any, district: District) -> Line:
    return Line(consumer_app, consumer_settings, district)


def test_step_by_step_with_what_comes_next(line: Line, district: District, tmp_path: Path) -> None:
    district.platform.sync()
    file = str(tmp_path / "people.csv")
    assert "Make a Data Prep report" in line.json()["next"]
    told = line.json("--client-id", district.new.client_id, "--client-secret", "-", "--url", district.new.base_url,
                     "--token-url", district.new.token_url, "--report", file, input=f"{district.new.client_secret}\n")  # fmt: skip
    assert (told["report"]["matched"], told["report"]["undecided"]) == (9, 0)
    assert "ready" in told["stage"]
    assert line("--switch").exit_code == 2, "asks for --yes"
    switched = line.json("--switch", "--yes")
    assert (switched["switched"]["kept"], switched["version"]) == (9, "1.2")
    assert "dry run" in switched["next"]
    district.platform.provider = district.new
    run = district.platform.sync(dry_run=True).run
    refused = line("--approve", str(run))
    assert refused.exit_code == 1, "a dry run counts from the switch on, and the clock of these runs stands before it"
    district.session.get(SyncRun, run).queued_at = datetime.now(UTC)
    district.session.commit()
    assert line.json("--approve", str(run))["stage"] == "done"
    entries = district.session.execute(select(AuditEntry.action, AuditEntry.after).order_by(AuditEntry.id)).all()
    assert [entry.action for entry in entries][-4:] == [
        "prepare upgrade", "make Data Prep report", "upgrade connection", "approve upgrade",
    ]  # fmt: skip
    assert district.new.client_secret not in str(entries)


def test_a_report_is_filled_in_and_taken_back(line: Line, district: District, tmp_path: Path) -> None:
    """C-101, C-103: matching columns stay as they are, line by line."""
    second_role(district.old, district.new, "T-1", "guardian", "g", username="tess.home", email="tess@home.example")
    district.platform.sync()
    path = tmp_path / "people.csv"
    secret = {"input": f"{district.new.client_secret}\n"}
    line("--client-secret", "-", "--client-id", district.new.client_id, "--report", str(path), **secret)
    refused = line("--switch", "--yes")
    assert refused.exit_code == 1 and "1 people in the SIS" in refused.output
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["status"] for row in rows].count("to be decided") == 2
    chosen = next(row for row in rows if row["username"] == "tess.t-1")
    chosen["mapping_id"] = chosen["sis_sourced_id"]
    rows[-1]["family_name"] = "Edited"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    answered = line("--mapping", str(path), "--json")
    told = json.loads(answered.stdout)
    assert answered.exit_code == 1 and told["mapped"] == 1
    assert [(error["line"], error["column"]) for error in told["refused_lines"]] == [(len(rows) + 1, "family_name")]
    again = line.json("--report", str(path))
    assert (again["report"]["matched"], again["report"]["only_here"], again["report"]["undecided"]) == (9, 1, 0)
    done = line.json("--confirm-unmatched", "--switch", "--yes")
    assert done["switched"]["left"] == 1


def test_data_prep_before_the_first_sync(line: Line, district: District, tmp_path: Path) -> None:
    """C-103"""
    path = tmp_path / "people.csv"
    told = line.json("--report", str(path), "--version", "1.1")
    assert (told["report"]["matched"], told["report"]["only_sis"]) == (0, 9)
    assert path.read_text(encoding="utf-8-sig").startswith("status,account_id,")


def test_what_cannot_be_read_or_found_is_said(line: Line, district: District, tmp_path: Path) -> None:
    district.new.client_secret = "another"
    refused = line("--report", str(tmp_path / "x.csv"))
    assert refused.exit_code == 1 and not (tmp_path / "x.csv").exists()
    assert line("--allow-role", "nobody").exit_code == 1
    assert line("--mapping", "-", input="a,b\n").exit_code == 1


def test_the_secret_of_1_1_goes_to_no_other_server(line: Line, district: District) -> None:
    """C-12: where 1.2 is on another server its secret is entered, there as on the tab."""
    row = upgrade_of(district.session, district.connection)
    row.base_url = row.token_url = row.client_secret_sealed = None
    district.session.commit()
    for option in ("--url", "--token-url"):
        refused = line(option, "https://93.184.216.34/x")
        assert refused.exit_code == 1 and "enter the client secret again" in refused.output, refused.output
    district.session.rollback()
    assert (row.base_url, row.token_url) == (None, None)
    told = line("--url", "https://93.184.216.34/x", "--client-secret", "-", input="of 1.2\n")
    assert told.exit_code == 0, told.output
    again = line("--token-url", "https://93.184.216.35/token")
    assert again.exit_code == 1, "nor does that of 1.2 go elsewhere"
