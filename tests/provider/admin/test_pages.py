"""The sections that people see, and the grade book of one: what stands there, for whom, in how many statements."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, insert, select, update
from werkzeug.routing import Rule

from provider.access.connections import find_connection
from provider.database import db
from provider.gradebook.terms import Term, place
from provider.sis import models
from tests.provider.admin.conftest import Pages
from tests.provider.gradebook.conftest import Book
from tests.provider.gradebook.rows import GradeRows

SCRIPT = "<script>alert(1)</script>"


def cells(page: str) -> list[str]:
    """The texts of the cells of a page's tables, without tags."""
    return [re.sub(r"<[^>]+>", " ", one).strip() for one in re.findall(r"<td[^>]*>(.*?)</td>", page, re.DOTALL)]


def codes(page: str) -> list[str]:
    """The section numbers in the list."""
    return re.findall(r'<th scope="row"><a href="[^"]+">([^<]+)</a>', page)


# Who sees what


def test_an_administrator_sees_every_section_and_a_teacher_those_that_they_staff(pages: Pages) -> None:
    assert codes(pages.window("ada_min").get("/sections/").text) == ["1001-1", "1002-1", "1003-1", "1004-1"]
    tom = pages.window("tom").get("/sections/").text
    assert codes(tom) == ["1001-1"] and "Tom Reed" in tom
    assert "You teach no section" in pages.window("lost").get("/sections/").text


def test_a_teacher_who_has_left_a_section_sees_it_no_more(pages: Pages, book: Book) -> None:
    window = pages.window("tom")
    assert window.get(f"/sections/{book.first}/gradebook/").status_code == 200
    with pages.app.app_context():
        left = update(models.SectionStaff).where(models.SectionStaff.section_id == book.first)
        db.session.execute(left.values(end_date=date(2026, 1, 9)))
        db.session.commit()
    assert window.get(f"/sections/{book.first}/gradebook/").status_code == 404


def test_guessed_numbers_lead_nowhere(pages: Pages, book: Book, rows: GradeRows) -> None:
    """Neither to other people's sections nor to scores through a section that they do not belong to."""
    item = rows.line_item(book.second)
    result = rows.result(item, book.ada)
    gone = rows.line_item(book.first, title="Gone")
    rows.delete("lineItems", gone)
    tom, ada = pages.window("tom"), pages.window("ada_min")
    for path in ("", f"items/{item}/", f"scores/{result}/"):
        assert ada.get(f"/sections/{book.second}/gradebook/{path}").status_code == 200, path
        assert tom.get(f"/sections/{book.second}/gradebook/{path}").status_code == 404, path
        if path:
            assert tom.get(f"/sections/{book.first}/gradebook/{path}").status_code == 404, path
            assert ada.get(f"/sections/{book.first}/gradebook/{path}").status_code == 404, path
    assert ada.get(f"/sections/{book.first}/gradebook/items/{gone}/").status_code == 404
    for number in (0, 999, 2**31 - 1, 2**31, 10**30):
        assert ada.get(f"/sections/{number}/gradebook/").status_code == 404
        assert ada.get(f"/sections/{book.first}/gradebook/scores/{number}/").status_code == 404


def path_of(rule: Rule) -> str:
    return re.sub(r"<[^>]+>", "1", rule.rule)


def test_every_page_sends_strangers_to_the_sign_in_page(pages: Pages) -> None:
    checked = [rule for rule in pages.app.url_map.iter_rules() if rule.endpoint.startswith(("sections.", "gradebook."))]
    assert len(checked) >= 5
    for rule in checked:
        if "GET" not in (rule.methods or ()):
            assert pages.window().client.post(path_of(rule)).status_code == 400, "a form without its token"
            continue
        answer = pages.window().get(path_of(rule))
        assert (answer.status_code, answer.location.partition("?")[0]) == (303, "/frame/sign-in"), rule.rule


# The list


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("1002", ["1002-1"]), ("1001-1", ["1001-1"]), ("1001-2", []), ("course 3", ["1003-1"]), ("wood", ["1002-1"]),
        ("SUE", ["1003-1"]), ("park course", ["1003-1"]), ("100%", []), ("_", []), ("'", []), ("\0", None),
    ],
)  # fmt: skip
def test_sections_are_found_by_number_name_and_teacher(pages: Pages, search: str, found: list[str] | None) -> None:
    page = pages.window("ada_min").client.get("/sections/", query_string={"search": search})
    assert page.status_code == 200
    assert found is None or codes(page.text) == found


def test_the_list_is_filtered_and_sorted_on_the_server(pages: Pages) -> None:
    window = pages.window("ada_min")
    assert codes(window.get("/sections/?school=2").text) == ["1003-1"]
    assert codes(window.get("/sections/?sort=-course").text) == ["1004-1", "1003-1", "1002-1", "1001-1"]
    assert codes(window.get("/sections/?sort=school").text)[0] == "1003-1"
    for strange in ("?school=x&year=-1&sort=;drop&page=9999999", "?year=99", f"?search={SCRIPT}"):
        page = window.get(f"/sections/{strange}")
        assert page.status_code == 200 and SCRIPT not in page.text


