"""The provider as it runs in earnest: `homeroom provider serve`, a process of its own."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from shared.settings import Settings
from tests.ports import free_port

ROOT = Path(__file__).parents[2]


@contextmanager
def serving(settings: Settings, sealing_key: str) -> Iterator[str]:
    """`homeroom provider serve` over the settings' data; yields its address."""
    port = free_port()
    environment = os.environ | {"HOMEROOM_KEY": sealing_key, "HOMEROOM_PROVIDER_URL": settings.provider_url}
    if settings.provider_database:
        environment["HOMEROOM_PROVIDER_DATABASE"] = settings.provider_database
    command = [sys.executable, "homeroom.py", "provider", "--data", str(settings.data), "serve", "--port", str(port)]
    with (settings.data / "serve.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            _wait(process, port)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(60)


def _wait(process: "subprocess.Popen[bytes]", port: int) -> None:
    deadline = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server did not come up; see serve.log in its data folder")
