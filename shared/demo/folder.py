"""The demo's folder: whose it is, one demo at a time, starting afresh, and demo.json.

A marker file says that the folder is a demo's. Without it a folder that has Homeroom's files is somebody's real
district: the demo neither loads anything into it nor removes anything from it.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

MARKER = ".homeroom-demo"
DEMO_JSON = "demo.json"
LOGS = "logs"

#: What Homeroom keeps in a data folder, and what of it is a demo's own. The sealing key stays when a demo is started
#: afresh: districts that were added to the folder by hand need it.
_HOMEROOM = ("provider", "consumer", "secret.key", DEMO_JSON)
_DEMO = (
    *(f"provider/demo/{name}.sqlite{end}" for name in ("district", "traffic") for end in ("", "-wal", "-shm")),
    *(f"consumer/consumer.sqlite{end}" for end in ("", "-wal", "-shm")),
    f"{LOGS}/*.log",
    DEMO_JSON,
)


class FolderRefused(Exception):
    """The folder cannot be used; the message says why and what to do."""


@contextmanager
def open_folder(folder: Path) -> Iterator[None]:
    """Make the folder a demo's, and keep other demos out of it meanwhile. Raises FolderRefused.

    demo.json is there while the demo is up and at no other time, so a script that waits for it never reads an old one.
    """
    marker = folder / MARKER
    if not marker.exists() and any((folder / name).exists() for name in _HOMEROOM):
        raise FolderRefused(
            f"{folder} holds a Homeroom that is not a demo: nothing was touched. Give another folder with --data"
        )
    folder.mkdir(parents=True, exist_ok=True)
    with marker.open("a", encoding="utf-8") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FolderRefused(f"A demo is running on {folder}: end it, or give another folder with --data") from None
        (folder / DEMO_JSON).unlink(missing_ok=True)
        try:
            yield
        finally:
            (folder / DEMO_JSON).unlink(missing_ok=True)


def wipe(folder: Path) -> None:
    """Remove the demo's databases and logs, and nothing else. Only inside `open_folder`."""
    for pattern in _DEMO:
        for path in folder.glob(pattern):
            path.unlink()


def write_demo_json(folder: Path, content: dict[str, Any]) -> Path:
    """Write demo.json in one go, for its owner alone: there are secrets in it."""
    path = folder / DEMO_JSON
    draft = folder / f".{DEMO_JSON}.new"
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(content, file, indent=2)
        file.write("\n")
    draft.replace(path)
    return path
