"""What the district demands of line items, results, score scales and assessments (P-117 … P-124), over HTTP."""

from datetime import UTC, datetime, timedelta

import pytest

from provider.database import db
from provider.sis.models import GradingTask, GradingWindow, LineItem
from shared.oneroster.versions import Version
from tests.contract.door import Door
from tests.contract.gradebooks import Gradebook, Place, at, new_id, ref, refused
from tests.contract.platform import ids, minor

V1P1, V1P2 = Version.V1P1, Version.V1P2


@pytest.fixture
def book(written: Door, version: Version) -> Gradebook:
    return Gradebook(written.lms(version))


@pytest.fixture
def place(book: Gradebook) -> Place:
    return Place(book.platform)


# Line items (P-117, P-121, P-124)


def test_a_line_item_without_a_category_is_uncategorized_until_somebody_categorises_it(book, place, version):
    """P-117: one such category for a section, and a PUT without a category leaves that of the teacher."""
    first, second = book.put_line_item(place), book.put_line_item(place)
    categories = {book.one(f"/lineItems/{item}")["category"]["sourcedId"] for item in (first, second)}
    assert len(categories) == 1
    uncategorized = book.one(f"/categories/{categories.pop()}")
    assert uncategorized["title"] == "Uncategorized"
    assert uncategorized["sourcedId"] in ids(book.listed(f"/classes/{place.class_id}/categories"))
    own = new_id()
    book.put(f"/categories/{own}", {"category": {"title": "Homework"}})
    book.put(f"/lineItems/{first}", {"lineItem": place.line_item(category=ref(own))})
    book.put(f"/lineItems/{first}", {"lineItem": place.line_item(title="Once more")})
    assert book.one(f"/lineItems/{first}")["category"]["sourcedId"] == own
    assert refused(book.delete(f"/categories/{uncategorized['sourcedId']}"), version, 403)


@pytest.mark.parametrize(
    ("field", "place_of"), [("class", "class"), ("category", "category"), ("gradingPeriod", "academic session")]
)
def test_what_a_line_item_refers_to_must_be_there(book, place, version, field, place_of):
    body = {"lineItem": place.line_item(**{field: ref("nowhere")})}
    text = refused(book.put(f"/lineItems/{new_id()}", body), version)
    assert text.startswith(f"lineItem.{field}: there is no {place_of}") and "'nowhere'" in text


def test_the_school_must_be_that_of_the_class(written):
    book = Gradebook(written.lms(V1P2))
    place = Place(book.platform)
    for school in ("nowhere", next(s for s in ids(book.platform.walk("/schools")) if s != place.school)):
        text = refused(book.put(f"/lineItems/{new_id()}", {"lineItem": place.line_item(school=ref(school))}), V1P2)
        assert text.startswith("lineItem.school")


def test_a_category_of_another_class_is_refused(book, place, version):
    theirs = next(
        one for other in book.platform.walk("/classes") if other["sourcedId"] != place.class_id
        for one in book.listed(f"/classes/{other['sourcedId']}/categories")
        if one["sourcedId"] not in ids(book.listed(f"/classes/{place.class_id}/categories"))
    )  # fmt: skip
    body = {"lineItem": place.line_item(category=ref(theirs["sourcedId"]))}
    assert "lineItem.category" in refused(book.put(f"/lineItems/{new_id()}", body), version)


def test_the_due_date_decides_the_term(written, book, place, version):
    """P-121, with its note for the teacher."""
    year = book.platform.read("/academicSessions?filter=type='schoolYear'")[0]
    terms = sorted((book.platform.read(f"/terms/{term}") for term in place.terms), key=lambda term: term["startDate"])
    last = terms[-1]
    due = f"{last['startDate']}T18:00:00.000Z"
    item = book.put_line_item(place, dueDate=due)
    period = book.platform.read("/gradingPeriods/" + book.one(f"/lineItems/{item}")["gradingPeriod"]["sourcedId"])
    assert (period["startDate"], period["endDate"]) == (last["startDate"], last["endDate"])
    beyond = f"{last['endDate']}T23:00:00.000Z"
    item = book.put_line_item(place, dueDate=beyond)
    assert book.one(f"/lineItems/{item}")["gradingPeriod"]["sourcedId"] == period["sourcedId"]
    with written.app.app_context():
        note = db.session.query(LineItem.note).filter_by(sourced_id=item).scalar()
        assert note.startswith(f"Due on {last['endDate']}") and last["title"] in note
    outside = f"{int(year['endDate'][:4]) + 1}-01-10T10:00:00Z"
    text = refused(book.put(f"/lineItems/{new_id()}", {"lineItem": place.line_item(dueDate=outside)}), version)
    assert "school year" in text and outside[:10] in text
    written.set(due_date_strict="true")
    try:
        text = refused(book.put(f"/lineItems/{new_id()}", {"lineItem": place.line_item(dueDate=beyond)}), version)
        assert "none of the section's terms" in text and last["title"] in text
    finally:
        written.set(due_date_strict="false")


