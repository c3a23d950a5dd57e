"""Logs of both programs: one JSON object a line for machines, whoever wrote the event."""

import json
import subprocess
import sys
from pathlib import Path

SCRIPT = """
import logging, structlog
from shared.logs import configure_logs
configure_logs()
structlog.get_logger("refresh").info("refresh ended", run=7)
logging.getLogger("gunicorn.error").warning("worker %s", "gone")
logging.getLogger("alembic.runtime").info("not worth a line")
"""


def run(**environ):
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=root, env=environ, capture_output=True, text=True, timeout=60
    )
    return done.returncode, done.stderr.splitlines()


def test_events_of_structlog_and_of_the_standard_library_are_json_lines():
    status, lines = run()
    events = [json.loads(line) for line in lines]
    assert status == 0
    assert [(one["event"], one["level"], one["logger"]) for one in events] == [
        ("refresh ended", "info", "refresh"),
        ("worker gone", "warning", "gunicorn.error"),
    ]
    assert events[0]["run"] == 7 and events[0]["timestamp"].endswith("Z")


def test_people_get_plain_lines_when_they_ask_for_them():
    status, lines = run(HOMEROOM_LOG="console")
    assert status == 0 and "refresh ended" in lines[0] and not lines[0].startswith("{")


def test_another_form_is_refused():
    status, lines = run(HOMEROOM_LOG="xml")
    assert status == 1 and "HOMEROOM_LOG is json or console" in lines[-1]
