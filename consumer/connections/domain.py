"""The domain URL as people paste it, made into what requests are built on (C-06)."""

import re
from typing import NamedTuple

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
