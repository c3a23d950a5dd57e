"""What is counted of each refresh: published and held back, by collection, rule and local day of the district."""

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from provider.access.connections import Options, add_connection
from provider.database import db
from provider.eligibility import rows
from provider.eligibility.edition import Edition
from provider.publishing.catalog import COLLECTIONS
from provider.publishing.counts import KEPT, DayCounts, counts_of
from provider.publishing.models import PublishedRevision
from provider.publishing.records.ids import every_user_id
from provider.refreshing import DistrictRefresh
from provider.sis import models
from shared.oneroster.versions import Version
from tests.provider.eligibility.districts import V11, V12
from tests.provider.eligibility.random_district import random_district
from tests.provider.eligibility.stored import store
from tests.provider.publishing.conftest import STUDENTS, Published

#: The rows that collections are made of, where each of them is one record (of users: at least one).
KINDS: dict[str, Any] = {
    "orgs": rows.School, "resources": rows.Resource, "courses": rows.Course, "classes": rows.Section,
    "users": rows.Person,
}  # fmt: skip
BOTH = pytest.mark.parametrize("edition", [V11, V12], ids=lambda edition: str(edition.version))


def counts(published: Published, edition: Edition = V11, ago: int = 0) -> DayCounts:
    """The counts of an edition at the end of the day so many days ago."""
    with published.app.app_context():
        found = counts_of(db.session.connection(), edition, published.now.date() - timedelta(days=ago))
    assert found is not None
    return found


def rules(found: DayCounts, collection: str) -> dict[str, int]:
    """What is held back from a collection, by rule number."""
    return {rule.rule: rule.count for rule in found.collections[collection].rules}


def total(published: Published, collection: str, version: Version, **query: Any) -> int:
    service = published.get(f"/{collection}", version, limit=1, **query)
    assert service.status_code == 200
    return int(service.headers["X-Total-Count"])


def as_served(published: Published, edition: Edition) -> dict[str, tuple[int, int]]:
    """How many records of each collection the API has: active and to be deleted."""
    return {
        name: tuple(
            total(published, name, edition.version, filter=f"status='{status}'") for status in ("active", "tobedeleted")
        )
        for name in COLLECTIONS
    }


def as_counted(published: Published, edition: Edition) -> dict[str, tuple[int, int]]:
    found = counts(published, edition)
    return {name: (one.active, one.to_be_deleted) for name, one in found.collections.items()}


@BOTH
def test_counts_are_what_the_api_serves_after_every_refresh(published: Published, edition: Edition) -> None:
    published.refresh()
    assert as_counted(published, edition) == as_served(published, edition)
    # One enrollment ends (P-16), one person loses the username (P-07), a section is excluded (P-68).
    published.edit(models.Enrollment, 3, end_date=date(2025, 12, 1))
    published.refresh_keys(people={4})
    assert as_counted(published, edition) == as_served(published, edition)
    published.edit(models.Section, 2, external_lms_exclude=True)
    published.refresh_keys(sections={2})
    assert as_counted(published, edition) == as_served(published, edition)
    assert as_counted(published, edition)["users"][1] == 1
    published.edit(models.Section, 2, external_lms_exclude=False)
    published.edit(models.Enrollment, 9, end_date=date(2025, 12, 1))
    published.refresh()
    assert as_counted(published, edition) == as_served(published, edition)
    assert as_counted(published, edition)["users"][1] == 2


@BOTH
def test_what_is_held_back_is_what_the_sis_has_less_what_is_published(published: Published, edition: Edition) -> None:
    for student in (5, 6, 7):
        published.edit(models.Enrollment, student - 1, external_lms_exclude=True)
    published.edit(models.Enrollment, 7, no_show=True)
    published.edit(models.Section, 2, active=False)
    published.refresh(approved=True)

    found = counts(published, edition)
    assert rules(found, "users") == {"P-15": 3, "P-14": 1}, "not that no enrollment counts (P-13), but why none does"
    assert rules(found, "classes") == {"P-69": 1}
    with published.app.app_context():
        people = db.session.scalar(select(func.count()).select_from(models.Person))
        rosters = db.session.scalar(select(func.count()).select_from(models.Roster))
        staff = db.session.scalar(select(func.count()).select_from(models.SectionStaff))
    assert people - found.collections["users"].held_back == total(published, "users", edition.version)
    held = found.collections["enrollments"]
    assert rosters + staff - held.held_back == held.published == total(published, "enrollments", edition.version)


