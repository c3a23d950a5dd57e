"""Those who sign in to the district's pages: adding and changing them, each change in the audit trail. Nothing here
commits.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from provider.access.audit import audit
from provider.access.user_tables import ADMINISTRATOR, ROLES, SisUser
from provider.publishing.finding import NotFound, find_person
from shared.web.passwords import hash_password, why_too_weak

#: The most characters of a username and of a name.
LONGEST = 255


class BadUser(ValueError):
    """What was entered makes no user. `fields`: username, name, role, person, password -> what to enter instead."""

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__("; ".join(fields.values()))
        self.fields = fields


def key_of(username: str) -> str:
    """How usernames are compared: without regard to case. No zero byte, which PostgreSQL does not take."""
    return username.strip().replace("\0", "").casefold()


def find_user(session: Session, username: str) -> SisUser | None:
    """The user of that name."""
    return session.scalar(select(SisUser).where(SisUser.username_key == key_of(username)))


def list_users(session: Session, search: str = "") -> Sequence[SisUser]:
    """Users by username; with a search those in whose username or name it is."""
    query = select(SisUser).order_by(SisUser.username_key)
    if search:
        columns = (SisUser.username, SisUser.name)
        query = query.where(or_(*(column.icontains(search.replace("\0", ""), autoescape=True) for column in columns)))
    return session.scalars(query).all()


def add_user(
    session: Session, username: str, name: str, password: str, now: datetime, role: str = ADMINISTRATOR,
    person: str | None = None, by: SisUser | None = None,
) -> SisUser:  # fmt: skip
    """A new user who can sign in.

    person   who a teacher is in the SIS, in any of the ways of `finding.find_person`
    Raises BadUser with a message for each field that is wrong; the caller rolls back then.
    """
    username, name = username.strip(), " ".join(name.split())
    wrong = _wrong(session, username, name, role, password)
    person_id = _person(session, person, wrong)
    if role != ADMINISTRATOR and person is None:
        wrong["person"] = _WHO
    if wrong:
        raise BadUser(wrong)
    user = SisUser(
        username=username, username_key=key_of(username), name=name, role=role, person_id=person_id,
        password_hash=hash_password(password),
    )  # fmt: skip
    session.add(user)
    try:
        session.flush()
    except IntegrityError as error:  # somebody else has just taken the name
        raise BadUser({"username": _TAKEN}) from error
    _audit(session, now, by, "add user", user, None, {"role": role, "person": person_id})
    return user


def set_user(
    session: Session, user: SisUser, now: datetime, active: bool | None = None, role: str | None = None,
    person: str | None = None, name: str | None = None, by: SisUser | None = None,
) -> None:  # fmt: skip
    """Change what is not None; a person of "" is nobody.

    Raises BadUser, for the last active administrator too: nobody could let others in.
    """
    wrong: dict[str, str] = {}
    name = None if name is None else " ".join(name.split())
    wanted: dict[str, Any] = {"active": active, "role": role, "name": name}
    wanted["person_id"] = _person(session, person or None, wrong)
    changed = {field: value for field, value in wanted.items() if value is not None and value != getattr(user, field)}
    if person == "" and user.person_id is not None:
        changed["person_id"] = None
    if role is not None and role not in ROLES:
        wrong["role"] = _ROLE
    wrong |= _wrong_name(name) if name is not None else {}
    loses = changed.get("active") is False or changed.get("role", ADMINISTRATOR) != ADMINISTRATOR
    if loses and user.role == ADMINISTRATOR and user.active and not has_administrator(session, user.id):
        wrong["role"] = "This is the last active administrator: add another first"
    if changed.get("role", user.role) != ADMINISTRATOR and changed.get("person_id", user.person_id) is None:
        wrong.setdefault("person", _WHO)
    if wrong:
        raise BadUser(wrong)
    before = {field: getattr(user, field) for field in changed}
    for field, value in changed.items():
        setattr(user, field, value)
    if changed:
        _audit(session, now, by, "change user", user, before, changed)
        session.flush()


def set_password(session: Session, user: SisUser, password: str, now: datetime, by: SisUser | None = None) -> None:
    """Replace the password, which ends every session of the user. Raises BadUser."""
    if (why := why_too_weak(password, user.username)) is not None:
        raise BadUser({"password": why})
    user.password_hash, user.series = hash_password(password), user.series + 1
    _audit(session, now, by, "set password", user)
    session.flush()


def has_administrator(session: Session, other_than: int = 0) -> bool:
    """Whether there is an active administrator, other than one."""
    there = select(SisUser.id).where(SisUser.role == ADMINISTRATOR, SisUser.active, SisUser.id != other_than)
    return session.scalar(there.limit(1)) is not None


_TAKEN = "This username is already in use here: choose another"
_WHO = "A teacher is somebody of the SIS: say who, by staff number, username or email address"
_ROLE = f"The role is one of {', '.join(ROLES)}"


def _wrong(session: Session, username: str, name: str, role: str, password: str) -> dict[str, str]:
    wrong = _wrong_name(name)
    if not username or " " in username or len(username) > LONGEST or not username.isprintable():
        wrong["username"] = f"A username is one word of at most {LONGEST} characters, all of which can be printed"
    elif session.scalar(select(func.count()).where(SisUser.username_key == key_of(username))):
        wrong["username"] = _TAKEN
    if role not in ROLES:
        wrong["role"] = _ROLE
    if (why := why_too_weak(password, username)) is not None:
        wrong["password"] = why
    return wrong


def _wrong_name(name: str) -> dict[str, str]:
    if not name or len(name) > LONGEST or not name.isprintable():
        return {"name": f"A name is needed, such as Edna Krabappel, of at most {LONGEST} characters"}
    return {}


def _person(session: Session, ref: str | None, wrong: dict[str, str]) -> int | None:
    if ref is None:
        return None
    try:
        return find_person(session, ref.replace("\0", ""))
    except NotFound as error:
        wrong["person"] = str(error)
        return None


def _audit(
    session: Session, now: datetime, by: SisUser | None, action: str, user: SisUser,
    before: Mapping[str, Any] | None = None, after: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    audit(session, now, None if by is None else (by.id, by.username), action, user.username, before, after)
