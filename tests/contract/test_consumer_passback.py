"""Homeroom's consumer sends grades to Homeroom's provider over real HTTP: signed and with tokens, in both versions; and
takes the steps of Google's suite as a client (conformance.md 2.2).
"""

import json
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select

from consumer.passback.approval import approve
from consumer.passback.categories import map_category, read_categories
from consumer.passback.press import press
from consumer.passback.run import execute
from consumer.passback.send import Sender
from consumer.passback.tables import LedgerItem, PassbackMessage, PassbackRun, Send
from consumer.passback.values import ItemFacts, Place, ScoreFacts, line_item_body, result_body
from consumer.passback.work import PressAtWork
from consumer.platform.gradebook.books import Book, book_of
from consumer.platform.gradebook.categories import add_category
from consumer.platform.gradebook.entries import parse_entry
from consumer.platform.gradebook.items import ItemValues, add_item
from consumer.platform.gradebook.linking import link, unlink
from consumer.platform.gradebook.scores import record
from consumer.platform.models import Account, Enrollment, GradeItem, Section
from consumer.platform.settings import OrganisationSettings
from consumer.runs.line import take_up
from provider.sis.models import GradingTask, GradingWindow, Term
from shared.oneroster.versions import Version
from shared.owner import begin_work, end_work
from tests.contract.conftest import BuiltDistricts
from tests.contract.door import Door
from tests.contract.signed import add_key
from tests.contract.test_consumer_syncs import Lms
from tests.provider.served import served

pytestmark = [pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True), pytest.mark.slow]

NOW = datetime(2026, 10, 5, 15, 0, tzinfo=UTC)
DUE = datetime(2026, 10, 12, 20, 0, tzinfo=UTC)
TEACHER = "gail.gradebook"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def door(
    request: pytest.FixtureRequest, with_writers: BuiltDistricts, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Door]:
    """The demo district at its own public address, with a key for OAuth 1; grading is always open but for windows that
    a test makes."""
    with with_writers.open(request.param, tmp_path_factory.mktemp("passback"), request) as door:
        door.secrets["signed"] = add_key(door, "signed", gradebook=True)
        door.edit_sis(lambda session: session.execute(delete(GradingWindow)))
        with served(door.app.extensions["homeroom"]["settings"]) as settings:
            yield replace(door, address=settings.provider_url)


class Gail:
    """The teacher of Computer Science 1, 2 and 3 on a platform that was synced, with the book of one of them."""

    def __init__(self, lms: Lms, number: int = 1) -> None:
        self.lms, self.session, self.number = lms, lms.session, number
        self.account = self.session.scalars(select(Account).where(Account.username_key == TEACHER)).one()
        approve(self.session, self.account.id, NOW)
        self.session.commit()
        self.now = NOW

    def section(self, number: int) -> Section:
        name = f"Computer Science {number}%"
        return self.session.scalars(select(Section).where(Section.name.like(name))).one()

    @property
    def book(self) -> Book:
        found = book_of(self.session, self.section(self.number).id)
        assert found is not None
        return found

    def category(self, title: str = "Homework") -> int:
        """A category that goes to the one of the SIS that is called alike, in every section of the book."""
        made = add_category(self.session, self.book, title)
        for part in self.book.synced:
            self.map(self.session.get_one(Section, part.id), made.id, title)
        return made.id

    def map(self, section: Section, category_id: int, title: str) -> None:
        offered = read_categories(self.session, self.lms.client("gradebook"), section, NOW)
        if offered:
            (sis_id,) = [one.sis_id for one in offered if one.title == title]
            map_category(self.session, section, category_id, sis_id)
        self.session.commit()

    def item(self, title: str, category_id: int | None) -> GradeItem:
        values = ItemValues(title, 20, category_id=category_id, due_at=DUE, published=True)
        made = add_item(self.session, self.book, values, NOW)
        self.session.commit()
        return made

    def students(self, number: int = 1) -> list[int]:
        members = Enrollment.section_id == self.section(number).id, Enrollment.role == "member"
        return list(self.session.scalars(select(Enrollment.account_id).where(*members).order_by(Enrollment.id)))

    def score(self, item: GradeItem, account_id: int, text: str) -> None:
        record(self.session, item, account_id, parse_entry(text), self.now, self.account.id)
        self.session.commit()

    def press(self) -> PassbackRun:
        self.now += timedelta(minutes=1)
        run = press(self.session, self.book, self.account, None, Send.CHANGES, self.now)
        self.session.commit()
        owner = begin_work()
        try:
            assert take_up(self.session, run, owner, self.now)
            self.session.commit()
            execute(
                PressAtWork(
                    self.session, self.lms.client("gradebook"), run.id, lambda: self.now, lambda *_: None,
                    roster=self.lms.client(), owner=owner,
                )
            )  # fmt: skip
        finally:
            end_work(owner)
        return self.session.get_one(PassbackRun, run.id, populate_existing=True)

    def said(self, run: PassbackRun) -> list[tuple[str, str]]:
        rows = self.session.scalars(select(PassbackMessage).where(PassbackMessage.run_id == run.id))
        return [(row.code, row.detail or row.said or "") for row in rows]

    def there(self, title: str, number: int = 1) -> dict[str, tuple[Any, str]]:
        """What the provider has of an item in a section: student -> (score, status)."""
        client = self.lms.client("gradebook")
        class_id = self.section(number).sis_id or ""
        items = _listed(client, "classes", class_id, "lineItems")
        found = [one["sourcedId"] for one in items if one["title"] == title]
        if not found:
            return {}
        (item,) = found
        rows = _listed(client, "classes", class_id, "lineItems", item, "results")
        assert len({row["student"]["sourcedId"] for row in rows}) == len(rows), "nobody has two"
        return {row["student"]["sourcedId"]: (row.get("score"), row["scoreStatus"]) for row in rows}


