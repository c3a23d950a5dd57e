"""What every list about people is asked: its page, order, filters, and whom its search finds on which day."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import NamedTuple

from flask import request
from sqlalchemy import text
from sqlalchemy.orm import Session

from provider.admin.people.searching import Found, is_sqlite, search_people
from provider.database import db
from provider.gradebook.facts import time_zone
from shared.web.lists import Asked, Listing, read_asked


class Question(NamedTuple):
    """What somebody asks of a list, and when in the district. `found` is None when nobody is searched for."""

    session: Session
    today: date
    asked: Asked
    found: Found | None


def question(sorts: Iterable[str], filters: Sequence[str]) -> Question:
    """What the address of this request asks."""
    session, asked = db.session(), read_asked(request.args, tuple(sorts), filters)
    if not is_sqlite(session):
        # Late pages have plans that look dear; to compile them costs ten times what they take.
        session.execute(text("SET LOCAL jit = off"))
    return Question(session, today_of(session), asked, search_people(session, asked.search))


def today_of(session: Session) -> date:
    """Today in the district."""
    return datetime.now(UTC).astimezone(time_zone(session.connection())).date()


def query_of(asked: Asked) -> str:
    """The query of the list that was asked for."""
    return Listing((), 0, asked).link()
