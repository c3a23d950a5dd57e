"""The district's pages over HTTP: the small published district of the grade book's tests, and people who sign in to it.

ada_min is an administrator, tom teaches section `first`, lost is a teacher whose person left the district's records.
"""

import re
from collections.abc import Iterator
from contextvars import Context
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from provider.access.user_tables import SisUser
from provider.access.users import add_user, find_user
from provider.database import db
from tests.provider.gradebook.conftest import Book, book, provider_template, rows

__all__ = ["book", "provider_template", "rows"]

PASSWORD = "four calm garden words"
NOW = datetime(2026, 1, 10, 12, 0, tzinfo=UTC)


def token_of(page: str) -> str:
    """The token of the first form of a page."""
    return re.findall(r'name="csrf_token" value="([^"]+)"', page)[0]


@dataclass
class Window:
    """A browser's window: `get` and `post` as a person's browser does, with the token of the page that is open.

    Each request sees no application context but its own, though a fixture holds one open.
    """

    client: FlaskClient
    page: str = ""

    def get(self, path: str) -> Any:
        answer = Context().run(self.client.get, path, buffered=True)
        self.page = answer.text
        return answer

    def post(self, path: str, **typed: str) -> Any:
        return Context().run(self.client.post, path, data={"csrf_token": token_of(self.page), **typed})

    def sign_in(self, username: str, password: str = PASSWORD, where: str = "") -> Any:
        self.get(f"/frame/sign-in{where}")
        return self.post(f"/frame/sign-in{where}", username=username, password=password)


@dataclass
class Pages:
    """The pages of the district `book`."""

    app: Flask
    book: Book

    def window(self, username: str | None = None) -> Window:
        """A window, signed in as somebody."""
        opened = Window(self.app.test_client())
        if username is not None:
            assert opened.sign_in(username).status_code == 303
        return opened

    def add_user(self, username: str, role: str = "administrator", person: str | None = None) -> None:
        with self.app.app_context():
            add_user(db.session(), username, username.title(), PASSWORD, NOW, role, person)
            db.session.commit()

    def user(self, username: str) -> SisUser:
        """The row of a user; in an application context."""
        user = find_user(db.session(), username)
        assert user is not None
        return user


@pytest.fixture
def pages(book: Book) -> Iterator[Pages]:
    """The pages with their people."""
    found = Pages(book.app, book)
    found.add_user("ada_min")
    found.add_user("tom", "teacher", "Tom Reed")
    found.add_user("lost", "teacher", "Max Dale")
    with book.app.app_context():
        found.user("lost").person_id = None
        db.session.commit()
    yield found
