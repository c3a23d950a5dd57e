"""What the processes of one test run share.

pytest-xdist runs tests in several processes. The one that starts them (without xdist, the only one) begins the run: it
makes a folder, which the others are told, and holds a pipe open. What takes seconds to build is built in that folder
once, by whichever process needs it first; what has to end with the run ends when the pipe is closed, however the
process that holds it ends.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

_FOLDERS, _PIPE = "homeroom-tests-", "lives"


class Run:
    """A test run as one of its processes sees it. `process` is the name of that: gw0, gw1 … or main."""

    def __init__(self, folder: Path, process: str) -> None:
        self.process = process
        self._folder = folder
        self._held: int | None = None

    @classmethod
    def begin(cls) -> "Run":
        """The run that this process begins, and has to end."""
        _remove_the_dead()
        run = cls(Path(tempfile.mkdtemp(prefix=_FOLDERS)), "main")
        pipe = run._folder / "pipe"
        os.mkfifo(pipe)
        run._held = os.open(pipe, os.O_RDWR)
        pipe.rename(run._folder / _PIPE)
        return run

    def end(self) -> None:
        """End what lives as long as the run, and remove what is shared. Only for the process that began it."""
        if self._held is not None:
            os.close(self._held)
            shutil.rmtree(self._folder, ignore_errors=True)

    def told(self) -> str:
        """What another process has to be told to join."""
        return str(self._folder)

    def pipe(self) -> int:
        """The reading end of the pipe that is closed at the end of the run, for a child's standard input; the caller
        closes it."""
        return os.open(self._folder / _PIPE, os.O_RDONLY)

    def once(self, name: str, build: Callable[[Path], object]) -> Path:
        """The folder of that name, which `build` fills when it is first asked for. Others wait meanwhile."""
        place = self._folder / name
        with (self._folder / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (place / "built").exists():
                shutil.rmtree(place, ignore_errors=True)
                place.mkdir()
                build(place)
                (place / "built").touch()
        return place


def _remove_the_dead() -> None:
    """What runs have left that were killed: nobody holds their pipe."""
    for pipe in Path(tempfile.gettempdir()).glob(f"{_FOLDERS}*/{_PIPE}"):
        try:
            os.close(os.open(pipe, os.O_WRONLY | os.O_NONBLOCK))
        except OSError:
            shutil.rmtree(pipe.parent, ignore_errors=True)
