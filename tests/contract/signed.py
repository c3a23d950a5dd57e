"""A platform that signs its requests with requests-oauthlib, a foreign OAuth 1 client, over real HTTP."""

from datetime import UTC, datetime
from typing import Any

import requests
from requests_oauthlib import OAuth1

from provider.access.connections import Options, add_connection
from provider.database import db
from shared.oneroster.versions import Version
from tests.contract.door import Door
from tests.contract.platform import APP_NAME, PUBLIC, open_session

#: The service root of 1.1 at the public address, which is what the platform signs.
ROOT = f"{PUBLIC}/campus/oneroster/{APP_NAME}/ims/oneroster/v1p1"


def add_key(door: Door, name: str, **options: Any) -> tuple[str, str]:
    """(key, secret) of a new OAuth 1 connection, made now."""
    door.set(allow_new_oauth1="true")
    chosen = Options(oauth="oauth1", **options)
    with door.app.app_context():
        sealer = door.app.extensions["homeroom"]["sealer"]
        made, secret = add_connection(db.session(), sealer, name, Version.V1P1, chosen, datetime.now(UTC))
        db.session.commit()
        return made.client_id, secret


class Signer:
    """A platform with a key: `get` takes a path below the service root, or an absolute URL."""

    def __init__(self, address: str, key: str, secret: str, root: str = ROOT) -> None:
        self.key, self.secret, self.root = key, secret, root
        self.session = open_session(address)

    def auth(self, **oauth: Any) -> OAuth1:
        """What signs a request; `oauth` are options of oauthlib's client."""
        return OAuth1(self.key, client_secret=oauth.pop("client_secret", self.secret), **oauth)

    def get(self, path: str, auth: OAuth1 | None = None, **options: Any) -> requests.Response:
        """The answer to a signed GET."""
        url = path if path.startswith("http") else self.root + path
        return self.session.get(url, auth=auth or self.auth(), timeout=60, **options)
