"""The count of the grade book's changes: by collection and school, with moments that only grow."""

from datetime import UTC, datetime, timedelta

from provider.gradebook.revisions import number_of
from provider.sis.revisions import NO_SCHOOL, touch
from tests.provider.gradebook.conftest import Book
from tests.provider.gradebook.rows import GradeRows

NOW = datetime(2026, 1, 10, 12, 0, 0, 123_999, UTC)


def test_a_change_is_counted_for_its_collection_and_school(session):
    connection = session.connection()
    assert number_of(connection, ["results"], None) == 0
    touch(session, "results", [1], NOW)
    touch(session, "lineItems", [1, 2], NOW)
    touch(session, "categories", [NO_SCHOOL], NOW)
    assert number_of(connection, ["results"], None) == 1
    assert number_of(connection, ["results", "lineItems"], None) == 2
    assert number_of(connection, ["results"], frozenset({2})) == 0
    assert number_of(connection, ["results", "lineItems"], frozenset({2})) == 2
    assert number_of(connection, ["categories"], frozenset({2})) == 3
    touch(session, "results", [2], NOW)
    assert number_of(connection, ["results"], frozenset({1})) == 1
    assert number_of(connection, ["results"], frozenset({2})) == 4


def test_the_moment_is_in_milliseconds_and_later_than_any_before(book: Book, rows: GradeRows):
    assert touch(rows.session, "lineItems", [1], NOW) == NOW.replace(microsecond=123_000)
    rows.now = NOW
    rows.line_item(book.first)
    stamped = rows.now.replace(microsecond=123_000)
    assert touch(rows.session, "lineItems", [1], NOW) == stamped + timedelta(milliseconds=1)
    assert touch(rows.session, "results", [1], NOW) == NOW.replace(microsecond=123_000)
