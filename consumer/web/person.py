"""The page of one person: what is known of them, their password, further schools, and whether they may sign in and
configure (C-47, C-55, C-56). Of two administrators who change one person, the second is told.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from consumer.database import db
from consumer.passback.follow import follow_grades
from consumer.platform import passwords
from consumer.platform.account_schools import add_school, remove_school
from consumer.platform.accounts import NotAllowed, set_active
from consumer.platform.administrators import set_administrator
from consumer.platform.audit import audit
from consumer.platform.models import Account
from consumer.platform.settings import read_settings
from consumer.sync.follow import follow
from consumer.web.filters import number_of
from consumer.web.person_card import load_card, stored_person
from consumer.web.tabs import is_administrator
from shared.database import will_write
from shared.sealing import CannotUnseal
from shared.web.forms import is_stale, stored_form, typed_form
from shared.web.lists import SIZE, Listing, read_asked
from shared.web.sessions import guard, the_person

person = Blueprint("person", __name__, template_folder="templates", url_prefix="/people/<int:account_id>")
guard(person, is_administrator)

STALE = (
    "This person was changed meanwhile: what is stored now is below. Nothing of yours was done; do it again if need be."
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A change that somebody asks for. `by` is that person; `school_id` the school of a change of schools."""

    session: Session
    account: Account
    by: Account
    now: datetime
    school_id: int | None


class Done(NamedTuple):
    """What was done, as a sentence; with a password that is shown this once."""

    words: str
    password: str = ""


@person.get("/")
def show(account_id: int) -> ResponseReturnValue:
    """The person."""
    return _page(db.session(), account_id)


@person.get("/follow/")
def history(account_id: int) -> ResponseReturnValue:
    """The person followed: what came, what was done with it and why, newest first."""
    session = db.session()
    account = _account(session, account_id)
    line = follow(session, account_id=account.id)
    asked = read_asked(request.args, ("newest",))
    events = line.events[::-1]
    shown = Listing(events[asked.offset : asked.offset + SIZE], len(events), asked)
    connections = {record.connection: record.connection_id for record in line.records}
    return render_template(
        "people/follow.html", account=account, line=line, listing=shown, connections=connections,
        grades=follow_grades(session, account.id), zone=read_settings(session).time_zone,
    )  # fmt: skip


@person.post("/<what>")
def change(account_id: int, what: str) -> ResponseReturnValue:
    """Change something about the person, or show their generated password.

    1. Lock the person and compare with what was seen (409 when it differs).
    2. Do it; what may not be done is told and undone (422).
    3. Commit, and lead back to the page; a password is shown in this answer alone, which nobody stores.
    """
    if what not in _CHANGES:
        abort(404)
    session = db.session()
    session.commit()
    will_write(session)
    account, by = _locked(session, account_id)
    if is_stale(typed_form(request.form), stored_person(session, account)):
        session.rollback()
        return _page(session, account_id, refused=STALE), 409
    try:
        done = _CHANGES[what](Asked(session, account, by, datetime.now(UTC), number_of(request.form.get("school"))))
    except (NotAllowed, CannotUnseal) as error:
        session.rollback()
        return _page(session, account_id, refused=f"{error}."), 422
    session.commit()
    if done.password:
        return _page(session, account_id, password=done)
    flash(done.words, "good")
    return redirect(url_for("person.show", account_id=account_id), 303)


def _page(session: Session, account_id: int, refused: str = "", password: Done | None = None) -> str:
    account = _account(session, account_id)
    return render_template(
        "people/person.html", account=account, card=load_card(session, account), refused=refused, password=password,
        seen=stored_form(stored_person(session, account)).seen, oneself=account.id == the_person().id,
    )  # fmt: skip


def _account(session: Session, account_id: int) -> Account:
    return session.get(Account, account_id) or abort(404)


def _locked(session: Session, account_id: int) -> tuple[Account, Account]:
    """(the person, who asks), locked together with every system administrator: the last one stays."""
    wanted = (Account.id == account_id) | Account.system_administrator
    rows = session.scalars(select(Account).where(wanted).order_by(Account.id).with_for_update())
    found = {account.id: account for account in rows}
    if account_id not in found:
        abort(404)
    if the_person().id not in found:  # unmade while the form was on its way
        abort(403)
    return found[account_id], found[the_person().id]


def _show_password(asked: Asked) -> Done:
    sealer = current_app.extensions["homeroom"]["sealer"]
    row = next(passwords.export(asked.session, sealer, [asked.account.id]), None)
    if row is None:
        raise NotAllowed("There is no generated password to show: a password that somebody chose cannot be read")
    audit(asked.session, asked.now, asked.by, "show password", asked.account.username)
    return Done("The generated password is", row.password)


def _reset_password(asked: Asked) -> Done:
    if asked.account.id == asked.by.id:
        raise NotAllowed("Your own password is changed on the page behind your name")
    text = passwords.reset(asked.session, current_app.extensions["homeroom"]["sealer"], asked.account)
    audit(asked.session, asked.now, asked.by, "reset password", asked.account.username)
    return Done(
        "The password is reset, and whoever was signed in with the former one is signed out. The new one is", text
    )


def _activate(asked: Asked) -> Done:
    set_active(asked.session, asked.account, True, asked.by, asked.now)
    return Done("The account is active again.")


def _deactivate(asked: Asked) -> Done:
    set_active(asked.session, asked.account, False, asked.by, asked.now)
    return Done("The account is deactivated: nobody can sign in with it. Nothing of it is lost.")


def _make_administrator(asked: Asked) -> Done:
    set_administrator(asked.session, asked.account, True, asked.now, asked.by)
    return Done("The person is a system administrator now.")


def _unmake_administrator(asked: Asked) -> Done:
    set_administrator(asked.session, asked.account, False, asked.now, asked.by)
    return Done("The person is no system administrator any more.")


def _add_school(asked: Asked) -> Done:
    school = add_school(asked.session, asked.account, asked.school_id or 0, asked.by, asked.now)
    return Done(f"{school.name} is added.")


def _remove_school(asked: Asked) -> Done:
    school = remove_school(asked.session, asked.account, asked.school_id or 0, asked.by, asked.now)
    return Done(f"{school.name} is taken away.")


_CHANGES: Mapping[str, Callable[[Asked], Done]] = {
    "show-password": _show_password,
    "reset-password": _reset_password,
    "activate": _activate,
    "deactivate": _deactivate,
    "make-administrator": _make_administrator,
    "unmake-administrator": _unmake_administrator,
    "add-school": _add_school,
    "remove-school": _remove_school,
}
