"""The sections that are here: who is in them, what is frozen, who was added by hand (C-67 … C-71)."""

from collections.abc import Callable
from datetime import UTC, datetime

from flask import abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from consumer.database import db
from consumer.platform.audit import audit
from consumer.platform.models import Course, School, Section
from consumer.platform.sections import (
    ADMIN,
    MEMBER,
    BadRoster,
    Show,
    find_sections,
    grading_periods,
    make_linked,
    put_in,
    roster,
    take_out,
)  # fmt: skip
from consumer.web.filters import ALL, number_of, school_options
from consumer.web.sections import sections
from consumer.web.tabs import address, the_page
from shared.database import will_write
from shared.web.forms import Form, typed_form
from shared.web.lists import Listing, read_asked

SHOWN = (ALL, (Show.FROZEN.value, "Frozen: ended in the SIS"), (Show.BY_HAND.value, "With students added by hand"))
ROLES = ((MEMBER, "Member"), (ADMIN, "Course admin"))


@sections.get("/all/")
def all_sections() -> ResponseReturnValue:
    """The list."""
    session = db.session()
    asked = read_asked(request.args, ("name",), ("school", "show"))
    show = asked.filters.get("show", "")
    rows, total = find_sections(
        session, the_page().connection.id, asked.search, number_of(asked.filters.get("school")),
        Show(show) if show in set(Show) else Show.ALL, asked.offset,
    )  # fmt: skip
    listing = Listing(rows, total, asked)
    return render_template("roster/all_sections.html", listing=listing, schools=school_options(session), shown=SHOWN)


@sections.get("/all/<int:section_id>/")
def one(section_id: int) -> ResponseReturnValue:
    """A section and its roster."""
    return _page(db.session(), section_id, Form({"role": MEMBER}))


@sections.post("/all/<int:section_id>/people")
def add(section_id: int) -> ResponseReturnValue:
    """Put somebody in by hand."""
    form = typed_form(request.form)
    role = form.value("role") if form.value("role") in (MEMBER, ADMIN) else MEMBER

    def change(session: Session, section: Section) -> str:
        return f"{put_in(session, section, form.value('username'), role).username} as {role}"

    return _change(section_id, "enroll by hand", change, form)


@sections.post("/all/<int:section_id>/people/<int:enrollment_id>/end")
def end(section_id: int, enrollment_id: int) -> ResponseReturnValue:
    """End an enrollment that was made by hand."""
    return _change(
        section_id,
        "end enrollment by hand",
        lambda session, section: take_out(session, section, enrollment_id).username,
    )


@sections.post("/all/<int:section_id>/linked")
def link(section_id: int) -> ResponseReturnValue:
    """Make an unsynced section beside this one."""
    return _change(section_id, "make linked section", lambda session, section: make_linked(session, section).name)


def _change(
    section_id: int, action: str, change: Callable[[Session, Section], str], form: Form | None = None
) -> ResponseReturnValue:
    session, account = db.session(), the_page().account
    session.commit()
    will_write(session)
    section = _section(session, section_id)
    try:
        what = change(session, section)
    except BadRoster as error:
        session.rollback()
        if form is not None:
            return _page(session, section_id, form.refused({"username": [str(error)]})), 422
        flash(str(error), "bad")
    else:
        audit(session, datetime.now(UTC), account, action, f"{section.name}: {what}")
        session.commit()
        flash(f"Done: {what}.", "good")
    return redirect(address("sections.one", section_id=section_id), 303)


def _section(session: Session, section_id: int) -> Section:
    """A section of this connection, or one that is linked to one; another is not found."""
    section = session.get(Section, section_id)
    origin = session.get(Section, section.linked_to_id) if section is not None and section.linked_to_id else section
    if section is None or origin is None or origin.connection_id != the_page().connection.id:
        abort(404)
    return section


def _page(session: Session, section_id: int, form: Form) -> str:
    section = _section(session, section_id)
    linked = session.scalars(select(Section).where(Section.linked_to_id == section.id).order_by(Section.id)).all()
    return render_template(
        "roster/section.html", section=section, course=session.get_one(Course, section.course_id),
        school=session.get_one(School, section.school_id), periods=grading_periods(session, section.id),
        people=roster(session, section.id), linked=linked, roles=ROLES, form=form,
        origin=session.get(Section, section.linked_to_id) if section.linked_to_id else None,
    )  # fmt: skip
