"""User accounts: the list, and one change of many of them."""

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from provider.admin.guards import for_administrators
from provider.admin.people.account_list import FILTERS, KINDS, SORTS, STATES, find_accounts, rows_of
from provider.admin.people.asking import query_of, question
from provider.admin.records.bulk import answer_bulk
from shared.web.lists import Listing

user_accounts = Blueprint("user_accounts", __name__, template_folder="templates", url_prefix="/accounts")
for_administrators(user_accounts)


@user_accounts.get("/")
def show() -> ResponseReturnValue:
    """The list."""
    session, today, asked, found = question(SORTS, FILTERS)
    rows, total = find_accounts(session, today, asked, found)
    return render_template(
        "people/accounts.html", listing=Listing(rows, total, asked), found=found, kinds=KINDS, states=STATES
    )


@user_accounts.post("/bulk")
def bulk() -> ResponseReturnValue:
    """Disabling and enabling those that are ticked, or all that are found."""
    session, _today, asked, found = question(SORTS, FILTERS)
    wanted = rows_of(session, asked, found)
    return answer_bulk("user_account", wanted.select(wanted.id), url_for("user_accounts.show") + query_of(asked))
