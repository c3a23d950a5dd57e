"""What grade passback sends is taken by the district as it is, and read back as it was meant (C-117, C-124, C-134)."""

from datetime import date, timedelta
from typing import Any

import pytest

from consumer.passback.values import ItemFacts, ScoreFacts, Term, line_item_body, result_body
from consumer.passback.values import Place as SisPlace
from consumer.passback.wording import refusal_code
from consumer.platform.settings import OrganisationSettings
from shared.oneroster.versions import Version
from tests.contract.door import Door
from tests.contract.gradebooks import Gradebook, Place, new_id, refused
from tests.contract.platform import APP_NAME, PUBLIC

SETTINGS = OrganisationSettings(time_zone="America/Chicago")


@pytest.fixture
def book(written: Door, version: Version) -> Gradebook:
    return Gradebook(written.lms(version))


@pytest.fixture
def place(book: Gradebook) -> Place:
    return Place(book.platform)


def item(book: Gradebook, place: Place, **values: Any) -> ItemFacts:
    """An item of the class, due a week into its first term."""
    version, due = book.version, place.first_day + timedelta(days=16, hours=18)
    term = book.platform.read(f"/terms/{place.terms[0]}")
    start, end = date.fromisoformat(term["startDate"]), date.fromisoformat(term["endDate"])
    period = book.platform.read(f"/gradingPeriods?filter=parent.sourcedId='{place.terms[0]}'")[0]["sourcedId"]
    category = book.listed(f"/classes/{place.class_id}/categories")[0]["sourcedId"]
    given = {
        "sis_id": new_id(), "place": SisPlace(f"{PUBLIC}/campus/oneroster/{APP_NAME}", version, place.class_id, place.school),
        "title": "Fractions", "description": "Pages 1 to 3", "points": 20.0, "published": True,
        "assigned_at": place.first_day + timedelta(days=9), "due_at": due, "due_on": due.date(), "sent_at": due,
        "category_name": "Homework", "category": category, "category_offered": True,
        "terms": (Term(place.terms[0], term["title"], start, end),), "session": place.terms[0],
        "grading_period": period, "title_limit": 255, "students": len(place.students),
    }  # fmt: skip
    return ItemFacts(**(given | values))


def put(book: Gradebook, facts: ItemFacts) -> Any:
    return book.put(f"/lineItems/{facts.sis_id}", {"lineItem": line_item_body(facts, book.version)})


def score(
    place: Place, line_item: ItemFacts, student: int = 0, points: float | None = None, **marks: Any
) -> ScoreFacts:
    given = {
        "sis_id": new_id(), "place": line_item.place, "line_item": line_item.sis_id,
        "student": place.students[student], "points": points, "exempt": False, "missing": False, "late": False,
        "comment": None, "changed_at": place.first_day + timedelta(days=20, hours=18),
    }  # fmt: skip
    return ScoreFacts(**(given | marks))


def said(record: Any) -> Any:
    """Without what the SIS says for itself."""
    return {name: value for name, value in record.items() if name != "dateLastModified"}


def test_a_line_item_is_kept_as_it_was_meant(book: Gradebook, place: Place) -> None:
    facts = item(book, place)
    body = line_item_body(facts, book.version)
    assert put(book, facts).status_code == 201
    kept = book.one(f"/lineItems/{facts.sis_id}")
    assert said(kept) == said(body) | ({"category": kept["category"]} if book.version is Version.V1P1 else {})
    assert put(book, facts).status_code in (200, 201)
    assert book.one(f"/lineItems/{facts.sis_id}") == kept


@pytest.mark.parametrize(
    "marks",
    [{"points": 0.0}, {"points": 17.5, "late": True, "comment": "Good"}, {"points": 25.0}, {"exempt": True},
     {"missing": True}],
)  # fmt: skip
def test_every_state_of_a_score_is_kept_as_it_was_meant(book: Gradebook, place: Place, marks: dict[str, Any]) -> None:
    facts = item(book, place)
    put(book, facts)
    given = score(place, facts, **marks)
    body = result_body(given, book.version, SETTINGS)
    answer = book.put(f"/results/{given.sis_id}", {"result": body})
    assert answer.status_code == 201, answer.text
    assert said(book.one(f"/results/{given.sis_id}")) == said(body)


def test_marks_that_are_taken_back_are_gone(book: Gradebook, place: Place) -> None:
    facts = item(book, place)
    put(book, facts)
    first = score(place, facts, points=5.0, late=True, comment="Late again")
    for marks in ({"points": 5.0, "late": True, "comment": "Late again"}, {"missing": True}, {"points": 6.0}):
        again = score(place, facts, sis_id=first.sis_id, **marks)
        body = result_body(again, book.version, SETTINGS)
        assert book.put(f"/results/{first.sis_id}", {"result": body}).status_code in (200, 201)
        assert said(book.one(f"/results/{first.sis_id}")) == said(body)


def test_what_the_district_refuses_has_advice_of_its_own(book: Gradebook, place: Place, version: Version) -> None:
    """C-138"""
    facts = item(book, place)
    put(book, facts)

    def code(path: str, body: Any) -> str:
        return refusal_code(422, refused(book.put(path, body), version))

    due = facts.sent_at + timedelta(days=900)
    late = line_item_body(item(book, place, due_at=due), version)
    assert code(f"/lineItems/{late['sourcedId']}", {"lineItem": late}) == "TERM_REFUSED"
    long = line_item_body(item(book, place, title="T" * 300), version)
    assert code(f"/lineItems/{long['sourcedId']}", {"lineItem": long}) == "TITLE_REFUSED"
    early = result_body(
        score(place, facts, points=1.0, changed_at=place.first_day - timedelta(days=90)), version, SETTINGS
    )
    assert early is not None and code(f"/results/{early['sourcedId']}", {"result": early}) == "ROSTER_REFUSED"
    one, two = (result_body(score(place, facts, points=1.0), version, SETTINGS) for _ in range(2))
    assert one is not None and two is not None
    assert book.put(f"/results/{one['sourcedId']}", {"result": one}).status_code == 201
    assert code(f"/results/{two['sourcedId']}", {"result": two}) == "RESULT_EXISTS"
