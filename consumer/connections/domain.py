"""The domain URL as people paste it, made into what requests are built on (C-06)."""

import re
from typing import NamedTuple
from urllib.parse import urlsplit

#: The standard's own path and all that follows it: which version is read is said elsewhere (C-07).
_STANDARD = re.compile(r"/+ims/+oneroster(?:/.*)?$", re.IGNORECASE)


class Domain(NamedTuple):
    """A cleaned domain URL, and what was cut off its end ("" when nothing was)."""

    url: str
    cut: str


def clean_domain(text: str) -> Domain:
    """Without blanks, trailing slashes, query, and /ims/oneroster with everything after it (C-06)."""
    whole = text.strip()
    url = re.split(r"[?#]", whole, maxsplit=1)[0].rstrip("/")
    url = _STANDARD.sub("", url).rstrip("/")
    return Domain(url, whole[len(url) :].strip("/ ") and whole[len(url) :])


def is_elsewhere(new: object, old: str) -> bool:
    """Whether an address that was entered, "" or None for none, is on another server than `old`: another scheme, host
    or port. A secret that was entered for the one is not sent to the other (C-12).
    """
    return bool(new) and _server(str(new)) != _server(old)


def _server(url: str) -> tuple[str | int | None, ...]:
    try:
        parts = urlsplit(url)
        scheme, host, port = parts.scheme.lower(), parts.hostname, parts.port
    except ValueError:
        return (url,)
    return scheme, host, port or {"http": 80, "https": 443}.get(scheme)
