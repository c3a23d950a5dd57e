"""What keeps an item from being sent, and how it is told (C-24, C-125, C-126, C-133, C-139)."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from consumer.mapping.outcome import Code
from consumer.passback.checks import ITEM, OPEN, OpenFacts, check_item, closed
from consumer.passback.values import Term
from consumer.passback.wording import GradeCode, advice_of, refusal_code
from shared.oneroster.versions import Version
from tests.consumer.passback.test_values import V11, V12, item, place

OPENED = OpenFacts(
    synced=True, frozen=False, school="North School", school_mapped=True, school_year=2027, active_year=2027
)


def codes(version: Version, **values: Any) -> list[str]:
    return [problem.code for problem in check_item(item(version, **values))]


@pytest.mark.parametrize("version", list(Version))
@pytest.mark.parametrize("title", ["Fractions", "x" * 255, f"  {'x' * 255}  "])
def test_a_good_item_has_no_problem(version: Version, title: str) -> None:
    assert codes(version, title=title) == []


@pytest.mark.parametrize("version", list(Version))
@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"published": False}, "NOT_PUBLISHED"),
        ({"title": "  "}, "NO_TITLE"),
        ({"title": "x" * 256}, "TITLE_TOO_LONG"),
        ({"title": "x" * 11, "title_limit": 10}, "TITLE_TOO_LONG"),
        ({"points": 0.0}, "NO_POINTS"),
        ({"due_at": None, "due_on": None}, "NO_DUE_DATE"),
        ({"due_on": date(2026, 8, 14)}, "DUE_OUTSIDE_TERMS"),
        ({"due_on": date(2027, 1, 11)}, "DUE_OUTSIDE_TERMS"),
        ({"students": 0}, "NO_STUDENTS"),
    ],
)
def test_what_an_item_lacks_is_told(version: Version, values: dict[str, Any], code: str) -> None:
    """C-133"""
    assert codes(version, **values) == [code]


@pytest.mark.parametrize("day", [date(2026, 8, 15), date(2027, 1, 9), date(2027, 1, 10), date(2027, 2, 1)])
def test_a_term_goes_from_its_first_day_to_its_end(day: date) -> None:
    """The standard's end is the first day after it, and that of some providers its last day: what is due on it may go."""
    terms = (*item(V11).terms, Term("T3", "Summer", date(2027, 2, 1), date(2027, 2, 2)))
    assert codes(V11, due_on=day, terms=terms) == []


def test_a_due_date_outside_is_told_with_the_terms_by_their_last_days() -> None:
    (problem,) = check_item(item(V11, due_on=date(2027, 1, 11)))
    assert problem.detail == "2027-01-11 is not in Fall (2026-08-15 to 2027-01-09)"


def test_where_no_term_is_known_the_sis_decides() -> None:
    assert codes(V11, terms=()) == []


def test_every_problem_is_told_at_once() -> None:
    assert codes(V12, published=False, points=0.0, category_name=None, category=None) == [
        "NOT_PUBLISHED", "NO_POINTS", "NO_CATEGORY",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"category_name": None, "category": None}, "NO_CATEGORY"),  # C-126
        ({"category": None}, "CATEGORY_UNMAPPED"),  # C-125
        ({"category_offered": False}, "CATEGORY_GONE"),
    ],
)
def test_a_category_is_needed_in_1_2_alone(values: dict[str, Any], code: str) -> None:
    """C-124"""
    assert codes(V12, **values) == [code]
    assert codes(V11, **values) == []


def test_a_class_that_is_not_known_any_more_is_told() -> None:
    assert codes(V11, place=replace(place(V11), school_id=None)) == ["CLASS_UNKNOWN"]


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({}, None),
        ({"active_year": None}, None),
        ({"synced": False, "school_mapped": False}, "NOT_SYNCED"),  # C-120
        ({"frozen": True}, "SECTION_FROZEN"),  # C-67
        ({"school_mapped": False}, "NO_MAPPED_SCHOOL"),  # C-139
        ({"active_year": 2028}, "OTHER_YEAR"),  # C-24
        ({"school_year": None}, "OTHER_YEAR"),
    ],
)
def test_where_grades_can_go(values: dict[str, Any], code: str | None) -> None:
    problem = closed(replace(OPENED, **values))
    assert (problem.code if problem else None) == code


def test_a_section_of_another_year_is_told_both_years() -> None:
    problem = closed(replace(OPENED, active_year=2028))
    assert problem is not None and problem.detail == "it is of 2026–2027, and 2027–2028 is active"


def test_every_check_names_its_rule_and_every_code_says_what_to_do_and_where() -> None:
    """C-112"""
    for check in (*OPEN, *ITEM):
        assert check.number.startswith("C-") and check.sentence.endswith(".")
    for code in GradeCode:
        assert len(code.name) <= 32
        assert code.value.words and code.value.remedy and code.value.where in ("SIS", "platform", "SIS or platform")
        assert not code.value.words.endswith(".") and not code.value.remedy.endswith(".")
    assert not {code.name for code in GradeCode} & {code.name for code in Code}


@pytest.mark.parametrize(
    ("status", "words", "code"),
    [
        (403, "the district has no district-wide learning licence, so that only …", "LICENSE_REQUIRED"),  # C-10
        (403, "A grading services license is required", "LICENSE_REQUIRED"),
        (403, "line item 'x' was made by another platform and is read-only for this connection", "NOT_ALLOWED"),
        (403, None, "NOT_ALLOWED"),
        (404, "unknown object", "NOT_FOUND"),
        (422, "results[0]: grading of Term in Fall is closed on 2026-10-05: its window is from …", "WINDOW_CLOSED"),
        (422, "lineItem: the due date 2028-01-01 lies outside the school year (2026-08-15 to 2027-06-01)",
         "TERM_REFUSED"),
        (422, "lineItem: the title has 80 characters; this district allows 50", "TITLE_REFUSED"),
        (422, "result: textScore 'Q' is not a score of 'Letters': A, B", "SCALE_REFUSED"),
        (422, "result: student 'U1' is not on the roster of the line item's class on 2026-10-05", "ROSTER_REFUSED"),
        (422, "result.student: the student has a result for this lineItem already, with sourcedId 'x'",
         "RESULT_EXISTS"),
        (422, "result.score: it is missing", "SCORE_NEEDED"),
        (400, "score is required", "SCORE_NEEDED"),
        (422, "lineItem.category: there is no category of the class 'x'", "CATEGORY_REFUSED"),
        (422, "lineItem.category: it is missing", "CATEGORY_NEEDED"),  # C-124: 1.1 sends none
        (422, "no", "REFUSED"),
        (409, None, "REFUSED"),
    ],
)  # fmt: skip
def test_what_the_sis_refuses_has_advice_of_its_own(status: int, words: str | None, code: str) -> None:
    """C-138"""
    assert refusal_code(status, words) == code
    assert advice_of(code).remedy


def test_advice_of_calls_and_runs_is_that_of_the_other_logs() -> None:
    assert advice_of("RATE_LIMITED") == Code.RATE_LIMITED.value
    assert advice_of("LICENSE_REQUIRED") == Code.LICENSE_REQUIRED.value
    assert advice_of("NO_SUCH_CODE").words == "" == advice_of(None).words


def test_nobody_is_refused_for_the_age_of_a_term() -> None:
    """Only the due date counts, not when the item is sent."""
    assert codes(V11, sent_at=item(V11).sent_at + timedelta(days=2000)) == []
