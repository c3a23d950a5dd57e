"""The active year is the scope of everything (P-01 … P-03), through the public door."""

import pytest

from provider.refreshing import DistrictRefresh
from shared.oneroster.versions import Version
from tests.contract.district import TODAY
from tests.contract.platform import RESOURCES


def activate(district, *active: str) -> None:
    files = district.files
    for row in files.rows("school_year"):
        files.edit("school_year", row, active="False")
    district.load()
    for row in files.rows("school_year"):
        files.edit("school_year", row, active="True" if row["id"] in active else "False")
    district.load()


def test_another_active_year_swaps_the_scope_of_every_collection(district, version):
    """P-01, P-02."""
    platform = district.lms(version)
    assert platform.users_named("Rita Regular") and not platform.users_named("Fern Formeryear")
    activate(district, "2")
    district.refresh()
    assert platform.users_named("Fern Formeryear") and not platform.users_named("Rita Regular")
    assert [course["title"] for course in platform.walk("/courses")] == ["Former Year Geometry"]
    years = {session["schoolYear"] for session in platform.walk("/academicSessions")}
    assert years == {"2026"}


def test_without_an_active_year_collections_are_empty_and_requests_do_not_fail(district, version):
    """P-03."""
    activate(district)
    district.refresh()
    platform = district.lms(version)
    for name in RESOURCES:
        answer = platform.get(f"/{name}")
        assert (answer.status_code, answer.json(), answer.headers["X-Total-Count"]) == (200, {name: []}, "0")


@pytest.mark.parametrize("approved", [False, True])
def test_a_refresh_that_would_take_most_of_a_collection_away_asks_first(district, approved):
    """P-91, DESIGN section 2: the last good state stays until somebody approves."""
    platform = district.lms(Version.V1P2)
    before = platform.walk("/users")
    activate(district)
    with district.app.app_context():
        result = DistrictRefresh(district.app, lambda: district.now).full(today=TODAY, approved=approved)
    assert result.state == ("done" if approved else "held")
    assert platform.walk("/users") == ([] if approved else before)
