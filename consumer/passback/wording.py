"""Codes of grade passback in words that a teacher understands: what is so, what to do, and where (C-112, C-138).

What the SIS itself says is shown unchanged beside it. What a call, or a run as such, can come to has its words in
`consumer.mapping.outcome`.
"""

import re
from dataclasses import dataclass
from enum import Enum

from consumer.mapping import outcome
from consumer.mapping.outcome import Advice


class GradeCode(Enum):
    """Why an item or a score did not go to the SIS, or what was noted. The name is the code, the value its advice."""

    # The section (C-24, C-120, C-139).
    NOT_SYNCED = Advice(
        "This section is not synced with a SIS, so that no grades go there",
        "Nothing: grades of students in synced sections that share this grade book go with those", "platform",
    )  # fmt: skip
    SECTION_FROZEN = Advice(
        "The SIS has ended this section", "If it goes on, the SIS has to make it active again; then sync sections",
        "SIS",
    )  # fmt: skip
    NO_MAPPED_SCHOOL = Advice(
        "The school of this section is not mapped to a school of the SIS",
        "Ask an administrator of the platform to map the school", "platform",
    )  # fmt: skip
    OTHER_YEAR = Advice(
        "This section is of a school year that is not the active one",
        "Grades go to sections of the active year only; an administrator of the platform can change it", "platform",
    )  # fmt: skip
    CLASS_UNKNOWN = Advice(
        "What the SIS said about this section is not here any more", "Ask an administrator to sync sections again",
        "platform",
    )  # fmt: skip
    # The item (C-125, C-126, C-133).
    NOT_PUBLISHED = Advice("The item is not published", "Publish it", "platform")
    NO_TITLE = Advice("The item has no title", "Give it a title", "platform")
    TITLE_TOO_LONG = Advice("The title is longer than the SIS takes", "Shorten the title", "platform")
    NO_POINTS = Advice("The item has no points", "Give it points above zero", "platform")
    NO_DUE_DATE = Advice("The item has no due date", "Give it a due date in a term of the section", "platform")
    DUE_OUTSIDE_TERMS = Advice(
        "The due date is in none of the section's terms", "Choose a due date in one of them", "platform"
    )
    NO_STUDENTS = Advice(
        "No student of this section is known to the SIS", "Nothing before the SIS has enrolled students and they are "
        "synced", "SIS",
    )  # fmt: skip
    NO_CATEGORY = Advice("The item has no category", "Give it a category", "platform")
    CATEGORY_UNMAPPED = Advice(
        "The item's category is not mapped to one of the SIS", "Map it on the tab Configuration, in this section",
        "platform",
    )  # fmt: skip
    CATEGORY_GONE = Advice(
        "The SIS does not offer the mapped category any more",
        "Choose another one on the tab Configuration, in this section", "platform",
    )  # fmt: skip
    TASKS_DIFFER = Advice(
        "The linked sections do not have the same grading tasks, so that the item goes to none of them",
        "Give all of them the same grading tasks in the SIS, or unlink the section here", "SIS or platform",
    )  # fmt: skip
    # What the SIS refuses (C-138); its own words say more.
    WINDOW_CLOSED = Advice(
        "The SIS takes no grades for this now: its grading window is closed",
        "Ask the district to open the grading window, then sync again", "SIS",
    )  # fmt: skip
    TERM_REFUSED = Advice(
        "The SIS does not take the due date, or its term", "Choose a due date in a term of the section", "platform"
    )
    TITLE_REFUSED = Advice("The SIS does not take the title", "Change or shorten the title", "platform")
    CATEGORY_REFUSED = Advice(
        "The SIS does not take the category", "Choose another one on the tab Configuration, in this section", "platform"
    )
    CATEGORY_NEEDED = Advice(
        "The SIS takes no item without a category",
        "Ask the district for a default category, or for a connection of OneRoster 1.2, in which categories are mapped",
        "SIS",
    )  # fmt: skip
    SCALE_REFUSED = Advice(
        "The score is not in the score scale of the SIS",
        "Give a score of that scale, or ask the district to change the scale", "SIS or platform",
    )  # fmt: skip
    SCORE_NEEDED = Advice(
        "The SIS takes no result without points, not even a missing or exempt one",
        "Mark it in the SIS, or ask an administrator to have missing scores sent as 0", "SIS or platform",
    )  # fmt: skip
    ROSTER_REFUSED = Advice(
        "The SIS does not have the student in this section on the day of the score",
        "Check the student's dates in the SIS; sync sections if they have changed", "SIS",
    )  # fmt: skip
    RESULT_EXISTS = Advice(
        "The SIS has a score of this student for this item that does not come from here", "Delete that one in the SIS",
        "SIS",
    )  # fmt: skip
    NOT_ALLOWED = Advice(
        "The SIS does not let this connection write here",
        "Ask the district whether the connection may write to the grade book", "SIS",
    )  # fmt: skip
    NOT_FOUND = Advice(
        "The SIS does not know the section, the item or the student, for this connection",
        "Sync sections; if it goes on, ask the district which schools the connection may see", "SIS or platform",
    )  # fmt: skip
    REFUSED = Advice("The SIS refuses", "Do what it says; if that is not clear, show its words to the district", "SIS")
    SOME_REFUSED = Advice(
        "Not every score of this item arrived", "See each student's line below, mend it, then sync again",
        "SIS or platform",
    )  # fmt: skip
    # What was noted.
    STUDENT_LEFT = Advice(
        "The student is not in this section of the SIS any more: the score is not sent",
        "Nothing, unless the student still belongs there: then the SIS has to enroll them", "SIS",
    )  # fmt: skip
    SCORE_DELETED = Advice(
        "The score was cleared here, and so it was deleted in the SIS", "Nothing, if that was meant", "platform"
    )
    ITEM_DELETED = Advice("The item was deleted in the SIS, as was asked for", "Nothing", "platform")


