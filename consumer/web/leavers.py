"""Leavers: accounts of people whom the SIS marks to be deleted or no longer sends (C-54). The sync lists them; people
deactivate them.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from consumer.database import db
from consumer.platform.accounts import NotAllowed, set_active
from consumer.platform.models import Account
from consumer.platform.settings import read_settings
from consumer.sync.leavers import LastWord, Leaver, find_leavers
from consumer.web.filters import number_of, school_options
from consumer.web.tabs import is_administrator
from shared.csv_cells import Cell, write_csv
from shared.database import chunks, will_write
from shared.web.csv_answer import csv_answer
from shared.web.lists import Asked, Listing, read_asked
from shared.web.redirects import own_path
from shared.web.sessions import guard, the_person

leavers = Blueprint("leavers", __name__, template_folder="templates", url_prefix="/leavers")
guard(leavers, is_administrator)

_SORTS = ("name", "username", "role", "school", "since")
_HEADER = ("username", "given name", "family name", "role", "school", "active", "since", "what the SIS said last")
#: Rows that the file reads at once.
_PIECE = 500
#: What the SIS said last of a record.
WORDS = {
    "tobedeleted": "marked as to be deleted",
    "absent": "no longer sent",
    "former": "has no successor in OneRoster 1.2",
}


@leavers.get("/")
def show() -> ResponseReturnValue:
    """The list."""
    session = db.session()
    asked = _asked()
    rows, total = find_leavers(session, asked.search, _school(asked), asked.page, _sort(asked))
    return render_template(
        "people/leavers.html", listing=Listing(rows, total, asked), schools=school_options(session), words=WORDS,
        zone=read_settings(session).time_zone, oneself=the_person().id,
    )  # fmt: skip


@leavers.get("/leavers.csv")
def file() -> ResponseReturnValue:
    """Everybody whom the list finds, as CSV."""
    return csv_answer(write_csv(_HEADER, map(_cells, _everybody(db.session(), _asked()))), "leavers")


@leavers.post("/deactivate")
def deactivate() -> ResponseReturnValue:
    """Deactivate those who are ticked. Whoever is no leaver any more, or may not be deactivated, stays as they are."""
    session, now = db.session(), datetime.now(UTC)
    ticked = {number for number in map(number_of, request.form.getlist("account")) if number is not None}
    session.commit()
    will_write(session)
    by = session.get_one(Account, the_person().id)
    done, refused = 0, []
    for account in _ticked(session, ticked):
        try:
            set_active(session, account, False, by, now)
            done += 1
        except NotAllowed as error:
            refused.append(f"{account.username}: {error}.")
    session.commit()
    left = len(ticked) - done - len(refused)
    _tell(done, refused, left)
    return redirect(own_path(request.form.get("back"), url_for("leavers.show")), 303)


def _ticked(session: Session, ticked: set[int]) -> list[Account]:
    """Those who still are active leavers, locked."""
    found: list[Account] = []
    for chunk in chunks(sorted(ticked)):
        rows = select(Account).where(Account.id.in_(chunk), Account.left_sis, Account.active)
        found += session.scalars(rows.order_by(Account.id).with_for_update())
    return found


def _tell(done: int, refused: list[str], left: int) -> None:
    if done:
        flash(f"{done} {'account is' if done == 1 else 'accounts are'} deactivated. Nothing of them is lost.", "good")
    for sentence in refused:
        flash(sentence, "bad")
    if left:
        flash(f"{left} of those ticked were deactivated already, or are no leavers any more.", "warn")
    if not done and not refused and not left:
        flash("Nobody was ticked: nothing is changed.", "warn")


def _everybody(session: Session, asked: Asked) -> Iterator[Leaver]:
    page = 1
    while True:
        rows, _ = find_leavers(session, asked.search, _school(asked), page, _sort(asked), _PIECE)
        yield from rows
        if len(rows) < _PIECE:
            return
        page += 1


def _cells(row: Leaver) -> list[Cell]:
    return [
        row.username, row.given_name, row.family_name, row.role, row.school, row.active, row.since,
        "; ".join(map(_said, row.said)),
    ]  # fmt: skip


def _said(word: LastWord) -> str:
    return f"{word.connection} {word.sis_id} {WORDS[word.how]}"


def _asked() -> Asked:
    return read_asked(request.args, _SORTS, ("school",))


def _school(asked: Asked) -> int | None:
    return number_of(asked.filters.get("school"))


def _sort(asked: Asked) -> str:
    return f"{'-' if asked.descending else ''}{asked.sort}"
