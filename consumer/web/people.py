"""Manage Users: everybody who has an account, and the generated passwords as a file (C-55, C-56)."""

from datetime import UTC, datetime

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from consumer.database import db
from consumer.platform import passwords
from consumer.platform.accounts import find_account_ids, find_accounts
from consumer.platform.audit import audit
from consumer.platform.models import ROLES, Account
from consumer.web.filters import ALL, number_of, school_options
from consumer.web.tabs import is_administrator
from shared.csv_cells import write_csv
from shared.sealing import CannotUnseal
from shared.web.csv_answer import csv_answer
from shared.web.lists import Asked, Listing, read_asked
from shared.web.sessions import guard, the_person

people = Blueprint("people", __name__, template_folder="templates", url_prefix="/people")
guard(people, is_administrator)

_SORTS = ("name", "username", "role", "school")
_FILTERS = ("role", "school")
ROLE_OPTIONS = (ALL, *((role, role.capitalize()) for role in ROLES))


@people.get("/")
def show() -> ResponseReturnValue:
    """The list."""
    session = db.session()
    asked = read_asked(request.args, _SORTS, _FILTERS)
    sort = f"{'-' if asked.descending else ''}{asked.sort}"
    rows, total = find_accounts(session, *_wanted(asked), asked.page, sort)
    return render_template(
        "people/people.html", listing=Listing(rows, total, asked), roles=ROLE_OPTIONS, schools=school_options(session)
    )


@people.post("/passwords.csv")
def passwords_file() -> ResponseReturnValue:
    """The generated passwords of everybody whom the list finds, as CSV; who has chosen an own one is not in it."""
    session = db.session()
    asked = read_asked(request.form, _SORTS, _FILTERS)
    sealer = current_app.extensions["homeroom"]["sealer"]
    try:
        rows = list(passwords.export(session, sealer, find_account_ids(session, *_wanted(asked))))
    except CannotUnseal as error:
        flash(f"{error}.", "bad")
        return redirect(url_for("people.show"), 303)
    by = session.get_one(Account, the_person().id)
    chosen = {name: value for name, value in (("search", asked.search), *asked.filters.items()) if value}
    audit(session, datetime.now(UTC), by, "export passwords", f"{len(rows):,} accounts", None, chosen)
    session.commit()
    return csv_answer(write_csv(passwords.PasswordRow._fields, rows), "generated-passwords")


def _wanted(asked: Asked) -> tuple[str, str | None, int | None]:
    """(search, role, school) as `find_accounts` takes them."""
    role = asked.filters.get("role")
    return asked.search, role if role in ROLES else None, number_of(asked.filters.get("school"))
