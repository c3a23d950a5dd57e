"""Ports of 127.0.0.1 for servers that have to be told theirs: each is given to one process of one test run alone.

A port that the system picks is free only until it is let go: before the server takes it, another one's may, or any
client's connection, which then answers in its place. These lie below the ports that the system picks from, and a lock
on a file keeps each for the process that took it, for as long as that lives.
"""

import fcntl
import os
import random
import socket
import tempfile
from pathlib import Path
from typing import IO

#: Linux picks from 32768 on.
FIRST, END = 20_000, 32_000

#: The open files whose locks are held.
_taken: list[IO[bytes]] = []


def free_port() -> int:
    """A port on which nobody listens and that no other test process has or will get."""
    for port in random.sample(range(FIRST, END), END - FIRST):
        if _take(port):
            return port
    raise RuntimeError(f"no port of 127.0.0.1 between {FIRST} and {END} is free")


def free_ports(count: int) -> list[int]:
    """So many of them."""
    return [free_port() for _ in range(count)]


def _take(port: int) -> bool:
    folder = Path(tempfile.gettempdir()) / f"homeroom-ports-{os.getuid()}"
    folder.mkdir(exist_ok=True)
    lock = (folder / str(port)).open("wb")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with socket.create_server(("127.0.0.1", port)):
            _taken.append(lock)
            return True
    except OSError:
        lock.close()
        return False
