"""What can go wrong with a request, once: a row per failure, and its body in the words of each version.

Sources: `oneroster-1.1.md` section 7, `oneroster-1.2.md` section 5, real-clients 20. A view raises `OneRosterError`;
one handler at the edge turns it into `error_body` with `failure.status`.
"""

from collections.abc import Iterable
from enum import Enum
from typing import Any, NamedTuple

from shared.oneroster.versions import Version


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
    #: A body that is well-formed JSON with the wrong content.
    INVALID_BODY = _Row("INVALID_BODY", 422, "invalid data", "invaliddata")
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
    minor = {
        "imsx_codeMinorFieldName": "TargetEndSystem",
        "imsx_codeMinorFieldValue": failure.minor(version),
    }
    return {
        "imsx_codeMajor": "failure",
        "imsx_severity": "error",
        "imsx_description": description,
        "imsx_CodeMinor": {"imsx_codeMinorField": [minor]},
    }


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
