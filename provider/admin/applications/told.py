"""What has to be told to the vendor of an application, and in which state its connection is. No secret is in it."""

from datetime import datetime, timedelta
from typing import NamedTuple

from provider.access.connections import allowed_scopes
from provider.access.models import Connection
from provider.host import MOUNTS, TOKEN_PATH
from shared.oneroster.scopes import NAMES, scope_url
from shared.oneroster.versions import BASE_PATHS, Version
from shared.settings import Settings

OAUTH_WORDS = {"oauth2": "OAuth 2", "oauth1": "OAuth 1"}
FUNCTION_WORDS = {"roster": "Roster", "gradebook": "Grade book", "assessments": "Assessments"}


class State(NamedTuple):
    """The state of a connection: words, and which mark of the frame they carry."""

    words: str
    mark: str


def state_of(connection: Connection, now: datetime) -> State:
    """Whether its platform is let in."""
    if not connection.enabled:
        return State("Disabled", "bad")
    if connection.expires_at is not None and now >= connection.expires_at:
        return State("Key expired", "bad")
    return State("Enabled", "good")


def last_day(connection: Connection) -> str:
    """The last day of an OAuth 1 key, "" where nothing ends (P-99)."""
    return "" if connection.expires_at is None else str((connection.expires_at - timedelta(microseconds=1)).date())


def functions(connection: Connection) -> list[str]:
    """The functions that are switched on, in words (P-97)."""
    return [words for name, words in FUNCTION_WORDS.items() if getattr(connection, name)]


def lines_for_vendor(connection: Connection, settings: Settings, app_name: str) -> list[tuple[str, str]]:
    """(what, value) of all that a vendor has to enter, but for secrets (P-94, P-105, P-106)."""
    version, allowed = Version(connection.version), allowed_scopes(connection)
    scopes = [scope_url(name, version) for name in NAMES[version] if name in allowed]
    lines = [
        ("Application", connection.name),
        ("OneRoster", connection.version),
        ("Authentication", _AUTHENTICATION[connection.oauth]),
        ("Base URL", settings.provider_base_url(app_name)),
        ("Base URL, other form", f"{settings.provider_url}{MOUNTS[1]}{app_name}"),
        ("Paths below it", ", ".join(sorted({path for (of, _), path in BASE_PATHS.items() if of is version}))),
    ]
    if connection.oauth == "oauth2":
        lines.append(("Token URL", f"{settings.provider_url}{TOKEN_PATH}?appName={app_name}"))
    lines.append(("Client id" if connection.oauth == "oauth2" else "Consumer key", connection.client_id))
    lines.append(("Secret", "is handed over separately"))
    if connection.vendor_key:
        lines.append(("Vendor key", f"{connection.vendor_key}, in the header x-vendor-authorization: key:secret"))
        lines.append(("Vendor secret", "is handed over separately"))
    if last := last_day(connection):
        lines.append(("Key is good until", last))
    if connection.oauth == "oauth2":
        lines.append(("Scopes", "\n".join(scopes) or "none"))
    return lines


_AUTHENTICATION = {
    "oauth2": "OAuth 2 client credentials, bearer tokens",
    "oauth1": "OAuth 1.0a, two-legged, HMAC-SHA256 or HMAC-SHA1",
}


def as_text(lines: list[tuple[str, str]]) -> str:
    """The same as a block of text, to be copied."""
    width = max(len(what) for what, _ in lines) + 2
    return "\n".join(f"{what + ':':<{width}}{value.replace(chr(10), chr(10) + ' ' * width)}" for what, value in lines)
