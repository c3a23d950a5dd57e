"""*Test connection* (C-13): token, one org, the academic sessions, up to the first that fails; then the grade book's
categories, which a roster can do without: when they are refused that is a warning (C-09).

Each step that does not go well says in plain words what to ask the district.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

import requests
from urllib3.exceptions import NameResolutionError

from consumer.client.caller import GRADEBOOK_SCOPES, ROSTER_SCOPES, Client, Forbidden, NotFound
from consumer.client.errors import BadAnswer, ClientError, Unreachable
from consumer.client.oauth2 import Tokens
from consumer.client.page import WebPage, split_page
from shared.oneroster.scopes import scope_url
from shared.oneroster.versions import Version


class Outcome(StrEnum):
    """How a step went. Rosters are synced all the same after a warning."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Step:
    """What was tried and how it went. `advice` says what to ask the district; None when it went well."""

    title: str
    outcome: Outcome
    text: str
    advice: str | None = None

    @property
    def ok(self) -> bool:
        """Whether rosters can be synced, as far as this step can tell."""
        return self.outcome is not Outcome.FAILED


def check(roster: Client, gradebook: Client) -> list[Step]:
    """The steps that were tried, with clients for the two services; the connection works when all of them are ok."""
    steps: list[Step] = []
    tries: list[tuple[str, Callable[[Client], str]]] = [("Schools", _orgs), ("Academic sessions", _sessions)]
    if isinstance(roster.access, Tokens):
        tries.insert(0, ("Token", _token))
    for title, attempt in tries:
        try:
            steps.append(Step(title, Outcome.OK, attempt(roster)))
        except ClientError as error:
            return [*steps, Step(title, Outcome.FAILED, str(error), _advice(title, error, roster))]
    return [*steps, _grade_book(gradebook)]


def _token(client: Client) -> str:
    if isinstance(client.access, Tokens):
        client.access.renew()
    return "The provider gives a token"


def _orgs(client: Client) -> str:
    records, broken = split_page(client.get("orgs", query={"limit": 1}).body, "orgs")
    if not records and not broken:
        raise BadAnswer("The provider shows no school at all to this connection")
    return "The provider shows its schools"


def _sessions(client: Client) -> str:
    count = sum(map(len, client.walk("academicSessions")))
    if count == 0:
        raise BadAnswer("The provider shows no academic session: no school year seems to be active")
    return f"The provider shows {count} academic sessions"


def _grade_book(client: Client) -> Step:
    """A harmless read that only a connection with the grade book may do (C-09)."""
    title = "Grade book"
    try:
        split_page(client.get("categories", query={"limit": 1}).body, "categories")
    except ClientError as error:
        return Step(title, Outcome.WARNING, str(error), _about_grades(client))
    return Step(title, Outcome.OK, "The provider shows the categories of its grade book")


def _advice(title: str, error: ClientError, client: Client) -> str:
    """What to ask the district about a step that failed."""
    if isinstance(error, Unreachable):
        return _about_the_way(error)
    if title == "Schools" and isinstance(error, (NotFound, WebPage)) and (other := _other_version(client)):
        return (
            f"At this address there is OneRoster {other}: choose that version, or ask the district whether it offers "
            f"{client.target.version}"
        )
    if isinstance(error, Forbidden):
        scopes = " ".join(scope_url(name, client.target.version) for name in ROSTER_SCOPES)
        return f"{error.advice}. Scopes of a roster: {scopes}"
    return error.advice


def _about_grades(client: Client) -> str:
    """What to ask the district for, where grades cannot be sent (C-09)."""
    scopes = ", ".join(GRADEBOOK_SCOPES[client.target.version])
    return (
        "Rosters are synced all the same. To send grades, ask the district for a connection with the grade book "
        f"(grading services; scopes {scopes}), and for the vendor key if it uses one"
    )


def _about_the_way(error: Unreachable) -> str:
    """Why no answer came, by what the connection broke on."""
    why = error.__cause__
    if isinstance(why, requests.exceptions.SSLError):
        return (
            "Ask the district to renew the certificate of its OneRoster service, and to send the whole chain; "
            "check that the address has the name that the certificate is for"
        )
    if isinstance(why, requests.exceptions.ConnectionError) and isinstance(_reason(why), NameResolutionError):
        return "Check the address for typing errors: its host name does not exist"
    if isinstance(why, requests.Timeout):
        return "Ask the district whether its service is up, and whether its firewall lets this host in"
    return error.advice


def _reason(error: requests.exceptions.ConnectionError) -> object:
    """What urllib3 gave up on."""
    return getattr(error.args[0], "reason", None) if error.args else None


def _other_version(client: Client) -> Version | None:
    """The other version of the standard, when the same address has an answer for it, be it a refusal."""
    (other,) = set(Version) - {client.target.version}
    url = Client(replace(client.target, version=other), client.transport).url("orgs", query={"limit": 1})
    try:
        answer = client.access.send("GET", url, {})
    except ClientError:
        return None
    is_data = answer.body.lstrip().startswith((b"{", b"["))
    return other if is_data and answer.status in (200, 401, 403) else None
