"""What values and checks are told of a section that was synced: students, terms, categories, whether it is open."""

from typing import Any

import orjson
import pytest
from sqlalchemy import event, select

from consumer.passback.checks import check_item, closed
from consumer.passback.facts import facts_of, item_facts, score_facts
from consumer.passback.values import line_item_body
from consumer.platform.models import AccountSisId, Enrollment
from consumer.platform.settings import read_settings, write_setting
from consumer.sync.staging import StagedRecord
from consumer.sync.tables import SchoolMapping, StagedEnrollment
from tests.consumer.passback.books import DUE, NOW, GradeBook
from tests.faults.district import MODIFIED, ref


def add_period(book: GradeBook, sis_id: str, start: str, end: str) -> None:
    """A grading period of the fall term, as it is staged."""
    record = {
        "sourcedId": sis_id, "status": "active", "dateLastModified": MODIFIED, "title": sis_id,
        "type": "gradingPeriod", "startDate": start, "endDate": end, "schoolYear": "2027", "parent": ref("T1"),
    }  # fmt: skip
    book.session.add(StagedRecord(
        connection_id=book.connection.id, collection="academicSessions", sourced_id=sis_id, digest=sis_id.encode(),
        raw=orjson.dumps(record), changed_in=1, absent_since=None,
    ))  # fmt: skip
    book.session.flush()


def students(book: GradeBook) -> set[str]:
    return set(book.facts().students.values())


def codes(book: GradeBook, **values: Any) -> list[str]:
    facts = item_facts(book.facts(), book.item(**values), "li-1", NOW)
    return [problem.code for problem in check_item(facts)]


def test_a_section_is_told_with_its_class_school_and_students(book: GradeBook) -> None:
    facts = book.facts()
    assert (facts.place.class_id, facts.place.school_id, facts.version) == ("K1", "S1", book.version)
    assert facts.place.base_url == book.connection.base_url
    assert students(book) == {"U1", "U2", "U3", "U4"}
    assert closed(facts.open) is None


def test_a_student_is_called_as_in_the_enrollment_of_the_section(book_11: GradeBook) -> None:
    """C-49: an account may stand for several SIS records."""
    book, ada = book_11, book_11.account("U1")
    book.session.add(AccountSisId(account_id=ada.id, connection_id=book.connection.id, sis_id="A-first"))
    book.session.flush()
    assert book.facts().students[ada.id] == "U1"


def test_where_the_enrollment_says_nothing_the_only_sis_id_of_the_student_counts(book_11: GradeBook) -> None:
    book, ada, ben = book_11, book_11.account("U1"), book_11.account("U2")
    book.session.execute(StagedEnrollment.__table__.delete())
    book.session.add(AccountSisId(account_id=ben.id, connection_id=book.connection.id, sis_id="other"))
    book.session.flush()
    found = book.facts().students
    assert found[ada.id] == "U1" and ben.id not in found


def test_a_student_who_left_or_was_put_in_by_hand_has_no_score_to_send(book_11: GradeBook) -> None:
    """C-136, C-69"""
    book, ada, eve = book_11, book_11.account("U1"), book_11.account("U5")
    item = book.item()
    left, here, by_hand = (book.score(item, student, 5.0) for student in ("U1", "U2", "U5"))
    gone = select(Enrollment).where(Enrollment.account_id == ada.id, Enrollment.section_id == book.head.id)
    book.session.delete(book.session.scalars(gone).one())
    book.session.add(Enrollment(section_id=book.head.id, account_id=eve.id, role="member"))
    book.session.flush()
    facts = book.facts()
    assert score_facts(facts, "li-1", left, "r-1") is None
    assert score_facts(facts, "li-1", by_hand, "r-3") is None
    known = score_facts(facts, "li-1", here, "r-2")
    assert known is not None and (known.student, known.points, known.line_item) == ("U2", 5.0, "li-1")


def test_a_teacher_is_no_student(book_11: GradeBook) -> None:
    assert book_11.account("T-1").id not in book_11.facts().students


def test_the_terms_are_those_of_the_class(book: GradeBook) -> None:
    """C-133: K1 is in both terms, K2 in the first alone."""
    assert [term.title for term in book.facts().terms] == ["Fall", "Spring"]
    assert [term.title for term in book.facts(book.section("K2")).terms] == ["Fall"]


