"""The guard of every protected view: who is calling, by bearer token or by OAuth 1 signature, or from inside."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from flask import Request
from sqlalchemy import Connection

from provider.access.caller import Caller, Unauthorized, require_vendor_key
from provider.access.inside import READS_AS, caller_inside
from provider.access.oauth1 import Signatures, Signed, is_signed
from provider.access.tokens import Tokens

__all__ = ["Caller", "Unauthorized", "authenticate", "check_vendor_key"]


def authenticate(
    request: Request, homeroom: Mapping[str, Any], database: Connection, address: Callable[[], str], now: datetime
) -> Caller:
    """The caller of a request (P-95) to the application that holds `homeroom` (`provider.app.create_app`); `address`
    gives the request's public URL without the query. Raises Unauthorized."""
    reads_as = request.environ.get(READS_AS)
    if reads_as is not None:
        return caller_inside(database, reads_as, now)
    authorization = request.environ.get("HTTP_AUTHORIZATION")
    if is_signed(authorization, request.query_string):
        signatures: Signatures = homeroom["signatures"]
        signed = Signed(request.method, address(), request.query_string, authorization)
        return signatures.authenticate(database, signed, now)
    tokens: Tokens = homeroom["tokens"]
    return tokens.authenticate(database, authorization, now)


def check_vendor_key(request: Request, caller: Caller) -> None:
    """Refuse a call to the grade book or to assessments without the vendor key that its connection has (P-98). Raises
    Unauthorized."""
    require_vendor_key(caller, request.headers.get("X-Vendor-Authorization"))