def test_the_name_limit_is_the_districts(written, book, place, version):
    """P-124."""
    book.put_line_item(place, title="T" * 255)
    assert "allows 255" in refused(
        book.put(f"/lineItems/{new_id()}", {"lineItem": place.line_item(title="T" * 256)}), version
    )
    written.set(assignment_name_limit="30")
    try:
        text = refused(book.put(f"/lineItems/{new_id()}", {"lineItem": place.line_item(title="T" * 31)}), version)
        assert "31 characters" in text and "allows 30" in text
        book.put_line_item(place, title="T" * 30)
    finally:
        written.set(assignment_name_limit="255")


def test_a_range_that_is_no_range_is_refused(book, place, version):
    body = {"lineItem": place.line_item(resultValueMin=10, resultValueMax=5)}
    assert "resultValueMin" in refused(book.put(f"/lineItems/{new_id()}", body), version)


def test_a_line_item_without_a_range_is_of_0_to_100_in_1p1(book, place, version):
    """1.1 demands both on output; 1.2 leaves out what was not sent."""
    item = book.put_line_item(place, resultValueMin=None, resultValueMax=None)
    found = book.one(f"/lineItems/{item}")
    expected = (0, 100) if version is V1P1 else (None, None)
    assert (found.get("resultValueMin"), found.get("resultValueMax")) == expected


def test_a_line_item_with_results_keeps_its_class(book, place, version):
    elsewhere = next(
        one for one in book.platform.walk("/classes?filter=status='active'")
        if one["school"]["sourcedId"] == place.school and one["sourcedId"] != place.class_id
    )  # fmt: skip
    item = book.put_line_item(place)
    book.put_result(place, item, place.students[0])
    body = {"lineItem": place.line_item(**{"class": ref(elsewhere["sourcedId"])})}
    assert "another class" in refused(book.put(f"/lineItems/{item}", body), version)


def test_metadata_comes_back_as_it_was_sent(book, place):
    metadata = {"vendor.colour": "red", "deep": [1, {"ü": None, "x": 1.5}]}
    item = book.put_line_item(place, metadata=metadata)
    assert book.one(f"/lineItems/{item}")["metadata"] == metadata


# Results (P-119, P-120, P-123)


def test_extra_credit_is_kept(book, place):
    item = book.put_line_item(place)
    result = book.put_result(place, item, place.students[0], score=300)
    assert book.one(f"/results/{result}")["score"] == 300


@pytest.mark.parametrize("status", ["exempt", "fully graded", "not submitted", "partially graded", "submitted"])
def test_every_status_of_a_score_comes_back(book, place, status):
    item = book.put_line_item(place)
    result = book.put_result(place, item, place.students[0], scoreStatus=status, score=None)
    found = book.one(f"/results/{result}")
    assert found["scoreStatus"] == status and "score" not in found


@pytest.mark.parametrize("field", ["lineItem", "student"])
def test_what_a_result_refers_to_must_be_there(book, place, version, field):
    item = book.put_line_item(place)
    body = {"result": place.result(item, place.students[0], **{field: ref("nowhere")})}
    assert refused(book.put(f"/results/{new_id()}", body), version).startswith(f"result.{field}: there is no")


def test_a_teacher_is_no_student(book, place, version):
    teacher = next(u for u in book.platform.walk("/teachers") if u["status"] == "active")["sourcedId"]
    body = {"result": place.result(book.put_line_item(place), teacher)}
    assert "result" in refused(book.put(f"/results/{new_id()}", body), version)


def test_a_student_has_one_result_for_a_line_item(book, place, version):
    item = book.put_line_item(place)
    there = book.put_result(place, item, place.students[0])
    body = {"result": place.result(item, place.students[0], score=1)}
    assert there in refused(book.put(f"/results/{new_id()}", body), version)
    book.delete(f"/results/{there}")
    book.put_result(place, item, place.students[0])


def test_a_student_who_is_not_on_the_roster_at_the_score_date_is_refused(book, place, version):
    """P-123."""
    item = book.put_line_item(place)
    rostered = set(place.students)
    outsider = next(
        user["sourcedId"] for user in book.platform.walk("/students?filter=status='active'")
        if user["sourcedId"] not in rostered
    )  # fmt: skip
    text = refused(book.put(f"/results/{new_id()}", {"result": place.result(item, outsider)}), version)
    assert "not on the roster" in text and outsider in text
    dropped = next(u for u in book.platform.users_named("Dean Dropped"))["sourcedId"]
    (enrollment,) = [
        e for e in book.platform.walk(f"/enrollments?filter=user.sourcedId='{dropped}'") if e["class"]["sourcedId"] == place.class_id
    ]  # fmt: skip
    book.put_result(place, item, dropped, scoreDate=enrollment["beginDate"])
    book.delete(f"/results/{book.listed(f'/classes/{place.class_id}/lineItems/{item}/results')[0]['sourcedId']}")
    body = {"result": place.result(item, dropped, scoreDate=enrollment["endDate"])}  # The first day without.
    assert enrollment["endDate"] in refused(book.put(f"/results/{new_id()}", body), version)