@pytest.mark.parametrize(
    ("due", "terms"),
    [
        ("2026-08-15T12:00", ["T1"]),
        ("2027-01-09T12:00", ["T1"]),
        ("2027-01-10T12:00", ["T2"]),
        ("2027-06-01T12:00", ["T2"]),
        ("2027-06-02T12:00", []),
    ],
)
def test_the_due_date_decides_the_term(book_12: GradeBook, due: str, terms: list[str]) -> None:
    """A term's end is the first day after it; a day in none belongs to the term that ends on it."""
    moment = DUE.fromisoformat(f"{due}+00:00")
    category = book_12.category("Homework", "c-1")
    facts = item_facts(book_12.facts(), book_12.item(category=category, due_at=moment), "li-1", NOW)
    assert facts.session == (terms[0] if terms else None)
    assert [problem.code for problem in check_item(facts)] == ([] if terms else ["DUE_OUTSIDE_TERMS"])


def test_the_day_is_that_of_the_organisation(book_11: GradeBook) -> None:
    """2 June 2027 at 02:00 UTC is still the day on which the spring term ends in Chicago."""
    write_setting(book_11.session, "time_zone", "America/Chicago")
    assert codes(book_11, due_at=DUE.fromisoformat("2027-06-02T02:00+00:00")) == []
    write_setting(book_11.session, "time_zone", "UTC")
    assert codes(book_11, due_at=DUE.fromisoformat("2027-06-02T02:00+00:00")) == ["DUE_OUTSIDE_TERMS"]


def test_a_grading_period_below_the_terms_is_named(book: GradeBook) -> None:
    add_period(book, "Q1", "2026-08-15", "2026-10-10")
    add_period(book, "Q2", "2026-10-10", "2027-01-10")
    item = book.item(category=book.category("Homework", "c-1"))
    facts = item_facts(book.facts(), item, "li-1", NOW)
    assert (facts.session, facts.grading_period) == ("T1", "Q2")
    assert [term.title for term in facts.terms] == ["Fall", "Spring"]
    assert line_item_body(facts, book.version)["gradingPeriod"]["sourcedId"] == "Q2"


def test_a_class_that_is_not_staged_any_more_keeps_its_items_here(book_11: GradeBook) -> None:
    book_11.session.execute(StagedRecord.__table__.delete().where(StagedRecord.collection == "classes"))
    assert codes(book_11) == ["CLASS_UNKNOWN"]


def test_categories_go_where_the_section_says(book_12: GradeBook) -> None:
    """C-125, C-129: each linked section on its own."""
    book, other = book_12, book_12.link("K2")
    homework = book.category("Homework", "c-1")
    assert codes(book, category=homework) == []
    facts = item_facts(book.facts(other), book.item(category=homework), "li-1", NOW)
    assert [(problem.code, problem.detail) for problem in check_item(facts)] == [("CATEGORY_UNMAPPED", "Homework")]
    assert codes(book) == ["NO_CATEGORY"]


def test_items_of_a_mapped_category_go_while_another_is_not_mapped(book_12: GradeBook) -> None:
    homework, quizzes = book_12.category("Homework", "c-1"), book_12.category("Quizzes")
    assert codes(book_12, category=homework) == []
    assert codes(book_12, category=quizzes) == ["CATEGORY_UNMAPPED"]


def test_a_class_without_students_is_told(book_11: GradeBook) -> None:
    book_11.session.execute(Enrollment.__table__.delete().where(Enrollment.role == "member"))
    assert codes(book_11) == ["NO_STUDENTS"]


def test_a_section_that_is_not_synced_has_no_facts(book_11: GradeBook) -> None:
    """C-130"""
    section = book_11.section("K2")
    section.connection_id = section.sis_id = None
    with pytest.raises(ValueError, match="not synced"):
        facts_of(book_11.session, section.id, read_settings(book_11.session))


def test_an_unmapped_school_closes_its_sections(book_11: GradeBook) -> None:
    """C-139"""
    book_11.session.execute(SchoolMapping.__table__.delete().where(SchoolMapping.sis_id == "S1"))
    problem = closed(book_11.facts().open)
    assert problem is not None and (problem.code, problem.detail) == ("NO_MAPPED_SCHOOL", "North School")


def test_the_facts_of_a_section_take_few_questions_however_many_items_there_are(book_11: GradeBook) -> None:
    items = [book_11.item(f"Item {n}") for n in range(40)]
    asked: list[str] = []
    engine = book_11.session.get_bind()
    event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    facts = book_11.facts()
    for item in items:
        check_item(item_facts(facts, item, "li-1", NOW))
    assert len(asked) < 15
