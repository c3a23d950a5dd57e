"""Connections: what each may have, and that options make its edition (P-94 … P-104, P-116)."""

import re
from datetime import timedelta

import pytest

from provider.access.connections import (
    BadConnection,
    allowed_scopes,
    editions_in_use,
    find_connection,
    regenerate_secret,
    set_schools,
)  # fmt: skip
from provider.access.credentials import matches
from provider.access.description import describe
from provider.eligibility.edition import SHARE, Edition
from provider.sis.models import District, School
from shared.oneroster.versions import Version
from tests.provider.access.conftest import NOW


@pytest.fixture
def schools(session):
    session.add(District(id=1, number="1", name="Maple", guid="d"))
    for n in (1, 2, 3):
        session.add(School(id=n, district_id=1, number=str(n * 10), name=f"School {n}", guid=f"s{n}"))
    session.commit()


def test_ids_and_secrets_read_the_same_percent_encoded_or_not(add):
    connection, secret = add(vendor_key=True)
    for text in (connection.client_id, secret, connection.vendor_key):
        assert re.fullmatch(r"[A-Za-z0-9._-]{20,}", text)


def test_the_secret_itself_is_not_in_the_database(add, session):
    connection, secret = add()
    row = session.connection().exec_driver_sql("SELECT * FROM connection").one()
    assert not any(secret in str(value) for value in row)
    assert matches(secret, connection.secret_hash)


def test_the_secret_is_shown_on_request(add, session, provider_app):
    connection, secret = add()
    homeroom = provider_app.extensions["homeroom"]
    shown = describe(session, connection, homeroom["settings"], "demo", homeroom["sealer"])
    assert shown["client_secret"] == secret
    assert shown["base_url"] == "http://127.0.0.1:8000/campus/oneroster/demo"
    assert shown["token_url"] == "http://127.0.0.1:8000/campus/oauth2/token?appName=demo"
    assert shown["created_at"] == NOW.isoformat()
    assert "client_secret" not in describe(session, connection, homeroom["settings"], "demo", None)


def test_a_new_secret_ends_the_old_one(add, session, provider_app):
    connection, old = add()
    new = regenerate_secret(connection, provider_app.extensions["homeroom"]["sealer"])
    session.commit()
    assert not matches(old, connection.secret_hash) and matches(new, connection.secret_hash)


def test_a_connection_sees_everything_by_default(add):
    connection, _ = add()
    assert connection.edition() == Edition(Version.V1P2)


def test_school_scope_is_part_of_the_edition(add, schools):
    connection, _ = add(schools=["10", "30"])
    assert connection.edition().schools == frozenset({1, 3})


def test_what_is_not_shared_is_part_of_the_edition(add):
    connection, _ = add(share=frozenset(SHARE) - {"phone"}, secondary_email=True, gradebook=True)
    assert connection.edition() == Edition(
        Version.V1P2, secondary_email=True, share=frozenset(SHARE) - {"phone"}, gradebook=True
    )


def test_changing_only_the_schools_moves_the_revision(add, schools, session):
    connection, _ = add(schools=["10"])
    before = connection.revision
    set_schools(session, connection, ["20"])
    session.commit()
    assert connection.revision > before
    assert connection.edition().schools == frozenset({2})
    set_schools(session, connection, None)
    session.commit()
    assert connection.edition().schools is None


def test_editions_in_use_are_those_of_enabled_connections_each_once(add, session):
    add("a", "1.1")
    add("b", "1.1")
    add("c", "1.2")
    off, _ = add("d", "1.2", secondary_email=True)
    off.enabled = False
    session.commit()
    assert editions_in_use(session) == [Edition(Version.V1P1), Edition(Version.V1P2)]


def test_the_functions_of_a_connection_open_its_scopes(add):
    roster, _ = add("roster")
    rostering = {"roster-core.readonly", "roster.readonly", "resource-core.readonly", "resource.readonly"}
    assert allowed_scopes(roster) == rostering | {"roster-demographics.readonly"}
    private, _ = add("private", share=frozenset())
    assert allowed_scopes(private) == rostering
    first, _ = add("first", "1.1")
    assert allowed_scopes(first) == rostering - {"resource-core.readonly"} | {"roster-demographics.readonly"}
    old, _ = add("old", "1.1", roster=False, gradebook=True, assessments=True)
    assert allowed_scopes(old) == {"gradebook.readonly", "gradebook.createput", "gradebook.delete"}
    new, _ = add("new", "1.2", roster=False, gradebook=True, assessments=True)
    assert {"gradebook.createpost", "gradebook-core.readonly", "assessment.createput"} < allowed_scopes(new)


@pytest.mark.parametrize(
    ("version", "options", "words"),
    [
        ("1.1", {"secondary_email": True}, "secondary_email_1p1"),
        ("1.2", {"schools": ["10", "99"]}, "school with number 99"),
        ("1.2", {"schools": []}, "at least one"),
        ("1.2", {"share": frozenset({"ssn"})}, "ssn"),
    ],
)
def test_a_connection_that_cannot_be_is_refused_with_the_reason(add, schools, version, options, words):
    with pytest.raises(BadConnection, match=words):
        add("x", version, **options)


def test_names_are_unique(add, session):
    add("lms")
    with pytest.raises(BadConnection, match="already"):
        add("lms")
    with pytest.raises(BadConnection, match="no connection 'other'"):
        find_connection(session, "other")


def test_created_at_is_an_aware_moment(add):
    connection, _ = add()
    assert connection.created_at - NOW == timedelta(0)
