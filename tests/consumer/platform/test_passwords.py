"""Generated passwords, own passwords, and the export of the former (C-55, C-56)."""

import time
from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import insert, select

from consumer.platform.models import Account, AccountPassword, School
from consumer.platform.passwords import (
    ALPHABET,
    WeakPassword,
    check,
    choose_own,
    export,
    generate,
    give_passwords,
    reset,
    set_hash,
)
from shared.sealing import Sealer
from shared.web.passwords import hash_password

OWN = "four quiet brown owls"


@pytest.fixture
def sealer() -> Sealer:
    return Sealer([Fernet.generate_key().decode()])


def account(session: Any, username: str, **more: Any) -> Account:
    row = Account(
        username=username, username_key=username, given_name="Ada", family_name="Example", role="student", **more
    )
    session.add(row)
    session.flush()
    return row


def series(session: Any, row: Account) -> int:
    return session.scalar(select(AccountPassword.series).where(AccountPassword.account_id == row.id))


def test_generated_passwords_are_long_without_look_alikes_and_never_the_same() -> None:
    made = [generate() for _ in range(5_000)]
    assert all(len(password) >= 12 for password in made)
    assert not set("".join(made)) & set("0Oo1lIi")
    assert set("".join(made)) == set(ALPHABET)
    assert len(set(made)) == len(made)


def test_every_character_of_a_generated_password_is_equally_likely() -> None:
    text = "".join(generate() for _ in range(5_000))
    expected = len(text) / len(ALPHABET)
    assert all(abs(text.count(character) - expected) < expected / 5 for character in ALPHABET)


def test_a_generated_password_is_sealed_and_opens_the_account(consumer_session: Any, sealer: Sealer) -> None:
    ada = account(consumer_session, "ada")
    give_passwords(consumer_session(), sealer, [ada.id])
    (line,) = export(consumer_session(), sealer, [ada.id])
    assert check(consumer_session(), sealer, ada, line.password)
    assert not check(consumer_session(), sealer, ada, line.password + "x")
    stored = consumer_session.get(AccountPassword, ada.id)
    assert line.password not in stored.sealed and stored.hash is None


def test_an_account_without_a_password_cannot_be_opened(consumer_session: Any, sealer: Sealer) -> None:
    assert not check(consumer_session(), sealer, account(consumer_session, "ada"), "")


def test_what_is_typed_may_be_any_text(consumer_session: Any, sealer: Sealer) -> None:
    ada = account(consumer_session, "ada")
    reset(consumer_session(), sealer, ada)
    for typed in ("", "ß\u0000\U0001f600", "x" * 10_000):
        assert not check(consumer_session(), sealer, ada, typed)


def test_export_of_a_password_ends_once_its_owner_has_chosen_one(consumer_session: Any, sealer: Sealer) -> None:
    """C-56"""
    school = School(name="North School")
    consumer_session.add(school)
    consumer_session.flush()
    ada, ben = account(consumer_session, "ada", school_id=school.id), account(consumer_session, "ben")
    session = consumer_session()
    give_passwords(session, sealer, [ada.id, ben.id])
    both = list(export(session, sealer, [ben.id, ada.id]))
    assert [(row.username, row.name, row.role, row.school) for row in both] == [
        ("ben", "Ada Example", "student", ""), ("ada", "Ada Example", "student", "North School"),
    ]  # fmt: skip
    choose_own(session, ben, OWN)
    assert [row.username for row in export(session, sealer, [ben.id, ada.id])] == ["ada"]
    assert check(session, sealer, ben, OWN) and not check(session, sealer, ben, both[0].password)
    assert series(session, ben) == 1 and series(session, ada) == 0
    consumer_session.expire_all()
    assert consumer_session.get(AccountPassword, ben.id).sealed is None


def test_a_weak_own_password_is_refused_and_the_former_stays(consumer_session: Any, sealer: Sealer) -> None:
    ada = account(consumer_session, "ada")
    former = reset(consumer_session(), sealer, ada)
    with pytest.raises(WeakPassword, match="at least 12 characters"):
        choose_own(consumer_session(), ada, "short")
    assert check(consumer_session(), sealer, ada, former)


def test_a_reset_password_is_new_ends_sessions_and_can_be_exported_again(consumer_session: Any, sealer: Sealer) -> None:
    ada = account(consumer_session, "ada")
    session = consumer_session()
    set_hash(session, ada.id, hash_password(OWN))
    new = reset(session, sealer, ada)
    assert check(session, sealer, ada, new) and not check(session, sealer, ada, OWN)
    assert series(session, ada) == 2
    assert [row.password for row in export(session, sealer, [ada.id])] == [new]


@pytest.mark.slow
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_large_district_gets_its_passwords_in_seconds(consumer_session: Any, sealer: Sealer) -> None:
    session = consumer_session()
    rows = [
        {"username": f"u{n}", "username_key": f"u{n}", "given_name": "A", "family_name": "B", "role": "student"}
        for n in range(20_000)
    ]
    session.execute(insert(Account), rows)
    ids = session.scalars(select(Account.id)).all()
    began = time.process_time()
    give_passwords(session, sealer, ids)
    assert (time.process_time() - began) * 105_000 / 20_000 < 6
