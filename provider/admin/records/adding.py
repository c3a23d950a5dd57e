"""A new row: the rows that it belongs to are searched for first, one page each; then its form."""

from collections.abc import Mapping

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from provider.admin.records.address import add_address, list_address, record_address
from provider.admin.records.blueprint import (
    editable_or_404,
    home_of,
    largest_ever,
    now_and_today,
    record,
    records,
    way_back,
)
from provider.admin.records.facts import title_of
from provider.admin.records.fields import FEW, SEARCHED, calendar_beside, forget_misfits, show_fields
from provider.admin.records.naming import count, page_of, words_of
from provider.admin.records.typed import defaults, errors_of, form_of, typed_texts
from provider.database import db
from provider.sis.editing.checks import referred
from provider.sis.editing.editing import NotEdited, add, find
from provider.sis.editing.keys import key_text, read_reference
from provider.sis.editing.tables import EDITABLE, Field
from provider.sis.editing.values import Texts
from shared.database import will_write
from shared.web.forms import Form
from shared.web.lists import SIZE, Listing, read_asked

#: Tables of which a new row is shown, so that what belongs to it can be added.
_OWNERS = frozenset(referred(row.table, row.owner) for row in EDITABLE.values() if row.owner)


@records.get("/<table>/add", endpoint="add")
def adding(table: str) -> ResponseReturnValue:
    """The form for a new row, or what has to be chosen before."""
    if editable_or_404(table).alone:
        abort(404)
    given = _given(table)
    for one in EDITABLE[table].fields:
        if one.once and one.column not in given and _is_searched(table, one.column, given):
            return _choose(table, one, given)
    texts = defaults(table) | given
    return _page(table, form_of(texts, {}, ""), frozenset(given))


@records.post("/<table>/add")
def store(table: str) -> ResponseReturnValue:
    """Make the row."""
    if editable_or_404(table).alone:
        abort(404)
    session, given = db.session(), _given(table)
    texts = typed_texts(table, request.form, managed=False) | given
    if "choices" in request.form:  # what can be chosen depends on what was
        forget_misfits(session, table, texts)
        return _page(table, form_of(defaults(table), texts, ""), frozenset(given))
    session.commit()
    will_write(session)
    now, today = now_and_today()
    try:
        edited = add(session, table, texts, now, largest_ever(session, table))
    except NotEdited as refused:
        session.rollback()
        form = form_of(defaults(table), texts, "", errors_of(table, refused))
        return _page(table, form, frozenset(given)), 422
    row = find(session, table, edited.key)
    words, back = title_of(session, row, today), way_back(home_of(row))
    record(session, now, "add", edited, words)
    session.commit()
    flash(f"{words}: added.", "good")
    if table == "person":
        back = home_of(row)  # to its identity, which is wanted next
    elif table in _OWNERS:
        back = url_for("records.show", table=table, key=key_text(edited.key), back=back)
    return redirect(back, 303)


def _given(table: str) -> dict[str, str]:
    """The rows that the new one belongs to, as the address gives them. 404 for one that is not there."""
    found = {}
    for one in EDITABLE[table].fields:
        target, text = referred(table, one.column), request.args.get(one.column)
        if target and text is not None:
            key = read_reference(target, text)
            if key is None or find(db.session(), target, (key,)) is None:
                abort(404)
            found[one.column] = str(key)
    return found


def _is_searched(table: str, column: str, given: Texts) -> bool:
    """Whether there are too many rows to choose from in a select."""
    target = referred(table, column)
    if not target:
        return False
    if calendar_beside(db.session(), table, column, given)[0]:
        return False
    return target in SEARCHED or count(db.session(), target) > FEW


def _choose(table: str, one: Field, given: Texts) -> str:
    """A list of rows to choose from; each leads on to the form."""
    session, (_, today), target = db.session(), now_and_today(), referred(table, one.column)
    asked = read_asked(request.args, ("name",), tuple(given))
    rows, total = page_of(session, target, today, asked.search, SIZE, asked.offset)
    back = way_back(list_address(table))
    return render_template(
        "records/choose.html", editable=EDITABLE[table], one=one, target=EDITABLE[target], back=back, given=given,
        facts=_facts(table, given), listing=Listing([
            (words, add_address(table, **given, **{one.column: key}, back=back)) for key, words in rows
        ], total, asked), people=target == "person",
    )  # fmt: skip


def _facts(table: str, given: Mapping[str, str]) -> list[tuple[str, str]]:
    """What was chosen already, in words."""
    session, (_, today) = db.session(), now_and_today()
    found = []
    for column, text in given.items():
        target = referred(table, column)
        key = read_reference(target, text)
        found.append((EDITABLE[table].field_of(column).label, words_of(session, target, [key], today).get(key, text)))
    return found


def _page(table: str, form: Form, fixed: frozenset[str]) -> str:
    session, (_, today) = db.session(), now_and_today()
    editable = EDITABLE[table]
    return render_template(
        "records/form.html", editable=editable, title=f"New {editable.one}", form=form, new=True, managed=False,
        fields=show_fields(session, table, form.values, fixed, False, today), known=(), below=(),
        back=way_back(list_address(table)), add_address=add_address, list_address=list_address,
        record_address=record_address,
    )  # fmt: skip
