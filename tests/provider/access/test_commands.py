"""`homeroom provider connection …` as scripts use it."""

import json

import pytest
from click import Context
from click.testing import CliRunner

from homeroom import main
from provider.access.commands import connection
from provider.sis.models import District, School


@pytest.fixture
def homeroom(provider_settings, provider_app, session, monkeypatch):
    """homeroom(*arguments) runs a command on district demo, which has schools 10 and 20."""
    session.add(District(id=1, number="1", name="Maple", guid="d"))
    session.add_all(School(id=n, district_id=1, number=f"{n}0", name=f"School {n}", guid=f"s{n}") for n in (1, 2))
    session.commit()
    monkeypatch.setenv("HOMEROOM_KEY", provider_settings.key)
    if provider_settings.provider_database:
        monkeypatch.setenv("HOMEROOM_PROVIDER_DATABASE", provider_settings.provider_database)

    def homeroom(*arguments, app="demo", group="connection"):
        session.rollback()
        command = ["provider", "--data", str(provider_settings.data), "--app", app, group, *arguments]
        return CliRunner().invoke(main, command)

    return homeroom


def test_a_connection_is_added_shown_and_listed(homeroom):
    added = homeroom("add", "lms", "--version", "1.2", "--gradebook", "--vendor-key", "--json")
    assert added.exit_code == 0, added.output
    made = json.loads(added.stdout)
    assert made["base_url"] == "http://127.0.0.1:8000/campus/oneroster/demo"
    assert made["token_url"] == "http://127.0.0.1:8000/campus/oauth2/token?appName=demo"
    assert made["client_secret"] and made["vendor_secret"] and made["vendor_key"]
    assert "https://purl.imsglobal.org/spec/or/v1p2/scope/gradebook.createput" in made["scopes"]
    shown = json.loads(homeroom("show", "lms", "--json").stdout)
    assert shown == {name: value for name, value in made.items() if not name.endswith("_secret")}
    assert json.loads(homeroom("show", "lms", "--secret", "--json").stdout) == made
    assert json.loads(homeroom("list", "--json").stdout) == [shown]
    assert made["client_secret"] not in homeroom("list").stdout
    assert "lms" in homeroom("list").stdout


def test_scope_and_data_to_share_are_options(homeroom):
    options = ["--school", "20", "--no-share", "demographics", "--no-share", "phone", "--json"]
    made = json.loads(homeroom("add", "lms", "--version", "1.1", *options).stdout)
    assert made["schools"] == ["20"]
    assert made["share"] == ["email", "guardians", "relatives", "staff"]
    assert not any("demographics" in scope for scope in made["scopes"])
    assert homeroom("schools", "lms", "10", "20").exit_code == 0
    assert json.loads(homeroom("show", "lms", "--json").stdout)["schools"] == ["10", "20"]
    assert homeroom("schools", "lms", "--all").exit_code == 0
    assert json.loads(homeroom("show", "lms", "--json").stdout)["schools"] == "all"


def test_a_new_secret_is_another_one(homeroom):
    old = json.loads(homeroom("add", "lms", "--version", "1.2", "--json").stdout)["client_secret"]
    new = json.loads(homeroom("secret", "lms", "--json").stdout)["client_secret"]
    assert new != old
    assert json.loads(homeroom("show", "lms", "--secret", "--json").stdout)["client_secret"] == new


def test_a_connection_is_disabled_enabled_and_removed(homeroom):
    homeroom("add", "lms", "--version", "1.2")
    assert homeroom("disable", "lms").exit_code == 0
    assert json.loads(homeroom("show", "lms", "--json").stdout)["enabled"] is False
    assert homeroom("enable", "lms").exit_code == 0
    assert json.loads(homeroom("show", "lms", "--json").stdout)["enabled"] is True
    assert homeroom("remove", "lms", "--yes").exit_code == 0
    assert json.loads(homeroom("list", "--json").stdout) == []


def test_an_oauth_1_connection_is_allowed_added_and_renewed(homeroom):
    """P-99, P-100."""
    arguments = ["add", "old", "--version", "1.1", "--oauth", "oauth1", "--json"]
    assert homeroom(*arguments).exit_code == 1
    assert homeroom("set", "allow_new_oauth1", "true", group="setting").exit_code == 0
    made = json.loads(homeroom(*arguments).stdout)
    assert (made["oauth"], made["version"]) == ("oauth1", "1.1")
    assert made["expires_at"] and "token_url" not in made
    assert f"oauth1  enabled  key {made['client_id']}  until {made['expires_at'][:10]}" in homeroom("list").stdout
    assert json.loads(homeroom("renew", "old", "--json").stdout)["expires_at"] >= made["expires_at"]


def test_options_are_changed(homeroom):
    homeroom("add", "lms", "--version", "1.2")
    changed = homeroom(
        "set", "lms", "--gradebook", "--no-share", "phone", "--secondary-email", "--at-a-time", "2", "--json"
    )
    shown = json.loads(changed.stdout)
    assert shown == json.loads(homeroom("show", "lms", "--json").stdout)
    assert (shown["functions"], shown["secondary_email"], shown["at_a_time"]) == (["roster", "gradebook"], True, 2)
    assert "phone" not in shown["share"]
    made = json.loads(homeroom("vendor-key", "lms", "--json").stdout)
    assert made["vendor_key"] and made["vendor_secret"]
    assert "vendor_key" not in json.loads(homeroom("vendor-key", "lms", "--remove", "--json").stdout)


def test_what_is_printed_for_people_has_no_blanks_to_guess_at(homeroom):
    homeroom("add", "lms", "--version", "1.2")
    text = homeroom("show", "lms").stdout
    assert "None" not in text and "client_id:" in text and "client_secret" not in text


def test_every_command_has_help():
    for command in connection.list_commands(Context(connection)):
        assert CliRunner().invoke(connection, [command, "--help"]).exit_code == 0


def test_what_did_not_succeed_is_one_line_and_status_1(homeroom):
    for arguments in (("show", "nobody"), ("add", "x", "--version", "1.2", "--school", "99"), ("secret", "nobody")):
        done = homeroom(*arguments)
        assert (done.exit_code, done.stderr.count("\n")) == (1, 1), done.output
        assert done.stderr.startswith("Error: There is no ")
    done = homeroom("list", app="elsewhere")
    assert done.exit_code == 1 and "init" in done.stderr


def test_what_was_called_wrongly_is_status_2(homeroom):
    for arguments in (("add", "x"), ("add", "x", "--version", "2.0"), ("nothing",), ("schools", "x")):
        assert homeroom(*arguments).exit_code == 2
    assert homeroom("list", app="../x").exit_code == 2
