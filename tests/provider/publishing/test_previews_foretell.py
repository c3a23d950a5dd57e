"""A preview of any change is what the refresh after it does: over random districts, change after change."""

import random
from datetime import date
from typing import Any

import pytest
from flask import Flask

from provider.eligibility import rows
from provider.publishing.hypotheses import TABLES, columns_of
from provider.publishing.loading.reading import MODELS
from provider.publishing.preview import ActiveYear, Mark
from tests.provider.eligibility.districts import SmallDistrict
from tests.provider.eligibility.random_district import random_district
from tests.provider.publishing.town import Town, difference, of_job, of_preview


def some_mark(district: SmallDistrict, rng: random.Random, table: str) -> Mark | None:
    """Some rows of a table with another value in some column."""
    kind = next(kind for kind, model in MODELS.items() if model.__tablename__ == table)
    found = sorted(district.tables[kind])
    values = {}
    for column, type_ in columns_of(table).items():
        if type_ is bool:
            values[column] = not getattr(district.get(kind, found[0]), column) if found else True
        elif type_ in (date, date | None):
            # Dates stay in order: a start is moved to the past, an end to the future.
            values[column] = date(2025, 5, 1) if "start" in column else date(2026, 8, 1)
        elif column in ("name", "title"):
            values[column] = "Renamed"
    column = rng.choice(sorted(values))
    others = rng.sample(found[1:], min(len(found[1:]), rng.choice((0, 0, 1, 2))))
    return Mark(table, frozenset({found[0], *others}), column, values[column]) if found else None


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_a_preview_is_what_the_refresh_after_the_change_does(session: Any, provider_app: Flask, seed: int) -> None:
    """Of a random district, change after change, in half of the tables: as a job, and where that is possible within a
    request."""
    rng = random.Random(seed)
    town = Town(provider_app, random_district(rng))
    quick = changing = 0
    for mark in filter(None, [some_mark(town.district, rng, table) for table in sorted(TABLES)[seed::2]]):
        before = town.published()
        at_once = town.now_preview(mark)
        kept = of_job(town.job_preview(mark))
        assert town.published() == before, "a preview publishes nothing"
        town.make(mark)
        really = difference(before, town.published())
        assert kept == really, mark
        changing += bool(really)
        if at_once is not None:
            quick += 1
            assert of_preview(at_once) == really, mark
    assert changing >= 2
    assert quick >= 2


def second_year(district: SmallDistrict) -> int:
    """Another school year, with a calendar at the first school, a course, a section and a student of that year."""
    year = district.add(rows.SchoolYear, name="2026-27", start_year=2026, end_year=2027, start_date=date(2025, 8, 1),
                        end_date=None, active=False, guid="00000000-0000-4000-8000-000000000027", sourced_id=None)  # fmt: skip
    calendar = district.school("Next", calendar=True)
    district.change(rows.Calendar, calendar, school_year_id=year, school_id=district.main)
    student = district.person("Nora Next")
    district.enroll(student, calendar)
    section = district.section(district.course(calendar))
    district.roster(section, student)
    return year


@pytest.mark.parametrize("seed", range(2))
def test_another_active_year_is_foretold(session: Any, provider_app: Flask, seed: int) -> None:  # P-02
    district = random_district(random.Random(seed))
    year = second_year(district)
    town = Town(provider_app, district)
    assert town.now_preview(ActiveYear(year)) is None, "that concerns everybody"
    before = town.published()
    kept = of_job(town.job_preview(ActiveYear(year)))
    town.make(ActiveYear(year))
    really = difference(before, town.published())
    assert kept == really
    assert any(what == "added" for _, _, what in really)
    assert any(what == "removed" for _, _, what in really)
    # And back.
    before = town.published()
    kept = of_job(town.job_preview(ActiveYear(1)))
    town.make(ActiveYear(1))
    assert kept == difference(before, town.published())
