"""What is sent: line items and results of either version, made of plain facts, and the digest of what was sent. Pure.

A body has every member that its version demands, references in full, and none that the version does not have
(real-clients 15, 16, 19): 1.2 objects are closed.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import orjson

from consumer.platform.settings import OrganisationSettings
from shared.oneroster.versions import BASE_PATHS, Version

Body = dict[str, Any]

#: What does not count when two bodies are compared: when it was said, and where the SIS stands.
_PASSING = frozenset({"dateLastModified", "href"})


@dataclass(frozen=True, slots=True)
class Place:
    """The class that grades go to, as the SIS names it.

    base_url   the domain URL (C-06), for references
    school_id  sourcedId of its school; None: what the SIS said of the class is not here
    """

    base_url: str
    version: Version
    class_id: str
    school_id: str | None


@dataclass(frozen=True, slots=True)
class Term:
    """An academic session of the SIS. `end` is the first day after it, as the standard means it."""

    sis_id: str
    title: str
    start: date
    end: date

    def holds(self, day: date) -> bool:
        return self.start <= day < self.end

    def may_hold(self, day: date) -> bool:
        """Whether it holds a day, or ends on it: some providers send their last day as the end."""
        return self.start <= day <= self.end

    @property
    def last(self) -> date:
        """The last day that belongs to it."""
        return self.end - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """An item in one section.

    sis_id       the line item's sourcedId (C-131)
    due_on       the day of `due_at` in the organisation's zone
    sent_at      now: it becomes dateLastModified
    category     sourcedId of the SIS category that it goes to, None where none is mapped; `category_name` is the
                 platform's, None where the item has none; `category_offered`: the SIS had it when it was last asked
    terms        the sessions of the class
    session, grading_period   sourcedIds of the session, and of the grading period, that the due date is in
    students     how many students the section has from the SIS
    """

    sis_id: str
    place: Place
    title: str
    description: str | None
    points: float
    published: bool
    assigned_at: datetime
    due_at: datetime | None
    due_on: date | None
    sent_at: datetime
    category_name: str | None
    category: str | None
    category_offered: bool
    terms: tuple[Term, ...]
    session: str | None
    grading_period: str | None
    title_limit: int
    students: int

    @property
    def version(self) -> Version:
        return self.place.version


@dataclass(frozen=True, slots=True)
class ScoreFacts:
    """A student's score for an item in one section. What counts: exempt, then missing, then the points (C-134).

    sis_id, line_item, student   sourcedIds: of the result, of its line item, of the student as the section has them
    points     None: not graded
    """

    sis_id: str
    place: Place
    line_item: str
    student: str
    points: float | None
    exempt: bool
    missing: bool
    late: bool
    comment: str | None
    changed_at: datetime


def line_item_body(item: ItemFacts, version: Version) -> Body:
    """The object of a PUT of a line item, without its wrapper.

    Raises ValueError for an item without due date, and in 1.2 without school or category: `checks.check_item` comes
    first.
    """
    if item.due_at is None:
        raise ValueError("An item without due date cannot be sent")
    place = item.place
    body = _head(item.sis_id, item.sent_at) | {"title": item.title.strip()}
    if item.description and item.description.strip():
        body["description"] = item.description.strip()
    body["assignDate"] = _moment(min(item.assigned_at, item.due_at))
    body["dueDate"] = _moment(item.due_at)
    body["class"] = _class(place)
    if version is Version.V1P1:  # C-124: without a category
        period = item.grading_period or item.session
        if period is not None:
            body["gradingPeriod"] = _session(place, period)
    else:
        body |= _of_1p2(item)
    return body | {"resultValueMin": 0, "resultValueMax": _number(item.points)}


def _of_1p2(item: ItemFacts) -> Body:
    """What 1.2 has beside 1.1."""
    place = item.place
    if place.school_id is None or item.category is None:
        raise ValueError("An item without school or category cannot be sent in 1.2")
    body = {
        "school": _ref(place, "rostering", "orgs", "org", place.school_id),
        "category": _ref(place, "gradebook", "categories", "category", item.category),
    }
    if item.grading_period is not None:
        body["gradingPeriod"] = _session(place, item.grading_period)
    if item.session is not None:
        body["academicSession"] = _session(place, item.session)
    return body


def result_body(score: ScoreFacts, version: Version, settings: OrganisationSettings) -> Body | None:
    """The object of a PUT of a result, without its wrapper; None where nothing is sent (C-134).

    No score is ever 0 that was not typed so, but a missing one in 1.1 where `missing_as_zero` says so. 1.1 cannot say
    that work is missing or late.
    """
    missing = score.missing and not score.exempt
    status, points = _said(score, missing and version is Version.V1P1 and settings.missing_as_zero)
    if status is None:
        return None
    place = score.place
    body = _head(score.sis_id, score.changed_at) | {
        "lineItem": _ref(place, "gradebook", "lineItems", "lineItem", score.line_item),
        "student": _ref(place, "rostering", "users", "user", score.student),
        "scoreStatus": status,
        "scoreDate": score.changed_at.astimezone(ZoneInfo(settings.time_zone)).date().isoformat(),
    }
    if points is not None:
        body["score"] = _number(points)
    if score.comment and score.comment.strip():
        body["comment"] = score.comment.strip()
    if version is Version.V1P2:
        body["class"] = _class(place)
        body |= {"late": _flag(score.late), "missing": _flag(missing)}
    return body


def _said(score: ScoreFacts, as_zero: bool) -> tuple[str | None, float | None]:
    """(scoreStatus, score); a status of None: nothing is sent. Extra credit stays as it is."""
    if score.exempt:
        return "exempt", None
    if score.missing:
        return ("fully graded", 0.0) if as_zero else ("not submitted", None)
    return (None, None) if score.points is None else ("fully graded", score.points)


def digest(body: Body) -> str:
    """32 hex digits, equal as long as the same is said: neither the order of members nor dateLastModified counts."""
    return hashlib.blake2b(orjson.dumps(_lasting(body), option=orjson.OPT_SORT_KEYS), digest_size=16).hexdigest()


def _lasting(body: Body) -> Body:
    return {
        name: _lasting(value) if isinstance(value, dict) else value
        for name, value in body.items()
        if name not in _PASSING
    }


def _head(sis_id: str, changed_at: datetime) -> Body:
    return {"sourcedId": sis_id, "status": "active", "dateLastModified": _moment(changed_at)}


def _class(place: Place) -> Body:
    return _ref(place, "rostering", "classes", "class", place.class_id)


def _session(place: Place, sis_id: str) -> Body:
    return _ref(place, "rostering", "academicSessions", "academicSession", sis_id)


def _ref(place: Place, service: str, collection: str, kind: str, sis_id: str) -> Body:
    """A reference with everything that the standard has in one; its type is the base kind (real-clients 16)."""
    root = place.base_url + BASE_PATHS[place.version, service]
    return {"href": f"{root}/{collection}/{quote(sis_id, safe='')}", "sourcedId": sis_id, "type": kind}


def _moment(moment: datetime) -> str:
    """UTC with milliseconds and Z (real-clients 12)."""
    utc = moment.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03}Z"


def _number(number: float) -> float | int:
    """Whole numbers without decimals, so that 20 and 20.0 are the same."""
    return int(number) if number.is_integer() else number


def _flag(said: bool) -> str:
    """1.2 booleans are words (real-clients 15)."""
    return "true" if said else "false"
