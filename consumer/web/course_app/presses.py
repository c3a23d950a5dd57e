"""The status log: the presses of a grade book, and what each of them said (C-112, C-122)."""

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue

from consumer.database import db
from consumer.passback.closing import counts_of
from consumer.passback.log import find_press, messages
from consumer.passback.log import presses as find_presses
from consumer.passback.tables import PassbackRun
from consumer.web.course_app.app import course_app, the_page
from shared.web.lists import SIZE, Listing, read_asked


@course_app.get("/presses/")
def presses() -> ResponseReturnValue:
    """Every press, the newest first."""
    asked = read_asked(request.args, ("newest",))
    found = find_presses(db.session(), the_page().book, asked.offset, SIZE)
    listing = Listing(found.rows, found.total, asked)
    return render_template("course_app/presses.html", current_tab="course_app.show", listing=listing)


@course_app.get("/presses/<int:run_id>/")
def one_press(run_id: int) -> ResponseReturnValue:
    """One press: its numbers, and line by line what it said."""
    session, page = db.session(), the_page()
    press = find_press(session, page.book, run_id)
    if press is None:
        abort(404)
    asked = read_asked(request.args, ("newest",))
    found = messages(session, run_id, asked.offset, SIZE)
    return render_template(
        "course_app/press.html", current_tab="course_app.show", press=press,
        listing=Listing(found.rows, found.total, asked), counts=counts_of(session.get_one(PassbackRun, run_id)),
    )  # fmt: skip
