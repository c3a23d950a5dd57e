"""How a form is saved: whole or not at all, and never over what somebody else has saved meanwhile."""

from collections.abc import Callable, Mapping

from flask import current_app, flash, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from shared.database import will_write
from shared.web.forms import Form, is_stale, stored_form, typed_form

#: The values of a form's fields as they are stored; a box that is not ticked is "".
Stored = Mapping[str, str]
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
    session, form = current_app.extensions["homeroom_frame"].db.session(), typed_form(request.form)
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