def test_a_rule_that_only_one_version_has_holds_back_there_alone(published: Published) -> None:  # P-07
    with published.app.app_context():
        account = db.session.scalars(select(models.UserAccount).where(models.UserAccount.person_id == 9)).one()
        db.session.delete(account)
        db.session.commit()
    published.refresh()
    assert rules(counts(published, V11), "users") == {"P-07": 1}
    assert rules(counts(published, V12), "users") == {}
    assert counts(published, V11).collections["users"].rules[0].sentence.startswith("The person has a username")


def test_each_day_keeps_what_it_ended_with(published: Published) -> None:
    published.refresh()
    before = counts(published).collections["users"].published
    published.now += timedelta(days=1)
    published.edit(models.Enrollment, 3, external_lms_exclude=True)
    published.refresh_keys(people={4})  # a keyed refresh is the first of its day

    assert counts(published).collections["users"].published == before - 1
    assert counts(published, ago=1).collections["users"].published == before
    assert rules(counts(published), "users") == rules(counts(published, ago=1), "users"), "as the last full refresh saw"
    published.refresh()
    assert rules(counts(published), "users") == {"P-15": 1}
    assert counts(published, ago=0).day - counts(published, ago=1).day == timedelta(days=1)


def test_days_without_a_refresh_are_as_the_last_one_before(published: Published) -> None:
    published.refresh()
    day = published.now.date()
    published.now += timedelta(days=3)
    assert counts(published, ago=1).day == day
    with published.app.app_context():
        assert counts_of(db.session.connection(), V11, day - timedelta(days=30)) is None


def test_old_days_go(published: Published) -> None:
    published.refresh()
    first = published.now.date()
    published.now += KEPT + timedelta(days=1)
    published.refresh()
    with published.app.app_context():
        assert counts_of(db.session.connection(), V11, first + timedelta(days=1)) is None
        assert db.session.scalar(select(func.count()).select_from(PublishedRevision))


def test_the_day_is_the_district_s(published: Published) -> None:
    published.edit(models.District, 1, time_zone="Pacific/Kiritimati")  # 14 hours ahead
    published.now = published.now.replace(hour=20)
    published.refresh()
    with published.app.app_context():
        found = counts_of(db.session.connection(), V11, published.now.date() + timedelta(days=2))
    assert found is not None
    assert found.day == published.now.date() + timedelta(days=1)


def test_a_refresh_that_is_held_counts_nothing(published: Published) -> None:
    published.refresh()
    before = as_counted(published, V11)
    published.edit(models.Section, 1, external_lms_exclude=True)
    assert published.refresh().state == "held"
    assert as_counted(published, V11) == before == as_served(published, V11)
    assert before["enrollments"][0] >= STUDENTS


@pytest.mark.parametrize("seed", range(4))
def test_every_row_of_a_random_district_is_published_or_held_back_by_one_rule(
    session: Any, provider_app: Flask, seed: int
) -> None:
    district = random_district(random.Random(seed))
    store(session, district)
    sealer, now = provider_app.extensions["homeroom"]["sealer"], datetime(2026, 1, 10, 12, tzinfo=UTC)
    scope = Options(schools=[district.get(rows.School, 1).number])
    for name, version, options in (
        ("one", Version.V1P1, Options()), ("two", Version.V1P2, Options()), ("scoped", Version.V1P2, scope),
    ):  # fmt: skip
        add_connection(session, sealer, name, version, options, now)
    session.commit()
    assert DistrictRefresh(provider_app, lambda: now).full(today=district.today).state == "done"

    size = {name: len(district.tables[kind]) for name, kind in KINDS.items()}
    size["enrollments"] = len(district.tables[rows.Roster]) + len(district.tables[rows.SectionStaff])
    for edition in (V11, V12, Edition(Version.V1P2, schools=frozenset({1}))):
        records = district.publish(edition)
        counted = counts_of(session.connection(), edition, now.date())
        assert counted is not None
        found = counted.collections
        assert {name: one.published for name, one in found.items()} == {name: len(records[name]) for name in found}
        published = {name: found[name].published for name in size}
        published["orgs"] -= 1  # the district
        published["users"] = sum(
            not records["users"].keys().isdisjoint(every_user_id(key, person, edition.version))
            for key, person in district.tables[rows.Person].items()
        )
        assert {name: published[name] + found[name].held_back for name in size} == size
