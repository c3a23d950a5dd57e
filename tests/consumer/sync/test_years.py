"""The active year: which may be chosen, and what choosing one would bring (C-19 … C-23)."""

from datetime import date

import pytest

from consumer.sync.staging import StagedRecord
from consumer.sync.years import BadYear, choose_year, preview_year, years_offered
from tests.consumer.sync.platform import TODAY, Platform
from tests.faults.district import ref


def next_year(platform: Platform) -> None:
    """The SIS goes on to 2027-2028: one class stays under its id, one is new, and T3 is a term of that year."""
    records = platform.provider.records
    for session in records["academicSessions"]:
        session.update(schoolYear="2028", startDate="2027-08-15", endDate="2028-06-01")
    new = {**records["classes"][0], "sourcedId": "K9", "terms": [ref("T2")]}
    records["classes"][:] = [records["classes"][0], new]
    records["enrollments"][:] = [row for row in records["enrollments"] if row["class"]["sourcedId"] == "K1"]


def test_the_years_are_those_of_the_sis_and_those_used_here(platform_11: Platform) -> None:
    """C-22"""
    assert [
        (y.year, y.name, y.offered, y.used) for y in years_offered(platform_11.session, platform_11.connection)
    ] == [(2027, "2026–2027", True, False)]
    platform_11.sync()
    next_year(platform_11)
    platform_11.connection.active_year = 2027
    platform_11.session.commit()
    platform_11.sync()
    found = years_offered(platform_11.session, platform_11.connection)
    assert [(y.year, y.offered, y.used, y.active) for y in found] == [
        (2028, True, False, False),
        (2027, False, True, True),
    ]


def test_a_year_is_chosen_at_any_time_and_also_back(platform_11: Platform) -> None:
    """C-20, C-21: the former year's sections stay as they are."""
    platform_11.sync()
    next_year(platform_11)
    platform_11.map_all()
    assert choose_year(platform_11.session, platform_11.connection, 2028)
    assert not choose_year(platform_11.session, platform_11.connection, 2028)
    with pytest.raises(BadYear, match="no year 2031; there is 2028, 2027"):
        choose_year(platform_11.session, platform_11.connection, 2031)
    assert choose_year(platform_11.session, platform_11.connection, 2027)
    platform_11.session.commit()
    before = platform_11.rows()
    assert [notice.code for notice in platform_11.sync().notices] == ["YEAR_NOT_AVAILABLE"]  # C-23
    assert platform_11.rows() == before


def test_before_anything_was_read_no_year_can_be_chosen(platform_11: Platform) -> None:
    platform_11.session.execute(StagedRecord.__table__.delete())
    platform_11.connection.active_year = None
    with pytest.raises(BadYear, match="read the schools and terms"):
        choose_year(platform_11.session, platform_11.connection, 2027)


def test_who_maps_terms_has_chosen_their_year_whatever_the_sis_offers_next(platform_11: Platform) -> None:
    """C-19, C-23: a feed of another year changes nothing until somebody chooses it."""
    assert platform_11.connection.active_year == 2027
    platform_11.sync()
    before = platform_11.rows()
    for record in platform_11.provider.records["academicSessions"]:
        record["schoolYear"] = "2028"
    assert [notice.code for notice in platform_11.sync().notices] == ["YEAR_NOT_AVAILABLE"]
    assert platform_11.rows() == before


def test_the_preview_tells_what_comes_and_what_is_left_alone(platform_11: Platform) -> None:
    """C-21: before the year is chosen, and as the next sync then does."""
    platform_11.sync()
    now = preview_year(platform_11.session, platform_11.connection, 2027, TODAY)
    assert (now.offered, now.created, now.updated, now.enrollments, now.left_sections) == (True, 0, 3, 11, 0)
    assert [(term.title, term.period) for term in now.terms] == [("Fall", "Fall"), ("Spring", "Spring")]
    other = preview_year(platform_11.session, platform_11.connection, 2028, TODAY)
    assert (other.offered, other.terms, other.created, other.updated) == (False, (), 0, 0)
    assert (other.left_sections, other.left_enrollments) == (3, 11)


def test_the_preview_counts_new_sections_and_those_without_a_term(platform_11: Platform) -> None:
    platform_11.sync()
    new = {**platform_11.provider.find("classes", "K1"), "sourcedId": "K9"}
    lost = {**platform_11.provider.find("classes", "K2"), "sourcedId": "K8", "terms": [ref("T7")]}
    platform_11.provider.records["classes"] += [new, lost]
    platform_11.sync(dry_run=True)
    found = preview_year(platform_11.session, platform_11.connection, 2027, date(2026, 9, 20))
    assert (found.created, found.updated, found.skipped) == (1, 3, {"TERM_UNMAPPED": 1})
