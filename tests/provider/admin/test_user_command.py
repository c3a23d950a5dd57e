"""`homeroom provider user`: those who sign in; their passwords are in no command line and in no answer."""

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select

from provider.access.user_tables import AuditEntry
from provider.access.users import find_user
from provider.app import create_app
from provider.context import ProviderContext
from provider.database import db
from provider.user_command import user_command
from shared.web.passwords import verify
from tests.provider.gradebook.conftest import Book

GOOD = "four words in a row"


class Line:
    """The command line, and what it left in the database."""

    def __init__(self, app: Flask) -> None:
        self.app = app

    def __call__(self, *args: str, typed: str = "") -> Result:
        context = ProviderContext(self.app.extensions["homeroom"]["settings"], "demo", create_app)
        context.__dict__["app"] = self.app
        return CliRunner().invoke(user_command, args, obj=context, input=typed)

    def add(self, username: str, *options: str, password: str = GOOD) -> Result:
        return self("add", username, *options, "--password", "-", typed=f"{password}\n")

    def listed(self, *args: str) -> dict[str, dict[str, Any]]:
        return {row["username"]: row for row in json.loads(self("list", "--json", *args).stdout)}

    def accepts(self, username: str, password: str) -> bool:
        with self.app.app_context():
            user = find_user(db.session(), username)
            return user is not None and verify(user.password_hash, password)

    def audited(self) -> list[tuple[str, str]]:
        with self.app.app_context():
            rows = db.session.execute(select(AuditEntry.action, AuditEntry.subject).order_by(AuditEntry.id))
            return [(action, subject) for action, subject in rows]


@pytest.fixture
def user(book: Book) -> Line:
    return Line(book.app)


def test_an_administrator_is_added_with_a_password_that_nobody_is_shown(user: Line) -> None:
    added = user.add("Skinner", "--name", "Walter  Skinner")
    assert added.exit_code == 0 and GOOD not in added.output
    assert user.listed() == {"Skinner": {"username": "Skinner", "name": "Walter Skinner", "role": "administrator",
                                         "person": None, "active": True}}  # fmt: skip
    assert user.accepts("skinner", GOOD)
    assert user.audited() == [("add user", "Skinner")]
    assert "Skinner" in user("list").stdout


def test_a_teacher_is_somebody_of_the_sis(user: Line, book: Book) -> None:
    refused = user.add("tom", "--name", "Tom Reed", "--role", "teacher")
    assert refused.exit_code == 1 and "person: A teacher is somebody of the SIS" in refused.output
    unknown = user.add("tom", "--name", "Tom Reed", "--role", "teacher", "--person", "Nobody Here")
    assert unknown.exit_code == 1 and "There is no person 'Nobody Here'" in unknown.output
    assert user.add("tom", "--name", "Tom Reed", "--role", "teacher", "--person", "Tom Reed").exit_code == 0
    assert isinstance(user.listed("reed")["tom"]["person"], int)


@pytest.mark.parametrize(
    ("username", "options", "password", "why"),
    [
        ("two words", ["--name", "X"], GOOD, "username: A username is one word"),
        ("SKINNER", ["--name", "X"], GOOD, "username: This username is already in use"),
        ("x", ["--name", " "], GOOD, "name: A name is needed"),
        ("x" * 256, ["--name", "X"], GOOD, "username: "),
        ("x", ["--name", "X"], "short", "password: A password has at least 12"),
        ("x", ["--name", "X\0"], GOOD, "name: "),
    ],
)  # fmt: skip
def test_what_makes_no_user_is_refused_by_field(
    user: Line, username: str, options: list[str], password: str, why: str
) -> None:
    user.add("skinner", "--name", "Walter Skinner")
    refused = user.add(username, *options, password=password)
    assert (refused.exit_code, why in refused.output) == (1, True), refused.output
    assert list(user.listed()) == ["skinner"]


def test_a_user_is_changed_and_the_audit_trail_knows(user: Line) -> None:
    user.add("skinner", "--name", "Walter Skinner")
    user.add("edna", "--name", "Edna Krabappel")
    changed = user("set", "EDNA", "--role", "teacher", "--person", "Ann Wood", "--name", "Edna K", "--inactive",
                   "--password", "-", typed="another four words here\n")  # fmt: skip
    assert changed.exit_code == 0, changed.output
    row = user.listed()["edna"]
    assert (row["role"], row["name"], row["active"]) == ("teacher", "Edna K", False)
    assert user.accepts("edna", "another four words here")
    assert user.audited()[2:] == [("change user", "edna"), ("set password", "edna")]


def test_the_last_active_administrator_stays(user: Line) -> None:
    user.add("skinner", "--name", "Walter Skinner")
    user.add("edna", "--name", "Edna Krabappel")
    user("set", "edna", "--inactive")
    for options in (["--inactive"], ["--role", "teacher", "--person", "Ann Wood"]):
        refused = user("set", "skinner", *options)
        assert (refused.exit_code, "last active administrator" in refused.output) == (1, True)
    assert user.listed()["skinner"] | {"person": None} == user.listed()["skinner"]
    weak = user("set", "skinner", "--name", "Other", "--password", "-", typed="short\n")
    assert weak.exit_code == 1 and user.listed()["skinner"]["name"] == "Walter Skinner", "all or nothing"


def test_a_command_that_says_nothing_is_called_wrongly(user: Line) -> None:
    assert user("set", "nobody").exit_code == 2
    unknown = user("set", "nobody", "--active")
    assert (unknown.exit_code, "There is no user 'nobody'" in unknown.output) == (1, True)
    assert user("add", "x", "--name", "X").exit_code == 2, "nobody can be asked for the password"
