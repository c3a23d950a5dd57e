"""What may be saved as a connection: every field is looked at, so that all that is wrong is said at once.

Reads what was entered and what is stored; changes neither.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from consumer.connections.domain import clean_domain, is_elsewhere
from consumer.connections.entered import Details
from consumer.connections.model import Connection
from shared.oneroster.versions import Version

#: A page larger than this is more than a provider has to give (real-clients 6).
LARGEST_PAGE = 50_000
#: Bytes of a secret: sealed, it has to fit its column.
LONGEST_SECRET = 1_000

#: field -> (what people call it, how many characters its column takes)
_TEXTS = {
    "name": ("connection name", 80),
    "new_name": ("new name", 80),
    "base_url": ("domain URL", 500),
    "token_url": ("token URL", 500),
    "client_id": ("client id", 255),
    "vendor_key": ("vendor key", 255),
    "scope": ("scope", 2000),
}
_SECRETS = {"client_secret": "client secret", "vendor_secret": "vendor secret"}

UNCONFIRMED = "OneRoster 1.2 cannot be taken back: once it is saved there is no way to 1.1. Confirm that you want it"
UNRELEASED = (
    "OneRoster 1.2 is not released for this organisation: the operator does that with "
    "`homeroom consumer setting release_1_2 true`"
)
ELSEWHERE = "The address is on another server: enter the {} again, as it is sent to no server but the one it was for"


@dataclass(slots=True)
class Checked:
    """What is to be stored (columns, and secrets yet to be sealed), what to tell, and what is wrong by field."""

    columns: dict[str, object] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    wrong: dict[str, str] = field(default_factory=dict)


def check(
    details: Details,
    stored: Connection | None,
    why_refused: Callable[[str], str | None],
    released: bool,
    taken: Callable[[str], bool],
) -> Checked:
    """Look at every field.

    why_refused   why an address may not be called, None when it may (C-08)
    released      1.2 may be chosen (C-05)
    taken         whether a connection has a name
    """
    checked = Checked()
    _texts(checked, details)
    _secrets(checked, details)
    _name(checked, details, stored, taken)
    _addresses(checked, details, why_refused)
    _version(checked, details, stored, released)
    _oauth(checked, details, stored)
    _vendor(checked, details, stored)
    if details.page_limit is not None:
        checked.columns["page_limit"] = details.page_limit
        if not 1 <= details.page_limit <= LARGEST_PAGE:
            checked.wrong["page_limit"] = f"A page has 1 to {LARGEST_PAGE} records, not {details.page_limit}"
    if details.delta_reads is not None:
        checked.columns["delta_reads"] = details.delta_reads
    _complete(checked, details, stored)
    if stored is not None:
        _moved(checked, stored)
    checked.wrong = {name: checked.wrong[name] for name in details.__slots__ if name in checked.wrong}
    return checked


def why_no_text(name: str, text: str) -> str | None:
    """What is wrong with the text of a field or secret before anything is made of it; None for nothing."""
    if name in _SECRETS:
        title, longest, length = _SECRETS[name], LONGEST_SECRET, len(text.encode())
    else:
        title, longest = _TEXTS[name]
        length = len(text)
    if length > longest:
        return f"The {title} has at most {longest} characters"
    if not text.isprintable():
        return f"The {title} has characters in it that cannot be printed: enter it again"
    return None


def _texts(checked: Checked, details: Details) -> None:
    for name in _TEXTS:
        text = getattr(details, name)
        if text is None:
            continue
        text = text.strip()
        if why := why_no_text(name, text):
            checked.wrong[name] = why
        elif name in ("client_id", "vendor_key", "scope"):
            checked.columns[name] = text or None


def _secrets(checked: Checked, details: Details) -> None:
    for name in _SECRETS:
        secret = (getattr(details, name) or "").strip()
        if why := why_no_text(name, secret):
            checked.wrong[name] = why
        elif secret:
            checked.secrets[f"{name}_sealed"] = secret


def _name(checked: Checked, details: Details, stored: Connection | None, taken: Callable[[str], bool]) -> None:
    if not details.name.strip():
        checked.wrong["name"] = "A connection needs a name"
    if details.new_name is None:
        return
    name = details.new_name.strip()
    if not name:
        checked.wrong["new_name"] = "A connection needs a name"
    elif stored is None:
        checked.wrong["new_name"] = "Only a connection that is there can have another name"
    elif name != stored.name and taken(name):
        checked.wrong["new_name"] = f"There is a connection {name!r} already"
    else:
        checked.columns["name"] = name


def _addresses(checked: Checked, details: Details, why_refused: Callable[[str], str | None]) -> None:
    """Both addresses, cleaned (C-06) and allowed (C-08)."""
    if details.base_url is not None:
        domain = clean_domain(details.base_url)
        checked.columns["base_url"] = domain.url
        if domain.cut:
            checked.notes += (f"The domain URL ends before the standard's own path: {domain.cut!r} was cut off",)
    if details.token_url is not None:
        checked.columns["token_url"] = details.token_url.strip() or None
    for name in ("base_url", "token_url"):
        url = checked.columns.get(name)
        if url and name not in checked.wrong and (why := why_refused(str(url))):
            checked.wrong[name] = why


def _version(checked: Checked, details: Details, stored: Connection | None, released: bool) -> None:
    """1.2 is released by the operator (C-05), confirmed, and for good (C-04); ids change with it (C-100)."""
    version = details.version
    if version is None or (stored is not None and stored.version == version):
        return
    if stored is not None and stored.version == Version.V1P2:
        checked.wrong["version"] = f"Connection {stored.name!r} reads OneRoster 1.2, and there is no way back to 1.1"
    elif version == Version.V1P2 and not released:
        checked.wrong["version"] = UNRELEASED
    elif stored is not None:
        checked.wrong["version"] = (
            f"The people of {stored.name!r} are known by their 1.1 ids, which 1.2 replaces: change the version with "
            "the upgrade (tab Data Prep, or `homeroom consumer upgrade`)"
        )
    elif version == Version.V1P2 and not details.confirmed:
        checked.wrong["confirmed"] = UNCONFIRMED
    else:
        checked.columns["version"] = str(version)


def _oauth(checked: Checked, details: Details, stored: Connection | None) -> None:
    """OAuth 1 is for 1.1 alone (C-03); OAuth 2 needs the token URL (C-02)."""
    oauth = details.oauth or (stored.oauth if stored else "oauth2")
    version = details.version or (stored.version if stored else None)
    if oauth not in ("oauth1", "oauth2"):
        checked.wrong["oauth"] = f"OAuth is oauth1 or oauth2, not {oauth!r}"
    elif oauth == "oauth1" and version == Version.V1P2:
        checked.wrong["oauth"] = "OneRoster 1.2 always uses OAuth 2"
    else:
        checked.columns["oauth"] = oauth
    token_url = checked.columns.get("token_url", stored.token_url if stored else None)
    if oauth == "oauth2" and not token_url and "token_url" not in checked.wrong:
        checked.wrong["token_url"] = "OAuth 2 needs the token URL (SIS Authentication URL)"  # noqa: S105 - a sentence


def _vendor(checked: Checked, details: Details, stored: Connection | None) -> None:
    """Key and secret come together (C-11)."""
    key = checked.columns.get("vendor_key", stored.vendor_key if stored else None)
    secret = checked.secrets.get("vendor_secret_sealed", stored.vendor_secret_sealed if stored else None)
    if not key:
        if details.vendor_key is not None:
            checked.columns["vendor_secret_sealed"] = None
        if "vendor_secret_sealed" in checked.secrets:
            checked.wrong.setdefault("vendor_key", "A vendor secret needs the vendor key that it belongs to")
    elif not secret:
        checked.wrong.setdefault("vendor_secret", "A vendor key needs its secret")


def _complete(checked: Checked, details: Details, stored: Connection | None) -> None:
    """What a connection cannot be without (C-01)."""
    needed = {"base_url": "domain URL", "version": "OneRoster version", "client_id": "client id"}
    if stored is None:
        needed["client_secret"] = "client secret"  # noqa: S105 - what people call it
    for name, title in needed.items():
        value = getattr(details, name)
        missing = value is None and stored is None
        if missing or (value is not None and not str(value).strip()):
            checked.wrong.setdefault(name, f"A connection needs the {title}")


def _moved(checked: Checked, stored: Connection) -> None:
    """A stored secret goes to no other server than the one for which it was entered (C-12)."""
    new = {name: checked.columns.get(name) for name in ("base_url", "token_url") if name not in checked.wrong}
    records = is_elsewhere(new.get("base_url"), stored.base_url)
    tokens = is_elsewhere(new.get("token_url"), stored.token_url or stored.base_url)
    vendor = checked.columns.get("vendor_secret_sealed", stored.vendor_secret_sealed) is not None
    for name, moved in (("client_secret", records or tokens), ("vendor_secret", records and vendor)):
        if moved and f"{name}_sealed" not in checked.secrets:
            checked.wrong.setdefault(name, ELSEWHERE.format(_SECRETS[name]))
