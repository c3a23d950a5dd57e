"""The guard of every protected view: who is calling, by the tokens of the application that is running."""

from datetime import datetime

from flask import current_app
from sqlalchemy import Connection

from provider.access.tokens import Caller, Tokens, Unauthorized

__all__ = ["Caller", "Unauthorized", "authenticate"]


def authenticate(database: Connection, authorization: str | None, now: datetime) -> Caller:
    """The caller that the request's Authorization header names (P-95). Raises Unauthorized."""
    tokens: Tokens = current_app.extensions["homeroom"]["tokens"]
    return tokens.authenticate(database, authorization, now)
