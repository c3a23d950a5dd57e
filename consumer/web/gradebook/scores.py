"""Scores: the grid of all students and items, one item at a time, and the saving of cells."""

from datetime import UTC, datetime
from typing import Any

import msgspec
from flask import abort, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from consumer.database import db
from consumer.platform.gradebook.categories import categories_of
from consumer.platform.gradebook.changes import MOST_CHANGES, Change, Outcome, save_changes
from consumer.platform.gradebook.grid import Grid, Wanted, load_grid
from consumer.platform.gradebook.items import items_of
from consumer.platform.gradebook.scores import LONGEST_COMMENT
from consumer.web.filters import ALL, number_of
from consumer.web.gradebook.page import begin_change, gradebook, the_book_page
from shared.database import LARGEST_ID, chunks

#: Items beside each other on a sheet of paper.
ON_PAPER = 12


class SentCell(msgspec.Struct, forbid_unknown_fields=True):
    """A cell as the script sends it: see `Change`."""

    item: int
    student: int
    text: str | None = None
    text_seen: str = ""
    comment: str | None = None
    comment_seen: str = ""

    def change(self) -> Change:
        if not (0 < self.item <= LARGEST_ID and 0 < self.student <= LARGEST_ID):
            raise msgspec.ValidationError("No such cell")
        text, comment = (None if typed is None else _shown(typed) for typed in (self.text, self.comment))
        return Change(self.item, self.student, text, _shown(self.text_seen), comment, _shown(self.comment_seen))


@gradebook.get("/")
def show() -> ResponseReturnValue:
    """The grid."""
    session, book = db.session(), the_book_page().book
    categories, wanted = categories_of(session, book), _wanted()
    grid = load_grid(session, book, wanted)
    return render_template(
        "gradebook/grid.html", grid=grid, wanted=wanted, on_paper=ON_PAPER,
        categories=[ALL, *((line.id, line.name) for line in categories)],
        sections=[ALL, *((one.id, one.name) for one in book.sections)],
        graded={column.id: _graded(grid, column.id) for column in grid.columns},
        longest_comment=LONGEST_COMMENT,
    )  # fmt: skip


@gradebook.get("/print")
def print_scores() -> ResponseReturnValue:
    """The same scores on paper: as many items beside each other as a page takes."""
    grid = load_grid(db.session(), the_book_page().book, _wanted())
    return render_template("gradebook/print.html", grid=grid, sheets=list(chunks(grid.columns, ON_PAPER)))


@gradebook.get("/items/<int:item_id>/")
def one_item(item_id: int) -> ResponseReturnValue:
    """The scores and comments of one item; the whole book on a phone."""
    session, book = db.session(), the_book_page().book
    items = items_of(session, book)
    place = next((number for number, item in enumerate(items) if item.id == item_id), None)
    if place is None:
        abort(404)
    grid = load_grid(session, book, Wanted(item_id=item_id))
    return render_template(
        "gradebook/one_item.html", grid=grid, item=grid.columns[0], before=items[place - 1] if place else None,
        after=items[place + 1] if place + 1 < len(items) else None, graded=_graded(grid, item_id),
        longest_comment=LONGEST_COMMENT,
    )  # fmt: skip


@gradebook.post("/scores")
def save_scores() -> ResponseReturnValue:
    """Save cells, each for itself: JSON `{"cells": [SentCell, …]}`; the answer has what became of each, in order."""
    try:
        cells = msgspec.json.decode(request.get_data(), type=dict[str, list[SentCell]]).get("cells", [])
        changes = [cell.change() for cell in cells]
    except (msgspec.DecodeError, UnicodeDecodeError):
        abort(400)
    if len(changes) > MOST_CHANGES:
        abort(413)
    session, page = begin_change()
    outcomes = save_changes(session, page.book, changes, page.account_id, datetime.now(UTC))
    session.commit()
    return jsonify(cells=[_answer(outcome) for outcome in outcomes])


def _wanted() -> Wanted:
    """The part of the grid that the address asks for."""
    category, section = (number_of(request.args.get(name)) for name in ("category", "section"))
    return Wanted(category_id=category, section_id=section)


def _answer(outcome: Outcome) -> dict[str, Any]:
    return {
        "item": outcome.change.item_id, "student": outcome.change.account_id, "state": outcome.state,
        "text": outcome.cell.text, "comment": outcome.cell.comment, "over": outcome.cell.over,
        "message": outcome.message,
    }  # fmt: skip


def _graded(grid: Grid, item_id: int) -> int:
    """How many students have something for an item."""
    return sum(1 for row in grid.rows if grid.cell(item_id, row.account_id).text)


def _shown(text: str) -> str:
    """A zero byte, which nobody types and PostgreSQL does not keep, as the sign for what cannot be shown."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")
