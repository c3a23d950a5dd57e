"""Linked sections: several sections of one course admin share a grade book (C-69, C-128 … C-130)."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from consumer.database import db
from consumer.platform.gradebook.books import book_of, may_use
from consumer.platform.gradebook.linking import BadLink, link, linkable, unlink
from consumer.web.filters import number_of
from consumer.web.gradebook.page import audit_change, begin_change, gradebook, the_book_page
from shared.web.forms import Form, typed_form


@gradebook.get("/linked/")
def list_linked() -> ResponseReturnValue:
    """The sections that share the book, and those that could."""
    return _page(Form({}))


@gradebook.post("/linked/")
def add_linked() -> ResponseReturnValue:
    """Link a section."""
    session, page = begin_change()
    form = typed_form(request.form)
    try:
        other = link(session, page.book, number_of(form.value("other")) or 0, page.account_id)
    except BadLink as error:
        session.rollback()
        return _page(form.refused({"other": [f"{error}."]})), 422
    audit_change(session, page, "link section", other.name)
    session.commit()
    flash(f"{other.name} shares this grade book now.", "good")
    return redirect(url_for("gradebook.list_linked"), 303)


@gradebook.post("/linked/<int:other_id>/end")
def end_linked(other_id: int) -> ResponseReturnValue:
    """Unlink a section; what its students have here is kept."""
    session, page = begin_change()
    back = page.book.head.id
    try:
        other = unlink(session, page.book, other_id)
    except BadLink as error:
        session.rollback()
        flash(f"{error}.", "bad")
    else:
        audit_change(session, page, "unlink section", other.name)
        if not may_use(session, page.account_id, book_of(session, back) or page.book):
            back = other.id
        session.commit()
        flash(f"{other.name} has a grade book of its own again.", "good")
    return redirect(url_for("gradebook.list_linked", section_id=back), 303)


def _page(form: Form) -> str:
    page = the_book_page()
    others = linkable(db.session(), page.book, page.account_id) if page.changeable else []
    return render_template("gradebook/linked.html", form=form, others=[(one.id, one.name) for one in others])
