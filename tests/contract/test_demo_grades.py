"""What fixtures/README.md says of the demo district's grade book is what a platform sees, rule by rule (P-117 … P-125)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from shared.oneroster.versions import Version
from tests.contract.conftest import BuiltDistricts
from tests.contract.door import Door
from tests.contract.gradebooks import Gradebook, Place, new_id, ref, refused

V1P1, V1P2 = Version.V1P1, Version.V1P2


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def graded(
    request: pytest.FixtureRequest, with_writers: BuiltDistricts, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Door]:
    """The demo district with its grading windows; nothing that these tests send stays."""
    with with_writers.open(request.param, tmp_path_factory.mktemp("graded"), request) as door:
        yield door


@pytest.fixture
def book(graded: Door, version: Version) -> Gradebook:
    """The grade book of the whole district."""
    return Gradebook(graded.lms(version))


@pytest.fixture
def place(book: Gradebook) -> Place:
    return Place(book.platform)


def student(book: Gradebook, last_name: str) -> str:
    (user,) = book.platform.walk(f"/students?filter=familyName='{last_name}'")
    return str(user["sourcedId"])


def test_scores_of_every_kind_are_there(book, place, version):
    found = {one["sourcedId"]: one for one in
             book.listed(f"/classes/{place.class_id}/lineItems/case-lineitem-scores/results")}  # fmt: skip
    shown = {name.removeprefix("case-result-"): (one["scoreStatus"], one.get("score")) for name, one in found.items()}
    assert shown == {
        "extra-credit": ("fully graded", 300), "exempt": ("exempt", 80), "missing": ("not submitted", None),
        "late": ("fully graded", 71.5), "incomplete": ("partially graded", 40), "handed-in": ("submitted", None),
        "objectives": ("fully graded", 88), "left-since": ("fully graded", 55),
    }  # fmt: skip
    if version is V1P2:
        assert found["case-result-late"]["late"] == found["case-result-missing"]["missing"] == "true"
        assert found["case-result-incomplete"]["incomplete"] == "true"
        assert len(found["case-result-objectives"]["learningObjectiveSet"]) == 1


def test_an_assignment_without_category_is_uncategorized(book):
    """P-117."""
    category = book.one("/lineItems/case-lineitem-uncategorized")["category"]["sourcedId"]
    assert book.one(f"/categories/{category}")["title"] == "Uncategorized"


def test_the_final_exam_is_closed_and_names_task_and_term(book, place, version):
    """P-118, P-119."""
    body = {"result": place.result("case-lineitem-closed-window", student(book, "Regular"))}
    text = refused(book.put(f"/results/{new_id()}", body), version)
    assert "Final Exam" in text and "Quarter 1" in text and "closed" in text


def test_a_class_tells_what_it_is_graded_by(book, version):
    """P-118: in 1.2 alone, and where a section has no task of its own the district's first."""
    told = {
        title: [task["name"] for task in one.get("metadata", {}).get("ic.gradingTasks", ())]
        for title in ("Computer Science 1", "Computer Science 2", "Computer Science 3", "Case Study Hall")
        for one in book.platform.walk(f"/classes?filter=title='{title}'")
    }
    of_two = ["Term Grade", "Citizenship"]
    assert list(told.values()) == (
        [of_two, of_two, ["Final Exam"], ["Term Grade"]] if version is V1P2 else [[], [], [], []]
    )


def test_what_a_platform_sends_is_of_the_first_task_of_the_section(book, version):
    """P-118, P-119: its window is what counts."""
    for title, task in (("Computer Science 1", None), ("Computer Science 3", "Final Exam")):
        place = Place(book.platform, title)
        item = book.put_line_item(place)
        answer = book.put(f"/results/{new_id()}", {"result": place.result(item, place.students[0])})
        if task is None:
            assert answer.status_code == 201, answer.text
        else:
            assert task in refused(answer, version)
        assert book.delete(f"/lineItems/{item}").status_code == 204


def test_letters_are_there_as_derived_alone_and_as_sent(book, place, version):
    """P-120."""
    results = book.listed(f"/classes/{place.class_id}/lineItems/case-lineitem-letters/results")
    shown = {one["sourcedId"].removeprefix("case-result-"): (one.get("score"), one.get("textScore")) for one in results}
    letter = "A" if version is V1P2 else None
    assert shown["derived-letter"] == (92, letter)
    if version is V1P2:
        assert (shown["letter-only"], shown["both-as-sent"]) == ((None, "B"), (65, "C"))
        titles = {one["title"] for one in book.listed(f"/classes/{place.class_id}/scoreScales")}
        assert {"Letter grades", "Effort"} <= titles
        body = {"result": place.result("case-lineitem-letters", student(book, "Class-Case"), textScore="E")}
        del body["result"]["score"]
        assert "Letter grades" in refused(book.put(f"/results/{new_id()}", body), version)


def test_a_due_date_outside_the_terms_counts_in_the_nearest(book):
    """P-121."""
    period = book.one("/lineItems/case-lineitem-outside-terms")["gradingPeriod"]["sourcedId"]
    assert book.platform.read(f"/gradingPeriods/{period}")["title"] == "Quarter 2"


@pytest.mark.parametrize("path", ["/lineItems/case-lineitem-withdrawn", "/results/case-result-withdrawn"])
def test_what_was_withdrawn_is_a_tombstone_for_those_who_ask(book, path):
    """P-122."""
    collection, sourced_id = path[1:].split("/")
    assert book.get(path).status_code == 404
    assert sourced_id not in {one["sourcedId"] for one in book.listed(f"/{collection}")}
    gone = {one["sourcedId"] for one in book.listed(f"/{collection}?filter=status='tobedeleted'")}
    assert sourced_id in gone


def test_who_has_left_the_roster_is_scored_for_then_and_not_for_now(book, place, version):
    """P-123."""
    assert book.one("/results/case-result-left-since")["score"] == 55
    body = {"result": place.result("case-lineitem-letters", student(book, "Dropped"))}
    body["result"]["scoreDate"] = f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%d}"
    assert "roster" in refused(book.put(f"/results/{new_id()}", body), version)


def test_a_title_is_as_long_as_it_may_be(book):
    """P-124."""
    assert len(book.one("/lineItems/case-lineitem-long-title")["title"]) == 255


def test_what_the_district_made_is_read_only(book, place, version):
    """P-125."""
    body = {"lineItem": place.line_item(category=ref(book.listed("/categories?sort=sourcedId")[0]["sourcedId"]))}
    assert "district" in refused(book.put("/lineItems/case-lineitem-letters", body), version, 403)
    assert "district" in refused(book.delete("/results/case-result-exempt"), version, 403)
