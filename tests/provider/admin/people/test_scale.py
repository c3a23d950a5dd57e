"""The lists about people of a large district: 50,000 students, each with an account and rows in every list."""

import pytest

from tests.provider.admin.people.conftest import People
from tests.provider.admin.people.test_lists import LISTS, fill
from tests.provider.admin.test_scale import MOST, quickest


@pytest.mark.slow
def test_lists_of_people_take_a_fifth_of_a_second(people: People) -> None:
    """The first page, one in the middle and a late one, searches that find few and many, each way to sort."""
    fill(people, 50_000)
    queries = ("", "?page=400", "?page=990", "?sort=-name", "?search=family12", "?search=given99", "?search=amil")
    for path in LISTS:
        for query in (*queries, "?sort=number", "?sort=start", "?sort=username", "?kind=student&page=400"):
            took = quickest(lambda address=path + query: people.window.get(address))
            assert took < MOST, (path, query, took)