def test_a_long_list_comes_in_pages(pages: Pages, book: Book) -> None:
    with pages.app.app_context():
        section = db.session.get_one(models.Section, book.first)
        more = [{"id": n, "course_id": section.course_id, "trial_id": section.trial_id, "number": f"{n:03}", "active": True,
                 "external_lms_exclude": False, "homeroom": False} for n in range(100, 220)]  # fmt: skip
        db.session.execute(insert(models.Section), more)
        db.session.commit()
    window = pages.window("ada_min")
    page = window.get("/sections/?page=3").text
    assert "101 to 124 of 124 sections" in page and len(codes(page)) == 24
    with statements(pages.app) as long:
        window.get("/sections/?page=2")
    with statements(pages.app) as short:
        window.get("/sections/?school=2")
    assert len(long) <= len(short) <= 18, long


# The book


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    """What a block of requests asked the database."""
    asked: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_a_book_shows_each_score_with_what_is_said_of_it(pages: Pages, book: Book, rows: GradeRows) -> None:
    essay = rows.line_item(book.first, rows.category(book.first, "Writing"), title="Essay", value_max=20.0)
    quiz = rows.line_item(book.first, title="Quiz", due_at=datetime(2025, 10, 1, tzinfo=UTC))
    rows.result(essay, book.ada, 17.5, text_score="A", comment="Well done", late=True)
    rows.result(quiz, book.ada, None, status="exempt")
    rows.result(essay, book.ben, None, status="not submitted", missing=True)
    rows.result(quiz, book.ben, 0.0, incomplete=True)
    page = pages.window("tom").get(f"/sections/{book.first}/gradebook/").text
    hill, lake = cells(page)[0:2], cells(page)[2:4]
    assert (hill, lake) == (["M", "0 Inc"], ["17.5 A L *", "Ex"]), "by family name, in the order of the due dates"
    for words in ("<b>M</b> missing", "<b>L</b> late", "<b>Inc</b> incomplete", "<b>Ex</b> exempt", "of 20", "Writing"):
        assert words in page, words
    assert "<b>Prog</b>" not in page, "marks that nobody has are not explained"
    (score,) = (m for m in re.findall(r'href="(scores/\d+/)"[^>]*>17\.5', page))
    page = pages.window("tom").get(f"/sections/{book.first}/gradebook/{score}").text
    for words in ("Ada Lake: Essay", "17.5 A of 20", "late", "Well done", "The district"):
        assert words in page, words


def test_what_a_platform_sent_bears_its_name(pages: Pages, book: Book, rows: GradeRows) -> None:
    """P-125."""
    with pages.app.app_context():
        platform = find_connection(db.session(), "all-1.2").id
    rows.result(rows.line_item(book.first, title="Sent", connection_id=platform), book.ada, 5.0, connection_id=platform)
    rows.result(rows.line_item(book.first, title="Own"), book.ada, 6.0, connection_id=platform)
    rows.result(rows.line_item(book.first, title="Ours"), book.ada, 7.0)
    page = pages.window("tom").get(f"/sections/{book.first}/gradebook/").text
    heads = re.findall(r"<th scope=\"col\"><a.*?</th>", page)
    assert ["from all-1.2" in head for head in heads] == [True, False, False]
    assert cells(page)[3:6] == ["5", "6 °", "7"], "a score in another's assignment is marked by itself"
    assert "<b>°</b> sent by a platform" in page
    assert "Read-only here" in page
    assert "<input" not in page.partition("<main")[2] and '<form method="post"' not in page.partition("<main")[2]


def test_what_counts_in_the_nearest_term_says_so(pages: Pages, book: Book, rows: GradeRows) -> None:
    """P-121."""
    with pages.app.app_context():
        term = db.session.get_one(models.Term, 1)
        terms = [Term(term.id, term.name, term.start_date, term.end_date, term.guid, None, None)]
    placed = place(date(2025, 12, 24), terms)
    item = rows.line_item(book.first, title="In the holidays", term_id=1, note=placed.note,
                          due_at=datetime(2025, 12, 24, 12, tzinfo=UTC))  # fmt: skip
    window = pages.window("tom")
    for path in ("", f"items/{item}/"):
        page = window.get(f"/sections/{book.first}/gradebook/{path}").text
        assert "counted in Semester 1, the nearest" in page, path


def test_an_assignment_without_a_task_counts_for_the_sections_first(pages: Pages, book: Book, rows: GradeRows) -> None:
    """P-118: that of the section, else that of the district."""
    with pages.app.app_context():
        tasks = ((1, "TERM", "Term Grade"), (2, "CIT", "Citizenship"), (3, "EXAM", "Final Exam"))
        db.session.add_all(models.GradingTask(id=key, code=code, name=name) for key, code, name in tasks)
        db.session.flush()
        db.session.add(models.SectionGradingTask(section_id=book.second, grading_task_id=3))
        db.session.commit()
    window = pages.window("ada_min")
    for section, given, shown in (
        (book.first, None, "Term Grade"),
        (book.second, None, "Final Exam"),
        (book.first, 2, "Citizenship"),
    ):
        item = rows.line_item(section, grading_task_id=given)
        page = window.get(f"/sections/{section}/gradebook/items/{item}/").text
        assert f"<dd>{shown}</dd>" in page, shown