def test_a_closed_grading_window_is_named(written, book, place, version):
    """P-119: of the district's first task, as a platform's line items have no other."""
    item = book.put_line_item(place)
    result = book.put_result(place, item, place.students[0])

    def windows(session, days):
        task = session.query(GradingTask).order_by(GradingTask.id).first()
        term = session.query(LineItem.term_id).filter_by(sourced_id=item).scalar()
        session.query(GradingWindow).delete()
        session.add(GradingWindow(grading_task_id=task.id, term_id=term, opens_on=days[0], closes_on=days[1]))

    today = datetime.now(UTC).date()
    body = {"result": place.result(item, place.students[0], score=81)}
    try:
        written.edit_sis(lambda s: windows(s, (today - timedelta(40), today - timedelta(10))))
        answer = book.put(f"/results/{result}", body)
        text = refused(answer, version)
        assert "Term Grade" in text and "Quarter 1" in text and str(today - timedelta(10)) in text
        assert refused(book.delete(f"/results/{result}"), version) and refused(
            book.delete(f"/lineItems/{item}"), version
        )
        assert book.one(f"/results/{result}")["score"] == 80
        written.edit_sis(lambda s: windows(s, (today - timedelta(10), today + timedelta(10))))
        assert book.put(f"/results/{result}", body).status_code < 300
    finally:
        written.edit_sis(lambda s: s.query(GradingWindow).delete())


def test_a_grading_task_that_is_excluded_takes_no_grades(written, book, place, version):
    """P-74: of a section's tasks the first that is offered counts; where none is, platforms write nothing."""
    item = book.put_line_item(place)
    result = book.put_result(place, item, place.students[0])
    score = {"result": place.result(item, place.students[0], score=81)}

    def exclude(session, excluded):
        for task in session.query(GradingTask):
            task.external_lms_exclude = excluded(task)

    try:
        written.edit_sis(lambda s: exclude(s, lambda task: task.name == "Term Grade"))
        assert book.put(f"/results/{result}", score).status_code < 300
        written.edit_sis(lambda s: exclude(s, lambda task: True))
        for answer in (
            book.put(f"/results/{result}", score),
            book.put(f"/lineItems/{item}", {"lineItem": place.line_item()}),
            book.put(f"/lineItems/{new_id()}", {"lineItem": place.line_item()}),
        ):
            assert "any grading task of the class (External LMS Exclude)" in refused(answer, version)
    finally:
        written.edit_sis(lambda s: exclude(s, lambda task: task.name == "Conduct"))
    assert book.put(f"/results/{result}", score).status_code < 300


def test_scores_and_the_letters_of_a_score_group(written):
    """P-120: a percent alone is named by the group; a letter alone must be one of it; both are kept as sent."""
    book = Gradebook(written.lms(V1P2))
    place = Place(book.platform)
    letters = next(s for s in book.listed(f"/classes/{place.class_id}/scoreScales") if s["title"] == "Letter grades")
    item = book.put_line_item(place, scoreScale=ref(letters["sourcedId"]), resultValueMax=50)
    cases = [({"score": 46}, (46, "A")), ({"score": 41}, (41, "B")), ({"score": 46, "textScore": "C"}, (46, "C")),
             ({"score": None, "textScore": "B"}, (None, "B"))]  # fmt: skip
    for sent, expected in cases:
        result = book.put_result(place, item, place.students[0], **sent)
        found = book.one(f"/results/{result}")
        assert (found.get("score"), found.get("textScore")) == expected
        book.delete(f"/results/{result}")
    text = refused(
        book.put(f"/results/{new_id()}", {"result": place.result(item, place.students[0], score=None, textScore="Z+")}),
        V1P2,
    )
    assert "'Z+'" in text and "Letter grades" in text


# Score scales and assessments (1.2)


