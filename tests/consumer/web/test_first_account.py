"""While nobody can sign in, the first administrator is made on a page, with the rules of the command."""

import re
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from consumer.database import db
from consumer.platform.models import Account, AuditEntry


def post(client: FlaskClient, **typed: str) -> Any:
    form = client.get("/frame/first-account").text
    token = re.findall(r'name="csrf_token" value="([^"]+)"', form)[0]
    return client.post("/frame/first-account", data={"csrf_token": token, **typed})


def test_the_first_administrator_is_made_signed_in_and_audited(consumer_app: Flask) -> None:
    client = consumer_app.test_client()
    refused = post(client, username="seymour skinner", name="Seymour Skinner", password="four words in a row")
    assert "A username is one word" in refused.text
    weak = post(client, username="skinner", name="Seymour Skinner", password="short")
    assert "at least 12" in weak.text
    made = post(client, username="skinner", name="Seymour Skinner", password="four words in a row")
    assert made.status_code == 303
    assert "Sign out" in client.get(made.location, follow_redirects=True).text
    with consumer_app.app_context():
        account = db.session.scalars(select(Account)).one()
        assert (account.username, account.given_name, account.system_administrator) == ("skinner", "Seymour", True)
        assert db.session.scalars(select(AuditEntry.action)).all() == ["add system administrator"]