def test_scores_of_students_who_have_left_stand_apart(pages: Pages, book: Book, rows: GradeRows) -> None:
    item = rows.line_item(book.first)
    rows.result(item, book.ada, 11.0)
    rows.result(item, book.ben, 12.0)
    with pages.app.app_context():
        ended = update(models.Roster).where(
            models.Roster.section_id == book.first, models.Roster.person_id == book.ben
        )  # fmt: skip
        db.session.execute(ended.values(end_date=date(2025, 10, 1)))
        db.session.commit()
    page = pages.window("tom").get(f"/sections/{book.first}/gradebook/").text
    here, _, left = page.partition("No longer on the roster")
    assert "Hill, Ben" not in here and "Hill, Ben" in left
    assert ("11" in cells(here), "12" in cells(here), "12" in cells(left)) == (True, False, True)


def test_a_book_can_be_shown_term_by_term(pages: Pages, book: Book, rows: GradeRows) -> None:
    with pages.app.app_context():
        db.session.add(models.SectionPlacement(section_id=book.first, term_id=2, period="1"))
        db.session.commit()
    rows.line_item(book.first, title="Autumn work", term_id=1)
    rows.line_item(book.first, title="Spring work", term_id=2)
    window = pages.window("tom")
    page = window.get(f"/sections/{book.first}/gradebook/?term=2").text
    assert "Spring work" in page and "Autumn work" not in page
    for strange in ("x", "-1", "999", "1e9", "99999999999"):
        assert window.get(f"/sections/{book.first}/gradebook/?term={strange}").status_code == 200


def test_what_is_stored_is_never_run(pages: Pages, book: Book, rows: GradeRows) -> None:
    """Stored script in titles, categories, notes, texts, comments and names."""
    item = rows.line_item(book.first, rows.category(book.first, SCRIPT), title=SCRIPT, description=SCRIPT, note=SCRIPT)
    result = rows.result(item, book.ada, 1.0, comment=SCRIPT, text_score=SCRIPT, status=f"ext:{SCRIPT}")
    with pages.app.app_context():
        db.session.execute(update(models.Identity).values(last_name=SCRIPT))
        db.session.execute(update(models.Section).values(name=SCRIPT))
        db.session.commit()
    window = pages.window("ada_min")
    for path in ("/sections/", *(f"/sections/{book.first}/gradebook/{end}"
                                 for end in ("", f"items/{item}/", f"scores/{result}/"))):  # fmt: skip
        page = window.get(path)
        assert page.status_code == 200 and "alert(1)" in page.text, path
        assert SCRIPT not in page.text, path


def test_a_large_book_takes_as_many_statements_as_a_small_one(pages: Pages, book: Book, rows: GradeRows) -> None:
    rows.result(rows.line_item(book.first), book.ada)
    window = pages.window("tom")
    with statements(pages.app) as few:
        window.get(f"/sections/{book.first}/gradebook/")
    fill(rows, book, students=120, items=40)
    with statements(pages.app) as many:
        page = window.get(f"/sections/{book.first}/gradebook/").text
    assert len(many) == len(few) <= 16, many
    assert page.count('<a href="scores/') == 120 * 40 + 1
    assert page.count("part 1 of 3") == 1, "tables that fit on paper"


def fill(rows: GradeRows, book: Book, students: int, items: int) -> None:
    """Students on the roster of `first`, and a score of each for every one of so many assignments."""
    session = rows.session
    category = rows.category(book.first, "Much")
    start = 10_000
    people = range(start, start + students)
    session.execute(insert(models.Person), [{"id": n, "guid": f"guid-{n}", "student_number": f"S{n}"} for n in people])
    session.execute(insert(models.Identity), [
        {"id": n, "person_id": n, "first_name": f"Given{n}", "last_name": f"Family{n}"} for n in people
    ])  # fmt: skip
    session.execute(insert(models.Roster), [{"id": n, "section_id": book.first, "person_id": n} for n in people])
    common = {"modified_at": rows.now, "deleted": False}
    session.execute(insert(models.LineItem), [
        {"section_id": book.first, "category_id": category, "title": f"Assignment {n}", "sourced_id": f"item-{n}",
         "assigned_at": rows.now, "due_at": rows.now, "value_min": 0.0, "value_max": 100.0, **common}
        for n in range(items)
    ])  # fmt: skip
    made = session.scalars(select(models.LineItem.id).where(models.LineItem.sourced_id.like("item-%"))).all()
    session.execute(insert(models.Result), [
        {"line_item_id": item, "person_id": person, "status": "fully graded", "score": 88.5,
         "scored_on": date(2025, 10, 1), "sourced_id": f"score-{item}-{person}", **common}
        for item in made for person in people
    ])  # fmt: skip
    session.commit()