def test_a_score_scale_is_made_replaced_and_not_deleted_while_in_use(written):
    book = Gradebook(written.lms(V1P2))
    place = Place(book.platform)
    scale = new_id()
    values = [{"itemValueLHS": "90-100", "itemValueRHS": "A"}, {"itemValueLHS": "0-89", "itemValueRHS": "B"}]
    body = {"title": "Two letters", "type": "letter", "class": ref(place.class_id), "scoreScaleValue": values}
    assert book.put(f"/scoreScales/{scale}", {"scoreScale": body}).status_code == 201
    found = book.one(f"/scoreScales/{scale}")
    assert found["scoreScaleValue"] == values and found["class"]["sourcedId"] == place.class_id
    assert book.put(f"/scoreScales/{scale}", {"scoreScale": body}).status_code == 201
    assert book.one(f"/scoreScales/{scale}") == found
    body["scoreScaleValue"] = values[::-1]
    book.put(f"/scoreScales/{scale}", {"scoreScale": body})
    assert book.one(f"/scoreScales/{scale}")["scoreScaleValue"] == values[::-1]
    item = book.put_line_item(place, scoreScale=ref(scale))
    assert book.one(f"/lineItems/{item}")["scoreScale"]["sourcedId"] == scale
    answer = book.delete(f"/scoreScales/{scale}")
    assert minor(answer, V1P2) == "deletefailure" and answer.status_code == 422
    book.delete(f"/lineItems/{item}")
    assert book.delete(f"/scoreScales/{scale}").status_code == 204
    for wrong in ({"class": ref("nowhere")}, {"course": ref("nowhere")}, {"scoreScaleValue": []}):
        assert refused(book.put(f"/scoreScales/{new_id()}", {"scoreScale": body | wrong}), V1P2)


def test_assessments_and_their_results(written):
    book = Gradebook(written.lms(V1P2))
    place = Place(book.platform)
    whole, part = new_id(), new_id()
    assert book.put(f"/assessmentLineItems/{whole}", {"assessmentLineItem": {"title": "State test"}}).status_code == 201
    body = {
        "title": "Reading", "class": ref(place.class_id), "parentAssessmentLineItem": ref(whole), "resultValueMax": 500,
        "learningObjectiveSet": [{"source": "unknown", "learningObjectiveIds": ["RL.1"]}],
    }  # fmt: skip
    assert book.put(f"/assessmentLineItems/{part}", {"assessmentLineItem": body}).status_code == 201
    found = book.one(f"/assessmentLineItems/{part}")
    assert found["parentAssessmentLineItem"]["sourcedId"] == whole
    assert found["learningObjectiveSet"] == body["learningObjectiveSet"]
    circle = {"assessmentLineItem": {"title": "State test", "parentAssessmentLineItem": ref(part)}}
    assert "part of itself" in refused(book.put(f"/assessmentLineItems/{whole}", circle), V1P2)
    result, student = new_id(), place.students[0]
    sent = {
        "assessmentLineItem": ref(part), "student": ref(student), "score": 480, "scorePercentile": 93.5, "late": "true",
        "scoreStatus": "fully graded", "scoreDate": "2026-10-01",
    }  # fmt: skip
    assert book.put(f"/assessmentResults/{result}", {"assessmentResult": sent}).status_code == 201
    found = book.one(f"/assessmentResults/{result}")
    assert (found["score"], found["scorePercentile"], found["late"]) == (480, 93.5, "true")
    assert result in refused(book.put(f"/assessmentResults/{new_id()}", {"assessmentResult": sent}), V1P2)
    assert minor(book.delete(f"/assessmentLineItems/{whole}"), V1P2) == "deletefailure"
    assert book.delete(f"/assessmentLineItems/{part}").status_code == 204
    assert book.get(f"/assessmentResults/{result}").status_code == 404
    assert book.delete(f"/assessmentLineItems/{whole}").status_code == 204


def test_every_field_of_a_1p2_result_comes_back(written):
    book = Gradebook(written.lms(V1P2))
    place = Place(book.platform)
    item = book.put_line_item(place)
    sent = {
        "class": ref(place.class_id), "textScore": "B+", "inProgress": "false", "incomplete": "true", "late": "true",
        "missing": "false", "comment": "good", "metadata": {"a": 1}, "scoreStatus": "ext:reviewed",
        "learningObjectiveSet": [{"source": "case", "learningObjectiveResults": [
            {"learningObjectiveId": "3f0c9b62-7d0e-4f5c-8f5b-0a1b2c3d4e5f", "score": 3.0}]}],
    }  # fmt: skip
    result = book.put_result(place, item, place.students[0], **sent)
    found = book.one(f"/results/{result}")
    assert found["class"]["sourcedId"] == place.class_id
    assert {name: found[name] for name in sent if name != "class"} == {n: v for n, v in sent.items() if n != "class"}
    wrong = place.result(item, place.students[0], **sent | {"class": ref("nowhere")})
    assert "result.class" in refused(book.put(f"/results/{result}", {"result": wrong}), V1P2)


def test_a_due_date_in_one_minute_is_taken(book, place):
    """real-clients 19: the suite of a client asks for it, at whatever time of the year."""
    book.put_line_item(place, dueDate=at(place.first_day + timedelta(minutes=1)), assignDate=at(datetime.now(UTC)))
