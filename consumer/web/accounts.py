"""The platform's accounts as the frame asks for them: who may sign in, with which password, as what."""

from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from consumer.database import db
from consumer.mapping.identity import fold
from consumer.platform import passwords
from consumer.platform.administrators import BadAccount, add_administrator
from consumer.platform.models import Account, AccountPassword
from shared.sealing import Sealer
from shared.web.passwords import hash_password, verify
from shared.web.people import Person, Refused

#: May configure and sync; teaches; anybody else who can sign in.
ADMINISTRATOR, TEACHER, MEMBER = "administrator", "teacher", "member"

#: What is checked for a username that nobody has, so that the answer takes as long as for one that somebody has.
_NOBODY = hash_password("the password of nobody at all")


class PlatformAccounts:
    """`shared.web.people.Accounts` over the platform's tables."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def check(self, username: str, password: str) -> Person | None:
        """By username or email address."""
        session = db.session()
        key = fold(username)
        account = session.scalar(select(Account).where((Account.username_key == key) | (Account.email_key == key)))
        if account is None:
            verify(_NOBODY, password)
            return None
        if not passwords.check(session, self._sealer, account, password) or not account.active:
            return None
        return _person(session, account)

    def find(self, person_id: int) -> Person | None:
        session = db.session()
        account = session.get(Account, person_id)
        return _person(session, account) if account is not None and account.active else None

    def has_administrator(self) -> bool:
        there = select(Account.id).where(Account.system_administrator, Account.active).limit(1)
        return db.session().scalar(there) is not None

    def add_administrator(self, username: str, name: str, password: str) -> Person:
        session = db.session()
        try:
            account = add_administrator(session, username, name, None, password, datetime.now(UTC))
        except BadAccount as error:
            field, message = next(iter(error.fields.items()))
            raise Refused(field, message) from error
        return _person(session, account)

    def choose_password(self, person_id: int, present: str, chosen: str) -> Person:
        session = db.session()
        account = session.get_one(Account, person_id)
        if not passwords.check(session, self._sealer, account, present):
            raise Refused("present", "This is not your present password")
        _choose(session, account, "chosen", chosen)
        return _person(session, account)


def _choose(session: Session, account: Account, field: str, text: str) -> None:
    try:
        passwords.choose_own(session, account, text)
    except passwords.WeakPassword as error:
        raise Refused(field, str(error)) from error


def _person(session: Session, account: Account) -> Person:
    stored = session.get(AccountPassword, account.id)
    roles = {TEACHER if account.role == "teacher" else MEMBER}
    if account.system_administrator:
        roles.add(ADMINISTRATOR)
    name = f"{account.preferred_first_name or account.given_name} {account.family_name}"
    return Person(account.id, account.username, name, frozenset(roles), stored.series if stored else 0)
