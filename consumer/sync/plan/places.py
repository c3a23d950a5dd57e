"""Plans names of schools and dates of grading periods that the app created (C-37, section 12 of the rules)."""

from collections.abc import Iterator

from sqlalchemy import select

from consumer.platform.models import GradingPeriod, School
from consumer.sync.choices import period_dates
from consumer.sync.plan.change import Change, Planning, difference
from consumer.sync.tables import Action, Entity


def plan_places(planning: Planning) -> Iterator[Change]:
    """Creating is the business of `map`; here only what the SIS calls differently now is updated."""
    for school in planning.session.scalars(
        select(School).where(School.connection_id == planning.connection_id).order_by(School.id)
    ).all():
        org = planning.places.orgs.get(school.sis_id or "")
        if org is not None and school.sis_id in planning.choices.schools:
            before, after = difference(
                {"name": school.name, "number": school.number}, {"name": org.name, "number": org.identifier}
            )
            if after:
                yield Change(Entity.SCHOOL, Action.UPDATE, org.sourced_id, school.id, None, org.name, before, after)
    yield from _periods(planning)


def _periods(planning: Planning) -> Iterator[Change]:
    for period in planning.session.scalars(
        select(GradingPeriod).where(GradingPeriod.connection_id == planning.connection_id).order_by(GradingPeriod.id)
    ).all():
        if period.sis_id is None or period.sis_id not in planning.choices.terms:
            continue
        start, end = period_dates(period, planning.connection_id, planning.places)
        title = planning.places.sessions[period.sis_id].title
        before, after = difference(
            {"name": period.name, "start_date": str(period.start_date), "end_date": str(period.end_date)},
            {"name": title, "start_date": str(start), "end_date": str(end)},
        )
        if after:
            yield Change(Entity.PERIOD, Action.UPDATE, period.sis_id, period.id, None, title, before, after)
