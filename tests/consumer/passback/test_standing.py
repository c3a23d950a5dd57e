"""How items stand in the SIS (C-120, C-123, C-135, C-138, C-139), and what a page is told of it."""

from dataclasses import asdict
from datetime import timedelta

import pytest
from sqlalchemy import select

from consumer.passback.standing import (
    ItemStanding,
    left_behind,
    red_dot,
    red_dots,
    standing,
    why_book_closed,
    why_closed,
)  # fmt: skip
from consumer.passback.tables import ItemState, LedgerItem, LedgerScore, PassbackRun
from consumer.platform.gradebook.books import book_of
from consumer.platform.models import Enrollment, GradeCategory, Section
from consumer.runs.columns import Status
from consumer.sync.tables import SchoolMapping
from shared.oneroster.versions import Version
from tests.consumer.passback.books import NOW, GradeBook

LATER = NOW + timedelta(hours=1)


def category(book: GradeBook, *sections: Section) -> GradeCategory | None:
    """One that is mapped, where the version needs one."""
    return book.category("Homework", "c-1", *sections) if book.version is Version.V1P2 else None


def only(book: GradeBook) -> ItemStanding:
    (found,) = standing(book.session, book.book)
    return found


def press(book: GradeBook, status: Status = Status.COMPLETED, section: Section | None = None) -> PassbackRun:
    run = PassbackRun(
        section_id=(section or book.head).id, connection_id=book.connection.id, send="changes", queued_at=NOW,
        status=status, finished_at=NOW,
    )  # fmt: skip
    book.session.add(run)
    book.session.flush()
    return run


def test_an_item_that_was_never_sent(book: GradeBook) -> None:
    """C-123"""
    book.item(category=category(book), kind="discussion")
    found = only(book)
    assert (found.title, found.kind, found.state, found.last_success) == (
        "Fractions", "discussion", ItemState.NEW, None,
    )  # fmt: skip
    assert found.changed and [len(each.problems) for each in found.sections] == [0]


def test_an_item_whose_grades_all_arrived_has_not_changed(book: GradeBook) -> None:
    item = book.item(category=category(book))
    for student, marks in (("U1", {"points": 18.0}), ("U2", {"exempt": True}), ("U3", {"missing": True}),
                           ("U4", {"submitted": True})):  # fmt: skip
        book.score(item, student, **marks)
    book.sent(item)
    found = only(book)
    assert (found.state, found.last_success, found.changed) == (ItemState.SUCCESSFUL, NOW, False)
    assert found.sections[0].request_id == "call-1" and found.sections[0].error is None


@pytest.mark.parametrize(
    "change", ["title", "points", "due", "score", "new score", "cleared", "comment", "unpublished"]
)
def test_whatever_is_changed_since_is_told(book: GradeBook, change: str) -> None:
    """C-132"""
    item = book.item(category=category(book))
    score = book.score(item, "U1", 18.0)
    book.sent(item)
    if change == "new score":
        book.score(item, "U2", 0.0)
    elif change == "due":
        item.due_at = item.due_at and item.due_at + timedelta(days=1)
    else:
        for row, name, value in (
            (item, "title", "Decimals"), (item, "points", 25.0), (item, "unpublished", False), (score, "score", 17.0),
            (score, "cleared", None), (score, "comment", "Good"),
        ):  # fmt: skip
            if name == change:
                setattr(
                    row, {"score": "points", "cleared": "points", "unpublished": "published"}.get(name, name), value
                )
    book.session.flush()
    assert only(book).changed


def test_a_category_that_goes_elsewhere_is_a_change_in_1_2(book_12: GradeBook) -> None:
    item = book_12.item(category=book_12.category("Homework", "c-1"))
    book_12.sent(item)
    item.category_id = book_12.category("Quizzes", "c-2").id
    book_12.session.flush()
    assert only(book_12).changed


def test_students_who_left_do_not_count_as_a_change(book: GradeBook) -> None:
    """C-136"""
    item = book.item(category=category(book))
    book.sent(item)
    score = book.score(item, "U1", 18.0)
    gone = select(Enrollment).where(Enrollment.account_id == score.account_id, Enrollment.section_id == book.head.id)
    book.session.delete(book.session.scalars(gone).one())
    assert not only(book).changed


def test_problems_are_told_before_anything_is_pressed(book: GradeBook) -> None:
    """C-133: with what to do, and where."""
    book.item(category=category(book), due_at=None)
    (problem,) = only(book).sections[0].problems
    assert (problem.code, problem.where) == ("NO_DUE_DATE", "platform") and "due date" in problem.remedy


def test_view_error_has_the_words_of_the_sis_beside_ours(book: GradeBook) -> None:
    """C-138"""
    item = book.item(category=category(book))
    score = book.score(item, "U1", 18.0)
    row = book.sent(item)
    words = "results[0]: grading of Term in Fall is CLOSED  on 2026-10-05"
    row.state, row.code, row.detail, row.request_id = ItemState.ERROR, "SOME_REFUSED", "1 of 1", "call-2"
    sent = book.session.scalars(select(LedgerScore)).one()
    sent.code, sent.said, sent.request_id = "WINDOW_CLOSED", words, "call-2"
    book.session.flush()
    found = only(book)
    (section,) = found.sections
    assert found.state is ItemState.ERROR and section.error is not None
    assert (section.error.detail, section.error.said, section.error.request_id) == ("1 of 1", "", "call-2")
    (refused,) = section.refused
    assert (refused.account_id, refused.student) == (score.account_id, "Ada Example")
    assert refused.why.said == words and refused.why.where == "SIS" and "grading window" in refused.why.remedy


