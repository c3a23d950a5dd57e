"""The status log: presses and what they said (C-112, C-122, C-137, C-138)."""

from datetime import timedelta

import orjson

from consumer.passback.log import find_press, messages, presses
from consumer.passback.tables import PassbackMessage, PassbackRun, PassbackRunItem
from consumer.platform.gradebook.books import book_of
from consumer.runs.columns import Status
from tests.consumer.passback.books import NOW, GradeBook


def press(book: GradeBook, **values: object) -> PassbackRun:
    values = {
        "section_id": book.head.id, "connection_id": book.connection.id, "send": "changes", "queued_at": NOW,
        "status": Status.COMPLETED, "started_by": "tess.t-1", "finished_at": NOW,
    } | values  # fmt: skip
    run = PassbackRun(**values)
    book.session.add(run)
    book.session.flush()
    return run


def test_presses_come_newest_first_a_page_at_a_time(book_11: GradeBook) -> None:
    runs = [press(book_11).id for _ in range(23)]
    book_11.session.expire_all()
    first, second = presses(book_11.session, book_11.book), presses(book_11.session, book_11.book, 20)
    assert [row.run for row in (*first.rows, *second.rows)] == runs[::-1]
    assert (first.total, len(first.rows), len(second.rows)) == (23, 20, 3)


def test_a_press_is_told_in_full(book_11: GradeBook) -> None:
    """C-137: items done, errors, notes, moments."""
    run = press(
        book_11, started_at=NOW + timedelta(seconds=1), finished_at=NOW + timedelta(seconds=9), send="everything"
    )
    items = [book_11.item(f"Item {n}") for n in range(3)]
    book_11.session.add_all(PassbackRunItem(run_id=run.id, item_id=item.id, done=item is items[0]) for item in items)
    for level in ("error", "error", "note"):
        book_11.session.add(PassbackMessage(run_id=run.id, level=level, code="REFUSED"))
    book_11.session.flush()
    book_11.session.expire_all()
    row = find_press(book_11.session, book_11.book, run.id)
    assert row is not None
    assert (row.items, row.done, row.errors, row.notes, row.started_by, row.send) == (
        3, 1, 2, 1, "tess.t-1", "everything",
    )  # fmt: skip
    assert (row.queued_at, row.finished_at, row.progress) == (NOW, NOW + timedelta(seconds=9), None)


def test_a_running_press_tells_its_progress(book_11: GradeBook) -> None:
    progress = orjson.dumps(["Sending scores", 40, 120]).decode()
    press(book_11, status=Status.RUNNING, finished_at=None, progress=progress)
    assert presses(book_11.session, book_11.book).rows[0].progress == ("Sending scores", 40, 120)


def test_presses_of_a_linked_section_belong_to_the_book_and_those_of_others_do_not(book_11: GradeBook) -> None:
    other = book_11.section("K2")
    run = press(book_11, section_id=other.id)
    assert presses(book_11.session, book_11.book).total == 0
    assert find_press(book_11.session, book_11.book, run.id) is None
    book_11.link("K2")
    assert [row.run for row in presses(book_11.session, book_11.book).rows] == [run.id]
    alone = book_of(book_11.session, book_11.section("K3").id)
    assert alone is not None and presses(book_11.session, alone).rows == ()
    assert find_press(book_11.session, book_11.book, run.id + 1) is None


def test_messages_name_item_section_and_student_and_keep_the_words_of_the_sis(book_11: GradeBook) -> None:
    """C-138"""
    run, item, ada = press(book_11), book_11.item(), book_11.account("U1")
    words = "  grading of Term is closed;  see <b>the office</b>  "
    book_11.session.add_all([
        PassbackMessage(run_id=run.id, level="note", code="STUDENT_LEFT", item_id=item.id, account_id=ada.id),
        PassbackMessage(
            run_id=run.id, level="error", code="WINDOW_CLOSED", item_id=item.id, section_id=book_11.head.id,
            account_id=ada.id, detail="18 points", said=words, request_id="call-7",
        ),
        PassbackMessage(run_id=run.id, level="error", code="LICENSE_REQUIRED", said="a licence is needed"),
    ])  # fmt: skip
    book_11.session.flush()
    found = messages(book_11.session, run.id)
    assert [row.code for row in found.rows] == ["LICENSE_REQUIRED", "WINDOW_CLOSED", "STUDENT_LEFT"]
    licence, window, left = found.rows
    assert (licence.item, licence.section, licence.student, licence.where) == ("", "", "", "SIS")
    assert (window.item, window.section, window.student) == ("Fractions", book_11.head.name, "Ada Example")
    assert (window.said, window.detail, window.request_id) == (words, "18 points", "call-7")
    assert "grading window" in window.remedy and window.where == "SIS"
    assert left.level == "note" and left.said == ""


def test_messages_come_a_page_at_a_time(book_11: GradeBook) -> None:
    run, other = press(book_11), press(book_11)
    for n in range(120):
        book_11.session.add(PassbackMessage(run_id=run.id, level="note", code="STUDENT_LEFT", detail=str(n)))
    book_11.session.add(PassbackMessage(run_id=other.id, level="note", code="STUDENT_LEFT"))
    book_11.session.flush()
    pages = [messages(book_11.session, run.id, offset) for offset in (0, 100, 200)]
    assert [len(page.rows) for page in pages] == [100, 20, 0] and {page.total for page in pages} == {120}
    assert [row.detail for page in pages for row in page.rows] == [str(n) for n in range(120)]
