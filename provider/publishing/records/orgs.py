"""Records of orgs and academicSessions (P-06, P-55, P-56, P-57)."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from provider.eligibility import rows
from provider.eligibility.context import Context
from provider.eligibility.dates import day_after
from provider.eligibility.rule import ACTIVE, Included
from provider.publishing.records import ids
from provider.publishing.records.record import Projected, put, put_list
from provider.publishing.records.refs import Ref, References


def orgs(context: Context, refs: References) -> Iterator[Projected]:
    """The district, then its published schools. The district is published to every connection (P-96)."""
    district = context.facts.district
    if district is None:
        return
    published = [
        (school, decision)
        for school in sorted(context.facts.schools.values())
        if isinstance(decision := context.school(school.id), Included)
    ]
    rest: dict[str, Any] = {"name": district.name, "type": "district"}
    put(rest, "identifier", district.number)
    put_list(rest, "children", [refs.org(school.id) for school, _ in published])
    yield Projected(ids.org_id(district), ACTIVE, rest)
    for school, decision in published:
        rest = {"name": school.name, "type": school.org_type}
        put(rest, "identifier", school.number)
        rest["parent"] = refs.org(None)
        yield Projected(ids.org_id(school), decision.status, rest)


def sessions(context: Context, refs: References) -> Iterator[Projected]:
    """The schoolYear session; then each published term and the gradingPeriod derived from it."""
    year, window, version = context.facts.year, context.window, context.edition.version
    if year is None or window is None:
        return
    terms = [refs.term(term_id) for term_id in context.terms]
    yield Projected(ids.org_id(year), ACTIVE, _session(year, year.name, "schoolYear", *window, None, terms))
    for term, decision in context.terms.values():
        period = ids.grading_period_id(term, version)
        span = (term.start_date, term.end_date)
        yield Projected(
            ids.term_id(term, version), decision.status,
            _session(year, term.name, "term", *span, refs.school_year(), [refs.session(period)]),
        )  # fmt: skip
        yield Projected(
            period, decision.status, _session(year, term.name, "gradingPeriod", *span, refs.term(term.id), [])
        )


def _session(
    year: rows.SchoolYear, title: str, kind: str, start: date, end: date, parent: Ref | None, children: list[Ref]
) -> dict[str, Any]:
    rest: dict[str, Any] = {
        "title": title, "type": kind, "startDate": start.isoformat(), "endDate": day_after(end).isoformat(),
    }  # fmt: skip
    if parent:
        rest["parent"] = parent
    put_list(rest, "children", children)
    rest["schoolYear"] = str(year.end_year)
    return rest
