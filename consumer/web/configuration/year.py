"""Choosing the active year, with a look at what that would bring (C-19 … C-22)."""

from datetime import UTC, datetime

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue

from consumer.database import db
from consumer.platform.audit import audit
from consumer.sync.timetable import local_date
from consumer.sync.years import BadYear, choose_year, preview_year
from consumer.web.configuration.tab import configuration, show_page
from consumer.web.tabs import address, the_page
from shared.database import will_write
from shared.web.forms import Form, typed_form


@configuration.get("/year")
def look() -> ResponseReturnValue:
    """What a year would bring, before it is chosen."""
    year = _year(request.args.get("year", ""))
    if year is None:
        return redirect(address("configuration.show"))
    session = db.session()
    preview = preview_year(session, the_page().connection, year, local_date(session, datetime.now(UTC)))
    return show_page(preview=preview, year_form=Form({"year": year}))


@configuration.post("/year")
def choose() -> ResponseReturnValue:
    """Make a year the active one; the next sync works on it."""
    form = typed_form(request.form)
    session, page, now = db.session(), the_page(), datetime.now(UTC)
    session.commit()
    will_write(session)
    before = page.connection.active_year
    try:
        changed = choose_year(session, page.connection, _year(form.value("year")) or 0)
    except BadYear as error:
        session.rollback()
        return show_page(year_form=form.refused({"year": [str(error)]})), 422
    if changed:
        after = page.connection.active_year
        audit(session, now, page.account, "choose active year", page.connection.name, {"year": before}, {"year": after})
    session.commit()
    flash("Saved: the next sync works on this year. Map its terms before.", "good")
    return redirect(address("configuration.show"), 303)


def _year(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) == 4 else None
