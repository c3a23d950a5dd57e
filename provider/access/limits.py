"""How many requests of a connection are answered at once and in a minute (P-112), over all worker processes of a host.

The processes share one small file per district. A place among those that are served at once is a record lock on one
byte of it, which the system takes back from a process that is killed; the counts of a minute stand behind the locks.
"""

import fcntl
import mmap
import os
import struct
from datetime import datetime
from pathlib import Path
from threading import Lock

#: Requests of a connection that are answered at once, and in a minute, where the connection has no limits of its own.
AT_A_TIME, A_MINUTE = 5, 12_000
#: The most that may be asked for; the file has so many places for each connection.
MOST_AT_A_TIME = 63
#: Connections beyond these share a place with an older one.
_CONNECTIONS = 1 << 14
_PLACES = MOST_AT_A_TIME + 1
_COUNTS = _CONNECTIONS * _PLACES
#: The minute that is counted, its requests, those of the minute before.
_COUNT = struct.Struct("<QII")
_SIZE = _COUNTS + _CONNECTIONS * _COUNT.size


class Busy(Exception):
    """A connection asks more than it may; `retry_after` is in seconds."""

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Limits:
    """The limits of one district in one process."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        #: Places that this process holds: record locks keep processes apart, but not threads.
        self._held: set[int] = set()
        self._opened: tuple[int, mmap.mmap] | None = None

    def place(self, connection_id: int, at_a_time: int | None, a_minute: int | None, now: datetime) -> "_Place":
        """A place for one request, taken now and kept to the end of a `with`; None: as everybody. Raises Busy."""
        number = connection_id % _CONNECTIONS
        with self._lock:
            descriptor, counts = self._opened or self._open()
            _count(descriptor, counts, number, a_minute or A_MINUTE, now)
            return _Place(self, self._take(descriptor, number, at_a_time or AT_A_TIME))

    def leave(self, taken: int) -> None:
        """Give a place back."""
        with self._lock:
            self._held.remove(taken)
            fcntl.lockf((self._opened or self._open())[0], fcntl.LOCK_UN, 1, taken)

    def close(self) -> None:
        """Close the file. Nobody may have a place."""
        with self._lock:
            if self._opened is not None:
                descriptor, counts = self._opened
                counts.close()
                os.close(descriptor)
                self._opened = None

    def _open(self) -> tuple[int, mmap.mmap]:
        """The file and its counts; opened once a process, for a process that closes it anywhere loses all its locks."""
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if os.fstat(descriptor).st_size < _SIZE:
            os.ftruncate(descriptor, _SIZE)
        self._opened = descriptor, mmap.mmap(descriptor, _SIZE)
        return self._opened

    def _take(self, descriptor: int, number: int, at_a_time: int) -> int:
        """A free place of a connection."""
        first = number * _PLACES
        for place in range(first + 1, first + 1 + min(at_a_time, MOST_AT_A_TIME)):
            if place in self._held:
                continue
            try:
                fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)
            except OSError:
                continue
            self._held.add(place)
            return place
        raise Busy(
            f"{at_a_time} requests of this connection are being answered already: ask again when one has ended", 1
        )


class _Place:
    """A place that is held."""

    __slots__ = ("_limits", "_taken")

    def __init__(self, limits: Limits, taken: int) -> None:
        self._limits, self._taken = limits, taken

    def __enter__(self) -> None:
        return None

    def __exit__(self, *_error: object) -> None:
        self._limits.leave(self._taken)


def _count(descriptor: int, counts: mmap.mmap, number: int, a_minute: int, now: datetime) -> None:
    """Count one request in a minute that slides: the minute before counts with the share that is still in it."""
    seconds = now.timestamp()
    minute, share = int(seconds // 60), seconds % 60 / 60
    at = _COUNTS + number * _COUNT.size
    fcntl.lockf(descriptor, fcntl.LOCK_EX, 1, number * _PLACES)
    try:
        counted, present, before = _COUNT.unpack_from(counts, at)
        if counted != minute:
            present, before = 0, present if counted == minute - 1 else 0
        if present + before * (1 - share) >= a_minute:
            wait = max(1, round(60 * (1 - share)))
            raise Busy(f"This connection has asked {a_minute:,} times within a minute, which is its limit", wait)
        _COUNT.pack_into(counts, at, minute, present + 1, before)
    finally:
        fcntl.lockf(descriptor, fcntl.LOCK_UN, 1, number * _PLACES)
