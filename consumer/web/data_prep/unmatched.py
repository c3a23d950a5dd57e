"""Who is in both, only here, only in the SIS, or to be decided, as lists that can be searched (C-101, C-103, C-104)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from consumer.database import db
from consumer.folding import fold
from consumer.platform.audit import audit
from consumer.upgrade.answers import BadAnswer, take_answer
from consumer.upgrade.gates import NotYet, confirm_unmatched
from consumer.upgrade.people import load_mapping
from consumer.upgrade.report import BOTH, HERE, IN_SIS, SIS, UNDECIDED, last_report, lines_of
from consumer.web.data_prep.tab import data_prep, sentence, show_page
from consumer.web.filters import number_of
from consumer.web.tabs import address, the_page
from shared.csv_cells import plain
from shared.database import will_write
from shared.oneroster.versions import Version
from shared.web.lists import SIZE, Listing, read_asked
from shared.web.redirects import own_path

#: The lists by their name in an address.
LISTS: Mapping[str, str] = {"undecided": UNDECIDED, "here": HERE, "sis": IN_SIS, "both": BOTH}
OPTIONS = (("", "All"), *((name, status[:1].upper() + status[1:]) for name, status in LISTS.items()))
_SEARCHED = ("username", "email", "given_name", "family_name", "unique_id", "current_sis_ids", *SIS)


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the report: the columns of the platform and of the SIS by name, "" where there is nobody."""

    status: str
    cells: Mapping[str, str]


@data_prep.get("/people/")
def people() -> ResponseReturnValue:
    """The rows of the last report."""
    report = last_report(db.session(), the_page().connection.id) or abort(404)
    asked = read_asked(request.args, ("report",), ("show",))
    words = [fold(word) for word in asked.search.split()[:5]]
    status = LISTS.get(asked.filters.get("show", ""))
    found = [line for line in _lines(lines_of(report)) if status in (None, line.status) and _fits(line, words)]
    listing = Listing(found[asked.offset : asked.offset + SIZE], len(found), asked)
    return render_template(
        "roster/data_prep_people.html", listing=listing, report=report, options=OPTIONS, undecided=UNDECIDED,
        said=load_mapping(db.session(), the_page().connection.id),
    )  # fmt: skip


@data_prep.post("/people/")
def decide() -> ResponseReturnValue:
    """Say which account somebody of the SIS is; the next report goes by it (C-101)."""
    session, back = db.session(), own_path(request.form.get("back"), address("data_prep.people"))
    session.commit()
    will_write(session)
    connection, account = the_page().connection, the_page().account
    report = last_report(session, connection.id) or abort(404)
    sis_id, account_id = request.form.get("sis_id", ""), number_of(request.form.get("account")) or 0
    try:
        take_answer(session, connection, report, sis_id, account_id)
    except BadAnswer as error:
        session.rollback()
        flash(sentence(error), "bad")
        return redirect(back, 303)
    audit(session, datetime.now(UTC), account, "map person", connection.name, None, {sis_id: f"account {account_id}"})
    session.commit()
    flash("This is kept. Make a new report when everybody is decided.", "good")
    return redirect(back, 303)


@data_prep.post("/confirm")
def confirm() -> ResponseReturnValue:
    """Go on with those who are unmatched in the report that was looked at (C-104)."""
    session = db.session()
    session.commit()
    will_write(session)
    connection, account = the_page().connection, the_page().account
    report = last_report(session, connection.id, Version.V1P2)
    if report is not None and report.id != number_of(request.form.get("report")):
        session.rollback()
        return show_page(refused="A newer report was made meanwhile: look at it, and confirm that one."), 409
    try:
        confirm_unmatched(session, connection, account, datetime.now(UTC))
    except NotYet as error:
        session.rollback()
        return show_page(refused=sentence(error)), 422
    session.commit()
    flash("Confirmed.", "good")
    return redirect(address("data_prep.show"), 303)


def _lines(rows: Iterator[dict[str, str]]) -> Iterator[Line]:
    for row in rows:
        yield Line(row["status"], {name: plain(cell) for name, cell in row.items()})


def _fits(line: Line, words: list[str]) -> bool:
    text = fold("\n".join(line.cells[name] for name in _SEARCHED)) if words else ""
    return all(word in text for word in words)
