"""Terms: which SIS term of the active year is which grading period here (C-32 … C-37)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from flask import render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from consumer.client.records import SessionRecord
from consumer.connections import Connection
from consumer.database import db
from consumer.mapping.suggest import terms_to_map
from consumer.platform.models import GradingPeriod
from consumer.sync.choices import Places, active_year, load_places
from consumer.sync.mapping import map_term, unmap
from consumer.sync.offered import Offered, count_offered
from consumer.sync.tables import TermMapping
from consumer.web.choosing import NEW, NOT_MAPPED, store_choice
from consumer.web.saving import save_fields
from consumer.web.tabs import address, tab, the_page
from shared.web.forms import Form, stored_form

terms = tab("terms")

#: A choice's field: this, and the sourcedId of the academic session.
FIELD = "term-"


@dataclass(frozen=True, slots=True)
class TermLine:
    """A SIS term, the field of its choice with its options, the period with its name and dates (C-36), and how many
    sections of which schools are in it (None and "" before they are read).
    """

    title: str
    type: str
    start: date | None
    end: date | None
    field: str
    options: tuple[tuple[str, str], ...]
    suggestion: str
    sections: int | None
    schools: str


@terms.get("/")
def show() -> ResponseReturnValue:
    """The mapping table."""
    return _page(stored_form(_stored(db.session(), the_page().connection)))


@terms.post("/")
def save() -> ResponseReturnValue:
    """Store what was chosen. Unmapping stops updates and removes nothing."""
    return save_fields("map term", _stored, _store, _page, address("terms.show"))


def shown_year(connection: Connection, places: Places) -> int | None:
    """The active year: the one that was chosen, else the one around today in the organisation's zone."""
    return active_year(connection, places, datetime.now(UTC).astimezone(ZoneInfo(the_page().zone)).date())


def schedule_standing(session: Session, connection: Connection) -> dict[str, object]:
    """The active year, and whether somebody has said that its schedule is final (C-76): `year` and `final`."""
    year = shown_year(connection, load_places(session, connection))
    return {"year": year, "final": year is not None and connection.schedule_final_year == year}


def _offered(session: Session, connection: Connection) -> list[SessionRecord]:
    places = load_places(session, connection)
    found = terms_to_map(places.sessions.values(), shown_year(connection, places) or 0)
    return sorted(found, key=lambda term: (str(term.start), str(term.end), term.title, term.sourced_id))


def _stored(session: Session, connection: Connection) -> dict[str, str]:
    rows = select(TermMapping.sis_id, TermMapping.grading_period_id).where(TermMapping.connection_id == connection.id)
    chosen = {sis_id: str(period_id) for sis_id, period_id in session.execute(rows)}
    offered = _offered(session, connection)
    return {FIELD + term.sourced_id: chosen.get(term.sourced_id, NOT_MAPPED) for term in offered}


def _store(session: Session, connection: Connection, field: str, chosen: str) -> str:
    sis_id = field.removeprefix(FIELD)
    term = load_places(session, connection).sessions[sis_id]
    store_choice(
        chosen,
        lambda: unmap(session, connection, TermMapping, sis_id),
        lambda period_id: map_term(session, connection, term, period_id),
    )
    return term.title


def _page(form: Form) -> str:
    session, connection = db.session(), the_page().connection
    places = load_places(session, connection)
    here = session.scalars(select(GradingPeriod).order_by(GradingPeriod.start_date, GradingPeriod.name)).all()
    counted = count_offered(session, connection)
    names = {org.sourced_id: org.name for org in places.orgs.values()}
    lines = [_line(term, here, counted, names) for term in _offered(session, connection)]
    return render_template("roster/terms.html", lines=lines, form=form, year=shown_year(connection, places))


def _line(term: SessionRecord, here: Sequence[GradingPeriod], counted: Offered, names: dict[str, str]) -> TermLine:
    same = [p for p in here if (p.name, p.start_date, p.end_date) == (term.title, term.start, term.end)]
    new = "Create new grading period" if not same else f"Take {term.title}, which has the same name and dates"
    named = tuple((str(p.id), f"{p.name} ({p.start_date} to {p.end_date})") for p in here)
    options = ((NOT_MAPPED, "Not mapped"), (NEW, new), *named)
    suggestion = f"{same[0].name} has the same name and dates" if same else ""
    sections = counted.sections_of_term.get(term.sourced_id, 0) if counted.read else None
    field = FIELD + term.sourced_id
    schools = sorted(names[org] for org in counted.schools_of_term.get(term.sourced_id, ()) if org in names)
    return TermLine(
        term.title, term.type, term.start, term.end, field, options, suggestion, sections, ", ".join(schools)
    )
