"""Child processes of the benchmark: what they cost (seconds, peak memory, processor), and that none outlives it."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, NamedTuple, Self

#: The folder of the checkout: children run in it, so that they find the programs.
ROOT = Path(__file__).resolve().parents[2]
#: No child runs longer than this many seconds.
LONGEST = 1_800.0
_TICKS = os.sysconf("SC_CLK_TCK")
_PR_SET_PDEATHSIG = 1


class Ran(NamedTuple):
    """What a child cost: wall-clock and processor seconds, peak resident memory of it and its own children in MB."""

    seconds: float
    cpu: float
    peak_mb: float
    output: str
    status: int


class ChildFailed(Exception):
    """A child ended with a status that was not expected; the message has the end of what it said."""


class Child:
    """A running child. Ends with the benchmark, however that ends."""

    def __init__(self, arguments: Sequence[str], environment: Mapping[str, str]) -> None:
        self.arguments = list(arguments)
        self._output: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed by __exit__
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed by __exit__
        self._began = time.perf_counter()
        self._process = subprocess.Popen(
            self.arguments, env=dict(environment), cwd=ROOT, stdin=subprocess.PIPE, stdout=self._output,
            stderr=self._errors, preexec_fn=_end_with_parent, start_new_session=True,
        )  # fmt: skip
        self._ran: Ran | None = None

    @property
    def pid(self) -> int:
        return self._process.pid

    def tell(self, text: bytes) -> None:
        """Give the child all of its standard input."""
        assert self._process.stdin
        self._process.stdin.write(text)
        self._process.stdin.close()

    def poll(self) -> Ran | None:
        """What it cost, once it has ended."""
        return self._ran or self._reap(os.WNOHANG)

    def wait(self, seconds: float = LONGEST) -> Ran:
        """Wait for its end; one that takes longer is stopped."""
        signal.signal(signal.SIGALRM, _out_of_time)
        signal.setitimer(signal.ITIMER_REAL, seconds)
        try:
            ran = self._ran or self._reap(0)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        assert ran is not None
        return ran

    def stop(self, patience: float = 5.0) -> Ran:
        """End it and what it started: politely, then not."""
        if self._process.stdin and not self._process.stdin.closed:
            self._process.stdin.close()
        if self._ran is None:
            os.killpg(self.pid, signal.SIGTERM)
            deadline = time.monotonic() + patience
            while self.poll() is None and time.monotonic() < deadline:
                time.sleep(0.02)
        if self._ran is None:
            os.killpg(self.pid, signal.SIGKILL)
        return self.wait()

    def errors(self) -> str:
        """The end of what it said on standard error and standard output."""
        said = _read(self._errors) + _read(self._output)
        return said[-3_000:]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self._output.close()
        self._errors.close()

    def _reap(self, options: int) -> Ran | None:
        pid, status, usage = os.wait4(self.pid, options)
        if pid == 0:
            return None
        seconds = time.perf_counter() - self._began
        self._process.returncode = os.waitstatus_to_exitcode(status)
        self._ran = Ran(
            seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, _read(self._output),
            self._process.returncode,
        )  # fmt: skip
        return self._ran


def run(
    arguments: Sequence[str], environment: Mapping[str, str], told: bytes = b"", allowed: Sequence[int] = (0,)
) -> Ran:
    """Run a child to its end. Raises ChildFailed when its exit status is not one of `allowed`."""
    with Child(arguments, environment) as child:
        child.tell(told)
        return finish(child, allowed)


def finish(child: Child, allowed: Sequence[int] = (0,)) -> Ran:
    """Wait for a child that was started before. Raises ChildFailed."""
    ran = child.wait()
    if ran.status not in allowed:
        raise ChildFailed(f"{' '.join(child.arguments[1:6])} … ended with {ran.status}:\n{child.errors()}")
    return ran


@contextmanager
def serving(arguments: Sequence[str], environment: Mapping[str, str], port: int) -> Iterator[Child]:
    """A child that is a web server with one worker, from when it answers."""
    with Child(arguments, environment) as child:
        deadline = time.monotonic() + 30
        while not _listens(port):
            if child.poll() is not None or time.monotonic() > deadline:
                raise ChildFailed(f"The server on port {port} does not come up:\n{child.errors()}")
            time.sleep(0.05)
        yield child


def python(module: str, *arguments: object) -> list[str]:
    """The arguments that run a module of this checkout."""
    return [sys.executable, "-m", module, *map(str, arguments)]


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def descendants(pid: int) -> list[int]:
    """The processes that a process started, and those that they started."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal() and (fields := _stat(int(entry.name))):
            parents.setdefault(int(fields[1]), []).append(int(entry.name))
    found, waiting = [], [pid]
    while waiting:
        mine = parents.get(waiting.pop(), [])
        found += mine
        waiting += mine
    return found


def cpu_seconds(pids: Sequence[int]) -> float:
    """User and system time of these processes so far."""
    fields = [_stat(pid) for pid in pids]
    return sum(int(each[11]) + int(each[12]) for each in fields if each) / _TICKS


def private_mb(pid: int) -> float:
    """Memory that only this process holds (Private_* of smaps_rollup)."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) / 1024


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat from the state on; [] when it has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def _read(stream: IO[bytes]) -> str:
    stream.seek(0)
    return stream.read().decode(errors="replace")


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _end_with_parent() -> None:
    """In the child: a benchmark that is killed takes it along."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _out_of_time(*_: object) -> None:
    raise TimeoutError("A child process of the benchmark took too long")
