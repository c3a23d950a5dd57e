"""The form of a row: shown, saved, and its removal."""

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from provider.admin.records.address import add_address, list_address, record_address
from provider.admin.records.blueprint import (
    above_of,
    home_of,
    now_and_today,
    record,
    records,
    row_or_404,
    way_back,
)
from provider.admin.records.excluding import ask_first
from provider.admin.records.facts import belonging, known_as, title_of, uses_in_words
from provider.admin.records.fields import forget_misfits, show_fields
from provider.admin.records.typed import errors_of, form_of, typed_texts
from provider.database import db
from provider.sis.editing.control import is_managed
from provider.sis.editing.editing import InUse, NotEdited, change, remove
from provider.sis.editing.keys import key_of
from provider.sis.editing.tables import EDITABLE
from provider.sis.editing.values import texts_of
from shared.database import will_write
from shared.web.forms import Form, stamp, stored_form
from shared.web.saving import save_form


@records.get("/<table>/<key>")
def show(table: str, key: str) -> ResponseReturnValue:
    """The form of a row."""
    row = row_or_404(db.session(), table, key)
    return _page(row, stored_form(texts_of(row)))


@records.post("/<table>/<key>")
def save(table: str, key: str) -> ResponseReturnValue:
    """Store what was typed. An exclude is confirmed first, on a page that says what it would hide."""
    session = db.session()
    row = row_or_404(session, table, key)
    texts = typed_texts(table, request.form, is_managed(session, table, row))
    if {"edit", "choices"} & set(request.form):  # back from the page that asks, or for what else can be chosen
        forget_misfits(session, table, texts)
        return _page(row, form_of(texts_of(row), texts, request.form.get("seen", "")))
    if "confirmed" not in request.form:
        asked = ask_first(session, row, texts)
        if asked is not None:
            return asked
    back = way_back(home_of(row))

    def stored_of(session: Session) -> dict[str, str]:
        return texts_of(row_or_404(session, table, key, lock=True))

    def store(session: Session, _form: Form, _stored: Mapping[str, str]) -> Mapping[str, list[str]]:
        locked, (now, today) = row_or_404(session, table, key), now_and_today()
        try:
            edited = change(session, locked, texts, now)
        except NotEdited as refused:
            return errors_of(table, refused)
        if edited.after:
            record(session, now, "change", edited, title_of(session, locked, today))
        return {}

    def again(form: Form) -> str:
        found = row_or_404(session, table, key)
        return _page(found, form_of(texts_of(found), texts, form.seen, form.errors))

    return save_form(stored_of, store, again, back)


@records.route("/<table>/<key>/remove", methods=["GET", "POST"])
def removal(table: str, key: str) -> ResponseReturnValue:
    """Ask whether a row is to be removed, and remove it."""
    session = db.session()
    if request.method == "GET":
        return _ask(row_or_404(session, table, key))
    session.commit()
    will_write(session)
    row, (now, today) = row_or_404(session, table, key, lock=True), now_and_today()
    if stamp(texts_of(row)) != request.form.get("seen"):
        session.rollback()
        row = row_or_404(session, table, key)
        return _ask(row, {"": ["Somebody else has changed it meanwhile: look at it once more."]}), 409
    words, back = title_of(session, row, today), way_back(above_of(row))
    if back.startswith(record_address(table, key_of(row))):
        back = above_of(row)
    try:
        edited = remove(session, row, now)
    except NotEdited as refused:
        session.rollback()
        row = row_or_404(session, table, key)
        return _ask(row, {} if isinstance(refused, InUse) else errors_of(table, refused)), 422
    record(session, now, "remove", edited, words)
    session.commit()
    flash(f"{words}: removed.", "good")
    return redirect(back, 303)


def _ask(row: Any, errors: Mapping[str, list[str]] | None = None) -> str:
    session, (_, today), table = db.session(), now_and_today(), row.__tablename__
    texts = texts_of(row)
    fields = show_fields(session, table, texts, frozenset(texts), False, today)
    return render_template(
        "records/remove.html", editable=EDITABLE[table], key=key_of(row), title=title_of(session, row, today),
        uses=uses_in_words(session, row), fields=fields, form=Form(texts, errors or {}, stamp(texts)),
        back=way_back(home_of(row)), record_address=record_address, list_address=list_address,
        managed=is_managed(session, table, row),
    )  # fmt: skip


def _page(row: Any, form: Form) -> str:
    session, (_, today), table = db.session(), now_and_today(), row.__tablename__
    editable, managed = EDITABLE[table], is_managed(session, table, row)
    fixed = frozenset(one.column for one in editable.fields if one.once)
    return render_template(
        "records/form.html", editable=editable, key=key_of(row), title=title_of(session, row, today), form=form,
        fields=show_fields(session, table, form.values, fixed, managed, today), managed=managed,
        back=way_back(home_of(row)), known=known_as(row), below=belonging(session, row), new=False,
        add_address=add_address, list_address=list_address, record_address=record_address,
    )  # fmt: skip
