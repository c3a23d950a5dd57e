"""`homeroom consumer connect` stores a connection, tests it and lists it, and never shows its secret (C-12, C-13)."""

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from consumer.app import create_app
from consumer.connect_command import connect_command
from consumer.connections import Connection
from consumer.context import ConsumerContext
from consumer.database import db
from consumer.platform.administrators import add_administrator
from consumer.platform.models import Account
from consumer.platform.settings import write_setting
from shared.oneroster.versions import Version
from shared.settings import Settings
from tests.consumer.clients import NOW
from tests.faults.provider import FaultProvider


@pytest.fixture
def run(consumer_app: Flask, consumer_settings: Settings) -> Any:
    """Calls the command with these arguments."""

    def run(*args: str, secret: str | None = None, vendor: str | None = None, typed: str = "") -> Result:
        context = ConsumerContext(consumer_settings, create_app)
        context.__dict__["app"] = consumer_app
        environment = {"HOMEROOM_CLIENT_SECRET": secret, "HOMEROOM_VENDOR_SECRET": vendor}
        return CliRunner().invoke(connect_command, args, obj=context, input=typed, env=environment)

    return run


@pytest.fixture
def released(consumer_app: Flask) -> None:
    """The operator has released 1.2 (C-05)."""
    with consumer_app.app_context():
        write_setting(db.session(), "release_1_2", "true")
        db.session.commit()


def new(provider: FaultProvider) -> list[str]:
    return ["demo", "--url", f"{provider.base_url}/ims/oneroster/", "--token-url", provider.token_url,
            "--client-id", provider.client_id, "--version", str(provider.version), "--yes"]  # fmt: skip


def listed(run: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(run("--list", "--json").stdout)
    return rows


@pytest.mark.usefixtures("released")
def test_a_connection_is_stored_and_tested(run: Any, fault_provider: FaultProvider) -> None:
    result = run(*new(fault_provider), secret=fault_provider.client_secret)
    assert result.exit_code == 0, result.output
    assert "cut off" in result.stderr
    assert "FAILED" not in result.stdout
    assert "WARNING  Grade book" in result.stdout, "rosters are good without it (C-09)"
    (row,) = listed(run)
    assert (row["name"], row["base_url"], row["version"]) == ("demo", fault_provider.base_url, fault_provider.version)
    assert fault_provider.client_secret not in result.output + run("--list", "--json").output


@pytest.mark.parametrize("fault_provider", [Version.V1P2], indirect=True, ids=["1.2"])
def test_1_2_is_released_first_and_then_confirmed(run: Any, fault_provider: FaultProvider, consumer_app: Flask) -> None:
    """C-04, C-05."""
    unreleased = run(*new(fault_provider), secret="x")
    assert unreleased.exit_code == 1
    assert "homeroom consumer setting release_1_2 true" in unreleased.stderr
    with consumer_app.app_context():
        write_setting(db.session(), "release_1_2", "true")
        db.session.commit()
    unconfirmed = run(*new(fault_provider)[:-1], secret="x")
    assert unconfirmed.exit_code == 1
    assert "--yes: OneRoster 1.2 cannot be taken back" in unconfirmed.stderr
    assert listed(run) == []


def test_a_wrong_secret_is_stored_told_and_put_right(run: Any, fault_provider_11: FaultProvider) -> None:
    first = run(*new(fault_provider_11), "--client-secret", "-", typed="wrong\n")
    assert first.exit_code == 1
    assert "FAILED   Token" in first.stdout
    assert "wrong\n" not in first.output
    second = run("demo", "--client-secret", "-", typed=f"{fault_provider_11.client_secret}\n")
    assert second.exit_code == 0, second.output
    third = json.loads(run("demo", "--test", "--json").stdout)
    assert [step["outcome"] for step in third] == ["ok", "ok", "ok", "warning"]
    assert all(step["ok"] for step in third)


def test_all_that_a_connection_lacks_is_told_at_once_by_option(run: Any, fault_provider_11: FaultProvider) -> None:
    result = run("demo", "--url", fault_provider_11.base_url, "--page-limit", "0", secret="x")
    assert result.exit_code == 1
    told = [line.split(":")[0].strip() for line in result.stderr.splitlines()[1:]]
    assert told == ["--version", "--token-url", "--client-id", "--page-limit"]
    assert listed(run) == []


def test_the_vendors_key_is_listed_and_its_secret_is_not(run: Any, fault_provider_11: FaultProvider) -> None:
    """C-11, C-12."""
    run(*new(fault_provider_11), secret=fault_provider_11.client_secret)
    result = run("demo", "--vendor-key", "vendor-1", vendor="deep secret")
    assert result.exit_code == 0, result.output
    assert listed(run)[0]["vendor_key"] == "vendor-1"
    assert "deep secret" not in result.output + run("--list", "--json").output


def test_reading_what_changed_is_switched_on_and_off_again(run: Any, fault_provider_11: FaultProvider) -> None:
    """C-89: off unless said; what is not given stays."""
    run(*new(fault_provider_11), secret=fault_provider_11.client_secret)
    said = [listed(run)[0]["delta_reads"]]
    for option in (["--delta-reads"], ["--page-limit", "100"], ["--no-delta-reads"]):
        assert run("demo", *option).exit_code == 0
        said.append(listed(run)[0]["delta_reads"])
    assert said == [False, True, True, False]


def test_a_connection_is_renamed_and_tested_under_its_new_name(run: Any, fault_provider_11: FaultProvider) -> None:
    run(*new(fault_provider_11), secret=fault_provider_11.client_secret)
    result = run("demo", "--rename", "Springfield")
    assert result.exit_code == 0, result.output
    assert [row["name"] for row in listed(run)] == ["Springfield"]


def test_a_connection_is_removed_once_that_is_confirmed(run: Any, fault_provider_11: FaultProvider) -> None:
    run(*new(fault_provider_11), secret=fault_provider_11.client_secret)
    asked = run("demo", "--remove")
    assert asked.exit_code == 1
    assert "no longer updated" in asked.stdout
    assert "--yes confirms it" in asked.stderr
    assert len(listed(run)) == 1
    assert run("demo", "--remove", "--yes").exit_code == 0
    assert listed(run) == []


@pytest.mark.parametrize("args", [[], ["demo", "--test", "--url", "https://x.example"], ["demo", "--version", "2.0"],
                                  ["demo", "--remove", "--test"], ["demo", "--remove", "--rename", "x"]])
def test_a_wrong_call_has_exit_status_2(run: Any, args: list[str]) -> None:
    assert run(*args).exit_code == 2


def test_an_unknown_connection_cannot_be_tested(run: Any) -> None:
    result = run("nobody", "--test")
    assert result.exit_code == 1
    assert "There is no connection 'nobody'" in result.stderr


def test_the_acting_user_is_named_with_the_connection(
    run: Any, fault_provider_11: FaultProvider, consumer_app: Flask
) -> None:
    """C-15: a system administrator, or nothing is stored at all."""
    unknown = run(*new(fault_provider_11), "--acting", "ada", secret=fault_provider_11.client_secret)
    assert unknown.exit_code == 1 and "Nobody has the username 'ada'" in unknown.stderr
    assert listed(run) == []
    with consumer_app.app_context():
        add_administrator(db.session(), "ada", "Ada Rivera", None, "four calm garden words", NOW)
        db.session.commit()
    assert run(*new(fault_provider_11), "--acting", "Ada", secret=fault_provider_11.client_secret).exit_code == 0
    with consumer_app.app_context():
        account = db.session.query(Account).filter_by(username="ada").one()
        assert db.session.query(Connection).one().acting_account_id == account.id
