"""The consumer against the served provider: its first sync, one that finds nothing changed, one after a change of one
percent; of each seconds, peak memory, and how many requests it makes.
"""

import json
import time

from provider.access.request_log import INTERVAL
from tests.scale.children import Ran, run
from tests.scale.results import Result
from tests.scale.site import Served
from tests.scale.stage import Stage

NAME = "bench"


def measure_syncs(stage: Stage, served: Served) -> None:
    """connect, map, sync, sync again, change, refresh, sync; each in its own process."""
    described = stage.connections["lms-1.1"]
    secret = {"HOMEROOM_CLIENT_SECRET": described["client_secret"]}
    stage.tell("connecting and mapping the consumer")
    _consumer(stage, "init")
    _consumer(
        stage, "connect", NAME, "--url", described["base_url"], "--token-url", described["token_url"], "--client-id",
        described["client_id"], "--version", described["version"], extra=secret,
    )  # fmt: skip
    _consumer(stage, "map", NAME, "--auto", "--json")
    _measure_sync(stage, "first sync of the consumer", 120.0)
    _measure_sync(stage, "sync that finds nothing changed", 15.0)
    changed = stage.site.inside("percent", 1)
    stage.tell(f"refresh after the change of {changed['people']:,} names and {changed['rosters']:,} rosters")
    stage.site.provider("refresh", "--json")
    _measure_sync(stage, "sync after a change of 1 % of the people and rosters", 30.0)


def _measure_sync(stage: Stage, what: str, limit: float) -> None:
    stage.tell(what)
    before = _calls(stage)
    ran = _consumer(stage, "sync", "all", "--json", allowed=(0, 1))
    stage.add(Result(what, ran.seconds, "s", limit, note=f"{what[0].upper()}{what[1:]}: {_said(ran)}"))
    stage.add(Result(f"{what}: peak memory", ran.peak_mb, "MB", 400))
    stage.add(Result(f"{what}: requests", _calls(stage) - before, "requests"))


def _calls(stage: Stage) -> int:
    """Requests that the provider has logged; it writes them together, a moment later."""
    time.sleep(2 * INTERVAL)
    return int(stage.site.inside("calls", 0)["calls"])


def _consumer(
    stage: Stage, *arguments: str, extra: dict[str, str] | None = None, allowed: tuple[int, ...] = (0,)
) -> Ran:
    environment = stage.site.environment | (extra or {})
    return run(stage.site.command("consumer", *arguments), environment, allowed=allowed)


def _said(ran: Ran) -> str:
    """A sync's closing table in one line."""
    report = json.loads(ran.output)
    words = ("created", "updated", "unchanged", "removed", "skipped", "failed")
    parts = []
    for line in report["lines"]:
        numbers = ", ".join(f"{line[word]:,} {word}" for word in words if line[word])
        if numbers:
            parts.append(f"{line['entity']} {numbers}")
    return f"{report['status']}; " + "; ".join(parts) + "."