def _listed(client: Any, *path: str) -> list[dict[str, Any]]:
    (rows,) = json.loads(client.get(*path, query={"limit": 10_000}).body).values()
    found: list[dict[str, Any]] = rows
    return found


@pytest.fixture
def lms(consumer_session: Any, door: Door) -> Lms:
    return Lms(consumer_session(), door)


@pytest.mark.parametrize(
    ("key", "version", "oauth"),
    [("signed", Version.V1P1, "oauth1"), ("lms-1.1", Version.V1P1, "oauth2"), ("lms-1.2", Version.V1P2, "oauth2")],
)
def test_grades_arrive_once_changes_follow_and_what_is_cleared_goes(
    lms: Lms, key: str, version: Version, oauth: str
) -> None:
    """C-02, C-117, C-131 … C-134: also where each PUT, with its body, is signed by OAuth 1."""
    lms.connect(key, version, oauth)
    lms.map_and_sync()
    gail = Gail(lms)
    title = f"Loops over {key}"
    item = gail.item(title, gail.category())
    ada, ben, cleo, dan, *_ = gail.students()
    for account_id, text in ((ada, "17.5"), (ben, "ex"), (cleo, "mi"), (dan, "22")):
        gail.score(item, account_id, text)
    run = gail.press()
    assert run.status == "Completed", gail.said(run)
    assert sorted(map(str, gail.there(title).values())) == sorted(
        map(str, [(17.5, "fully graded"), (None, "exempt"), (None, "not submitted"), (22.0, "fully graded")])
    )
    before = gail.there(title)
    assert gail.press().status == "Completed" and gail.there(title) == before
    gail.score(item, ada, "12")
    gail.score(item, ben, "")
    run = gail.press()
    assert [code for code, _ in gail.said(run)] == ["SCORE_DELETED"]
    assert sorted(score or 0 for score, _ in gail.there(title).values()) == [0, 12, 22]


def test_linked_sections_with_the_same_grading_tasks_each_get_their_own(lms: Lms) -> None:
    """C-127 … C-130, P-118: with a third one that is graded otherwise none gets anything."""
    lms.connect("lms-1.2", Version.V1P2, "oauth2")
    lms.map_and_sync()
    gail = Gail(lms)
    link(lms.session, gail.book, gail.section(2).id, gail.account.id)
    category = gail.category()
    first = gail.item("In two sections", category)
    one, two = gail.students(1)[0], gail.students(2)[0]
    gail.score(first, one, "11")
    gail.score(first, two, "12")
    run = gail.press()
    assert run.status == "Completed", gail.said(run)
    assert [score for score, _ in gail.there("In two sections", 1).values()] == [11]
    assert [score for score, _ in gail.there("In two sections", 2).values()] == [12]

    third = gail.section(3)
    link(lms.session, gail.book, third.id, gail.account.id)
    gail.map(third, category, "Homework")
    gail.item("In three sections", category)
    run = gail.press()
    assert run.status == "Completed with errors"
    code, words = gail.said(run)[0]
    assert code == "TASKS_DIFFER" and "Computer Science 3" in words and "Final Exam" in words
    assert all(gail.there("In three sections", number) == {} for number in (1, 2, 3))
    states = {row.state for row in lms.session.scalars(select(LedgerItem)) if row.section_id == third.id}
    assert states == {"Error"}
    unlink(lms.session, gail.book, third.id)
    lms.session.commit()
    assert gail.press().status == "Completed"


def test_a_closed_grading_window_is_told_in_the_words_of_the_sis(lms: Lms, door: Door) -> None:
    """C-138, P-119: the window is that of the section's grading task. Once it is open, the next press sends the rest."""
    lms.connect("lms-1.2", Version.V1P2, "oauth2")
    lms.map_and_sync()
    gail = Gail(lms, 3)
    item = gail.item("The last one", gail.category())
    first, second, *_ = gail.students(3)
    gail.score(item, first, "11")
    gail.score(item, second, "12")
    door.edit_sis(_close_final_exam)
    try:
        run = gail.press()
    finally:
        door.edit_sis(lambda session: session.execute(delete(GradingWindow)))
    assert run.status == "Completed with errors"
    rows = list(lms.session.scalars(select(PassbackMessage).where(PassbackMessage.run_id == run.id)))
    assert [row.code for row in rows] == ["WINDOW_CLOSED"] * 2
    assert all("Final Exam" in (row.said or "") and "closed" in (row.said or "") for row in rows)
    assert gail.there("The last one", 3) == {}
    run = gail.press()
    assert run.status == "Completed", gail.said(run)
    assert sorted(score for score, _ in gail.there("The last one", 3).values()) == [11, 12]


