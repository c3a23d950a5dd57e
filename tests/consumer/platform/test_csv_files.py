"""CSV files as people save them are read whatever program wrote them, one bad line at a time."""

import csv
from io import BytesIO, StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumer.platform import csv_files
from consumer.platform.csv_files import BadFile, CsvRow, open_csv


def read(raw: bytes) -> list[CsvRow]:
    return list(open_csv(BytesIO(raw)))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_usual_form_is_read_alike(encoding: str, separator: str, end: str) -> None:
    text = separator.join(("Given Name", "family-name")) + end + separator.join(("Zoë", "=1+1")) + end
    assert read(text.encode(encoding)) == [CsvRow(2, {"given_name": "Zoë", "family_name": "=1+1"})]


def test_what_is_not_utf_8_is_said() -> None:
    assert "Windows-1252" in open_csv(BytesIO("name\nZoë\n".encode("cp1252"))).notes[0]


def test_line_breaks_in_quotes_and_blank_lines_keep_the_count() -> None:
    rows = read(b'a,b\n"one\ntwo",x\n\n,\nlast,y\n')
    assert [(row.line, row.cells) for row in rows] == [(2, {"a": "one\ntwo", "b": "x"}), (6, {"a": "last", "b": "y"})]


def test_an_unclosed_quote_costs_one_line() -> None:
    rows = read(b'a,b\n1,2\n3,"4\n5,6\n7,8\n')
    assert [row.cells.get("a") for row in rows] == ["1", None, "5", "7"]
    assert rows[1].line == 3 and "quotation mark" in rows[1].unreadable


def test_a_row_with_another_number_of_cells_is_told_apart() -> None:
    rows = read(b"a,b\n1\n1,2,3\n1,2,,\n")
    assert [(row.line, bool(row.unreadable)) for row in rows] == [(2, True), (3, True), (4, False)]


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"a,b,A\n", "more than once"),
        (b"a\n\x81\n", "neither"),
        (b'"a\n', "first line"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(raw: bytes, why: str) -> None:
    with pytest.raises(BadFile, match=why):
        open_csv(BytesIO(raw))


def test_a_file_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_files, "LARGEST", 10)
    with pytest.raises(BadFile, match="larger"):
        open_csv(BytesIO(b"a,b\n1,2\n3,4\n"))


def test_a_file_that_is_no_csv_at_all_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_files, "MOST_UNREADABLE", 5)
    rows = read(b"a,b\n" + b'"x"y,1\n' * 50)
    assert len(rows) == 7 and "was not read" in rows[-1].unreadable


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)


@given(st.lists(st.tuples(CELLS, CELLS), max_size=8))
def test_what_a_csv_writer_writes_is_read_back(rows: list[tuple[str, str]]) -> None:
    stream = StringIO(newline="")
    csv.writer(stream).writerows([("a", "b"), *rows])
    said = [(row.cells["a"], row.cells["b"]) for row in read(stream.getvalue().encode())]
    assert said == [(a.strip(), b.strip()) for a, b in rows if a.strip() or b.strip()]


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    try:
        rows = read(raw)
    except BadFile:
        return
    assert all(row.line > 0 for row in rows)
