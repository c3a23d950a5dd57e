"""Which identity is current: what lists ask of the database is what the rules say (`current_identity`)."""

from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from provider.admin.people.current import is_current, is_current_of_many
from provider.eligibility.dates import current_identity
from provider.sis.models import Identity, Person

TODAY = date(2026, 1, 10)
days = st.none() | st.integers(-4, 4).map(lambda number: TODAY + timedelta(days=number))
spans = st.tuples(days, days).filter(lambda span: None in span or span[0] <= span[1])


@given(of_people=st.lists(st.lists(spans, max_size=5), min_size=1, max_size=4))
@example(of_people=[[(None, None), (None, None)], [(TODAY, None), (TODAY, TODAY)], [(None, TODAY - timedelta(days=2)), (TODAY - timedelta(days=3), TODAY - timedelta(days=1))]])  # fmt: skip
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_database_and_the_rules_find_the_same_identity(session: Session, of_people: list[list[Any]]) -> None:
    people = dict(enumerate(of_people, 1_000))
    session.execute(delete(Identity))
    session.execute(insert(Person), [{"id": n, "guid": f"guid-{n}"} for n in people])
    rows = [
        {
            "id": 10 * n + place,
            "person_id": n,
            "start_date": start,
            "end_date": end,
            "first_name": "A",
            "last_name": "B",
        }
        for n, spans_of in people.items()
        for place, (start, end) in enumerate(spans_of)
    ]
    if rows:
        session.execute(insert(Identity), rows)
    expected = []
    for n in people:
        own = session.scalars(select(Identity).where(Identity.person_id == n).order_by(Identity.id)).all()
        current: Any = current_identity(own, TODAY)
        if current is not None:
            expected.append((n, current.id))
    for condition in (is_current(TODAY), is_current_of_many(TODAY)):
        found = session.execute(select(Identity.person_id, Identity.id).where(condition)).all()
        assert sorted(map(tuple, found)) == expected
    session.rollback()
