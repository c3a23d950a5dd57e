"""Who works on a run, and whether that process still lives: a killed one is noticed at once, not after a time-out."""

import os
import socket
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

#: A run of another host, or of one that cannot tell which processes live, is taken for dead after so long a silence.
SILENCE = timedelta(minutes=10)

_PROCESSES = Path("/proc/self")
_working: set[str] = set()


def begin_work() -> str:
    """A new owner: host, process, when the process started, and a part of its own. Pair with `end_work`."""
    owner = f"{socket.gethostname()}|{os.getpid()}|{_started(os.getpid())}|{uuid4().hex}"
    _working.add(owner)
    return owner


def end_work(owner: str) -> None:
    _working.discard(owner)


def is_alive(owner: str | None, heartbeat_at: datetime | None, now: datetime) -> bool:
    """Whether `owner` may still be at work. Of this host the process is looked up; of others the heartbeat counts."""
    if owner is None:
        return False
    host, pid, started, _ = owner.split("|")
    if host != socket.gethostname() or not _PROCESSES.is_dir():
        return heartbeat_at is not None and now - heartbeat_at < SILENCE
    if int(pid) == os.getpid():
        return owner in _working
    return _started(int(pid)) == started != ""


def _started(pid: int) -> str:
    """When a process started, in the system's own ticks; "" when it does not live. Process numbers are used again."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    state, *rest = stat.rpartition(")")[2].split()
    return "" if state in ("Z", "X") else rest[18]
