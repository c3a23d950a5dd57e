"""The consumer against the served provider: its first sync, and one that finds nothing changed."""

import json

from tests.scale.children import Ran, run
from tests.scale.results import Result
from tests.scale.site import Served
from tests.scale.stage import Stage

NAME = "bench"


def measure_syncs(stage: Stage, served: Served) -> None:
    """connect, map, sync, sync again; each in its own process."""
    described = stage.connections["lms-1.1"]
    secret = {"HOMEROOM_CLIENT_SECRET": described["client_secret"]}
    stage.tell("connecting and mapping the consumer")
    _consumer(stage, "init")
    _consumer(
        stage, "connect", NAME, "--url", described["base_url"], "--token-url", described["token_url"], "--client-id",
        described["client_id"], "--version", described["version"], extra=secret,
    )  # fmt: skip
    _consumer(stage, "map", NAME, "--auto", "--json")
    peak = 0.0
    for what, limit in (("first sync of the consumer", 120.0), ("sync that finds nothing changed", 15.0)):
        stage.tell(what)
        ran = _consumer(stage, "sync", "all", "--json", allowed=(0, 1))
        peak = max(peak, ran.peak_mb)
        stage.add(Result(what, ran.seconds, "s", limit, note=f"{what[0].upper()}{what[1:]}: {_said(ran)}"))
    stage.add(Result("consumer: peak memory of a sync", peak, "MB", 400))


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
