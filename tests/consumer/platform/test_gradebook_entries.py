"""What a teacher types for a score (C-134)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumer.platform.gradebook.entries import MOST_POINTS, BadEntry, Entry, entry_text, parse_entry, read_number

points = st.none() | st.integers(0, MOST_POINTS * 100).map(lambda cents: cents / 100)
entries = st.builds(
    lambda number, how, late, submitted: Entry(number, how == "exempt", how == "missing", late, submitted),
    points, st.sampled_from(("", "exempt", "missing")), st.booleans(), st.booleans(),
)  # fmt: skip


@given(entries)
def test_what_is_shown_for_a_score_is_what_is_to_be_typed_for_it(entry: Entry) -> None:
    assert parse_entry(entry_text(entry)) == entry
    assert parse_entry(entry_text(entry).upper().replace(".", ",")) == entry
    assert parse_entry(" ".join(reversed(entry_text(entry).split()))) == entry


@given(st.text())
def test_whatever_is_typed_is_a_score_that_can_be_shown_or_refused_in_words(text: str) -> None:
    try:
        entry = parse_entry(text)
    except BadEntry as error:
        assert str(error)
    else:
        assert parse_entry(entry_text(entry)) == entry


@pytest.mark.parametrize(
    ("typed", "entry"),
    [
        ("", Entry()),
        ("  ", Entry()),
        ("0", Entry(0)),
        ("17,5", Entry(17.5)),
        (".5", Entry(0.5)),
        ("17 l", Entry(17, late=True)),
        ("17L", Entry(17, late=True)),
        ("late", Entry(late=True)),
        ("ex", Entry(exempt=True)),
        ("Missing", Entry(missing=True)),
        ("sub", Entry(submitted=True)),
        ("sub late", Entry(late=True, submitted=True)),
    ],
)
def test_a_score_is_typed_in_few_letters(typed: str, entry: Entry) -> None:
    assert parse_entry(typed) == entry


@pytest.mark.parametrize(
    "typed", ["A", "17/20", "17 %", "-3", "1e5", "17 18", "1,000", "1.005", "1.2.3", ".", "ex mi", "²", "٣", "9" * 5000]
)
def test_what_is_no_score_is_none(typed: str) -> None:
    """1,000 could be a thousand or one: it is neither."""
    with pytest.raises(BadEntry):
        parse_entry(typed)


@given(st.integers(0, MOST_POINTS * 100))
def test_a_number_may_have_a_comma(cents: int) -> None:
    text = f"{cents // 100},{cents % 100:02}"
    assert read_number(f" {text} ") == cents / 100


@pytest.mark.parametrize("typed", ["ex", "1,000", "-1", "1 000", "nan", "inf", "²", "."])
def test_what_is_no_number_is_none(typed: str) -> None:
    with pytest.raises(BadEntry):
        read_number(typed)
