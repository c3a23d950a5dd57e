"""Secrets that must be read again (OAuth 1 keys, a consumer's client secrets) are sealed with Fernet at rest."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from shared.settings import Settings


class CannotUnseal(Exception):
    """The key in use did not seal this text; the message says what to do."""


class Sealer:
    """Seals and unseals text. The first key seals; every key unseals, so that keys can be changed."""

    def __init__(self, keys: list[str]) -> None:
        self._fernet = MultiFernet([Fernet(key) for key in keys])
        self._first = keys[0]

    def seal(self, text: str) -> str:
        return self._fernet.encrypt(text.encode()).decode()

    def unseal(self, sealed: str) -> str:
        """Raises CannotUnseal."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise CannotUnseal(
                "A stored secret was sealed with another key: set HOMEROOM_KEY to that key, or enter the secret again"
            ) from None

    def derive(self, purpose: str) -> bytes:
        """32 bytes for another purpose (signing tokens, cookies), bound to the first key."""
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.kdf.hkdf import HKDF

        return HKDF(SHA256(), 32, None, purpose.encode()).derive(self._first.encode())


def open_sealer(settings: Settings) -> Sealer:
    """The sealer of this installation: HOMEROOM_KEY, else `secret.key` in the data folder, made on first use."""
    if settings.key:
        return Sealer([key.strip() for key in settings.key.split(",")])
    path = settings.data / "secret.key"
    if not path.exists():
        _create(path)
    return Sealer(path.read_text().split())


def _create(path: Path) -> None:
    """Write a new key that only its owner can read. Of two that try, the first wins, and neither sees half a key."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".key-")  # 0600
    with os.fdopen(handle, "w") as file:
        file.write(Fernet.generate_key().decode() + "\n")
    try:
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        Path(draft).unlink()
