"""The district's users as the frame asks for them: who may sign in, with which password, as what."""

from datetime import UTC, datetime
from functools import cache

from provider.access.user_tables import SisUser
from provider.access.users import BadUser, add_user, find_user, has_administrator, set_password
from provider.database import db
from shared.database import will_write
from shared.web.passwords import hash_password, verify
from shared.web.people import Person, Refused


@cache
def _nobody() -> str:
    """What is checked for a username that nobody has, so that the answer takes as long as for one that somebody has.
    Hashing takes a tenth of a second, which commands that never ask should not have to wait.
    """
    return hash_password("the password of nobody at all")


class DistrictAccounts:
    """`shared.web.people.Accounts` over one district's users."""

    def check(self, username: str, password: str) -> Person | None:
        user = find_user(db.session(), username)
        if user is None:
            verify(_nobody(), password)
            return None
        return _person(user) if verify(user.password_hash, password) and user.active else None

    def find(self, person_id: int) -> Person | None:
        user = db.session().get(SisUser, person_id)
        return _person(user) if user is not None and user.active else None

    def has_administrator(self) -> bool:
        return has_administrator(db.session())

    def add_administrator(self, username: str, name: str, password: str) -> Person:
        session = db.session()
        session.rollback()
        will_write(session)
        if has_administrator(session):
            raise Refused("", "Somebody else has just made the first administrator: reload the page and sign in")
        try:
            return _person(add_user(session, username, name, password, datetime.now(UTC)))
        except BadUser as error:
            field, message = next(iter(error.fields.items()))
            raise Refused(field, message) from error

    def choose_password(self, person_id: int, present: str, chosen: str) -> Person:
        session = db.session()
        session.rollback()
        will_write(session)
        user = session.get_one(SisUser, person_id)
        if not verify(user.password_hash, present):
            raise Refused("present", "This is not your present password")
        try:
            set_password(session, user, chosen, datetime.now(UTC), user)
        except BadUser as error:
            raise Refused("chosen", str(error)) from error
        return _person(user)


def _person(user: SisUser) -> Person:
    return Person(user.id, user.username, user.name, frozenset({user.role}), user.series)