def advice_of(code: str | None) -> Advice:
    """The advice of a stored code, of passback or of a call; that of nothing at all for one that is not known."""
    known = GradeCode.__members__.get(code or "")
    return known.value if known else outcome.advice_of(code)


@dataclass(frozen=True, slots=True)
class Why:
    """A reason in words: what is so (`words`, and `detail` what it is about), what to do (`remedy`) and `where`: SIS,
    platform or both. `said`: the SIS's own words, unchanged, "" where it said nothing; `request_id` of the call.
    """

    code: str
    words: str
    detail: str
    said: str
    remedy: str
    where: str
    request_id: str = ""


def why_of(code: str | None, detail: str | None, said: str | None = None, request_id: str | None = None) -> Why:
    """A stored reason in words."""
    advice = advice_of(code)
    return Why(code or "", advice.words, detail or "", said or "", advice.remedy, advice.where, request_id or "")


#: What the SIS's words speak of, and the code for that: the first that fits counts.
_SPEAKS_OF: tuple[tuple[str, GradeCode], ...] = (
    (r"has a result .*already", GradeCode.RESULT_EXISTS),
    (r"score ?scale|text ?score|not a score of", GradeCode.SCALE_REFUSED),
    (r"\bwindow\b|\bclosed\b", GradeCode.WINDOW_CLOSED),
    (r"\bdue ?date\b|\bterms?\b|grading ?period|academic ?session|school year", GradeCode.TERM_REFUSED),
    (r"categor.*\b(missing|required|needed|null)\b|\b(missing|required)\b.*categor", GradeCode.CATEGORY_NEEDED),
    (r"categor", GradeCode.CATEGORY_REFUSED),
    (r"\broster\b|enroll", GradeCode.ROSTER_REFUSED),
    (r"\bscore\b.*\b(missing|required|needed|null|empty)\b|\b(missing|required)\b.*\bscore\b", GradeCode.SCORE_NEEDED),
    (r"\b(title|name)\b", GradeCode.TITLE_REFUSED),
)
_SPEAKS = tuple((re.compile(text, re.IGNORECASE | re.DOTALL), code) for text, code in _SPEAKS_OF)
_LICENCE = re.compile(r"licen[cs]", re.IGNORECASE)


def refusal_code(status: int, words: str | None) -> str:
    """The code for a refusal by its status (4xx) and by what the SIS says; LICENSE_REQUIRED concerns the whole run
    (C-10), every other one the item or the score alone (C-138).
    """
    words = words or ""
    if status == 403:
        return outcome.Code.LICENSE_REQUIRED.name if _LICENCE.search(words) else GradeCode.NOT_ALLOWED.name
    if status == 404:
        return GradeCode.NOT_FOUND.name
    return next((code.name for pattern, code in _SPEAKS if pattern.search(words)), GradeCode.REFUSED.name)
