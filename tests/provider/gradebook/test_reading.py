"""What the grade book shows: lists, single records, and who sees what (P-81, P-96, P-110, P-122)."""

import pytest

from shared.oneroster.versions import Version
from tests.provider.gradebook.conftest import Book
from tests.provider.gradebook.rows import GradeRows

V11, V12 = Version.V1P1, Version.V1P2


@pytest.fixture(params=list(Version), ids=str)
def version(request) -> Version:
    return request.param


def test_a_result_says_what_the_row_says(book: Book, rows: GradeRows, version):
    item = rows.line_item(book.first, sourced_id="item/1")
    rows.result(item, book.ada, 300.0, sourced_id="r-1", comment=" ", text_score="A+", late=True)
    record = book.one("/results/r-1", version)
    assert (record["score"], record["scoreStatus"], record["scoreDate"]) == (300.0, "fully graded", "2025-09-15")
    assert record["lineItem"]["sourcedId"] == "item/1"
    assert record["lineItem"]["href"].endswith("/lineItems/item%2F1")
    assert "comment" not in record
    assert ("late" in record) is (version is V12)
    assert record == book.read("/results", version)[0]
