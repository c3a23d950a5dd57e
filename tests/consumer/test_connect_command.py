"""`homeroom consumer connect` stores a connection, tests it and lists it, and never shows its secret (C-12, C-13)."""

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select

from consumer.app import create_app
from consumer.connect_command import connect_command
from consumer.connections import Connection
from consumer.context import ConsumerContext
from consumer.database import db
from consumer.sync.staging import Pull
from consumer.sync.tables import Status, SyncRun
from shared.settings import Settings
from tests.consumer.clients import NOW
from tests.faults.provider import FaultProvider


@pytest.fixture
def run(consumer_app: Flask, consumer_settings: Settings) -> Any:
    """Calls the command with these arguments."""

    def run(*args: str, secret: str | None = None, typed: str = "") -> Result:
        context = ConsumerContext(consumer_settings, create_app)
        context.__dict__["app"] = consumer_app
        return CliRunner().invoke(
            connect_command, args, obj=context, input=typed, env={"HOMEROOM_CLIENT_SECRET": secret}
        )

    return run


def new(provider: FaultProvider) -> list[str]:
    return ["demo", "--url", f"{provider.base_url}/ims/oneroster/", "--token-url", provider.token_url,
            "--client-id", provider.client_id, "--version", str(provider.version)]  # fmt: skip


def test_a_connection_is_stored_and_tested(run: Any, fault_provider: FaultProvider) -> None:
    result = run(*new(fault_provider), secret=fault_provider.client_secret)
    assert result.exit_code == 0, result.output
    assert "cut off" in result.stderr
    assert "FAILED" not in result.stdout
    listed = run("--list", "--json")
    (row,) = json.loads(listed.stdout)
    assert (row["name"], row["base_url"], row["version"]) == ("demo", fault_provider.base_url, fault_provider.version)
    assert fault_provider.client_secret not in result.output + listed.output


def test_a_wrong_secret_is_stored_told_and_put_right(run: Any, fault_provider_11: FaultProvider) -> None:
    first = run(*new(fault_provider_11), "--client-secret", "-", typed="wrong\n")
    assert first.exit_code == 1
    assert "FAILED  Token" in first.stdout
    assert "wrong" not in first.output
    second = run("demo", "--client-secret", "-", typed=f"{fault_provider_11.client_secret}\n")
    assert second.exit_code == 0, second.output
    third = run("demo", "--test", "--json")
    assert [step["ok"] for step in json.loads(third.stdout)] == [True, True, True]


def test_a_connection_that_lacks_something_is_not_stored(run: Any, fault_provider_11: FaultProvider) -> None:
    result = run("demo", "--url", fault_provider_11.base_url, secret="x")
    assert result.exit_code == 1
    assert "token URL, client id, OneRoster version" in result.stderr
    assert json.loads(run("--list", "--json").stdout) == []


@pytest.mark.parametrize("args", [[], ["demo", "--test", "--url", "https://x.example"], ["demo", "--version", "2.0"]])
def test_a_wrong_call_has_exit_status_2(run: Any, args: list[str]) -> None:
    assert run(*args).exit_code == 2


def test_an_unknown_connection_cannot_be_tested(run: Any) -> None:
    result = run("nobody", "--test")
    assert result.exit_code == 1
    assert "There is no connection 'nobody'" in result.stderr


def test_the_status_page_shows_the_last_run_and_the_last_reads(
    run: Any, consumer_app: Flask, fault_provider_11: FaultProvider
) -> None:
    run(*new(fault_provider_11), secret=fault_provider_11.client_secret)
    with consumer_app.app_context():
        session = db.session()
        connection_id = session.scalars(select(Connection.id)).one()
        session.add(SyncRun(connection_id=connection_id, kind="users", trigger="manual", status=Status.FAILED,
                            today=NOW.date(), queued_at=NOW))  # fmt: skip
        for received in (3, 7):
            session.add(Pull(connection_id=connection_id, collection="users", started_at=NOW, finished_at=NOW,
                             complete=received == 7, received=received))  # fmt: skip
        session.commit()
    page = consumer_app.test_client().get("/").text
    assert "<strong>Failed</strong>" in page
    assert '<td class="number">7</td>' in page
    assert '<td class="number">3</td>' not in page


def test_the_status_page_shows_connections_and_no_secret(
    run: Any, consumer_app: Flask, fault_provider_11: FaultProvider
) -> None:
    client = consumer_app.test_client()
    assert b"No provider is connected yet" in client.get("/").data
    run(*new(fault_provider_11), secret=fault_provider_11.client_secret)
    page = client.get("/").text
    assert fault_provider_11.base_url in page
    assert "Nothing has been read yet" in page
    assert fault_provider_11.client_secret not in page
    assert "gAAAA" not in page
