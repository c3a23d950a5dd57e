"""A platform that was synced once with a good district, to be synced again with a provider that misbehaves."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from consumer.app import create_app
from consumer.client.caller import Client
from consumer.client.limits import MIB, Limits
from consumer.connections import Connection
from consumer.database import db
from consumer.sync.details import Wanted, every_detail
from consumer.sync.lines import Detail
from shared.oneroster.versions import Version
from shared.settings import Settings
from tests.consumer.clients import Clock, client_of
from tests.consumer.sync.platform import YEAR, Platform
from tests.database import dispose
from tests.faults.cases import PAGE, enlarge, next_day
from tests.faults.district import small_district
from tests.faults.provider import FaultProvider

#: Small enough for tests that do not wait, large enough for every good answer.
LIMITS = Limits(silence=0.1, answer=0.2, longest=16 * MIB, most=200)
Rows = dict[str, list[tuple[Any, ...]]]


class PassingClock(Clock):
    """Waits take no time, but it passes."""

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        self.now += timedelta(seconds=seconds)


class Patient(Platform):
    """A platform whose client has narrow limits and waits in no time. `clock.waits` tells its waits."""

    def client(self) -> Client:
        self.clock = PassingClock()
        return client_of(self.provider, PAGE, self.clock, LIMITS)

    def log(self, run_id: int) -> list[Detail]:
        """What `homeroom consumer log --run` shows of the run itself."""
        lines = every_detail(self.session, Wanted(None, run_id, None, None, None, None, ""))
        return [line for line in lines if line.entity == "run"]


class Site:
    """The provider of one version, and the synced platform as files to be copied. `undisturbed` is what a platform
    comes to that is synced on both days with a provider that behaves.
    """

    def __init__(self, provider: FaultProvider, settings: Settings, folder: Path) -> None:
        self.provider, self._settings, self._folder = provider, settings, folder
        self._restore()
        with self._open(settings) as session:
            platform = Patient(session, provider)
            platform.map_all()
            platform.connection.page_limit, platform.connection.active_year = PAGE, YEAR
            session.commit()
            assert platform.sync().status == "Completed"
        with self.platform(folder / "undisturbed") as platform:
            next_day(provider)
            assert platform.sync().status == "Completed"
            self.undisturbed = platform.rows()

    @contextmanager
    def platform(self, data: Path) -> Iterator[Patient]:
        """The platform as it was after the first day, its files in `data`, and the provider as it was then."""
        self._restore()
        shutil.copytree(self._settings.data, data)
        with self._open(replace(self._settings, data=data)) as session:
            platform = Patient.__new__(Patient)
            platform.session, platform.provider = session, self.provider
            platform.connection_id = session.query(Connection.id).scalar()
            yield platform
        self._restore()

    def _restore(self) -> None:
        self.provider.behave()
        self.provider.records = small_district(self.provider.version)
        enlarge(self.provider)

    @contextmanager
    def _open(self, settings: Settings) -> Iterator[Any]:
        app = create_app(settings)
        with app.app_context():
            yield db.session()
        dispose(app, db)


@contextmanager
def open_site(version: Version, settings: Settings, folder: Path) -> Iterator[Site]:
    """`settings`: of a consumer that has its tables and no rows, on SQLite."""
    with FaultProvider(version) as provider:
        yield Site(provider, settings, folder)
