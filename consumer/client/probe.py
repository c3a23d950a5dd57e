"""*Test connection* (C-13): token, one org, the academic sessions, in this order, up to the first that fails."""

from collections.abc import Callable
from dataclasses import dataclass

from consumer.client.caller import Client
from consumer.client.errors import BadAnswer, ClientError
from consumer.client.page import split_page


@dataclass(frozen=True, slots=True)
class Step:
    """What was tried and how it went. `advice` says what to ask the district; None when it went well."""

    title: str
    ok: bool
    text: str
    advice: str | None


def check(client: Client) -> list[Step]:
    """The steps that were tried; the connection works when all of them are ok."""
    steps: list[Step] = []
    tries: tuple[tuple[str, Callable[[Client], str]], ...] = (
        ("Token", _token),
        ("Schools", _orgs),
        ("Academic sessions", _sessions),
    )
    for title, attempt in tries:
        try:
            steps.append(Step(title, True, attempt(client), None))
        except ClientError as error:
            steps.append(Step(title, False, str(error), error.advice))
            break
    return steps


def _token(client: Client) -> str:
    client.tokens.renew()
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
