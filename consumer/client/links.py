"""The next page as a provider's Link header names it, read leniently (`oneroster-1.1.md` section 3).

A link is followed only to the host that is being read: a token never goes anywhere else.
"""

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

#: `<url>; rel="next"`, also without angle brackets or quotes, also with other parameters between.
_LINK = re.compile(
    r"""(?:<(?P<url>[^>]*)>|(?P<bare>[^\s;,<>]+))   # the URL, in brackets or not
        (?P<parameters>(?:\s*;\s*[\w*-]+\s*=\s*(?:"[^"]*"|[^\s;,"]+))+)""",
    re.VERBOSE,
)
#: A header that is longer is not looked at: no two URLs need so much.
_LONGEST = 8192
_REL = re.compile(r""";\s*rel\s*=\s*"?([^";,]*)""", re.IGNORECASE)


def has_links(header: str | None) -> bool:
    """Whether the header holds any link at all: a server that sends some sends none to a next page on the last."""
    return bool(header and len(header) <= _LONGEST and _LINK.search(header))


def names_next(header: str | None) -> bool:
    """Whether the header says that there is a next page, wherever it may be."""
    return any("next" in words for words, _ in _links(header))


def next_url(header: str | None, current: str, offset: int) -> str | None:
    """The absolute URL of the next page, None where the header has none that can be followed.

    current   URL of the page that the header came with
    offset    records received so far: a link that would skip some is turned back to this one
    """
    for words, url in _links(header):
        if "next" not in words:
            continue
        try:
            target = urljoin(current, url)
            if _place(target) == _place(current) and target != current:
                return _not_beyond(target, offset)
        except ValueError:
            continue
    return None


def _links(header: str | None) -> Iterator[tuple[list[str], str]]:
    """(the words of rel, the URL as written) of each link."""
    if not has_links(header):
        return
    for match in _LINK.finditer(header or ""):
        rel = _REL.search(match["parameters"])
        if rel is not None:
            yield rel[1].lower().split(), match["url"] if match["url"] is not None else match["bare"]


def _place(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme.lower(), parts.netloc.lower()


def _not_beyond(url: str, offset: int) -> str:
    """The same URL with an offset of at most `offset`: one computed from a limit that was lowered skips records."""
    parts = urlsplit(url)
    query = parse_qsl(parts.query, keep_blank_values=True)
    given = next((value for name, value in query if name == "offset"), "")
    if not given.isdecimal() or (len(given) < 20 and int(given) <= offset):
        return url
    kept = [(name, str(offset) if name == "offset" else value) for name, value in query]
    return urlunsplit(parts._replace(query=urlencode(kept)))
