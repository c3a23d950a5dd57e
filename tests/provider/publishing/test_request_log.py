"""Every call of a platform leaves one line, and no line tells who a person is (P-114, P-112)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from provider.access.models import Connection, RequestLog
from provider.access.request_log import forget_requests
from provider.database import TRAFFIC, db
from shared.oneroster.versions import Version
from tests.provider.publishing.conftest import STUDENTS, Published


def lines(published: Published) -> list[Any]:
    """What is in the log, oldest first."""
    published.app.extensions["homeroom"]["request_log"].flush()
    with published.app.app_context():
        return list(db.session.scalars(select(RequestLog).order_by(RequestLog.id)))


def test_a_page_is_logged_with_what_was_asked_and_what_came(published: Published) -> None:
    answer = published.get("/students", limit=100, offset=200, filter="status='active'", sort="familyName")
    (line,) = lines(published)
    assert (line.method, line.operation, line.status) == ("GET", "getAllStudents", 200)
    assert (line.filter, line.sort, line.limit, line.offset) == ("status='active'", "familyName", 100, 200)
    assert (line.count, line.total) == (STUDENTS - 200, STUDENTS)
    assert line.bytes == len(answer.data)
    assert line.milliseconds > 0
    assert abs(datetime.now(UTC) - line.at) < timedelta(minutes=1)
    with published.app.app_context():
        assert db.session.get(Connection, line.connection_id).name == "lms-1.1"


@pytest.mark.parametrize(
    ("filter", "logged"),
    [
        ("email='jo@example.org'", "email='…'"),
        ("familyName~'O''Neil' AND role='student'", "familyName~'…' AND role='student'"),
        ("sourcedId='s17' OR username='jo'", "sourcedId='s17' OR username='…'"),
        ("dateLastModified>'2026-01-01'", "dateLastModified>'2026-01-01'"),
    ],
)
def test_of_a_filter_only_what_is_no_persons_is_logged(published: Published, filter: str, logged: str) -> None:
    published.get("/users", filter=filter)
    assert [line.filter for line in lines(published)] == [logged]


def test_the_object_that_was_asked_for_is_logged(published: Published) -> None:
    published.get("/users/s2")
    published.get("/classes/1/students")
    published.get("/users/nobody", Version.V1P2)
    found = [(line.operation, line.objects, line.count, line.status) for line in lines(published)]
    assert found == [
        ("getUser", "s2", 1, 200), ("getStudentsForClass", "1", 100, 200), ("getUser", "nobody", None, 404),
    ]  # fmt: skip


def test_who_could_not_be_let_in_and_what_does_not_exist_are_logged_too(published: Published) -> None:
    client = published.app.test_client()
    client.get("/ims/oneroster/v1p1/users", headers={"Authorization": "Bearer nothing"})
    client.get("/ims/oneroster/v1p1/persons\0")
    client.post("/oauth2/token", data={"client_secret": "very-secret"})
    found = lines(published)
    assert [(line.connection_id, line.status) for line in found] == [(None, 401), (None, 404), (None, 400)]
    assert not any("secret" in str(vars(line)) for line in found)


def test_who_is_given_a_token_is_logged(published: Published) -> None:
    with published.app.app_context():
        connection = db.session.scalars(select(Connection).where(Connection.name == "lms-1.1")).one()
        number, key = connection.id, connection.client_id
        secret = published.app.extensions["homeroom"]["sealer"].unseal(connection.secret_sealed)
    asked = {"grant_type": "client_credentials", "client_id": key}
    client = published.app.test_client()
    assert client.post("/oauth2/token", data={**asked, "client_secret": secret}).status_code == 200
    assert client.post("/oauth2/token", data={**asked, "client_secret": "wrong"}).status_code == 401
    assert [(line.connection_id, line.operation) for line in lines(published)] == [
        (number, "issue_token"), (None, "issue_token"),
    ]  # fmt: skip


def test_people_who_open_pages_are_not_logged(published: Published) -> None:
    assert published.app.test_client().get("/").status_code == 200
    assert lines(published) == []


def test_old_lines_go(published: Published) -> None:
    published.get("/orgs")
    published.get("/schools")
    first, _ = lines(published)
    with published.app.app_context():
        db.session.execute(
            update(RequestLog).where(RequestLog.id == first.id).values(at=datetime.now(UTC) - timedelta(days=91))
        )
        db.session.commit()
        forget_requests(db.engines[TRAFFIC], datetime.now(UTC), days=90)
    assert [line.operation for line in lines(published)] == ["getAllSchools"]


def test_a_connection_that_asks_too_often_is_told_when_to_come_back(published: Published) -> None:
    with published.app.app_context():
        connection = db.session.scalars(select(Connection).where(Connection.name == "lms-1.2")).one()
        connection.a_minute = 3
        db.session.commit()
    answers = [published.get("/orgs", Version.V1P2) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert 1 <= int(answers[3].headers["Retry-After"]) <= 60
    field = answers[3].get_json()["imsx_CodeMinor"]["imsx_codeMinorField"]
    assert [one["imsx_codeMinorFieldValue"] for one in field] == ["server_busy"]
    assert published.get("/orgs", Version.V1P1).status_code == 200
    assert [line.status for line in lines(published)] == [200, 200, 200, 429, 200]
