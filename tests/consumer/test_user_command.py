"""`homeroom consumer user` makes system administrators; their passwords are in no command line and in no answer."""

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select

from consumer.app import create_app
from consumer.context import ConsumerContext
from consumer.database import db
from consumer.platform.models import Account, AccountPassword, AuditEntry
from consumer.platform.passwords import check
from consumer.user_command import user_command
from shared.sealing import open_sealer
from shared.settings import Settings

GOOD = "four words in a row"
OTHER = "another four words here"


class Line:
    """The command line, and what it left in the database."""

    def __init__(self, app: Flask, settings: Settings) -> None:
        self.app, self.settings = app, settings

    def __call__(self, *args: str, typed: str = "") -> Result:
        context = ConsumerContext(self.settings, create_app)
        context.__dict__["app"] = self.app
        return CliRunner().invoke(user_command, args, obj=context, input=typed)

    def add(self, username: str, *options: str, password: str = GOOD) -> Result:
        return self("add", username, *options, "--password", "-", typed=f"{password}\n")

    def listed(self, *args: str) -> dict[str, dict[str, Any]]:
        return {row["username"]: row for row in json.loads(self("list", "--json", *args).stdout)}

    def accepts(self, username: str, password: str) -> bool:
        with self.app.app_context():
            account = db.session.scalars(select(Account).where(Account.username == username)).one()
            return check(db.session(), open_sealer(self.settings), account, password)

    def audited(self) -> list[tuple[str, str]]:
        with self.app.app_context():
            rows = db.session.execute(select(AuditEntry.action, AuditEntry.subject).order_by(AuditEntry.id))
            return [(action, subject) for action, subject in rows]


@pytest.fixture
def user(consumer_app: Flask, consumer_settings: Settings) -> Line:
    return Line(consumer_app, consumer_settings)


def test_an_administrator_is_added_and_signs_in_with_that_password(user: Line) -> None:
    result = user.add("Skinner", "--name", "Walter Seymour Skinner", "--email", "skinner@school.example")
    assert result.exit_code == 0, result.output
    assert GOOD not in result.output
    row = user.listed()["Skinner"]
    assert row == {
        "username": "Skinner", "name": "Walter Seymour Skinner", "email": "skinner@school.example",
        "role": "administrator", "system_administrator": True, "active": True,
    }  # fmt: skip
    assert user.accepts("Skinner", GOOD)
    assert not user.accepts("Skinner", OTHER)
    with user.app.app_context():
        account = db.session.scalars(select(Account)).one()
        assert (account.given_name, account.family_name, account.origin) == ("Walter Seymour", "Skinner", "manual")
        stored = db.session.scalars(select(AccountPassword)).one()
        assert stored.sealed is None
        assert stored.hash is not None and stored.hash.startswith("$argon2id$")
    assert user.audited() == [("add system administrator", "Skinner")]


WRONG = [
    ("two words", ["--name", "A B"], GOOD, "username: A username is one word"),
    ("", ["--name", "A B"], GOOD, "username: A username is one word"),
    ("a\nb", ["--name", "A B"], GOOD, "username: The username has at most 255"),
    ("x" * 256, ["--name", "A B"], GOOD, "username: The username has at most 255"),
    ("SKINNER", ["--name", "A B"], GOOD, "username: This username is already in use"),
    ("skinner@school.example", ["--name", "A B"], GOOD, "username: This username is already in use"),
    ("new", ["--name", "A B", "--email", "Skinner@School.example"], GOOD, "email: This email is already in use"),
    ("new", ["--name", "A B", "--email", "nobody"], GOOD, "email: This is not an email address"),
    ("new", ["--name", "  "], GOOD, "name: A name is needed"),
    ("new", ["--name", "A B"], "short", "password: A password has at least 12 characters"),
    ("chalmers-the-super", ["--name", "A B"], "chalmers-the-super", "password: The password must not be"),
    ("new", ["--name", "A B"], "", "password: A password has at least 12 characters"),
]


def test_what_makes_no_account_is_told_by_field_and_nothing_is_stored(user: Line) -> None:
    user.add("Skinner", "--name", "Seymour Skinner", "--email", "skinner@school.example")
    for username, options, password, told in WRONG:
        result = user.add(username, *options, password=password)
        assert result.exit_code == 1
        assert told in result.stderr
    assert list(user.listed()) == ["Skinner"]
    assert len(user.audited()) == 1


def test_nobody_is_asked_for_a_password_where_there_is_no_terminal(user: Line) -> None:
    result = user("add", "skinner", "--name", "Seymour Skinner")
    assert result.exit_code == 2
    assert "--password -" in result.stderr
    assert user("add", "skinner", "--name", "S S", "--password", GOOD).exit_code == 2, "never in the command line"


def test_an_account_is_changed(user: Line) -> None:
    for name in ("skinner", "chalmers"):
        user.add(name, "--name", f"S {name}")
    assert user("set", "SKINNER", "--inactive").exit_code == 0
    assert user.listed()["skinner"]["active"] is False
    assert user("set", "skinner", "--active", "--no-administrator").exit_code == 0
    assert list(user.listed()) == ["chalmers"]
    found = user.listed("skinn")["skinner"]
    assert (found["active"], found["system_administrator"]) == (True, False)
    result = user("set", "skinner", "--password", "-", typed=f"{OTHER}\n")
    assert result.exit_code == 0
    assert OTHER not in result.output
    assert user.accepts("skinner", OTHER)
    assert not user.accepts("skinner", GOOD)
    assert [action for action, _ in user.audited()][2:] == [
        "deactivate account", "unmake system administrator", "activate account", "set password",
    ]  # fmt: skip


def test_the_last_administrator_stays_one(user: Line) -> None:
    """Otherwise nobody could change anything any more (C-15)."""
    user.add("skinner", "--name", "Seymour Skinner")
    for option in ("--no-administrator", "--inactive"):
        result = user("set", "skinner", option)
        assert result.exit_code == 1
        assert "last active system administrator" in result.stderr
    assert user.listed()["skinner"]["active"] is True


def test_a_change_that_is_refused_changes_nothing_else(user: Line) -> None:
    for name in ("skinner", "chalmers"):
        user.add(name, "--name", f"S {name}")
    result = user("set", "skinner", "--no-administrator", "--password", "-", typed="short\n")
    assert result.exit_code == 1
    assert "at least 12" in result.stderr
    assert set(user.listed()) == {"skinner", "chalmers"}
    assert user("set", "nobody", "--active").exit_code == 1
    assert user("set", "skinner").exit_code == 2
