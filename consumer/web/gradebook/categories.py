"""Categories: listed, added, renamed, weighed, deleted. The page says that weights stay here (C-140)."""

from collections.abc import Callable, Mapping

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from consumer.database import db
from consumer.platform.gradebook.categories import (
    BadCategory,
    add_category,
    categories_of,
    change_category,
    delete_category,
    find_category,
)  # fmt: skip
from consumer.platform.gradebook.entries import BadEntry, number_text, read_number
from consumer.platform.models import GradeCategory
from consumer.web.gradebook.page import begin_change, gradebook, look_again, the_book_page
from shared.web.forms import Form, stored_form
from shared.web.saving import Stored, save_form

#: Sentences by field.
Errors = Mapping[str, list[str]]


@gradebook.get("/categories/")
def list_categories() -> ResponseReturnValue:
    """The categories, and a form for a new one."""
    return _list_page(stored_form({}))


@gradebook.post("/categories/")
def add_one() -> ResponseReturnValue:
    """Add a category."""

    def stored_of(session: Session) -> Stored:
        look_again(session)
        return {}

    def save(session: Session, form: Form, _stored: Stored) -> Errors:
        return _try(lambda: add_category(session, the_book_page().book, form.value("name"), _weight(form)))

    return save_form(stored_of, save, _list_page, url_for("gradebook.list_categories"))


@gradebook.get("/categories/<int:category_id>/")
def edit_category(category_id: int) -> ResponseReturnValue:
    """The form of a category."""
    category = _category(db.session(), category_id)
    return _edit_page(category_id, stored_form(_stored(category)))


@gradebook.post("/categories/<int:category_id>/")
def change_one(category_id: int) -> ResponseReturnValue:
    """Store it; of two who do, the second is told."""

    def stored_of(session: Session) -> Stored:
        look_again(session)
        return _stored(_category(session, category_id, lock=True))

    def save(session: Session, form: Form, _stored: Stored) -> Errors:
        category, book = _category(session, category_id), the_book_page().book
        return _try(lambda: change_category(session, book, category, form.value("name"), _weight(form)))

    back = url_for("gradebook.list_categories")
    return save_form(stored_of, save, lambda form: _edit_page(category_id, form), back)


@gradebook.post("/categories/<int:category_id>/delete")
def delete_one(category_id: int) -> ResponseReturnValue:
    """Delete it; its items stay, without a category."""
    session, _page = begin_change()
    category = _category(session, category_id, lock=True)
    name = category.name
    delete_category(session, category)
    session.commit()
    flash(f"{name} is deleted; its items have no category now.", "good")
    return redirect(url_for("gradebook.list_categories"), 303)


def _try(change: Callable[[], object]) -> Errors:
    """What is wrong with a change, by field."""
    try:
        change()
    except BadCategory as error:
        return {error.field: [f"{error}."]}
    except BadEntry:
        return {"weight": ["This is a number of percent, such as 30, or blank."]}
    return {}


def _weight(form: Form) -> float | None:
    """The percent that was typed; None for a blank. Raises BadEntry for what is no number."""
    return read_number(form.value("weight"))


def _category(session: Session, category_id: int, lock: bool = False) -> GradeCategory:
    category = find_category(session, the_book_page().book, category_id) or abort(404)
    if lock:
        session.refresh(category, with_for_update=True)
    return category


def _stored(category: GradeCategory) -> dict[str, str]:
    return {"name": category.name, "weight": "" if category.weight is None else number_text(category.weight)}


def _list_page(form: Form) -> str:
    lines = categories_of(db.session(), the_book_page().book)
    weights = [line.weight for line in lines if line.weight is not None]
    total = number_text(sum(weights)) if weights else ""
    return render_template("gradebook/categories.html", lines=lines, total=total, form=form, number=number_text)


def _edit_page(category_id: int, form: Form) -> str:
    lines = categories_of(db.session(), the_book_page().book)
    line = next((one for one in lines if one.id == category_id), None) or abort(404)
    return render_template("gradebook/category.html", line=line, form=form)
