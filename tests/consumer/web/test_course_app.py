"""The course app over HTTP, on every database: who may use it, what it refuses, what no browser sends to it."""

import html
import re
import time
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from consumer.connections import Connection
from consumer.database import db
from consumer.passback.tables import AppApproval, CategoryMapping, LedgerItem, LedgerScore, PassbackRun, SisCategory
from consumer.platform.models import Account, AuditEntry, GradeCategory, GradeItem, Score, Section
from consumer.platform.settings import write_setting
from consumer.sync.tables import SchoolMapping
from shared.oneroster.versions import Version
from tests.consumer.passback.sis import ROOT, Sis
from tests.consumer.platform import classroom

HOSTILE = ("\0", "a\0b", "9" * 23, "9" * 5000, "²", "-1", "nan", "Ünï", "%_\\")
APP = "/sections/1/sis/"
MOMENT = datetime(2026, 9, 15, 12, tzinfo=UTC)


def hidden(client: FlaskClient, page: str) -> dict[str, str]:
    """The token and stamp of a page."""
    return dict(re.findall(r'name="(csrf_token|seen)" value="([^"]+)"', client.get(page).text))


def sign_in(app: Flask, name: str) -> FlaskClient:
    """The browser of somebody who has signed in without a password of ours, which takes its time to be checked."""
    browser = app.test_client()
    with app.app_context():
        number = db.session.query(Account.id).filter_by(username=name).scalar()
    with browser.session_transaction() as session:
        session.update(person=number, series=0, used=int(time.time()))
    return browser


def post(client: FlaskClient, path: str, **form: object) -> str:
    """Send a form, follow where it leads; the text of the page there."""
    data = {**hidden(client, "/frame/password"), **form}
    answer = client.post(APP + path, data=data, follow_redirects=True)
    assert answer.status_code in (200, 422, 409, 502), answer.status_code
    return html.unescape(answer.text)


@pytest.fixture
def app(consumer_app: Flask) -> Flask:
    """Section 1 of a mapped school with the course admins ada and ben, the student sam, item 1 and category 1; section 2,
    of the same district, is cleo's, with item 2; section 3, of no district, is ada's."""
    with consumer_app.app_context():
        session = db.session()
        district = classroom.connection(session)
        assert [classroom.section(session, name, number) for name, number in
                (("Algebra 1", district), ("Music", district), ("Chess", None))] == [1, 2, 3]  # fmt: skip
        for section_id in (1, 2):
            section = session.get_one(Section, section_id)
            session.add(
                SchoolMapping(connection_id=district, sis_id=f"S{section_id}", school_id=section.school_id)
            )
        for name, place, role in (
            ("ada", 1, "admin"), ("ben", 1, "admin"), ("cleo", 2, "admin"), ("sam", 1, "member"), ("root", None, ""),
        ):  # fmt: skip
            account = session.get_one(Account, classroom.person(session, place, role, name))
            account.system_administrator = name == "root"
            if name == "ada":
                classroom.enroll(session, 3, account.id, "admin")
        session.add(GradeCategory(section_id=1, name="Tests", name_key="tests"))
        session.add(SisCategory(section_id=1, sis_id="c1", title="TESTS", read_at=MOMENT))
        for section_id in (1, 2):
            session.add(
                GradeItem(section_id=section_id, title=f"Quiz {section_id}", points=10.0, published=True, created_at=MOMENT)
            )
        session.commit()
        assert session.query(GradeItem.section_id).filter_by(id=1).scalar() == 1
    return consumer_app


@pytest.fixture
def ada(app: Flask) -> FlaskClient:
    """The browser of ada, who has approved access."""
    client = sign_in(app, "ada")
    post(client, "approve")
    return client


def count(app: Flask, table: type) -> int:
    with app.app_context():
        return int(db.session.query(table).count())


PAGES = ("", "configuration/", "presses/", "items/1/", "progress")


def test_course_admins_alone_use_it(app: Flask, ada: FlaskClient) -> None:
    """C-119: neither students, nor course admins of other sections, nor system administrators who are not enrolled."""
    for page in PAGES:
        assert ada.get(APP + page).status_code == 200, page
        for name in ("cleo", "sam", "root"):
            assert sign_in(app, name).get(APP + page).status_code == 403, (page, name)
        assert app.test_client().get(APP + page).status_code in (303, 401), page
    assert ada.get("/sections/99/sis/").status_code == 404


