"""The list of user accounts: found by person, kind and state; a page at a time."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from provider.admin.names import Name, names_of
from provider.admin.people.ordering import NAME, Rows, page_of
from provider.admin.people.searching import Found, among
from provider.sis.editing.tables import EDITABLE
from provider.sis.models import UserAccount
from shared.web.lists import Asked

FILTERS = ("kind", "state")
KIND_WORDS = EDITABLE["user_account"].field_of("kind").words
KINDS = (("", "All"), *KIND_WORDS.items())
STATES = (("", "All"), ("enabled", "Enabled"), ("disabled", "Disabled"), ("blank", "Username of blanks alone"))
SORTS: dict[str, tuple[Any, ...]] = {NAME: (), "username": (func.lower(UserAccount.username),)}


class AccountRow(NamedTuple):
    """A line of the list."""

    id: int
    person: Name
    kind: str
    username: str
    disabled: bool
    note: str


def rows_of(session: Session, asked: Asked, found: Found | None) -> Rows:
    """The accounts that search and filters leave."""
    fixed: list[ColumnElement[bool]] = []
    kind, state = asked.filters.get("kind", ""), asked.filters.get("state", "")
    if kind in KIND_WORDS:
        fixed.append(UserAccount.kind == kind)
    if state in ("enabled", "disabled"):
        fixed.append(UserAccount.disabled.is_(state == "disabled"))
    elif state == "blank":
        fixed.append(func.trim(UserAccount.username) == "")

    def where(person: Any) -> Sequence[ColumnElement[bool]]:
        return fixed if found is None else [*fixed, among(session, person, found.people)]

    return Rows(UserAccount, UserAccount.id, UserAccount.person_id, where)


def find_accounts(session: Session, today: date, asked: Asked, found: Found | None) -> tuple[list[AccountRow], int]:
    """(a page of the accounts, how many there are in all)."""
    wanted = rows_of(session, asked, found)
    ids, total = page_of(session, wanted, today, asked, SORTS)
    return _read(session, today, ids), total


def note_of(username: str) -> str:
    """What is to be known of a username, "" when nothing is."""
    if not username.strip():
        return "Made of blanks alone: it counts as none"  # P-10
    if any(letter.isspace() for letter in username):
        return "Has a blank in it: it is published so, and some platforms refuse it"  # P-11
    return ""


def _read(session: Session, today: date, ids: Collection[int]) -> list[AccountRow]:
    found = {row.id: row for row in session.scalars(select(UserAccount).where(UserAccount.id.in_(ids)))}
    names = names_of(session, (row.person_id for row in found.values()), today)
    return [
        AccountRow(
            row.id, names[row.person_id], KIND_WORDS[row.kind], row.username, row.disabled, note_of(row.username)
        )
        for row in (found[one] for one in ids)
    ]