def test_the_worst_section_is_how_the_item_stands(book: GradeBook) -> None:
    """C-129, C-130: each linked section has its own line item."""
    other = book.link("K2")
    item = book.item(category=category(book, book.head, other))
    book.sent(item)
    found = only(book)
    assert [(each.section_id, each.state) for each in found.sections] == [
        (book.head.id, ItemState.SUCCESSFUL), (other.id, ItemState.NEW),
    ]  # fmt: skip
    assert (found.state, found.last_success, found.changed) == (ItemState.NEW, None, True)
    row = book.sent(item, other, LATER)
    found = only(book)
    assert (found.state, found.last_success, found.changed) == (ItemState.SUCCESSFUL, NOW, False)
    row.state = ItemState.QUEUED
    book.session.flush()
    assert only(book).state is ItemState.QUEUED


def test_an_unsynced_linked_section_gets_nothing(book: GradeBook) -> None:
    """C-130"""
    copy = Section(course_id=book.head.course_id, school_id=book.head.school_id, name="Copy", linked_to_id=book.head.id)
    book.session.add(copy)
    book.session.flush()
    book.item(category=category(book))
    assert [each.section_id for each in only(book).sections] == [book.head.id]
    assert "not synced" in (why_closed(book.session, copy) or "")
    assert why_book_closed(book.session, book.book) is None


def test_an_open_section_has_no_reason(book: GradeBook) -> None:
    assert why_closed(book.session, book.head) is None


def test_a_closed_section_says_why_and_what_to_do(book: GradeBook) -> None:
    """C-120, C-139, C-24"""
    session, other = book.session, book.link("K2")
    other.frozen = True
    session.flush()
    assert "ended this section" in (why_closed(session, other) or "")
    assert why_book_closed(session, book.book) is None
    other.frozen, book.head.frozen = False, True
    session.flush()
    assert why_closed(session, book.head) and why_book_closed(session, book.book) is None
    other.frozen, book.head.frozen = True, False
    book.connection.active_year = 2028
    session.flush()
    said = why_closed(session, book.head) or ""
    assert "it is of 2026–2027, and 2027–2028 is active" in said and said.endswith(".")
    assert why_book_closed(session, book.book) == said
    book.connection.active_year = 2027
    session.execute(SchoolMapping.__table__.delete().where(SchoolMapping.sis_id == "S1"))
    assert "North School" in (why_closed(session, book.head) or "")
    item = book.item(category=category(book))
    assert {each.problems[0].code for each in only(book).sections} == {"NO_MAPPED_SCHOOL", "SECTION_FROZEN"}
    assert item.deleted_at is None


def test_the_dot_is_red_after_errors_until_the_next_success(book: GradeBook) -> None:
    """C-122"""
    item = book.item(category=category(book))
    assert not red_dot(book.session, book.book)
    row = book.sent(item)
    row.state = ItemState.ERROR
    book.session.flush()
    assert red_dot(book.session, book.book)
    row.state = ItemState.SUCCESSFUL
    book.session.flush()
    assert not red_dot(book.session, book.book)


def test_the_dot_is_red_after_a_press_that_failed_as_a_whole(book: GradeBook) -> None:
    press(book, Status.FAILED)
    assert red_dot(book.session, book.book)
    press(book)
    assert not red_dot(book.session, book.book)


def test_an_error_of_a_linked_section_is_that_of_the_book(book: GradeBook) -> None:
    other = book.link("K2")
    item = book.item(category=category(book, book.head, other))
    book.sent(item, other).state = ItemState.ERROR
    book.session.flush()
    alone = book_of(book.session, book.section("K3").id)
    assert alone is not None
    assert red_dots(book.session, [book.book, alone]) == {book.head.id}


def test_what_was_deleted_here_and_is_still_in_the_sis_is_listed(book: GradeBook) -> None:
    """C-135"""
    kept, gone, never = (book.item(title, category=None) for title in ("Kept", "Gone", "Never sent"))
    mapped = category(book)
    for item in (kept, gone):
        item.category_id = mapped.id if mapped else None
        book.session.flush()
        book.sent(item)
    gone.deleted_at, never.deleted_at = LATER, LATER
    book.session.flush()
    (left,) = left_behind(book.session, book.book)
    assert (left.title, left.section, left.deleted_at, left.asked) == ("Gone", book.head.name, LATER, False)
    assert [found.title for found in standing(book.session, book.book)] == ["Kept"]
    row = book.session.scalars(select(LedgerItem).where(LedgerItem.item_id == gone.id)).one()
    row.delete_asked = True
    book.session.flush()
    assert left_behind(book.session, book.book)[0].asked
    row.digest = None
    book.session.flush()
    assert left_behind(book.session, book.book) == ()


def test_what_is_told_can_be_shown(book: GradeBook) -> None:
    """Plain values cross the border, no rows of tables."""
    book.sent(book.item(category=category(book)))
    assert asdict(only(book))["sections"][0]["section"] == book.head.name