def _close_final_exam(session: Any) -> None:
    """Its windows have ended ten days ago."""
    task = session.scalars(select(GradingTask.id).where(GradingTask.code == "EXAM")).one()
    today = datetime.now(UTC).date()
    for term in session.scalars(select(Term.id)).all():
        days = {"opens_on": today - timedelta(days=40), "closes_on": today - timedelta(days=10)}
        session.add(GradingWindow(grading_task_id=task, term_id=term, **days))


@pytest.mark.parametrize("version", list(Version))
def test_the_steps_of_googles_suite_as_a_client(lms: Lms, version: Version) -> None:
    """conformance.md 2.2, step by step, with the calls and bodies that passback has."""
    lms.connect(f"lms-{version}", version, "oauth2")
    roster, book = lms.client(), lms.client("gradebook")
    sender = Sender(book)
    # 1, 2: a token, and one teacher.
    assert roster.get("teachers", query={"limit": 1}).status == 200
    # 3: exactly one teacher has the address.
    address = {"filter": "email='gail.gradebook@staff.example.org'", "limit": 10_000}
    (teacher,) = json.loads(roster.get("teachers", query=address).body)["users"]
    # 4: active classes, with school and terms.
    active = {"filter": "status='active'", "limit": 10_000}
    classes = json.loads(roster.get("teachers", teacher["sourcedId"], "classes", query=active).body)["classes"]
    one = next(row for row in classes if row["title"] == "Computer Science 1")
    class_id, school, term = one["sourcedId"], one["school"]["sourcedId"], one["terms"][0]["sourcedId"]
    # 5: students with addresses.
    students = _listed(roster, "classes", class_id, "students")
    assert students and all(row["email"] and row["sourcedId"] for row in students)
    # 6: categories of the class.
    categories = {row["title"]: row["sourcedId"] for row in _listed(book, "classes", class_id, "categories")}
    assert "Homework" in categories
    # 7: grading periods of the term.
    periods = _listed(roster, "terms", term, "gradingPeriods")
    assert periods and {row["type"] for row in periods} == {"gradingPeriod"}
    # 8: a new line item.
    place = Place(book.target.base_url, version, class_id, school)
    facts = ItemFacts(
        sis_id=str(uuid.uuid4()), place=place, title="From the suite", description="Pages 1 to 3", points=100.0,
        published=True, assigned_at=NOW, due_at=DUE, due_on=DUE.date(), sent_at=NOW, category_name="Homework",
        category=categories["Homework"], category_offered=True, terms=(), session=term,
        grading_period=periods[0]["sourcedId"], title_limit=255, students=len(students),
    )  # fmt: skip
    assert sender.put_line_item(facts.sis_id, line_item_body(facts, version)) is None
    # 9: it is in the list of the class.
    assert facts.sis_id in {row["sourcedId"] for row in _listed(book, "classes", class_id, "lineItems")}
    # 10, 11: again, with a title of 112 characters, which is kept.
    long = replace(facts, title="x" * 112)
    assert sender.put_line_item(facts.sis_id, line_item_body(long, version)) is None
    (kept,) = [row for row in _listed(book, "classes", class_id, "lineItems") if row["sourcedId"] == facts.sis_id]
    assert kept["title"] == long.title
    # 12 … 17: a result; more than the maximum; exempt.
    score = ScoreFacts(
        sis_id=str(uuid.uuid4()), place=place, line_item=facts.sis_id, student=students[0]["sourcedId"], points=80.0,
        exempt=False, missing=False, late=False, comment="", changed_at=NOW,
    )  # fmt: skip
    for sent, expected in (
        (score, (80, "fully graded")),
        (replace(score, points=300.0), (300, "fully graded")),
        (replace(score, exempt=True), (None, "exempt")),
    ):
        body = result_body(sent, version, OrganisationSettings())
        assert body is not None and sender.put_result(score.sis_id, body) is None
        (found,) = _listed(book, "classes", class_id, "lineItems", facts.sis_id, "results")
        assert (found["sourcedId"], found["scoreStatus"]) == (score.sis_id, expected[1])
        assert expected[0] is None or found["score"] == expected[0]
    # 18, 19: the result is deleted, and not in the list.
    assert sender.delete("results", score.sis_id) is None
    assert _listed(book, "classes", class_id, "lineItems", facts.sis_id, "results") == []
    # 20, 21: so is the line item. Once more does no harm.
    for _ in range(2):
        assert sender.delete("lineItems", facts.sis_id) is None
    assert facts.sis_id not in {row["sourcedId"] for row in _listed(book, "classes", class_id, "lineItems")}
