"""A refresh that is killed with signal 9, at any moment, leaves the last good state, and the next one completes it (P-91)."""

import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from provider.access.connections import Options, add_connection, allowed_scopes
from provider.app import close_app, create_app
from provider.context import ProviderContext
from provider.database import db
from provider.refresh_commands import refresh_command
from provider.sis.importing import import_path
from shared.oneroster.versions import BASE_PATHS, Version
from shared.settings import Settings

DISTRICT = Path(__file__).parents[2] / "fixtures" / "district"
KILLS = 5


class Site:
    """A district on disk: refreshed by child processes, read through the application."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.app = create_app(settings, "demo")
        with self.app.app_context():
            now = datetime.now(UTC)
            import_path(db.engine, DISTRICT, today=now.date())
            sealer = self.app.extensions["homeroom"]["sealer"]
            connection, _ = add_connection(db.session(), sealer, "lms", Version.V1P2, Options(), now)
            db.session.commit()
            tokens = self.app.extensions["homeroom"]["tokens"]
            self.token = tokens.issue(connection, allowed_scopes(connection), now)

    def refresh(self) -> None:
        """To its end, by the command, in this process: starting another takes as long as the refresh."""
        context = ProviderContext(self.settings, "demo", lambda *_: self.app)
        done = CliRunner().invoke(refresh_command, ["--approve"], obj=context)
        assert done.exit_code == 0, done.output

    def begin_refresh(self) -> subprocess.Popen[bytes]:
        """In a process that can be killed."""
        environment = {
            "HOMEROOM_DATA": str(self.settings.data),
            "HOMEROOM_KEY": self.settings.key or "",
            "HOMEROOM_PROVIDER_DATABASE": self.settings.provider_database or "",
            "PATH": "/usr/bin:/bin",
        }
        command = [sys.executable, "-m", "homeroom", "provider", "refresh", "--approve"]
        return subprocess.Popen(
            command, env=environment, cwd=Path(__file__).parents[2], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def read(self, collection: str) -> dict[str, Any]:
        answer = self.app.test_client().get(
            f"{BASE_PATHS[Version.V1P2, 'rostering']}/{collection}?limit=50000",
            headers={"Authorization": f"Bearer {self.token}"},
        )
        assert answer.status_code == 200, answer.text
        return {
            record["sourcedId"]: {name: value for name, value in record.items() if name != "dateLastModified"}
            for record in answer.get_json()[collection]
        }

    def state(self) -> list[dict[str, Any]]:
        return [self.read(name) for name in ("classes", "users", "enrollments")]

    def is_writing(self) -> bool:
        """Whether rows of a revision that is not published yet are there."""
        query = "SELECT 1 FROM published_record WHERE since > (SELECT max(revision) FROM published_edition) LIMIT 1"
        with self.app.app_context(), db.engine.connect() as connection:
            return connection.execute(text(query)).first() is not None

    def edit(self, number: int) -> None:
        """Change every identity and hide some enrollments: a refresh has much to write."""
        with self.app.app_context(), db.engine.begin() as connection:
            connection.execute(text("UPDATE identity SET pronouns = :value"), {"value": f"p{number}"})
            connection.execute(
                text("UPDATE enrollment SET external_lms_exclude = :hide WHERE id % 7 = :seventh"),
                {"hide": number % 2 == 0, "seventh": number % 7},
            )


@pytest.fixture
def site(provider_settings: Settings) -> Iterator[Site]:
    made = Site(provider_settings)
    yield made
    close_app(made.app)


@pytest.mark.slow
def test_a_killed_refresh_leaves_the_last_good_state_and_the_next_one_completes_it(site: Site) -> None:
    dice = random.Random(5)
    site.refresh()
    killed = 0
    for number in range(KILLS):
        before = site.state()
        site.edit(number)
        child = site.begin_refresh()
        while child.poll() is None and not site.is_writing():
            time.sleep(0.002)
        time.sleep(dice.choice([0, 0.01, 0.03, 0.1]))
        child.send_signal(signal.SIGKILL)
        killed += child.wait() == -signal.SIGKILL
        after_kill = site.state()

        site.refresh()
        complete = site.state()
        assert complete != before
        assert after_kill in (before, complete), "a reader saw half a refresh"
    assert killed >= KILLS // 2, "the refreshes ended before they could be killed"