def test_a_system_administrator_is_told_to_be_enrolled_first(app: Flask) -> None:
    """C-119."""
    text = sign_in(app, "root").get(APP).text
    assert "put into the section as course admin first" in text
    assert "/connections/1/sections/all/1/" in text


def test_members_see_the_app_only_where_the_organisation_wants_it_and_cannot_use_it(app: Flask) -> None:
    """C-119."""
    sam = sign_in(app, "sam")
    assert "Only its course admins can use this page" not in sam.get(APP).text
    with app.app_context():
        write_setting(db.session(), "course_app_admins_only", "false")
        db.session.commit()
    assert "Only its course admins can use this page" in sam.get(APP).text
    token = hidden(sam, "/frame/password")
    assert sam.post(APP + "press", data={**token, "send": "everything"}).status_code == 403
    assert count(app, PassbackRun) == 0


def test_nothing_is_sent_or_configured_before_access_is_approved_and_after_it_is_withdrawn(app: Flask) -> None:
    """C-121."""
    ben = sign_in(app, "ben")
    for _ in range(2):
        assert "Approve access" in post(ben, "press", send="everything")
        assert "Approve access" in post(ben, "configuration/1/", **{"category-1": "c1"})
        assert (count(app, PassbackRun), count(app, CategoryMapping)) == (0, 0)
        assert "Sync all" in post(ben, "approve")
        assert "Approve access" in post(ben, "withdraw")
    assert count(app, AppApproval) == 0
    with app.app_context():
        actions = [entry.action for entry in db.session.query(AuditEntry).order_by(AuditEntry.id)]
    assert actions[-2:] == ["approve course app", "withdraw course app"]


def test_a_section_that_is_not_synced_says_so_and_can_do_nothing(app: Flask, ada: FlaskClient) -> None:
    """C-120."""
    page = html.unescape(ada.get("/sections/3/sis/").text)
    assert "This section is not synced with a SIS" in page
    assert "Sync Changes</button>" not in page
    data = {**hidden(ada, "/frame/password"), "send": "everything"}
    answer = ada.post("/sections/3/sis/press", data=data, follow_redirects=True)
    assert "This section is not synced with a SIS" in answer.text
    assert count(app, PassbackRun) == 0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"frozen": True}, "The SIS has ended this section"),
        ({"school_year": 2026}, "is not the active one"),
        ({}, "is not mapped to a school of the SIS"),
    ],
)
def test_a_section_that_cannot_send_says_why(app: Flask, ada: FlaskClient, change: dict[str, object], said: str) -> None:
    """C-67, C-120, C-139."""
    with app.app_context():
        session = db.session()
        if not change:
            session.query(SchoolMapping).filter_by(sis_id="S1").delete()
        for name, value in change.items():
            setattr(session.get_one(Section, 1), name, value)
        session.get_one(Connection, 1).active_year = 2027
        session.commit()
    page = html.unescape(ada.get(APP).text)
    assert said in page
    assert "Sync Changes</button>" not in page
    assert said in post(ada, "press", send="changes", item="1")
    assert count(app, PassbackRun) == 0


def test_of_two_teachers_who_press_at_once_the_second_is_told_who_pressed(app: Flask, ada: FlaskClient) -> None:
    assert "Waiting in line" in post(ada, "press", send="changes", item="1")
    ben = sign_in(app, "ben")
    post(ben, "approve")
    told = post(ben, "press", send="everything")
    assert "by ada is queued" in told
    assert "ada pressed Sync Changes" in told
    assert count(app, PassbackRun) == 1


def test_a_press_is_cancelled_by_whoever_may_press(app: Flask, ada: FlaskClient) -> None:
    post(ada, "press", send="changes", item="1")
    ben = sign_in(app, "ben")
    post(ben, "approve")
    assert "Cancelled" in post(ben, "presses/1/cancel")
    assert "has ended" in post(ben, "presses/1/cancel")
    cleo = sign_in(app, "cleo")
    assert cleo.get("/sections/2/sis/presses/1/").status_code in (303, 404)


