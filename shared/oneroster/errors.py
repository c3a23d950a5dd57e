"""What can go wrong with a request, once: a row per failure, and its body in the words of each version.

Sources: `oneroster-1.1.md` section 7, `oneroster-1.2.md` section 5, real-clients 20. A view raises `OneRosterError`;
one handler at the edge turns it into `error_body` with `failure.status`.
"""

from collections.abc import Iterable, Sequence
from enum import Enum
from typing import Any, NamedTuple

from shared.oneroster.versions import Version

#: Who produced a code, in the words of 1.2.
_SPEAKER = "TargetEndSystem"
#: So many refused objects are told in words when all were refused.
_TOLD = 20


class _Row(NamedTuple):
    key: str
    status: int
    minor11: str
    minor12: str


class Failure(Enum):
    """A failure: HTTP status, code minor of 1.1 (mind its mix of blanks and underscores) and of 1.2."""

    UNAUTHORIZED = _Row("UNAUTHORIZED", 401, "unauthorized", "unauthorisedrequest")
    FORBIDDEN = _Row("FORBIDDEN", 403, "forbidden", "forbidden")
    UNKNOWN_OBJECT = _Row("UNKNOWN_OBJECT", 404, "unknown object", "unknownobject")
    METHOD_NOT_ALLOWED = _Row("METHOD_NOT_ALLOWED", 405, "invalid data", "invaliddata")
    INVALID_FILTER_FIELD = _Row("INVALID_FILTER_FIELD", 400, "invalid_filter_field", "invalid_filter_field")
    INVALID_SELECTION_FIELD = _Row("INVALID_SELECTION_FIELD", 400, "invalid_selection_field", "invalid_selection_field")
    #: 1.2 dropped the code of a blank `fields=`; its selection code is the natural reading.
    INVALID_BLANK_SELECTION_FIELD = _Row(
        "INVALID_BLANK_SELECTION_FIELD", 400, "invalid_blank_selection_field", "invalid_selection_field"
    )
    #: A parameter that cannot be read: limit, offset, orderBy, a filter that is no filter.
    INVALID_DATA = _Row("INVALID_DATA", 400, "invalid data", "invaliddata")
    #: A body that is no JSON document, or one that no program should have to guess at (duplicate keys, NaN …).
    MALFORMED_BODY = _Row("MALFORMED_BODY", 400, "invalid data", "invaliddata")
    TOO_LARGE = _Row("TOO_LARGE", 413, "invalid data", "invaliddata")
    #: A body that is well-formed JSON with the wrong content.
    INVALID_BODY = _Row("INVALID_BODY", 422, "invalid data", "invaliddata")
    #: An object that others depend on; 1.2 has a code for it in the gradebook service, 1.1 has none.
    DELETE_FAILURE = _Row("DELETE_FAILURE", 422, "invalid data", "deletefailure")
    SERVER_BUSY = _Row("SERVER_BUSY", 429, "server_busy", "server_busy")
    #: Nothing has been published yet.
    NOT_READY = _Row("NOT_READY", 503, "server_busy", "server_busy")
    INTERNAL = _Row("INTERNAL", 500, "internal_server_error", "internal_server_error")

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.value.status

    def minor(self, version: Version) -> str:
        """The code minor that `version` has for it."""
        return self.value.minor11 if version is Version.V1P1 else self.value.minor12


class OneRosterError(Exception):
    """A request that fails. `description` is read by people: what, where, what to do; it holds no personal data."""

    def __init__(self, failure: Failure, description: str) -> None:
        super().__init__(description)
        self.failure = failure
        self.description = description


class Refusal(NamedTuple):
    """An object of a bulk write that was not taken: the id that it was sent under ("" when it had none), and why."""

    supplied_id: str
    failure: Failure
    description: str


class QueryWarning(NamedTuple):
    """What 1.1 tells beside the data of a 200 (1.2 never does): code minor and a sentence that names the field."""

    minor: str
    description: str


def invalid_sort_field(description: str) -> QueryWarning:
    """1.1: the data come in the default order (`oneroster-1.1.md` section 4)."""
    return QueryWarning("invalid_sort_field", description)


def invalid_selection_field(description: str) -> QueryWarning:
    """1.1: the data come whole (`oneroster-1.1.md` section 6)."""
    return QueryWarning(Failure.INVALID_SELECTION_FIELD.minor(Version.V1P1), description)


def error_body(version: Version, failure: Failure, description: str) -> dict[str, Any]:
    """The JSON body of a failed request: `statusInfoSet` with one object in 1.1, one flat closed object in 1.2."""
    if version is Version.V1P1:
        return {"statusInfoSet": [_status_info("failure", "error", failure.minor(version), description)]}
    return _status_1p2(description, [_minor_field(_SPEAKER, failure)])


def refused_object(refusal: Refusal) -> dict[str, Any]:
    """One refused object beside those that were kept (207; only 1.2 has bulk writes): its id and the status of 1.2."""
    status = _status_1p2(refusal.description, [_minor_field(_SPEAKER, refusal.failure)])
    return {"suppliedSourcedId": refusal.supplied_id, **status}


def all_refused_body(refusals: Sequence[Refusal]) -> dict[str, Any]:
    """The 1.2 body of a bulk write of which nothing was kept: a code minor for each object, under its id; the
    description tells the first ones in words."""
    told = "; ".join(refusal.description for refusal in refusals[:_TOLD])
    more = f"; and {len(refusals) - _TOLD} more" if len(refusals) > _TOLD else ""
    return _status_1p2(told + more, [_minor_field(one.supplied_id or _SPEAKER, one.failure) for one in refusals])


def _status_1p2(description: str, minors: list[dict[str, str]]) -> dict[str, Any]:
    return {
        "imsx_codeMajor": "failure",
        "imsx_severity": "error",
        "imsx_description": description,
        "imsx_CodeMinor": {"imsx_codeMinorField": minors},
    }


def _minor_field(name: str, failure: Failure) -> dict[str, str]:
    return {"imsx_codeMinorFieldName": name, "imsx_codeMinorFieldValue": failure.minor(Version.V1P2)}


def warning_set(warnings: Iterable[QueryWarning]) -> list[dict[str, Any]]:
    """The value of `statusInfoSet` that 1.1 puts beside the data when there are warnings."""
    return [_status_info("success", "warning", warning.minor, warning.description) for warning in warnings]


def _status_info(major: str, severity: str, minor: str, description: str) -> dict[str, Any]:
    return {
        "imsx_codeMajor": major,
        "imsx_severity": severity,
        "imsx_codeMinor": minor,
        "imsx_description": description,
    }
