"""The page that connects a district makes connections; it changes none that is there."""

import re

from flask import Flask
from sqlalchemy import select

from consumer.connections import Connection
from consumer.database import db
from consumer.platform import passwords
from consumer.platform.models import Account
from tests.consumer.sync.platform import Platform
from tests.faults.provider import FaultProvider

PASSWORD = "four calm garden words"


def test_a_name_that_is_taken_is_refused_and_that_connection_left_alone(
    consumer_app: Flask, fault_provider_11: FaultProvider
) -> None:
    """An administrator who is not its Acting User must not change it by this door (C-15)."""
    with consumer_app.app_context():
        connection = Platform(db.session(), fault_provider_11).connection
        name, address = connection.name, connection.base_url
        other = Account(
            username="ben", username_key="ben", given_name="Ben", family_name="Rivera", role="administrator",
            system_administrator=True,
        )  # fmt: skip
        db.session.add(other)
        db.session.flush()
        passwords.choose_own(db.session(), other, PASSWORD)
        db.session.commit()
    client = consumer_app.test_client()

    def post(page: str, **typed: str) -> tuple[int, str]:
        token = re.findall(r'name="csrf_token" value="([^"]+)"', client.get(page).text)[0]
        answer = client.post(page, data={"csrf_token": token, **typed})
        return answer.status_code, answer.text

    assert post("/frame/sign-in", username="ben", password=PASSWORD)[0] == 303
    status, text = post(
        "/connect/", name=f" {name} ", version="1.1", base_url="https://elsewhere.example", client_id="x"
    )
    assert (status, "There is a connection of that name already" in text) == (422, True)
    with consumer_app.app_context():
        assert db.session.scalars(select(Connection.base_url)).all() == [address]
