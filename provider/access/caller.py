"""Who asks, whichever way it was proved: by a bearer token or by an OAuth 1 signature."""

import hmac
from typing import NamedTuple

from provider.access.connections import allowed_scopes
from provider.access.credentials import matches
from provider.access.models import Connection
from provider.eligibility.edition import Edition
from shared.oneroster.versions import Version


class Unauthorized(Exception):
    """No proof of who one is, or one that opens nothing; the message says why and may be sent to the client (401)."""

    #: What the WWW-Authenticate header asks for.
    challenge = "Bearer"


class VendorKey(NamedTuple):
    """What the header of grade book calls must hold (P-98)."""

    key: str
    secret_hash: str


class Caller(NamedTuple):
    """Who asks, and for what it may ask.

    scopes               short names such as roster.readonly
    vendor               what grade book and assessment calls must prove beside; None: nothing (P-98)
    at_a_time, a_minute  the connection's own limits; None: as the district says (P-112)
    apart                an administrator reads as the connection (`provider.access.inside`)
    """

    connection_id: int
    name: str
    version: Version
    scopes: frozenset[str]
    edition: Edition
    vendor: VendorKey | None = None
    at_a_time: int | None = None
    a_minute: int | None = None
    apart: bool = False

    @property
    def walker(self) -> int:
        """Whose walks and places are meant: those of a platform are not touched by an administrator who reads as it."""
        return -self.connection_id if self.apart else self.connection_id


def caller_of(connection: Connection, scopes: frozenset[str]) -> Caller:
    """The caller that a connection is, with those of `scopes` that its functions allow now."""
    vendor = None
    if connection.vendor_key and connection.vendor_secret_hash:
        vendor = VendorKey(connection.vendor_key, connection.vendor_secret_hash)
    return Caller(
        connection.id, connection.name, Version(connection.version), allowed_scopes(connection) & scopes,
        connection.edition(), vendor, connection.at_a_time, connection.a_minute,
    )  # fmt: skip


def require_vendor_key(caller: Caller, sent: str | None) -> None:
    """Check the header `x-vendor-authorization: key:secret` of a call to the grade book or to assessments, on a
    connection that has a vendor key (P-98). Raises Unauthorized."""
    if caller.vendor is None:
        return
    if not sent:
        raise Unauthorized("On this connection the call needs the header x-vendor-authorization: key:secret")
    key, _, secret = sent.strip().partition(":")
    right_key = hmac.compare_digest(key.encode("utf-8", "surrogateescape"), caller.vendor.key.encode())
    if not (matches(secret, caller.vendor.secret_hash) and right_key):
        raise Unauthorized("The key or secret in the header x-vendor-authorization is wrong")
