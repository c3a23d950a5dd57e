"""Child processes of the demo: commands that are waited for, services that stay up, and the end of all of them.

A child is `homeroom …` in a session of its own, so that Ctrl-C reaches the demo alone and it can end them in order. On
Linux a child is also told to end when the demo is killed; elsewhere a killed demo leaves its services behind.
"""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from time import monotonic, sleep
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, build_opener

#: The folder in which `python -m homeroom` finds the command, whatever folder the person is in.
ROOT = Path(__file__).resolve().parents[2]

#: Seconds that services get to end by themselves, and to answer for the first time.
GRACE = 10.0
PATIENCE = 60.0

_PR_SET_PDEATHSIG = 1
_TAIL = 15


class StepFailed(Exception):
    """A command or service of the demo did not do its part; the message says which, and what it said."""


class Children:
    """The processes of one demo. Use it as a context: at its end no child is left."""

    def __init__(self, environ: Mapping[str, str], logs: Path) -> None:
        self._environ = dict(environ)
        self._logs = logs
        self._commands: list[subprocess.Popen[str]] = []
        self._services: dict[str, subprocess.Popen[str]] = {}

    def __enter__(self) -> "Children":
        self._logs.mkdir(exist_ok=True)
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def run(
        self, *words: str, secret: str | None = None, typed: str | None = None, accept: Collection[int] = (0,)
    ) -> str:
        """Run `homeroom WORDS` and give what it printed. A `secret` is handed over in the environment, what is `typed`
        on standard input: command lines can be read by others. Raises StepFailed when its exit status is none of
        `accept`."""
        (printed,) = self.run_all([words], secret, typed, accept)
        return printed

    def run_all(
        self, commands: Sequence[Sequence[str]], secret: str | None = None, typed: str | None = None,
        accept: Collection[int] = (0,),
    ) -> list[str]:  # fmt: skip
        """Run several commands at the same time."""
        environ = self._environ | ({"HOMEROOM_CLIENT_SECRET": secret} if secret else {})
        started = []
        for words in commands:
            process = _start(words, environ, subprocess.PIPE, subprocess.PIPE, subprocess.PIPE)
            self._commands.append(process)
            started.append((words, process))
        printed = []
        for words, process in started:
            out, err = process.communicate(typed)
            if process.returncode not in accept:
                # Not its arguments, not its output: there may be secrets among them.
                raise StepFailed(f"homeroom {' '.join(words[:2])}: exit status {process.returncode}\n{_last(err)}")
            printed.append(out)
        self._commands.clear()
        return printed

    def serve(self, name: str, *words: str) -> None:
        """Start `homeroom WORDS` as a service; what it says goes to the log file of that name."""
        with self.log(name).open("w", encoding="utf-8") as log:
            self._services[name] = _start(words, self._environ, log.fileno(), subprocess.STDOUT)

    def log(self, name: str) -> Path:
        """Where a service's words go."""
        return self._logs / f"{name}.log"

    def check(self) -> None:
        """Raises StepFailed when a service has ended by itself."""
        for name, process in self._services.items():
            if process.poll() is not None:
                said = _last(self.log(name).read_text(encoding="utf-8", errors="replace"))
                raise StepFailed(f"The {name} ended with exit status {process.returncode}:\n{said}")

    def wait_for(self, name: str, address: str) -> None:
        """Wait until a service answers at `address`. Raises StepFailed when it ends, or does not answer in time."""
        opener = build_opener(ProxyHandler({}))
        deadline = monotonic() + PATIENCE
        while monotonic() < deadline:
            self.check()
            try:
                opener.open(address, timeout=5).close()
                return
            except HTTPError as error:
                error.close()
                raise StepFailed(f"The {name} answers {address} with {error.code}; see {self.log(name)}") from error
            except (URLError, TimeoutError, ConnectionError):
                sleep(0.1)
        raise StepFailed(f"The {name} does not answer at {address}; see {self.log(name)}")

    def end(self) -> None:
        """End every child: first politely, after GRACE seconds by force, its own children included."""
        alive = [one for one in (*self._commands, *self._services.values()) if one.poll() is None]
        for process in alive:
            process.terminate()
        deadline = monotonic() + GRACE
        for process in alive:
            try:
                process.wait(max(0.0, deadline - monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def _start(
    words: Sequence[str], environ: Mapping[str, str], out: int, err: int, typed: int = subprocess.DEVNULL
) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "homeroom", *words],
        cwd=ROOT,
        env=environ,
        stdin=typed,
        stdout=out,
        stderr=err,
        text=True,
        start_new_session=True,
        preexec_fn=_tie_to_parent(),  # safe, as the demo has one thread
    )


def _tie_to_parent() -> Callable[[], None] | None:
    """What a new child does to be told (SIGTERM) when the demo ends in whatever way; None where that is not to be had.

    The signal was asked for by the child itself, so the parent may have gone before: then the child ends at once.
    """
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None).prctl
    parent = os.getpid()

    def tie() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)

    return tie


def _last(text: str) -> str:
    return "\n".join(text.strip().splitlines()[-_TAIL:])
