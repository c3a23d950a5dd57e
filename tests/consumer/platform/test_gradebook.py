"""Books: who may use one, which sections share one, items and categories, saving cells, how much a grid costs."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from consumer.platform.gradebook.books import book_of, may_use, sections_taught
from consumer.platform.gradebook.categories import (
    BadCategory,
    add_category,
    categories_of,
    change_category,
    delete_category,
)  # fmt: skip
from consumer.platform.gradebook.changes import Change, State, save_changes
from consumer.platform.gradebook.grid import Wanted, load_grid
from consumer.platform.gradebook.items import BadItem, ItemValues, add_item, change_item, delete_item, items_of
from consumer.platform.gradebook.linking import BadLink, link, linkable, unlink
from consumer.platform.gradebook.scores import Entry, entry_of, record
from consumer.platform.models import Enrollment, GradeItem, Score, Section
from consumer.platform.sections import make_linked
from tests.consumer.platform.classroom import NOW, book, connection, enroll, item, person, section


def sections_of(session: Session, section_id: int) -> set[int]:
    return set(book(session, section_id).section_ids)


def save(session: Session, section_id: int, by: int, **change: Any) -> tuple[State, str, str]:
    (outcome,) = save_changes(session, book(session, section_id), [Change(**change)], by, NOW)
    return outcome.state, outcome.cell.text, outcome.message


# Whose book it is


def test_course_admins_of_any_section_of_a_book_use_it_and_nobody_else(consumer_session: Session) -> None:
    """C-119."""
    head, other = section(consumer_session, "A"), section(consumer_session, "B")
    ada, ben, stranger = (
        person(consumer_session, place, "admin") for place in (head, other, section(consumer_session, "C"))
    )
    student = person(consumer_session, head)
    enroll(consumer_session, other, ada, "admin")
    link(consumer_session, book(consumer_session, head), other, ada)
    shared = book(consumer_session, other)
    assert shared.head.id == head
    assert [may_use(consumer_session, who, shared) for who in (ada, ben, stranger, student)] == [
        True,
        True,
        False,
        False,
    ]


def test_a_section_that_is_not_there_has_no_book(consumer_session: Session) -> None:
    assert book_of(consumer_session, 4711) is None


def test_the_sections_of_a_course_admin_are_listed_those_that_ended_last(consumer_session: Session) -> None:
    names = ("Zoology", "Algebra", "Music")
    places = [section(consumer_session, name) for name in names]
    ada = person(consumer_session, places[0], "admin")
    enroll(consumer_session, places[1], ada, "admin")
    enroll(consumer_session, places[2], ada, "member")
    person(consumer_session, places[0])
    consumer_session.get_one(Section, places[1]).frozen = True
    consumer_session.flush()
    taught = sections_taught(consumer_session, ada)
    assert [(one.name, one.frozen, one.students) for one in taught] == [("Zoology", False, 1), ("Algebra", True, 0)]


# Linked sections


def test_linked_sections_share_items_and_their_students_stand_in_one_grid(consumer_session: Session) -> None:
    district = connection(consumer_session)
    head, other = section(consumer_session, "A", district), section(consumer_session, "B", district)
    ada = person(consumer_session, head, "admin")
    enroll(consumer_session, other, ada, "admin")
    students = [person(consumer_session, head), person(consumer_session, other)]
    enroll(consumer_session, other, students[0])
    quiz = item(consumer_session, head)
    assert [one.id for one in linkable(consumer_session, book(consumer_session, head), ada)] == [other]
    link(consumer_session, book(consumer_session, head), other, ada)
    grid = load_grid(consumer_session, book(consumer_session, other))
    assert [column.id for column in grid.columns] == [quiz.id]
    assert [(row.account_id, row.sections) for row in grid.rows] == [(students[0], ("A", "B")), (students[1], ("B",))]
    only = load_grid(consumer_session, book(consumer_session, other), Wanted(section_id=head))
    assert [row.account_id for row in only.rows] == students[:1]
    taught = {one.name: one.shares for one in sections_taught(consumer_session, ada)}
    assert taught == {"A": None, "B": "A"}


def test_what_students_of_a_section_have_is_kept_while_it_is_unlinked(consumer_session: Session) -> None:
    head, other = section(consumer_session, "A"), section(consumer_session, "B")
    ada = person(consumer_session, head, "admin")
    enroll(consumer_session, other, ada, "admin")
    student, quiz = person(consumer_session, other), item(consumer_session, head)
    link(consumer_session, book(consumer_session, head), other, ada)
    save(consumer_session, head, ada, item_id=quiz.id, account_id=student, text="7")
    unlink(consumer_session, book(consumer_session, other), other)
    assert (sections_of(consumer_session, other), sections_of(consumer_session, head)) == ({other}, {head})
    grid = load_grid(consumer_session, book(consumer_session, head))
    assert (grid.rows, grid.left) == ((), 1)
    link(consumer_session, book(consumer_session, head), other, ada)
    assert load_grid(consumer_session, book(consumer_session, head)).cell(quiz.id, student).text == "7"


def test_only_sections_that_can_be_sent_together_are_linked(consumer_session: Session) -> None:
    """Of one connection or unsynced, of one year, course admin of both, nothing of its own."""
    here, there = connection(consumer_session), connection(consumer_session)
    head, ada = section(consumer_session, "Head", here), person(consumer_session)
    refused = {
        "another district": section(consumer_session, "Elsewhere", there),
        "another school year": section(consumer_session, "Last year", here, 2026),
        "items of its own": section(consumer_session, "Busy", here),
        "has ended": section(consumer_session, "Ended", here),
    }
    for place in (head, *refused.values()):
        enroll(consumer_session, place, ada, "admin")
    item(consumer_session, refused["items of its own"])
    consumer_session.get_one(Section, refused["has ended"]).frozen = True
    consumer_session.flush()
    not_hers = section(consumer_session, "Not hers", here)
    assert linkable(consumer_session, book(consumer_session, head), ada) == []
    for words, place in {**refused, "course admin of": not_hers, "shares this grade book": head}.items():
        with pytest.raises(BadLink, match=words):
            link(consumer_session, book(consumer_session, head), place, ada)
        assert sections_of(consumer_session, head) == {head}


def test_a_synced_section_leads_and_an_unsynced_one_follows(consumer_session: Session) -> None:
    synced, loose = (
        section(consumer_session, "Synced", connection(consumer_session)),
        section(consumer_session, "Loose"),
    )
    ada = person(consumer_session, synced, "admin")
    enroll(consumer_session, loose, ada, "admin")
    with pytest.raises(BadLink, match="from the grade book of Synced"):
        link(consumer_session, book(consumer_session, loose), synced, ada)
    link(consumer_session, book(consumer_session, synced), loose, ada)
    assert [one.synced for one in book(consumer_session, loose).sections] == [True, False]


def test_sections_linked_to_a_linked_one_share_the_same_book(consumer_session: Session) -> None:
    """C-69: an unsynced section that is made beside a linked one."""
    district = connection(consumer_session)
    places = [section(consumer_session, name, district) for name in "ABC"]
    ada = person(consumer_session, places[0], "admin")
    for place in places[1:]:
        enroll(consumer_session, place, ada, "admin")
    beside = make_linked(consumer_session, consumer_session.get_one(Section, places[1])).id
    link(consumer_session, book(consumer_session, places[0]), places[1], ada)
    after = make_linked(consumer_session, consumer_session.get_one(Section, places[1])).id
    for one in (places[0], places[1], beside, after):
        assert sections_of(consumer_session, one) == {places[0], places[1], beside, after}
    with pytest.raises(BadLink, match="is not linked"):
        unlink(consumer_session, book(consumer_session, places[0]), places[0])


# Items and categories


def test_an_item_has_a_title_points_and_a_category_of_its_book(consumer_session: Session) -> None:
    place, elsewhere = section(consumer_session, "A"), section(consumer_session, "B")
    mine, stranger = book(consumer_session, place), book(consumer_session, elsewhere)
    foreign = add_category(consumer_session, stranger, "Quizzes").id
    for field, values in (
        ("title", ItemValues("  ", 1)), ("title", ItemValues("x" * 501, 1)), ("points", ItemValues("x", -1)),
        ("points", ItemValues("x", 1.005)), ("points", ItemValues("x", float("nan"))),
        ("points", ItemValues("x", 100_001)), ("kind", ItemValues("x", 1, "exam")),
        ("category_id", ItemValues("x", 1, category_id=foreign)),
    ):  # fmt: skip
        with pytest.raises(BadItem) as refused:
            add_item(consumer_session, mine, values, NOW)
        assert refused.value.field == field
    first, second = (add_item(consumer_session, mine, ItemValues(name, 10), NOW) for name in ("First", "Second"))
    change_item(consumer_session, mine, first, ItemValues(" Renamed ", 12.5))
    assert [(one.title, one.points) for one in items_of(consumer_session, mine)] == [("Renamed", 12.5), ("Second", 10)]
    delete_item(consumer_session, first, NOW)
    assert items_of(consumer_session, mine) == [second]
    assert consumer_session.get_one(GradeItem, first.id).deleted_at == NOW


def test_categories_have_names_of_their_own_and_items_outlive_them(consumer_session: Session) -> None:
    mine = book(consumer_session, section(consumer_session, "A"))
    homework = add_category(consumer_session, mine, " Homework ", 30)
    tests = add_category(consumer_session, mine, "Tests")
    for name, weight, field in (("HOMEWORK", None, "name"), ("", None, "name"), ("x" * 256, None, "name"),
                                ("Other", -1, "weight"), ("Other", 101, "weight")):  # fmt: skip
        with pytest.raises(BadCategory) as refused:
            add_category(consumer_session, mine, name, weight)
        assert refused.value.field == field
    change_category(consumer_session, mine, homework, "homework", 40)
    quiz = add_item(consumer_session, mine, ItemValues("Quiz", 1, category_id=homework.id), NOW)
    lines = [(line.name, line.weight, line.items) for line in categories_of(consumer_session, mine)]
    assert lines == [("homework", 40, 1), ("Tests", None, 0)]
    delete_category(consumer_session, homework)
    consumer_session.refresh(quiz)
    assert quiz.category_id is None and [line.id for line in categories_of(consumer_session, mine)] == [tests.id]


# Cells


def test_each_cell_is_saved_for_itself_with_who_and_when(consumer_session: Session) -> None:
    place = section(consumer_session, "A")
    ada, students = person(consumer_session, place, "admin"), [person(consumer_session, place) for _ in range(3)]
    quiz = item(consumer_session, place, points=20)
    changes = [Change(quiz.id, who, typed) for who, typed in zip(students, ("17 l", "A", "22"), strict=True)]
    outcomes = save_changes(consumer_session, book(consumer_session, place), changes, ada, NOW)
    assert [(one.state, one.cell.text, one.cell.over) for one in outcomes] == [
        (State.SAVED, "17 l", False), (State.REFUSED, "", False), (State.SAVED, "22", True),
    ]  # fmt: skip
    score = consumer_session.get_one(Score, (quiz.id, students[0]))
    assert (score.points, score.late, score.changed_by, score.changed_at) == (17, True, ada, NOW)
    assert consumer_session.get(Score, (quiz.id, students[1])) is None


def test_of_two_teachers_in_one_cell_the_second_is_told_and_nothing_is_lost(consumer_session: Session) -> None:
    place = section(consumer_session, "A")
    ada, ben = person(consumer_session, place, "admin", "ada"), person(consumer_session, place, "admin", "ben")
    student, quiz = person(consumer_session, place), item(consumer_session, place)
    key = {"item_id": quiz.id, "account_id": student}
    assert save(consumer_session, place, ben, **key, text="15")[0] == State.SAVED
    state, text, message = save(consumer_session, place, ada, **key, text="17")
    assert (state, text) == (State.STALE, "15") and "Ben" in message and "15" in message
    assert save(consumer_session, place, ada, **key, text="15")[0] == State.SAVED
    assert save(consumer_session, place, ada, **key, text="17", text_seen="15")[0] == State.SAVED
    assert save(consumer_session, place, ben, **key, comment="Well done")[0] == State.SAVED
    state, text, message = save(consumer_session, place, ada, **key, comment="Redo")
    assert state == State.STALE and "the comment" in message
    state, text, message = save(consumer_session, place, ben, **key, text="", text_seen="15")
    assert (state, text) == (State.STALE, "17")
    score = consumer_session.get_one(Score, (quiz.id, student))
    assert (score.points, score.comment) == (17, "Well done")


def test_what_is_stored_already_is_saved_again_without_a_word(consumer_session: Session) -> None:
    """Whoever lost an answer sends the same once more, as it was typed."""
    place = section(consumer_session, "A")
    ada, student, quiz = (
        person(consumer_session, place, "admin"), person(consumer_session, place), item(consumer_session, place),
    )  # fmt: skip
    key = {"item_id": quiz.id, "account_id": student}
    for _ in range(2):
        assert save(consumer_session, place, ada, **key, text="L 17,50")[0] == State.SAVED
        assert save(consumer_session, place, ada, **key, comment=" See me\r\n")[0] == State.SAVED


def test_a_blank_clears_the_score_and_keeps_the_comment(consumer_session: Session) -> None:
    place = section(consumer_session, "A")
    ada, student, quiz = (
        person(consumer_session, place, "admin"),
        person(consumer_session, place),
        item(consumer_session, place),
    )
    record(consumer_session, quiz, student, Entry(5), NOW, ada, " See\r\nme ")
    save(consumer_session, place, ada, item_id=quiz.id, account_id=student, text=" ", text_seen="5")
    score = consumer_session.get_one(Score, (quiz.id, student))
    assert (entry_of(score), score.comment) == (Entry(), "See\nme")
    assert record(consumer_session, quiz, student, Entry(), NOW + timedelta(1), None) is False
    assert record(consumer_session, quiz, student, Entry(), NOW + timedelta(1), None, "") is True
    assert (score.comment, score.changed_by, score.changed_at) == (None, None, NOW + timedelta(1))


def test_a_cell_of_nobody_or_of_nothing_is_not_saved(consumer_session: Session) -> None:
    place, elsewhere = section(consumer_session, "A"), section(consumer_session, "B")
    ada, student, quiz = (
        person(consumer_session, place, "admin"),
        person(consumer_session, place),
        item(consumer_session, place),
    )
    gone, foreign = item(consumer_session, place), item(consumer_session, elsewhere)
    delete_item(consumer_session, gone, NOW)
    for item_id, account_id in (
        (gone.id, student), (foreign.id, student), (4711, student),
        (quiz.id, person(consumer_session, elsewhere)), (quiz.id, ada), (quiz.id, 4711),
    ):  # fmt: skip
        assert save(consumer_session, place, ada, item_id=item_id, account_id=account_id, text="1")[0] == State.GONE
    assert consumer_session.query(Score).count() == 0


def test_scores_of_students_who_have_left_are_kept_and_counted(consumer_session: Session) -> None:
    """C-136."""
    place = section(consumer_session, "A")
    student, quiz = person(consumer_session, place), item(consumer_session, place)
    record(consumer_session, quiz, student, Entry(3), NOW, None)
    consumer_session.query(Enrollment).filter_by(account_id=student).delete()
    grid = load_grid(consumer_session, book(consumer_session, place))
    assert (grid.rows, grid.left) == ((), 1)


def test_a_grid_is_three_statements_however_large_it_is(consumer_session: Session) -> None:
    place = section(consumer_session, "A")
    students = [person(consumer_session, place) for _ in range(12)]
    items = [item(consumer_session, place, f"Quiz {number}") for number in range(15)]
    for one in items:
        for student in students:
            record(consumer_session, one, student, Entry(3), NOW, None)
    mine, asked = book(consumer_session, place), []
    engine = consumer_session.get_bind()
    listen = lambda *args: asked.append(args[2])  # noqa: E731
    event.listen(engine, "before_cursor_execute", listen)
    grid = load_grid(consumer_session, mine)
    event.remove(engine, "before_cursor_execute", listen)
    assert (len(grid.cells), len(asked)) == (180, 3)
