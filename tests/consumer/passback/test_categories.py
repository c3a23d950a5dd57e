"""Categories of the SIS, and which category of the platform goes to which of them (C-124, C-125, C-129)."""

from typing import Any

import pytest
from sqlalchemy import select

from consumer.client.errors import AuthFailed, ServerFault
from consumer.passback.categories import BadMapping, Offered, category_lines, map_category, read_categories
from consumer.passback.tables import SisCategory
from tests.consumer.passback.books import NOW, GradeBook
from tests.consumer.passback.sis import Sis

OWN, ALL = "gradebook/classes/K1/categories", "gradebook/categories"


def category(sis_id: str, title: Any = "Homework", **more: Any) -> dict[str, Any]:
    return {
        "sourcedId": sis_id,
        "status": "active",
        "dateLastModified": "2026-08-01T00:00:00.000Z",
        "title": title,
    } | more


def read(book: GradeBook, sis: Sis) -> list[str]:
    client = sis.client("gradebook")
    found = read_categories(book.session, client, book.head, NOW)
    client.close()
    book.session.expire_all()
    kept = book.session.scalars(select(SisCategory.sis_id).where(SisCategory.section_id == book.head.id)).all()
    assert sorted(kept) == sorted(one.sis_id for one in found)
    return [one.sis_id for one in found]


def test_the_categories_of_the_class_are_offered(book_12: GradeBook, sis_12: Sis) -> None:
    """C-125"""
    sis_12.says(OWN, {"categories": [category("c-2", "Tests"), category("c-1")]})
    sis_12.says(ALL, {"categories": [category("c-9", "Of another class")]})
    assert read(book_12, sis_12) == ["c-2", "c-1"]
    lines = category_lines(book_12.session, book_12.head)
    assert lines.offered == (Offered("c-1", "Homework"), Offered("c-2", "Tests")) and lines.read_at == NOW


@pytest.mark.parametrize("status", [400, 404, 405, 501])
def test_a_provider_without_categories_of_a_class_is_asked_for_all(
    book_12: GradeBook, sis_12: Sis, status: int
) -> None:
    sis_12.says(OWN, {"imsx_codeMajor": "failure", "imsx_description": "no such path"}, status)
    sis_12.says(ALL, {"categories": [category("c-1")]})
    assert read(book_12, sis_12) == ["c-1"]
    assert sis_12.seen == [OWN, ALL]


@pytest.mark.parametrize(("status", "error"), [(403, AuthFailed), (500, ServerFault)])
def test_what_is_no_answer_keeps_what_was_read_before(
    book_12: GradeBook, sis_12: Sis, status: int, error: type[Exception]
) -> None:
    sis_12.says(OWN, {"categories": [category("c-1")]})
    read(book_12, sis_12)
    sis_12.says(OWN, {"imsx_codeMajor": "failure"}, status)
    with pytest.raises(error):
        read_categories(book_12.session, sis_12.client("gradebook"), book_12.head, NOW)
    assert [one.sis_id for one in category_lines(book_12.session, book_12.head).offered] == ["c-1"]
    assert ALL not in sis_12.seen


def test_1_1_is_not_asked(book_11: GradeBook, sis_11: Sis) -> None:
    """C-124: nothing is mapped there."""
    assert read(book_11, sis_11) == [] and sis_11.seen == []


def test_what_cannot_be_chosen_is_not_offered(book_12: GradeBook, sis_12: Sis) -> None:
    sis_12.says(OWN, {"categories": [
        category("c-1"), category("c-1", "Homework again"), category("c-2", status="tobedeleted"), category("c-3", " "),
        category("c-4", None), category("c-5", 2026), category("c-6", ["a"]), category("c-7", status="odd"),
        category("c-8", "x" * 300), "nonsense", {"title": "no id"},
    ]})  # fmt: skip
    assert read(book_12, sis_12) == ["c-1", "c-5", "c-8"]
    assert [len(one.title) for one in category_lines(book_12.session, book_12.head).offered] == [4, 14, 255]


def test_several_categories_may_share_one_of_the_sis(book_12: GradeBook, sis_12: Sis) -> None:
    """C-125"""
    sis_12.says(OWN, {"categories": [category("c-1")]})
    read(book_12, sis_12)
    homework, quizzes = book_12.category("Homework"), book_12.category("Quizzes")
    book_12.item(category=quizzes)
    assert category_lines(book_12.session, book_12.head).to_map == 1  # one without items need not be
    for one in (homework, quizzes):
        map_category(book_12.session, book_12.head, one.id, "c-1")
    lines = category_lines(book_12.session, book_12.head)
    assert [(line.name, line.items, line.mapped, line.gone) for line in lines.lines] == [
        ("Homework", 0, Offered("c-1", "Homework"), False), ("Quizzes", 1, Offered("c-1", "Homework"), False),
    ]  # fmt: skip
    assert lines.to_map == 0
    map_category(book_12.session, book_12.head, quizzes.id, None)
    map_category(book_12.session, book_12.head, quizzes.id, None)
    assert category_lines(book_12.session, book_12.head).to_map == 1


def test_each_linked_section_is_mapped_on_its_own(book_12: GradeBook) -> None:
    """C-129"""
    other = book_12.link("K2")
    homework = book_12.category("Homework", "c-1")
    book_12.item(category=homework)
    assert category_lines(book_12.session, book_12.head).to_map == 0
    lines = category_lines(book_12.session, other)
    assert (lines.lines[0].mapped, lines.to_map, lines.read_at) == (None, 1, None)
    with pytest.raises(BadMapping, match="does not offer"):
        map_category(book_12.session, other, homework.id, "c-1")


def test_a_category_that_the_sis_has_taken_away_has_to_be_mapped_anew(book_12: GradeBook, sis_12: Sis) -> None:
    homework = book_12.category("Homework", "c-1")
    book_12.item(category=homework)
    sis_12.says(OWN, {"categories": [category("c-2", "Tests")]})
    read(book_12, sis_12)
    lines = category_lines(book_12.session, book_12.head)
    assert lines.lines[0].gone and lines.lines[0].mapped == Offered("c-1", "SIS Homework") and lines.to_map == 1


def test_a_new_title_in_the_sis_is_shown(book_12: GradeBook, sis_12: Sis) -> None:
    book_12.category("Homework", "c-1")
    sis_12.says(OWN, {"categories": [category("c-1", "Daily work")]})
    read(book_12, sis_12)
    assert category_lines(book_12.session, book_12.head).lines[0].mapped == Offered("c-1", "Daily work")


def test_a_category_of_another_book_cannot_be_mapped(book_12: GradeBook) -> None:
    homework = book_12.category("Homework", "c-1")
    for section, category_id in ((book_12.section("K3"), homework.id), (book_12.head, 999)):
        with pytest.raises(BadMapping, match="not in the grade book"):
            map_category(book_12.session, section, category_id, "c-1")