def test_items_of_another_book_are_not_sent_or_seen_by_guessing(app: Flask, ada: FlaskClient) -> None:
    assert "There is nothing to send" in post(ada, "press", send="changes", item="2")
    assert ada.get(APP + "items/2/").status_code == 404
    token = hidden(ada, "/frame/password")
    for path in ("left-behind/2/", "left-behind/1/", "configuration/2/", "configuration/2/read", "presses/7/cancel"):
        assert ada.post(APP + path, data=token).status_code == 404, path


def test_a_mapping_of_categories_is_stored_audited_and_never_over_anothers(app: Flask, ada: FlaskClient) -> None:
    """C-125."""
    page = APP + "configuration/"
    assert "Same name in the SIS: TESTS" in ada.get(page).text
    assert count(app, CategoryMapping) == 0
    seen = hidden(ada, page)
    chosen = {**seen, "category-1": "c1"}
    assert ada.post(page + "1/", data=chosen).status_code == 303
    assert ada.post(page + "1/", data={**seen, "category-1": ""}).status_code == 409
    with app.app_context():
        mapping = db.session.query(CategoryMapping).one()
        assert (mapping.section_id, mapping.category_id, mapping.sis_id) == (1, 1, "c1")
        entry = db.session.query(AuditEntry).filter_by(action="map grade category").one()
        assert (entry.who, entry.subject) == ("ada", "Algebra 1: Tests")


def test_1_1_says_that_the_teacher_categorises_in_the_sis(app: Flask, ada: FlaskClient) -> None:
    """C-124."""
    with app.app_context():
        db.session.get_one(Connection, 1).version = "1.1"
        db.session.commit()
    text = ada.get(APP + "configuration/").text
    assert "put each into its category there, in the grade book of the SIS" in text
    assert "Read categories" not in text
    assert ada.post(APP + "configuration/1/read", data=hidden(ada, "/frame/password")).status_code == 404


def test_a_sis_that_does_not_answer_is_told_beside_the_button(app: Flask, ada: FlaskClient) -> None:
    """C-125: and what was read before stays."""
    with app.app_context():
        connection = db.session.get_one(Connection, 1)
        connection.base_url, connection.token_url = "http://127.0.0.1:9/x", "http://127.0.0.1:9/token"
        connection.client_secret_sealed = app.extensions["homeroom"]["sealer"].seal("secret")
        db.session.commit()
    text = post(ada, "configuration/1/read")
    assert "The SIS did not tell its categories" in text
    assert "What to do:" in text
    assert count(app, SisCategory) == 1


def test_categories_are_read_from_the_sis_when_asked_for(app: Flask, ada: FlaskClient) -> None:
    """C-125: one that the SIS no longer offers is told, and stays chosen until somebody chooses another."""
    post(ada, "configuration/1/", **hidden(ada, APP + "configuration/"), **{"category-1": "c1"})
    with Sis(Version.V1P2) as sis:
        with app.app_context():
            section, connection = db.session.get_one(Section, 1), db.session.get_one(Connection, 1)
            categories = [{"sourcedId": "c2", "status": "active", "title": "Quizzes"}]
            sis.says(f"gradebook/classes/{section.sis_id}/categories", {"categories": categories})
            connection.base_url, connection.token_url = sis.host + ROOT, sis.host + "/token"
            connection.client_secret_sealed = app.extensions["homeroom"]["sealer"].seal("secret")
            db.session.commit()
        assert "The SIS has 1 category for Algebra 1." in post(ada, "configuration/1/read")
    text = ada.get(APP + "configuration/").text
    assert "TESTS (no longer offered)" in text
    assert "The SIS does not offer this category any more: choose another one" in text
    assert ">Quizzes</option>" in text


def test_a_secret_that_cannot_be_read_is_told_beside_the_button(ada: FlaskClient) -> None:
    assert "The SIS did not tell its categories" in post(ada, "configuration/1/read")


