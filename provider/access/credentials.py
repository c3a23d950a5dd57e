"""Client ids and secrets: made of [A-Za-z0-9] alone, so that clients which percent-encode them inside Basic and clients
which do not send the same bytes (real-clients 2)."""

import hmac
import re
import secrets
import string
from hashlib import sha256

ALPHABET = string.ascii_letters + string.digits

#: Anything else is no client id, and not even looked up: databases refuse some of what can be sent.
CLIENT_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


def _random(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def new_client_id() -> str:
    """24 characters, unique for all practical purposes."""
    return _random(24)


def new_secret() -> str:
    """44 characters: 262 random bits, which no guessing reaches; a fast hash of it is therefore safe to keep."""
    return _random(44)


def digest(secret: str) -> str:
    """SHA-256 as 64 hex digits, of any text, also of what is no valid Unicode."""
    return sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


def matches(secret: str, digest_kept: str) -> bool:
    """Whether `secret` is the one whose digest was kept, in the same time for every answer."""
    return hmac.compare_digest(digest(secret), digest_kept)
