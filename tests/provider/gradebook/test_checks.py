"""P-116 … P-125 as rows: each holds and fails where the rule says, and its refusal says what, where and why."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provider.gradebook.checks import (
    ASSIGNMENT,
    GRADING,
    OPEN_TO_RESULTS,
    OWNER,
    PLATFORM,
    ROSTER,
    SCORE,
    AssignmentFacts,
    OwnerFacts,
    PlatformFacts,
    RosterFacts,
    ScoreFacts,
    Window,
    WindowFacts,
    require,
)  # fmt: skip
from provider.gradebook.scores import Scale, named, percent_of
from provider.gradebook.terms import Term, place
from shared.oneroster.errors import Failure, OneRosterError

YEAR = (date(2026, 7, 1), date(2027, 6, 30))
FALL = Term(1, "Fall", date(2026, 8, 18), date(2026, 12, 20), "g1", None, None)
SPRING = Term(2, "Spring", date(2027, 1, 5), date(2027, 6, 5), "g2", None, None)
QUARTER = Term(3, "Quarter 1", date(2026, 8, 18), date(2026, 10, 17), "g3", None, None)
LETTERS = Scale(1, 1, "Letter grades", {"A": 90.0, "B": 80.0, "F": 0.0, "Incomplete": None})


def refusal(checks, facts) -> str:
    with pytest.raises(OneRosterError) as refused:
        require(checks, facts, "here")
    assert refused.value.description.startswith("here: ")
    return refused.value.description


def test_each_check_says_which_rule_it_is():
    every = [*PLATFORM, *OWNER, *OPEN_TO_RESULTS, *ASSIGNMENT, *GRADING, *ROSTER, *SCORE]
    assert {check.number for check in every} == {"P-116", "P-119", "P-120", "P-121", "P-123", "P-124", "P-125"}
    assert all(check.sentence.endswith(".") for check in every)


@pytest.mark.parametrize(
    ("schools", "licence", "may"),
    [
        (None, True, True),
        (3, True, True),
        (1, True, True),
        (1, False, True),
        (2, False, False),
        (None, False, False),
        (0, False, False),
    ],
)
def test_p116_more_than_one_school_needs_a_district_wide_licence(schools, licence, may):
    facts = PlatformFacts(schools, licence)
    if may:
        require(PLATFORM, facts, "here")
    else:
        assert "licence" in refusal(PLATFORM, facts)


@pytest.mark.parametrize(("owner", "own", "takes_results"), [(7, True, True), (None, False, True), (8, False, False)])
def test_p125_who_may_change_an_object_and_who_may_score_it(owner, own, takes_results):
    facts = OwnerFacts("line item", "li-1", owner, 7)
    for checks, may in ((OWNER, own), (OPEN_TO_RESULTS, takes_results)):
        if may:
            require(checks, facts, "here")
            continue
        with pytest.raises(OneRosterError) as refused:
            require(checks, facts, "here")
        assert refused.value.failure is Failure.FORBIDDEN
        assert "'li-1'" in refused.value.description
        assert ("the district" if owner is None else "another platform") in refused.value.description


def assignment(**changes) -> AssignmentFacts:
    return AssignmentFacts("Essay", 255, date(2026, 9, 1), YEAR, (FALL, SPRING), False)._replace(**changes)


def test_p124_the_refusal_names_the_limit():
    require(ASSIGNMENT, assignment(title="T" * 30, name_limit=30), "here")
    assert "allows 30" in refusal(ASSIGNMENT, assignment(title="T" * 31, name_limit=30))


@pytest.mark.parametrize(
    ("due", "lenient", "strict"),
    [
        (YEAR[0] - timedelta(1), False, False), (YEAR[0], True, False), (FALL.start_date - timedelta(1), True, False),
        (FALL.start_date, True, True), (FALL.end_date, True, True), (date(2026, 12, 25), True, False),
        (SPRING.end_date, True, True), (YEAR[1], True, False), (YEAR[1] + timedelta(1), False, False),
    ],
)  # fmt: skip
def test_p121_the_due_date_lies_in_the_school_year_and_if_the_district_insists_in_a_term(due, lenient, strict):
    for insists, may in ((False, lenient), (True, strict)):
        facts = assignment(due_on=due, strict=insists)
        if may:
            require(ASSIGNMENT, facts, "here")
        else:
            assert str(due) in refusal(ASSIGNMENT, facts)


def test_p121_without_an_active_year_nothing_is_due():
    assert "none is active" in refusal(ASSIGNMENT, assignment(year=None))


@pytest.mark.parametrize(
    ("due", "term", "noted"),
    [
        (date(2026, 9, 1), QUARTER, False), (date(2026, 11, 1), FALL, False), (date(2027, 2, 1), SPRING, False),
        (date(2026, 7, 15), FALL, True), (date(2026, 12, 22), FALL, True), (date(2027, 1, 3), SPRING, True),
        (date(2027, 6, 20), SPRING, True),
    ],
)  # fmt: skip
def test_p121_the_due_date_decides_the_term_the_nearest_with_a_note(due, term, noted):
    placed = place(due, (SPRING, FALL, QUARTER))
    assert placed.term == term
    assert (placed.note is not None) is noted
    if noted:
        assert str(due) in placed.note and term.name in placed.note


@given(st.dates(date(2026, 1, 1), date(2027, 12, 31)), st.permutations([FALL, SPRING, QUARTER]))
def test_p121_the_order_of_the_terms_does_not_matter(due, terms):
    assert place(due, terms) == place(due, (FALL, SPRING, QUARTER))


def test_p121_a_section_without_terms_has_none():
    assert place(date(2026, 9, 1), ()).term is None


@pytest.mark.parametrize(
    ("today", "open_"),
    [(date(2026, 10, 9), False), (date(2026, 10, 10), True), (date(2026, 10, 20), True), (date(2026, 10, 21), False)],
)
def test_p119_the_window_is_open_on_its_first_and_last_day(today, open_):
    facts = WindowFacts(Window("Quarter Grade", "Quarter 1", date(2026, 10, 10), date(2026, 10, 20)), today)
    if open_:
        require(GRADING, facts, "here")
        return
    text = refusal(GRADING, facts)
    for part in ("Quarter Grade", "Quarter 1", "2026-10-10", "2026-10-20", str(today)):
        assert part in text


def test_p119_without_a_window_it_is_open():
    require(GRADING, WindowFacts(None, date(2026, 10, 9)), "here")


DAY = date(2026, 10, 12)


@pytest.mark.parametrize(
    ("days", "may"),
    [
        ([], False), ([(None, None)], True), ([(DAY, None)], True), ([(None, DAY)], True), ([(DAY, DAY)], True),
        ([(DAY + timedelta(1), None)], False), ([(None, DAY - timedelta(1))], False),
        ([(None, DAY - timedelta(9)), (DAY - timedelta(1), None)], True),
    ],
)  # fmt: skip
def test_p123_a_student_has_a_score_only_while_on_the_roster(days, may):
    facts = RosterFacts("s7", DAY, days)
    if may:
        require(ROSTER, facts, "here")
    else:
        assert "'s7'" in refusal(ROSTER, facts) and str(DAY) in refusal(ROSTER, facts)


@pytest.mark.parametrize(
    ("score", "text", "kept"),
    [
        (95.0, None, "A"), (90.0, None, "A"), (89.99, None, "B"), (0.0, None, "F"), (-1.0, None, None), (300.0, None, "A"),
        (95.0, "F", "F"), (None, "B", "B"), (None, "Incomplete", "Incomplete"), (None, None, None), (95.0, "Z", "Z"),
    ],
)  # fmt: skip
def test_p120_percent_only_score_only_and_both(score, text, kept):
    require(SCORE, ScoreFacts(score, text, LETTERS), "here")
    percent = None if score is None else percent_of(score, 0, 100)
    assert named(score, text, LETTERS, percent) == kept


def test_p120_a_score_alone_must_be_one_of_the_group():
    text = refusal(SCORE, ScoreFacts(None, "Z", LETTERS))
    assert "'Z'" in text and "A, B, F, Incomplete" in text
    require(SCORE, ScoreFacts(None, "incomplete", LETTERS), "here")
    require(SCORE, ScoreFacts(None, "Z", None), "here")


@pytest.mark.parametrize(
    ("score", "least", "most", "percent"),
    [(46, 0, 50, 92), (46, None, 50, 92), (15, 10, 20, 50), (80, None, None, 80), (80, 5, 5, 80), (60, 0, 50, 120)],
)
def test_a_score_is_a_percent_of_its_range(score, least, most, percent):
    assert percent_of(score, least, most) == pytest.approx(percent)
