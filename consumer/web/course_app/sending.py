"""The tab Sync Grades: items and how they stand in the SIS, the two buttons, a press at work (C-122, C-123)."""

from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Response, abort, current_app, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from consumer.database import db
from consumer.passback.log import Message, Press, find_press, messages, presses
from consumer.passback.press import cancel as cancel_press
from consumer.passback.press import delete_in_sis, open_press, press
from consumer.passback.standing import ItemStanding, left_behind, standing
from consumer.passback.tables import PassbackRun, Send
from consumer.platform.gradebook.categories import categories_of
from consumer.platform.gradebook.items import items_of
from consumer.platform.models import Account, GradeItem
from consumer.runs.columns import Status
from consumer.runs.line import Refused, place_in_line
from consumer.runs.news import GRADES, announce
from consumer.web.course_app.app import Page, address, course_app, the_page
from consumer.web.filters import number_of
from shared.database import will_write

#: Presses below the list; the status log has all.
LATEST = 5
#: What the links above the list choose.
CHOICES = (("", "Published"), ("changed", "Changed"), ("all", "All"), ("none", "None"))


@dataclass(frozen=True, slots=True)
class Row:
    """An item on the page. `category` "" where it has none; `chosen`: it is ticked at first."""

    item: ItemStanding
    category: str
    chosen: bool


@course_app.get("/")
def show() -> ResponseReturnValue:
    """The tab; before the teacher has approved access, the page that asks for it (C-121)."""
    page, session = the_page(), db.session()
    if not page.approved:
        return render_template("course_app/approve.html", current_tab="course_app.show")
    run, latest = open_press(session, page.book), presses(session, page.book, limit=LATEST)
    rows = _rows(session, page, request.args.get("choose", ""))
    return render_template(
        "course_app/sync.html", current_tab="course_app.show", rows=rows, several=len(page.book.synced) > 1,
        choices=CHOICES, latest=latest, broken=_broken(session, latest.rows), behind=left_behind(session, page.book),
        **_at_work(session, page, run),
    )  # fmt: skip


@course_app.post("/press")
def send() -> ResponseReturnValue:
    """Queue a press: of the chosen items what has changed, or everything of all that students see (C-132)."""
    wanted = request.form.get("send", "")
    if wanted not in set(Send):
        abort(400)
    chosen = {number for text in request.form.getlist("item") if (number := number_of(text)) is not None}
    session, page, now = db.session(), the_page(), datetime.now(UTC)
    account_id = page.account.id
    session.commit()
    will_write(session)
    account = session.get_one(Account, account_id)
    try:
        press(session, page.book, account, chosen if wanted == Send.CHANGES else None, Send(wanted), now)
    except Refused as error:
        session.rollback()
        flash(f"{error}.", "bad")
        return redirect(address("course_app.show"), 303)
    session.commit()
    announce(current_app.extensions["homeroom"]["settings"], GRADES)
    return redirect(address("course_app.show"), 303)


@course_app.get("/progress")
def progress() -> ResponseReturnValue:
    """The moving part of the page; once the press has ended, the page is loaded anew."""
    session, page = db.session(), the_page()
    run = open_press(session, page.book)
    if run is None:
        return Response(headers={"HX-Refresh": "true"})
    return render_template("course_app/progress.html", **_at_work(session, page, run))


@course_app.post("/presses/<int:run_id>/cancel")
def cancel(run_id: int) -> ResponseReturnValue:
    """Cancel a press of this book: what is sent stays sent."""
    session, page = db.session(), the_page()
    if find_press(session, page.book, run_id) is None:
        abort(404)
    session.commit()
    will_write(session)
    try:
        cancel_press(session, session.get_one(PassbackRun, run_id), datetime.now(UTC))
    except Refused as error:
        session.rollback()
        flash(f"{error}.", "bad")
    else:
        session.commit()
    return redirect(address("course_app.show"), 303)


@course_app.post("/left-behind/<int:item_id>/")
def ask_deletion(item_id: int) -> ResponseReturnValue:
    """An item that was deleted here is to be deleted in the SIS too, or not after all (C-135)."""
    session, page = db.session(), the_page()
    session.commit()
    will_write(session)
    item = session.get(GradeItem, item_id)
    if item is None or item.section_id != page.book.head.id or item.deleted_at is None:
        abort(404)
    yes, title = request.form.get("yes") == "1", item.title
    delete_in_sis(session, item, yes)
    session.commit()
    flash(f"{title} is deleted in the SIS with the next press." if yes else f"{title} stays in the SIS.", "good")
    return redirect(address("course_app.show"), 303)


def _rows(session: Session, page: Page, choose: str) -> list[Row]:
    names = {category.id: category.name for category in categories_of(session, page.book)}
    categories = {item.id: names.get(item.category_id or 0, "") for item in items_of(session, page.book)}
    items = standing(session, page.book)
    return [Row(item, categories.get(item.item_id, ""), _chosen(item, choose)) for item in items]


def _chosen(item: ItemStanding, choose: str) -> bool:
    """Whether an item is ticked; at first those are that students see."""
    return {"all": True, "none": False, "changed": item.published and item.changed}.get(choose, item.published)


def _at_work(session: Session, page: Page, run: PassbackRun | None) -> dict[str, object]:
    """What the moving part needs: the press at work, its place in line, whether it is to end, whose it is."""
    if run is None:
        return {"press": None}
    return {
        "press": find_press(session, page.book, run.id),
        "place": place_in_line(session, run),
        "asked_to_stop": run.asked_to_stop,
        "mine": run.started_by == page.account.username,
    }


def _broken(session: Session, latest: tuple[Press, ...]) -> Message | None:
    """Why the last press broke off as a whole, such as for want of a licence (C-10); None where it did not."""
    if not latest or latest[0].status != Status.FAILED:
        return None
    return next((line for line in messages(session, latest[0].run, limit=1).rows if not line.item), None)
