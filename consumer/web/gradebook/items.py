"""Items: listed, added, changed, deleted; of one that the SIS has, whether it is to be deleted there too (C-135)."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from consumer.database import db
from consumer.passback.press import delete_in_sis
from consumer.passback.tables import LedgerItem
from consumer.platform.gradebook.books import Book
from consumer.platform.gradebook.categories import categories_of
from consumer.platform.gradebook.entries import BadEntry, number_text, read_number
from consumer.platform.gradebook.grid import load_grid
from consumer.platform.gradebook.items import (
    BadItem,
    ItemValues,
    add_item,
    change_item,
    delete_item,
    find_item,
)  # fmt: skip
from consumer.platform.models import ITEM_KINDS, GradeItem, Score
from consumer.web.filters import number_of
from consumer.web.gradebook.page import Page, audit_change, begin_change, gradebook, look_again, the_book_page
from consumer.web.gradebook.times import BadTime, read_moment, typed_moment
from shared.web.forms import Form, stored_form
from shared.web.saving import Stored, save_form

#: Sentences by field.
Errors = Mapping[str, list[str]]

KINDS = tuple((kind, kind.capitalize()) for kind in ITEM_KINDS)
#: Fields of the form that are not called as the values of an item are.
_FIELDS = {"category_id": "category"}
#: What a new item begins with.
NEW = {"kind": "assignment", "published": "1"}


@gradebook.get("/items/")
def list_items() -> ResponseReturnValue:
    """The items in the order of the grid's columns."""
    return render_template("gradebook/items.html", grid=load_grid(db.session(), the_book_page().book))


@gradebook.get("/items/new")
def new_item() -> ResponseReturnValue:
    """The form of an item that is not there yet."""
    return _form_page(Form(NEW, seen=stored_form({}).seen), None)


@gradebook.post("/items/new")
def add() -> ResponseReturnValue:
    """Add it."""

    def stored_of(session: Session) -> Stored:
        look_again(session)
        return {}

    def save(session: Session, form: Form, _stored: Stored) -> Errors:
        return _store(form, None, lambda book, values: add_item(session, book, values, datetime.now(UTC)))

    return save_form(stored_of, save, lambda form: _form_page(form, None), url_for("gradebook.list_items"))


@gradebook.get("/items/<int:item_id>/edit")
def edit_item(item_id: int) -> ResponseReturnValue:
    """The form of an item."""
    item = _item(db.session(), item_id)
    return _form_page(stored_form(_stored(item, the_book_page().zone)), item)


@gradebook.post("/items/<int:item_id>/edit")
def change(item_id: int) -> ResponseReturnValue:
    """Store it; of two who do, the second is told."""

    def stored_of(session: Session) -> Stored:
        look_again(session)
        return _stored(_item(session, item_id, lock=True), the_book_page().zone)

    def save(session: Session, form: Form, _stored: Stored) -> Errors:
        item = _item(session, item_id)
        return _store(form, item, lambda book, values: change_item(session, book, item, values))

    def show(form: Form) -> str:
        return _form_page(form, _item(db.session(), item_id))

    return save_form(stored_of, save, show, url_for("gradebook.list_items"))


@gradebook.get("/items/<int:item_id>/delete")
def ask_delete_item(item_id: int) -> ResponseReturnValue:
    """What goes with an item, and whether to delete it in the SIS too."""
    session = db.session()
    item = _item(session, item_id)
    scores = session.scalar(select(func.count()).where(Score.item_id == item.id)) or 0
    return render_template(
        "gradebook/delete_item.html", item=item, scores=scores, sent=_sent(session, item), form=Form({"sis": "keep"})
    )


@gradebook.post("/items/<int:item_id>/delete")
def delete(item_id: int) -> ResponseReturnValue:
    """Delete it; in the SIS only when that was chosen (C-135)."""
    session, page = begin_change()
    item = _item(session, item_id, lock=True)
    sent, also = _sent(session, item), request.form.get("sis") == "delete"
    delete_item(session, item, datetime.now(UTC))
    if sent:
        delete_in_sis(session, item, also)
    fate = {"in the SIS": "to be deleted" if also else "kept"} if sent else None
    audit_change(session, page, "delete item", item.title, fate)
    session.commit()
    flash(f"{item.title} is deleted.{_fate(sent, also)}", "good")
    return redirect(url_for("gradebook.list_items"), 303)


def _fate(sent: bool, also: bool) -> str:
    if not sent:
        return ""
    return " The next sync of grades deletes it in the SIS." if also else " The SIS keeps it."


def _item(session: Session, item_id: int, lock: bool = False) -> GradeItem:
    item = find_item(session, the_book_page().book, item_id) or abort(404)
    if lock:
        session.refresh(item, with_for_update={"key_share": True})
    return item if item.deleted_at is None else abort(404)


def _sent(session: Session, item: GradeItem) -> bool:
    """Whether the SIS has the item, in any section of the book."""
    there = select(LedgerItem.id).where(LedgerItem.item_id == item.id, LedgerItem.digest.is_not(None)).limit(1)
    return session.scalar(there) is not None


def _stored(item: GradeItem, zone: str) -> dict[str, str]:
    day, clock = typed_moment(item.due_at, zone)
    return {
        "title": item.title, "kind": item.kind, "category": str(item.category_id or ""),
        "points": number_text(item.points), "due_date": day, "due_time": clock,
        "description": item.description or "", "published": "1" if item.published else "",
    }  # fmt: skip


def _read(form: Form, page: Page, item: GradeItem | None) -> tuple[ItemValues | None, Errors]:
    """The values of a form, or what is wrong with it."""
    errors: dict[str, list[str]] = {}
    points, due = None, item.due_at if item is not None else None
    try:
        points = read_number(form.value("points"))
    except BadEntry as error:
        errors["points"] = [f"{error}."]
    else:
        if points is None:
            errors["points"] = ["How many points does a perfect score have?"]
    typed = form.value("due_date").strip(), form.value("due_time").strip()[:5]
    if item is None or typed != typed_moment(item.due_at, page.zone):
        try:
            due = read_moment(*typed, page.zone)
        except BadTime as error:
            errors[error.field] = [f"{error}."]
    chosen = form.value("category")
    if chosen and number_of(chosen) is None:
        errors["category"] = ["Choose one of the list."]
    if not form.value("title").strip():
        errors["title"] = ["An item needs a title."]
    if errors or points is None:
        return None, errors
    return ItemValues(
        form.value("title"), points, form.value("kind"), form.value("description"), number_of(chosen), due,
        form.has("published", "1"),
    ), {}  # fmt: skip


def _store(form: Form, item: GradeItem | None, store: Callable[[Book, ItemValues], object]) -> Errors:
    """Store a form; what is wrong with it, by field, otherwise."""
    page = the_book_page()
    values, errors = _read(form, page, item)
    if values is None:
        return errors
    try:
        store(page.book, values)
    except BadItem as error:
        return {_FIELDS.get(error.field, error.field): [f"{error}."]}
    return {}


def _form_page(form: Form, item: GradeItem | None) -> str:
    session, page = db.session(), the_book_page()
    return render_template(
        "gradebook/item_form.html", form=form, item=item, kinds=KINDS, categories=_choices(session, page.book)
    )


def _choices(session: Session, book: Book) -> list[tuple[str, str]]:
    return [("", "None"), *((str(line.id), line.name) for line in categories_of(session, book))]
