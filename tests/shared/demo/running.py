"""`homeroom demo` as a person runs it: a process on free ports, with its folder and what it printed."""

import json
import os
import re
import signal
import stat
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.shell_blocks import ROOT

#: Settings of a real installation, which the demo must not touch.
ELSEWHERE = {
    "HOMEROOM_DATA": "/nonexistent/data",
    "HOMEROOM_KEY": "not a key",
    "HOMEROOM_PROVIDER_DATABASE": "postgresql+psycopg://nobody@127.0.0.1:1/{app}",
    "HOMEROOM_CONSUMER_DATABASE": "postgresql+psycopg://nobody@127.0.0.1:1/consumer",
}


class RunningDemo:
    """A demo that has been started; `content` is demo.json once it is up."""

    def __init__(self, folder: Path, ports: tuple[int, int], *options: str) -> None:
        self.folder = folder
        self.provider_port, self.consumer_port = ports
        self._said = folder.parent / "said.txt"
        words = ["--data", str(folder), "--provider-port", str(ports[0]), "--consumer-port", str(ports[1])]
        with self._said.open("w") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "homeroom", "demo", *words, *options],
                cwd=ROOT, env={**os.environ, **ELSEWHERE}, stdin=subprocess.DEVNULL, stdout=said, stderr=said,
            )  # fmt: skip
        self.content: dict[str, Any] = {}

    @property
    def said(self) -> str:
        return self._said.read_text(encoding="utf-8")

    def synced(self, things: str) -> int:
        """How many "users", "sections" … there are now, as the person was told."""
        (number,) = re.findall(rf"^  {things} +([0-9,]+)$", self.said, re.MULTILINE)
        return int(number.replace(",", ""))

    def wait_until_up(self, seconds: float = 300) -> "RunningDemo":
        deadline = time.monotonic() + seconds
        path = self.folder / "demo.json"
        while not path.exists():
            assert self.process.poll() is None, f"The demo ended by itself:\n{self.said}"
            assert time.monotonic() < deadline, f"The demo is not up:\n{self.said}"
            time.sleep(0.2)
        self.mode = stat.S_IMODE(path.stat().st_mode)
        self.content = json.loads(path.read_text(encoding="utf-8"))
        return self

    def children(self) -> list[int]:
        """Every process that works for this demo: the data folder stands in its environment."""
        mark = f"HOMEROOM_DATA={self.folder}".encode()
        found = []
        for path in Path("/proc").glob("[0-9]*/environ"):
            try:
                if mark in path.read_bytes().split(b"\0"):
                    found.append(int(path.parent.name))
            except OSError:
                continue  # it has ended meanwhile
        return found

    def wait_until_childless(self, seconds: float = 60) -> list[int]:
        """The children that are left when there are none, or when the time is over."""
        deadline = time.monotonic() + seconds
        while (left := self.children()) and time.monotonic() < deadline:
            time.sleep(0.1)
        return left

    def kill_children(self) -> None:
        """So that a test that fails leaves nothing running."""
        for pid in self.children():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def end(self, number: signal.Signals = signal.SIGINT) -> int:
        """Send a signal, and wait for the end."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(60)

    def command(self, *words: str) -> Any:
        """The JSON that `homeroom WORDS` prints about the demo's data."""
        program, *rest = words
        done = subprocess.run(
            [sys.executable, "-m", "homeroom", program, "--data", str(self.folder), *rest, "--json"],
            cwd=ROOT, capture_output=True, text=True, timeout=120, check=True,
        )  # fmt: skip
        return json.loads(done.stdout)
