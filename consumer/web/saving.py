"""How a form is saved: whole or not at all, and never over what somebody else has saved meanwhile."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from consumer.connections import Connection
from consumer.database import db
from consumer.platform.audit import audit
from consumer.sync.mapping import BadChoice
from consumer.web.tabs import the_page
from shared.database import will_write
from shared.web.forms import Form, is_stale, stored_form, typed_form

#: The values of a form's fields as they are stored; a box that is not ticked is "".
Stored = Mapping[str, str]
StoredOf = Callable[[Session, Connection], Stored]
#: Stores what was chosen in one field, and says of what, for the audit trail. Raises BadChoice.
Store = Callable[[Session, Connection, str, str], str]
#: Stores a whole form in place of what is stored; what is wrong with it, by field, otherwise.
Save = Callable[[Session, Connection, Form, Stored], Mapping[str, list[str]]]
Show = Callable[[Form], str]

STALE = "Somebody else has saved this page meanwhile. What you chose is below: check it and save again."


def save_form(
    stored_of: Callable[[Session], Stored],
    save: Callable[[Session, Form, Stored], Mapping[str, list[str]]],
    show: Show,
    back: str,
) -> ResponseReturnValue:
    """Answer the POST of a form.

    1. Take the write lock and compare what is stored with what the person saw (409 when it differs).
    2. Store the form; any error undoes all of it (422).
    3. Commit, and lead back to the page.
    """
    session, form = db.session(), typed_form(request.form)
    session.commit()
    will_write(session)
    stored = stored_of(session)
    if is_stale(form, stored):
        session.rollback()
        return show(Form(form.values, {"": [STALE]}, stored_form(stored).seen)), 409
    errors = save(session, form, stored)
    if errors:
        session.rollback()
        return show(form.refused(errors)), 422
    session.commit()
    flash("Saved.", "good")
    return redirect(back, 303)


def save_whole(stored_of: StoredOf, save: Save, show: Show, back: str) -> ResponseReturnValue:
    """Answer the POST of a form of the connection, as `save_form` does."""
    connection_id = the_page().connection.id

    def its(session: Session) -> Connection:
        return session.get_one(Connection, connection_id)

    return save_form(
        lambda session: stored_of(session, its(session)),
        lambda session, form, stored: save(session, its(session), form, stored),
        show, back,
    )  # fmt: skip


def save_fields(action: str, stored_of: StoredOf, store: Store, show: Show, back: str) -> ResponseReturnValue:
    """Answer the POST of a form whose fields are stored one by one: those that changed, each with an entry in the audit
    trail under `action`.
    """

    def save(session: Session, connection: Connection, form: Form, stored: Stored) -> Mapping[str, list[str]]:
        errors: dict[str, list[str]] = {}
        account = the_page().account
        for name, before in stored.items():
            after = form.value(name)
            if after == before:
                continue
            try:
                subject = store(session, connection, name, after)
            except BadChoice as error:
                errors[name] = [str(error)]
            else:
                what = f"{connection.name}: {subject}"
                audit(session, datetime.now(UTC), account, action, what, {"value": before}, {"value": after})
        return errors

    return save_whole(stored_of, save, show, back)
