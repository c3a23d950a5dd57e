"""An answer has a time limit as a whole. The socket's own limit begins again with every byte, so that an answer that
trickles would keep its reader for ever.
"""

import http.client
import io
import socket
import time
from functools import partial
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connectionpool import HTTPConnectionPool


def limit_answers(adapter: HTTPAdapter, seconds: float) -> HTTPAdapter:
    """The same adapter; every answer that it reads has to be there `seconds` after its request, or a time-out is
    raised, as if nothing had come.
    """
    manager = adapter.poolmanager
    pools = manager.pool_classes_by_scheme.items()
    manager.pool_classes_by_scheme = {scheme: _limited(pool, seconds) for scheme, pool in pools}
    return adapter


def _limited(pool: Any, seconds: float) -> type[HTTPConnectionPool]:
    answers = {"response_class": staticmethod(partial(_Answer, seconds))}
    connection = type(f"Limited{pool.ConnectionCls.__name__}", (pool.ConnectionCls,), answers)
    return type(f"Limited{pool.__name__}", (pool,), {"ConnectionCls": connection})


class _Answer(http.client.HTTPResponse):
    """An answer whose head and body are read against the clock."""

    def __init__(self, seconds: float, sock: socket.socket, *args: Any, **more: Any) -> None:
        super().__init__(sock, *args, **more)
        fp: Any = self.fp
        self.fp = io.BufferedReader(_Timed(fp.detach(), sock, time.monotonic() + seconds))


class _Timed(io.RawIOBase):
    """The bytes of a socket until a moment of the monotonic clock."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, until: float) -> None:
        self._raw, self._sock, self._until = raw, sock, until
        self._silence = sock.gettimeout()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError("The answer is not complete in time")
        self._sock.settimeout(left if self._silence is None else min(left, self._silence))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()
