"""The guard of every protected view: who is calling, by bearer token or by OAuth 1 signature."""

from collections.abc import Callable
from datetime import datetime

from flask import current_app, request
from sqlalchemy import Connection

from provider.access.caller import Caller, Unauthorized, require_vendor_key
from provider.access.oauth1 import Signatures, Signed, is_signed
from provider.access.tokens import Tokens

__all__ = ["Caller", "Unauthorized", "authenticate", "check_vendor_key"]


def authenticate(database: Connection, address: Callable[[], str], now: datetime) -> Caller:
    """The caller of the present request (P-95); `address` gives its public URL without the query. Raises
    Unauthorized."""
    homeroom = current_app.extensions["homeroom"]
    authorization = request.headers.get("Authorization")
    if is_signed(authorization, request.query_string):
        signatures: Signatures = homeroom["signatures"]
        signed = Signed(request.method, address(), request.query_string, authorization)
        return signatures.authenticate(database, signed, now)
    tokens: Tokens = homeroom["tokens"]
    return tokens.authenticate(database, authorization, now)


def check_vendor_key(caller: Caller) -> None:
    """Refuse a call to the grade book or to assessments without the vendor key that its connection has (P-98). Raises
    Unauthorized."""
    require_vendor_key(caller, request.headers.get("X-Vendor-Authorization"))
