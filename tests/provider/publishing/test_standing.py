"""How a record stands: what the page shows as published and as due is what a refresh publishes, of everything."""

import random
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import update
from sqlalchemy.orm import Session

from provider.access.connections import Options, add_connection
from provider.database import db
from provider.eligibility import rows
from provider.eligibility.edition import Edition
from provider.publishing.explain import explain_row
from provider.publishing.standing import Standing, is_built, standings
from provider.refreshing import DistrictRefresh
from provider.sis import models
from shared.oneroster.versions import Version
from tests.provider.eligibility.districts import SmallDistrict
from tests.provider.eligibility.random_district import random_district
from tests.provider.eligibility.stored import store

NOW = datetime(2026, 1, 10, 12, 0, tzinfo=UTC)
TABLES = {
    "person": rows.Person, "section": rows.Section, "course": rows.Course, "school": rows.School,
    "roster": rows.Roster, "section_staff": rows.SectionStaff, "resource": rows.Resource,
}  # fmt: skip
COLLECTIONS = {
    "person": "users", "section": "classes", "course": "courses", "school": "orgs", "roster": "enrollments",
    "section_staff": "enrollments", "resource": "resources",
}  # fmt: skip


def told(
    app: Flask, session: Session, district: SmallDistrict, edition: Edition, table: str, key: int
) -> list[Standing]:
    base_url = app.extensions["homeroom"]["settings"].provider_base_url("demo")
    explained = explain_row(session, district.today, table, key, edition)
    return standings(session.connection(), explained, edition, base_url)


@pytest.mark.parametrize("version", list(Version), ids=str)
def test_what_is_due_is_what_a_refresh_publishes(provider_app: Flask, session: Session, version: Version) -> None:
    district = random_district(random.Random(7))
    store(session, district)
    sealer = provider_app.extensions["homeroom"]["sealer"]
    connection, _ = add_connection(session, sealer, "lms", version, Options(), NOW)
    edition = connection.edition()
    session.commit()
    assert not is_built(session.connection(), edition)
    before = {
        (table, key): told(provider_app, session, district, edition, table, key)
        for table, kind in TABLES.items() for key in district.tables[kind]
    }  # fmt: skip
    assert all(one.published is None and one.changes for found in before.values() for one in found)
    session.commit()
    assert DistrictRefresh(provider_app, lambda: NOW).full(today=district.today).state == "done"
    records = district.publish(edition)
    seen: dict[str, set[str]] = {}
    for (table, key), old in before.items():
        found = told(provider_app, session, district, edition, table, key)
        assert [one.due for one in found] == [one.due for one in old]
        for one in found:
            assert one.published is not None and not one.changes, (table, key)
            seen.setdefault(COLLECTIONS[table], set()).add(one.sourced_id)
    for collection, ids in seen.items():
        assert ids == records[collection].keys() - {district.district.guid}
    assert len(seen) >= 5


def test_an_edit_changes_what_is_due(provider_app: Flask, session: Session) -> None:
    district = SmallDistrict()
    student = district.student()
    store(session, district)
    sealer = provider_app.extensions["homeroom"]["sealer"]
    connection, _ = add_connection(session, sealer, "lms", Version.V1P2, Options(), NOW)
    session.commit()
    assert DistrictRefresh(provider_app, lambda: NOW).full(today=district.today).state == "done"
    db.session.execute(update(models.Identity).values(first_name="Adele"))
    session.commit()
    (one,) = told(provider_app, session, district, connection.edition(), "person", student)
    assert one.published is not None and one.due is not None and one.changes
    assert (one.published["givenName"], one.due["givenName"]) == ("Ada", "Adele")
    assert one.since == NOW
    assert '"givenName": "Ada"' in one.text()