def test_what_was_deleted_here_is_listed_and_deleted_in_the_sis_when_asked_for(app: Flask, ada: FlaskClient) -> None:
    """C-135: default no."""
    with app.app_context():
        session = db.session()
        session.get_one(GradeItem, 1).deleted_at = MOMENT
        session.add(LedgerItem(item_id=1, section_id=1, sis_id="x", digest="d", left_behind=True))
        session.commit()
    assert "left behind" in ada.get(APP).text
    assert "goes with the next press" in post(ada, "left-behind/1/", yes="1")
    with app.app_context():
        assert db.session.query(LedgerItem).one().delete_asked
    assert "left behind" in post(ada, "left-behind/1/", yes="0")
    with app.app_context():
        assert not db.session.query(LedgerItem).one().delete_asked


def test_nothing_minds_what_is_sent(app: Flask, ada: FlaskClient) -> None:
    token = hidden(ada, APP + "configuration/")
    for text in HOSTILE:
        assert ada.post(APP + "press", data={**token, "send": text}).status_code == 400, text
        assert "There is nothing to send" in post(ada, "press", send="changes", item=text), text
        assert ada.post(APP + "configuration/1/", data={**token, "category-1": text}).status_code == 422, text
        stale = {**token, "seen": text, "category-1": "c1"}
        assert ada.post(APP + "configuration/1/", data=stale).status_code == 409, text
        asked = {"page": text, "choose": text, "sort": text}
        for page in ("", "presses/", "items/1/"):
            assert ada.get(APP + page, query_string=asked).status_code == 200, (page, text)
    assert (count(app, PassbackRun), count(app, CategoryMapping)) == (0, 0)


def test_a_long_list_asks_the_database_no_more_questions_than_a_short_one(app: Flask, ada: FlaskClient) -> None:
    def questions() -> int:
        asked: list[str] = []
        with app.app_context():
            engine = db.engine

        def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
            asked.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        try:
            assert ada.get(APP).status_code == 200
        finally:
            event.remove(engine, "before_cursor_execute", note)
        return len(asked)

    short = questions()
    with app.app_context():
        students = [classroom.person(db.session(), 1) for _ in range(5)]
        for number in range(20):
            item = GradeItem(section_id=1, title=f"Essay {number}", points=10.0, published=True, created_at=MOMENT)
            db.session.add(item)
            db.session.flush()
            db.session.add_all(
                Score(item_id=item.id, account_id=student, points=5.0, changed_at=MOMENT) for student in students
            )
        db.session.commit()
    assert questions() <= short
    assert ada.get(APP).text.count("Essay") > 20


def test_an_administrator_sees_what_happened_to_a_persons_grades(app: Flask) -> None:
    """C-113: on the person's page and by a search of the log: the press, the words of the SIS, ids that both sides know."""
    with app.app_context():
        session = db.session()
        district = session.get_one(Section, 1).connection_id
        sam = session.query(Account.id).filter_by(username="sam").scalar()
        session.add(
            PassbackRun(section_id=1, connection_id=district, send="changes", started_by="ada", queued_at=MOMENT)
        )
        line = LedgerItem(item_id=1, section_id=1, sis_id="line-1", digest="x")
        session.add(line)
        session.flush()
        session.add(
            LedgerScore(
                ledger_item_id=line.id, account_id=sam, made_id="result-1", code="SIS_REFUSED", sent_in=1,
                said="<b>The window</b> is closed", request_id="request-1",
            )
        )
        session.commit()
    root = sign_in(app, "root")
    for page in (f"/people/{sam}/follow/", f"/connections/{district}/logs/?search=sam"):
        text = root.get(page).text
        assert "Quiz 1" in text and "Press 1" in text and "ada" in text and "request-1" in text
        assert "&lt;b&gt;The window&lt;/b&gt; is closed" in text
    assert "Quiz 1" not in root.get(f"/connections/{district}/logs/?search=cleo").text


def test_no_form_is_taken_without_its_token(app: Flask, ada: FlaskClient) -> None:
    for path in ("press", "approve", "withdraw", "configuration/1/", "configuration/1/read", "left-behind/1/"):
        assert ada.post(APP + path, data={"send": "everything"}).status_code == 400, path
    assert count(app, PassbackRun) == 0
