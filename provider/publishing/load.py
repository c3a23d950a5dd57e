"""Reads the plain rows that the rules need: the whole district for a full refresh, or just enough for some keys.

The only queries between the SIS tables and the rules. They choose which rows are read, never which are published: what
they leave out (other years in a full load, P-01; other people in a keyed one) no rule of this pass could use.
"""

from dataclasses import fields
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from provider.eligibility import rows
from provider.eligibility.facts import Facts, Keys, Switches
from provider.publishing.loading.keyed import keyed
from provider.publishing.loading.reading import by_id, read
from provider.publishing.loading.whole import whole
from provider.sis.settings import read_settings


def load_facts(session: Session, today: date, keys: Keys | None = None, year_id: int | None = None) -> Facts:
    """The facts of the district as of `today`, with this school year as the active one, or with the one that is.

    Without keys everything of the active year; without an active year nothing but the district (P-03). With keys: what
    their records need, whichever year it is of. Once loaded, the session is not needed any more. Raises KeyError for a
    year that is not there.
    """
    years = by_id(read(session, rows.SchoolYear))
    if year_id is not None:
        if year_id not in years:
            raise KeyError(year_id)
        years = {key: row._replace(active=key == year_id) for key, row in years.items()}
    year = next((row for row in years.values() if row.active), None)
    switches = _switches(session)
    start: dict[str, Any] = {
        "today": today,
        "switches": switches,
        "district": next(iter(read(session, rows.District)), None),
        "year": year,
        "years": years,
        "schools": by_id(read(session, rows.School)),
        "grading_tasks": by_id(read(session, rows.GradingTask)),
    }
    if keys is not None:
        return Facts(**start, **keyed(session, year, switches, keys))
    return Facts(**start, **whole(session, year)) if year else Facts(**start)


def _switches(session: Session) -> Switches:
    settings = read_settings(session)
    return Switches(**{field.name: getattr(settings, field.name) for field in fields(Switches)})
