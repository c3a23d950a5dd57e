"""The next page as a provider's Link header names it, read leniently (`oneroster-1.1.md` section 3).

A link is followed only to the host that is being read: a token never goes anywhere else.
"""

import re
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

#: `<url>; rel="next"`, also without angle brackets or quotes, also with other parameters between.
_LINK = re.compile(
    r"""(?:<(?P<url>[^>]*)>|(?P<bare>[^\s;,<>]+))   # the URL, in brackets or not
        (?P<parameters>(?:\s*;\s*[\w*-]+\s*=\s*(?:"[^"]*"|[^\s;,"]+))+)""",
    re.VERBOSE,
)
_REL = re.compile(r""";\s*rel\s*=\s*"?([^";,]*)""", re.IGNORECASE)


def has_links(header: str | None) -> bool:
    """Whether the header holds any link at all: a server that sends some sends none to a next page on the last."""
    return bool(header and _LINK.search(header))


def next_url(header: str | None, current: str, offset: int) -> str | None:
    """The absolute URL of the next page, None where the header has none that can be followed.

    current   URL of the page that the header came with
    offset    records received so far: a link that would skip some is turned back to this one
    """
    for match in _LINK.finditer(header or ""):
        rel = _REL.search(match["parameters"])
        if rel is None or "next" not in rel[1].lower().split():
            continue
        url = urljoin(current, match["url"] if match["url"] is not None else match["bare"])
        if _place(url) == _place(current) and url != current:
            return _not_beyond(url, offset)
    return None


def _place(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme.lower(), parts.netloc.lower()


def _not_beyond(url: str, offset: int) -> str:
    """The same URL with an offset of at most `offset`: one computed from a limit that was lowered skips records."""
    parts = urlsplit(url)
    query = parse_qsl(parts.query, keep_blank_values=True)
    given = next((value for name, value in query if name == "offset"), "")
    if not given.isdigit() or int(given) <= offset:
        return url
    kept = [(name, str(offset) if name == "offset" else value) for name, value in query]
    return urlunsplit(parts._replace(query=urlencode(kept)))
