"""The Acting User: one active system administrator, and what is told when there is none (C-15 … C-18)."""

import json
from typing import Any

import pytest
from sqlalchemy import select

from consumer.connections import Connection
from consumer.connections.acting import NotAllowed, become_acting_user, may_change, warning
from consumer.platform.models import Account, AuditEntry
from tests.consumer.clients import NOW


def account(session: Any, username: str, administrator: bool = True, active: bool = True) -> Account:
    made = Account(
        username=username, username_key=username, given_name="Edna", family_name=username, role="administrator",
        system_administrator=administrator, active=active,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


@pytest.fixture
def connection(consumer_session: Any) -> Connection:
    made = Connection(
        name="springfield", base_url="https://sis.example", version="1.1", client_id="x", client_secret_sealed="x",
        token_url="https://sis.example/token",
    )  # fmt: skip
    consumer_session.add(made)
    consumer_session.flush()
    return made


def test_only_the_acting_user_may_change_and_only_while_an_administrator(
    consumer_session: Any, connection: Connection
) -> None:
    """C-15."""
    first, second = account(consumer_session, "skinner"), account(consumer_session, "chalmers")
    assert not may_change(first, connection)
    become_acting_user(consumer_session, connection, first, NOW)
    assert may_change(first, connection)
    assert not may_change(second, connection)
    become_acting_user(consumer_session, connection, second, NOW)
    assert not may_change(first, connection)
    second.system_administrator = False
    assert not may_change(second, connection)
    second.system_administrator, second.active = True, False
    assert not may_change(second, connection)


def test_becoming_it_is_audited_with_who_was_it_before(consumer_session: Any, connection: Connection) -> None:
    """C-17."""
    for name in ("skinner", "chalmers"):
        become_acting_user(consumer_session, connection, account(consumer_session, name), NOW)
    entry = consumer_session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()[-1]
    assert (entry.who, entry.subject, entry.at) == ("chalmers", "springfield", NOW)
    assert json.loads(entry.before) == {"acting user": "skinner"}
    assert json.loads(entry.after) == {"acting user": "chalmers"}


@pytest.mark.parametrize(("administrator", "active"), [(False, True), (True, False)])
def test_nobody_else_becomes_it(
    consumer_session: Any, connection: Connection, administrator: bool, active: bool
) -> None:
    """C-17."""
    with pytest.raises(NotAllowed):
        become_acting_user(consumer_session, connection, account(consumer_session, "x", administrator, active), NOW)
    assert connection.acting_account_id is None


def test_all_are_warned_when_there_is_none_who_may_act(consumer_session: Any, connection: Connection) -> None:
    """C-18."""
    acting = account(consumer_session, "skinner")
    assert "no Acting User" in (warning(connection, None) or "")
    assert warning(connection, acting) is None
    acting.active = False
    assert "is deactivated" in (warning(connection, acting) or "")
    acting.active, acting.system_administrator = True, False
    told = warning(connection, acting) or ""
    assert "administrator" in told
    assert "scheduled syncs go on" in told
