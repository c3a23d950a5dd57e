"""Finding people in Manage Users, and closing their accounts."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from consumer.app import create_app
from consumer.connections import Connection
from consumer.database import db
from consumer.platform.accounts import NotAllowed, find_account_ids, find_accounts, set_active
from consumer.platform.keys import with_keys
from consumer.platform.models import Account, AccountPassword, AccountSchool, AccountSisId, AuditEntry, School
from tests.database import dispose
from tests.templates import Template

NOW = datetime(2026, 10, 5, 12, tzinfo=UTC)


@pytest.fixture
def people(consumer_session: Any) -> Any:
    session = consumer_session()
    connection = Connection(name="demo", base_url="https://x", version="1.1", client_id="x", client_secret_sealed="x")
    north, south = School(name="North"), School(name="South")
    session.add_all([connection, north, south])
    session.flush()
    rows = [("ada.lane", "Ada", "Lane", "student", north.id), ("bo_b", "Bo", "McLane", "teacher", south.id),
            ("cleo", "Cleo", "Özil", "parent", None), ("dan", "Dan", "LANE", "student", south.id)]  # fmt: skip
    for username, given, family, role, school_id in rows:
        session.add(Account(username=username, username_key=username, email=f"{username}@mail.example",
                            email_key=f"{username}@mail.example", given_name=given, family_name=family, role=role,
                            school_id=school_id, unique_id=f"id-{username}"))  # fmt: skip
    session.flush()
    ids = dict(session.execute(select(Account.username, Account.id)).all())
    session.add(AccountSchool(account_id=ids["cleo"], school_id=north.id))
    session.add(AccountSisId(account_id=ids["dan"], connection_id=connection.id, sis_id="s77"))
    session.add(AccountPassword(account_id=ids["dan"], hash="x"))
    session.commit()
    return session


def found(session: Any, search: str = "", **how: Any) -> list[str]:
    rows, total = find_accounts(session, search, **how)
    assert total == len(rows)
    return [row.username for row in rows]


@pytest.mark.parametrize(
    ("search", "usernames"),
    [("", ["ada.lane", "dan", "bo_b", "cleo"]), ("lane", ["ada.lane", "dan"]), ("LA", ["ada.lane", "dan"]), ("lane da", ["dan"]),
     ("özil", ["cleo"]), ("ÖZ", ["cleo"]), ("bo_", ["bo_b"]), ("%", []), ("_", []), ("dan@mail", ["dan"]), ("s77", ["dan"]), ("s7", []),
     ("id-cleo", ["cleo"]), ("nobody", []), ("a' OR 1=1 --", [])],
)  # fmt: skip
def test_words_of_a_search_begin_names(people: Any, search: str, usernames: list[str]) -> None:
    assert found(people, search) == usernames


def test_filters_sorts_and_pages(people: Any) -> None:
    schools = dict(people.execute(select(School.name, School.id)).all())
    assert found(people, role="student") == ["ada.lane", "dan"]
    assert found(people, school_id=schools["North"]) == ["ada.lane", "cleo"], "a further school counts (C-47)"
    assert found(people, sort="-username") == ["dan", "cleo", "bo_b", "ada.lane"]
    assert found(people, sort="no such sort") == found(people)
    rows, total = find_accounts(people, page=2, per_page=3)
    assert [row.username for row in rows] == ["cleo"] and total == 4
    assert [row.password for row in find_accounts(people, "dan")[0]] == ["own"]
    assert len(find_account_ids(people, "lane")) == 2


def test_a_renamed_person_is_found_by_the_new_name(people: Any) -> None:
    people.scalars(select(Account).where(Account.username == "dan")).one().family_name = "Okoye"
    people.commit()
    assert found(people, "okoye") == ["dan"] and found(people, "lane") == ["ada.lane"]


def test_a_person_closes_an_account_and_opens_it_again(people: Any) -> None:
    """C-54"""
    dan, bob = (people.scalars(select(Account).where(Account.username == name)).one() for name in ("dan", "bo_b"))
    set_active(people, dan, False, bob, NOW)
    assert not dan.active and people.get(AccountPassword, dan.id).series == 1
    set_active(people, dan, True, bob, NOW)
    entries = people.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [(e.who, e.action, e.subject) for e in entries] == [
        ("bo_b", "deactivate account", "dan"), ("bo_b", "activate account", "dan"),
    ]  # fmt: skip


def test_nobody_locks_everybody_out(people: Any) -> None:
    bob = people.scalars(select(Account).where(Account.username == "bo_b")).one()
    bob.system_administrator = True
    people.flush()
    with pytest.raises(NotAllowed, match="signed in"):
        set_active(people, bob, False, bob, NOW)
    with pytest.raises(NotAllowed, match="last active system administrator"):
        set_active(people, bob, False, None, NOW)
    assert bob.active


@pytest.mark.parametrize(
    "how",
    [{}, {"page": 1_990}, {"search": "tuskmann"}, {"search": "b lan"}, {"search": "77@"}, {"sort": "-username"}],
    ids=str,
)
def test_a_list_of_a_hundred_thousand_is_quick(many: Session, how: dict[str, Any]) -> None:
    """In processor time: other work on the machine must not decide."""
    best = 9.0
    for _ in range(3):
        began = time.process_time()
        find_accounts(many, **how)
        best = min(best, time.process_time() - began)
    print(how, round(best * 1000, 1), "ms")
    assert best < 0.15


@pytest.fixture(scope="module")
def many(consumer_template: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """A hundred thousand accounts with 240 names, on SQLite, for reading only."""
    middles, ends = ("an", "el", "ig", "or", "usk"), ("a", "ers", "in", "mann")
    names = [f"{a}{b}{c}" for a in "BDFGKLMNPRST" for b in middles for c in ends]
    rows = [
        {"username": f"{names[n % 240]}.{n}", "email": f"{n}@mail.example", "given_name": names[n * 7 % 240],
         "family_name": names[n * 11 % 240], "role": "student"}
        for n in range(100_000)
    ]  # fmt: skip
    app = create_app(consumer_template.sqlite(tmp_path_factory.mktemp("many")))
    with app.app_context():
        session = db.session()
        session.execute(insert(Account.__table__), [with_keys(row) for row in rows])
        session.commit()
        yield session
    dispose(app, db)
