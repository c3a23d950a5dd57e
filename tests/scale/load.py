"""A client process: asks for paths in turn, from one agreed moment to another, over one kept-alive connection.

Standard input: {"port", "base", "headers", "paths", "start", "stop"} (time.monotonic() seconds, which all processes
share). Standard output: {"pages", "ms": [each answer's milliseconds]}.
"""

import json
import sys
import time
from itertools import cycle

from tests.scale.client import Access, Client


def main() -> None:
    asked = json.load(sys.stdin)
    client = Client(Access(asked["port"], asked["base"], asked["headers"]))
    paths = cycle(asked["paths"])
    client.get(next(paths))
    time.sleep(max(0.0, asked["start"] - time.monotonic()))
    taken: list[float] = []
    while time.monotonic() < asked["stop"]:
        taken.append(client.get(next(paths)).ms)
    client.close()
    json.dump({"pages": len(taken), "ms": taken}, sys.stdout)


if __name__ == "__main__":
    main()
