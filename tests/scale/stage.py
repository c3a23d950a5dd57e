"""What every part of the benchmark is given: the site, how thorough to be, and where results go."""

import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from typing import Any

from tests.scale.children import ChildFailed
from tests.scale.results import Result
from tests.scale.site import Site


@dataclass
class Stage:
    """One run over one database. `connections`: what `provider connection add` said, by name."""

    site: Site
    files: Path
    scratch: Path
    quick: bool
    only: frozenset[str]
    results: list[Result] = field(default_factory=list)
    #: Parts that did not come to their end, and why.
    failures: list[str] = field(default_factory=list)
    connections: dict[str, dict[str, Any]] = field(default_factory=dict)
    #: Just before 1,000 rosters changed, as dateLastModified is written; "" when they were not.
    before_change: str = ""
    _began: float = field(default_factory=time.monotonic)

    def wants(self, name: str) -> bool:
        """Whether a part is to be measured."""
        return not self.only or name in self.only

    def add(self, result: Result) -> None:
        """Keep a result, and show it at once."""
        self.results.append(result)
        what, measured, limit, verdict, _ = result.cells
        print(f"  {what}: {measured} {limit and f'({limit})'} {verdict}", file=sys.stderr, flush=True)

    def attempt(self, name: str, part: Callable[..., None], *arguments: object) -> None:
        """Measure a part if it is wanted. One that fails is told, and the others go on."""
        if not self.wants(name):
            return
        try:
            part(self, *arguments)
        except (ChildFailed, RuntimeError, OSError, HTTPException) as error:
            self.failures.append(f"{name}: {error}")
            self.tell(f"FAILED {self.failures[-1]}")

    def tell(self, text: str) -> None:
        """Say what is going on."""
        print(f"[{time.monotonic() - self._began:6.1f} s] {text}", file=sys.stderr, flush=True)


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def share(values: Sequence[float], part: float) -> float:
    """The value that a share `part` of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]
