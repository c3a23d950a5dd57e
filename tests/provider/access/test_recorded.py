"""Changes of connections are in the audit trail, without a secret, also those that a command makes (P-101)."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from homeroom import main
from provider.access.connections import BadConnection, Options, add_connection, find_connection
from provider.access.recorded import recorded
from provider.access.user_tables import AuditEntry
from provider.sis.settings import write_setting
from shared.oneroster.versions import Version
from tests.provider.access.conftest import NOW


@pytest.fixture
def run(provider_settings, provider_app, session, monkeypatch):
    """run(*arguments) runs `homeroom provider connection …`; what it printed."""
    monkeypatch.setenv("HOMEROOM_KEY", provider_settings.key)
    if provider_settings.provider_database:
        monkeypatch.setenv("HOMEROOM_PROVIDER_DATABASE", provider_settings.provider_database)

    def run(*arguments):
        session.rollback()
        told = CliRunner().invoke(main, ["provider", "--data", str(provider_settings.data), "connection", *arguments])
        assert told.exit_code == 0, told.output
        return told.stdout

    return run


def test_each_command_that_changes_a_connection_leaves_an_entry(run, session):
    write_setting(session, "allow_new_oauth1", "true")
    session.commit()
    told = run("add", "lms", "--version", "1.1", "--oauth", "oauth1", "--json")
    told += run("set", "lms", "--gradebook", "--no-share", "phone", "--json")
    told += run("secret", "lms", "--json")
    told += run("vendor-key", "lms", "--json")
    told += run("vendor-key", "lms", "--remove")
    told += run("renew", "lms", "--last-day", str((datetime.now(UTC) + timedelta(days=30)).date()))
    told += run("disable", "lms") + run("enable", "lms") + run("enable", "lms") + run("schools", "lms", "--all")
    told += run("remove", "lms", "--yes")
    entries = session.query(AuditEntry).filter(AuditEntry.subject == "lms").order_by(AuditEntry.id).all()
    assert [entry.action for entry in entries] == [
        "add connection", "change connection", "make new secret", "make vendor key", "remove vendor key", "renew key",
        "disable connection", "enable connection", "remove connection",
    ]  # fmt: skip
    assert all(entry.account_id is None and entry.who == "" for entry in entries)
    assert json.loads(entries[1].before) == {"functions": ["roster"], "share": sorted(
        ("demographics", "guardians", "relatives", "staff", "phone", "email"))}  # fmt: skip
    secrets = {value for name, value in _pairs(told) if name in ("client_secret", "vendor_secret")}
    assert len(secrets) == 3
    kept = " ".join(f"{entry.before} {entry.after}" for entry in entries)
    assert not any(secret in kept for secret in secrets)


def _pairs(text):
    """(name, value) of the JSON objects that commands printed one after the other."""
    decoder, at = json.JSONDecoder(), 0
    while (begin := text.find("{", at)) >= 0:
        found, at = decoder.raw_decode(text, begin)
        yield from found.items()


def test_what_is_refused_leaves_no_entry(session, provider_app):
    sealer = provider_app.extensions["homeroom"]["sealer"]
    made, _ = add_connection(session, sealer, "lms", Version.V1P2, Options(), NOW)
    session.commit()
    with pytest.raises(ZeroDivisionError), recorded(session, made, NOW, None, "change connection"):
        made.gradebook = True
        raise ZeroDivisionError
    session.rollback()
    assert session.query(AuditEntry).count() == 0


def test_all_that_is_wrong_is_told_by_field(session, provider_app):
    """So that a page can say it beside each field, and a command in one line."""
    sealer = provider_app.extensions["homeroom"]["sealer"]
    with pytest.raises(BadConnection) as refused:
        add_connection(session, sealer, "lms", Version.V1P1, Options(
            secondary_email=True, supported=False, gradebook=True, at_a_time=99, a_minute=0), NOW)  # fmt: skip
    assert set(refused.value.fields) == {"secondary_email", "supported", "at_a_time", "a_minute"}
    assert all(told in str(refused.value) for told in refused.value.fields.values())
    with pytest.raises(BadConnection) as refused:
        find_connection(session, "other")
    assert refused.value.fields == {"name": "There is no connection 'other'"}
