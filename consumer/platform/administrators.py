"""System administrators: who may configure the platform. Made and unmade by people, never by a sync (C-15, C-107)."""

from datetime import datetime

from sqlalchemy import func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from consumer.folding import fold
from consumer.platform.accounts import NotAllowed
from consumer.platform.audit import audit
from consumer.platform.models import MANUAL, Account
from consumer.platform.passwords import WeakPassword, choose_own

#: The most characters of a username, a name, an email address.
LONGEST = 255
_TAKEN = "is already in use here: choose another"


class BadAccount(ValueError):
    """What was entered makes no account. `fields`: username, name, email, password -> what to enter instead."""

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__("; ".join(fields.values()))
        self.fields = fields


def add_administrator(
    session: Session, username: str, name: str, email: str | None, password: str, now: datetime,
    by: Account | None = None,
) -> Account:  # fmt: skip
    """A new account that may configure the platform and can sign in; audited, the caller commits.

    name   given names, a blank, the family name; one word is a family name
    Raises BadAccount with a message for each field that is wrong; the caller rolls back then.
    """
    username, name, email = username.strip(), " ".join(name.split()), (email or "").strip() or None
    wrong = _wrong(session, username, name, email)
    given, _, family = name.rpartition(" ")
    account = Account(
        username=username, username_key=fold(username), email=email, email_key=fold(email) if email else None,
        given_name=given, family_name=family, role="administrator", system_administrator=True, origin=MANUAL,
    )  # fmt: skip
    try:
        if not wrong:
            session.add(account)
            session.flush()
            choose_own(session, account, password)
    except WeakPassword as error:
        wrong["password"] = str(error)
    except IntegrityError:  # somebody else has just taken the name
        wrong["username"] = f"This username {_TAKEN}"
    if wrong:
        raise BadAccount(wrong)
    audit(session, now, by, "add system administrator", username)
    return account


def set_administrator(
    session: Session, account: Account, administrator: bool, now: datetime, by: Account | None = None
) -> None:
    """Let an account configure the platform, or no longer; audited, the caller commits.

    Raises NotAllowed for the last active one: nobody could make another; and for those who would unmake themselves.
    """
    if account.system_administrator == administrator:
        return
    if not administrator and by is not None and by.id == account.id:
        raise NotAllowed("Nobody can take this from themselves: another system administrator has to do it")
    others = select(func.count()).where(Account.system_administrator, Account.active, Account.id != account.id)
    if not administrator and account.active and not session.scalar(others):
        raise NotAllowed("This is the last active system administrator: make somebody else one first")
    session.execute(update(Account).where(Account.id == account.id).values(system_administrator=administrator))
    action = "make system administrator" if administrator else "unmake system administrator"
    audit(session, now, by, action, account.username)
    session.flush()


def _wrong(session: Session, username: str, name: str, email: str | None) -> dict[str, str]:
    wrong = {}
    texts = {"username": username, "name": name, "email": email}
    for field, text in texts.items():
        if text and (len(text) > LONGEST or not text.isprintable()):
            wrong[field] = f"The {field} has at most {LONGEST} characters, all of which can be printed"
    if not username or " " in username:
        wrong["username"] = "A username is one word, without a blank inside"  # C-43
    if not name:
        wrong["name"] = "A name is needed, such as Edna Krabappel"
    before, _, after = (email or "").rpartition("@")
    if email and (not before or not after or " " in email):
        wrong["email"] = "This is not an email address"
    for field in ("username", "email"):
        text = texts[field]
        if text and field not in wrong and _is_taken(session, text):
            wrong[field] = f"This {field} {_TAKEN}"  # C-45
    return wrong


def _is_taken(session: Session, text: str) -> bool:
    """Whether somebody signs in with this, as username or as email address."""
    key = fold(text)
    found = select(Account.id).where(or_(Account.username_key == key, Account.email_key == key)).limit(1)
    return session.scalar(found) is not None
