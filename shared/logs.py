"""Logs of both programs: one event a line, JSON for machines or plain for a terminal, on standard error.

What is logged are events, ids of runs and connections, counts and durations: no names of people, no sourcedIds of
people, no secrets, no URLs with their queries (DESIGN section 6). HOMEROOM_LOG chooses `json` or `console`; without it
a terminal gets `console` and everything else `json`.
"""

import logging
import os
import sys
from collections.abc import Mapping

import structlog

# Until the edge has said how: what a command prints on standard output is its answer, and no log stands in it.
structlog.configure(logger_factory=lambda *_: structlog.PrintLogger(sys.stderr))


def get_logger(name: str) -> structlog.typing.FilteringBoundLogger:
    """The logger of a module or a process."""
    logger: structlog.typing.FilteringBoundLogger = structlog.get_logger(name)
    return logger


def configure_logs(environ: Mapping[str, str] = os.environ, level: int = logging.INFO) -> None:
    """Send structlog's events and those of the standard library the same way. Call it once, at the edge."""
    form = environ.get("HOMEROOM_LOG") or ("console" if sys.stderr.isatty() else "json")
    if form not in ("json", "console"):
        raise ValueError(f"HOMEROOM_LOG is json or console, not {form!r}")
    before: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *before,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    last: list[structlog.types.Processor]
    if form == "json":
        last = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    else:
        last = [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=before, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last]
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # Alembic tells every step at INFO; a person who runs init wants the outcome.
    logging.getLogger("alembic").setLevel(logging.WARNING)
