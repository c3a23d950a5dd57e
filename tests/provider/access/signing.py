"""A client's side of OAuth 1 by oauthlib: what it sends for a URL."""

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from oauthlib.oauth1 import SIGNATURE_TYPE_AUTH_HEADER, SIGNATURE_TYPE_QUERY, Client

from provider.access.oauth1 import Signed


def sign(
    url: str, key: str, secret: str, now: datetime, *, way: str = "header", method: str = "HMAC-SHA1", verb: str = "GET",
    nonce: str | None = None, late: timedelta = timedelta(0), **oauth: str,
) -> Signed:  # fmt: skip
    """The request as it arrives; `late` is how much earlier than now the client's clock stands."""
    client = Client(
        key, client_secret=secret, signature_method=method, nonce=nonce, timestamp=str(int((now - late).timestamp())),
        signature_type=SIGNATURE_TYPE_AUTH_HEADER if way == "header" else SIGNATURE_TYPE_QUERY, **oauth,
    )  # fmt: skip
    sent, headers, _ = client.sign(url, verb)
    parts = urlsplit(sent)
    address = f"{parts.scheme}://{parts.netloc}{parts.path}"
    return Signed(verb, address, parts.query.encode(), headers.get("Authorization"))
