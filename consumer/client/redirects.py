"""Where a redirect leads: followed for reading, on the same host and scheme; credentials go nowhere else (C-08)."""

from collections.abc import Mapping
from urllib.parse import urljoin, urlsplit

from consumer.client.errors import Redirected

REDIRECTS = frozenset({301, 302, 303, 307, 308})


def next_stop(method: str, url: str, headers: Mapping[str, str]) -> str:
    """The URL that a redirect of `url` leads to. Raises Redirected for one that is not to be followed.

    Of another address no more than the host is told: a sign-in page's URL may carry what is secret.
    """
    host = urlsplit(url).netloc
    location = headers.get("Location")
    if not location:
        raise Redirected(f"{host} sends the request elsewhere and does not say where to")
    try:
        target = urljoin(url, location)
        there, here = urlsplit(target), urlsplit(url)
        to = there.hostname
    except ValueError:
        raise Redirected(f"{host} sends the request to an address that makes no sense") from None
    if (there.scheme.lower(), there.netloc.lower()) != (here.scheme.lower(), here.netloc.lower()):
        where = f"{there.scheme}://{to}" if to else "an address without a host"
        raise Redirected(f"{host} sends the request on to {where}: it was not followed, nothing was sent there")
    if method != "GET":
        raise Redirected(f"{host} sends the request for a token on to another page of its own: it was not followed")
    return target
