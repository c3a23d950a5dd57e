"""Failed sign-ins are counted by username, by address and by both, so that passwords cannot be tried through.

The counts are rows: every worker process sees them. Neither usernames nor addresses are kept, but keyed digests.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

#: Failures are remembered for so long.
MEMORY = timedelta(minutes=15)
#: How many are borne in that time: of one username from one address, of one address, of one username.
LIMITS = (5, 30, 50)


class Throttle:
    """The failures of one program. `table` has the columns of `SignInFailureColumns`; `key` is a secret."""

    def __init__(self, table: Any, key: bytes) -> None:
        self._table = table
        self._key = key

    def is_shut(self, session: Session, username: str, address: str, now: datetime) -> bool:
        """Whether this username, from this address, must wait."""
        keys = self._keys(username, address)
        counted = (
            select(self._table.key, func.count())
            .where(self._table.key.in_(keys), self._table.at > now - MEMORY)
            .group_by(self._table.key)
        )
        counts: dict[str, int] = dict(session.execute(counted).all())
        return any(counts.get(key, 0) >= limit for key, limit in zip(keys, LIMITS, strict=True))

    def note_failure(self, session: Session, username: str, address: str, now: datetime) -> None:
        """Count a failure, and forget those that count no more. The caller commits."""
        session.execute(delete(self._table).where(self._table.at <= now - MEMORY))
        session.execute(insert(self._table), [{"key": key, "at": now} for key in self._keys(username, address)])

    def forgive(self, session: Session, username: str, address: str) -> None:
        """A sign-in that went well ends the count of this username from this address."""
        session.execute(delete(self._table).where(self._table.key == self._keys(username, address)[0]))

    def _keys(self, username: str, address: str) -> Sequence[str]:
        name = username.strip().casefold()
        return [self._digest("both", name, address), self._digest("address", address), self._digest("name", name)]

    def _digest(self, *parts: str) -> str:
        text = "\0".join(parts).encode(errors="replace")
        return hashlib.blake2b(text, digest_size=16, key=self._key).hexdigest()
