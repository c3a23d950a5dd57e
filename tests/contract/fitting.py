"""Generated cases made to fit a district: ids that are there, filters that can be read, days of the school year.

What is changed follows from the case itself, so that a run can be repeated.
"""

from typing import Any
from zlib import crc32

import schemathesis

from shared.oneroster.versions import BASE_PATHS
from tests.contract.platform import Platform

#: sourcedIds by collection.
Known = dict[str, list[str]]

#: The collections whose ids paths and bodies name, by service.
_COLLECTIONS = {
    "rostering": ("orgs", "schools", "academicSessions", "terms", "gradingPeriods", "courses", "classes", "users",
                  "students", "teachers", "enrollments", "demographics", "guardians"),
    "resources": ("resources",),
    "gradebook": ("categories", "lineItems", "results", "scoreScales", "assessmentLineItems", "assessmentResults"),
}  # fmt: skip
#: What the parts of a path and the types of references name.
_NAMED = {
    "school": "schools", "class": "classes", "term": "terms", "course": "courses", "student": "students",
    "teacher": "teachers", "user": "users", "lineItem": "lineItems", "academicSession": "gradingPeriods",
    "org": "schools", "category": "categories", "scoreScale": "scoreScales", "resource": "resources",
    "assessmentLineItem": "assessmentLineItems",
}  # fmt: skip
_MOMENTS = {"assignDate": "2026-09-21T00:00:00.000Z", "dueDate": "2026-09-28T00:00:00.000Z", "scoreDate": "2026-09-25"}


def read_known(platform: Platform) -> Known:
    """A few ids of each collection that the platform sees; none of those that its version does not have."""
    known: Known = {}
    for service, collections in _COLLECTIONS.items():
        base = platform.base.replace(BASE_PATHS[platform.version, "rostering"], BASE_PATHS[platform.version, service])
        for collection in collections:
            answer = platform.get(f"{base}/{collection}?limit=5&fields=sourcedId")
            if answer.status_code == 200:
                (records,) = answer.json().values()
                known[collection] = [record["sourcedId"] for record in records]
    return known


def turn_of(case: schemathesis.Case) -> int:
    """A number that is the same whenever the case is made again."""
    return crc32(repr((case.path_parameters, case.query, case.body)).encode("utf-8", "replace"))


def fit(case: schemathesis.Case, known: Known) -> None:
    """Make most of a case fit the district; a quarter stays as it was made up."""
    turn = turn_of(case)
    if turn % 4 == 0:
        return
    for name, value in (case.path_parameters or {}).items():
        collection = (
            case.operation.path.split("/")[1] if name == "sourcedId" else _NAMED[name.removesuffix("SourcedId")]
        )
        if isinstance(value, str) and (case.operation.method.upper() != "PUT" or turn % 8 < 2):
            case.path_parameters[name] = _pick(known, collection, turn) or value
    if case.query and isinstance(case.query.get("filter"), str):
        case.query["filter"] = _readable(case.query["filter"], turn)
    if isinstance(case.body, dict):
        _fit_body(case.body, known, turn, case.path_parameters)


def _pick(known: Known, collection: str, turn: int) -> str | None:
    ids = known.get(collection)
    return ids[turn // 8 % len(ids)] if ids else None


def _readable(text: str, turn: int) -> str:
    """The made-up text as the value of a filter."""
    quoted = text.replace("'", "''")
    field = ("sourcedId", "status", "dateLastModified", "metadata.x")[turn // 8 % 4]
    operator = ("=", "!=", ">", "~")[turn // 32 % 4]
    return f"{field}{operator}'2026-10-01'" if field == "dateLastModified" else f"{field}{operator}'{quoted}'"


def _fit_body(value: Any, known: Known, turn: int, path: dict[str, Any]) -> None:
    """References that lead somewhere, days inside the school year, the id of the path inside a PUT."""
    if isinstance(value, list):
        for inner in value:
            _fit_body(inner, known, turn, path)
    if not isinstance(value, dict):
        return
    if "lineItem" in value:
        value.pop("class", None)  # hardly ever that of the line item
    for name, inner in value.items():
        if name == "title" and isinstance(inner, str):
            value[name] = inner.strip() or "Reading"
        elif name in _MOMENTS and isinstance(inner, str):
            value[name] = _MOMENTS[name]
        elif name == "sourcedId" and str(value.get("type")) in _NAMED:
            value[name] = _pick(known, _NAMED[value["type"]], turn) or inner
        elif name == "sourcedId" and "sourcedId" in path:
            value[name] = path["sourcedId"]
        else:
            _fit_body(inner, known, turn, path)
