"""One call that writes: who writes, what it can see, and the transaction in which it does."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, text

from provider.gradebook import facts
from provider.gradebook.checks import PLATFORM, PlatformFacts, require
from provider.gradebook.visible import Visible
from provider.sis.settings import DistrictSettings, settings_of
from shared.database import fetch
from shared.oneroster.versions import Version

#: Writers of the grade book queue from here on, so that nothing which they have looked up changes. Readers do not wait.
_QUEUE = text("LOCK TABLE gradebook_revision IN SHARE ROW EXCLUSIVE MODE")

_SETTINGS = "SELECT name, value FROM setting"


@dataclass(frozen=True)
class Platform:
    """Who writes. `id` is the connection's; `schools` those of its scope, None for all."""

    id: int
    version: Version
    schools: frozenset[int] | None


class Writer:
    """A platform's write. `connection` is in a transaction that was begun to write, and which the caller ends.

    now   the moment of the write, UTC
    Raises OneRosterError when the platform may not write at all (P-116).
    """

    def __init__(self, connection: Connection, visible: Visible, platform: Platform, now: datetime) -> None:
        if connection.dialect.name == "postgresql":
            connection.execute(_QUEUE)
        self.connection = connection
        self.visible = visible
        self.platform = platform
        self.version = platform.version
        self.now = now
        schools = None if platform.schools is None else len(platform.schools)
        require(PLATFORM, PlatformFacts(schools, self.settings.district_wide_licence), "This connection cannot write")

    @cached_property
    def settings(self) -> DistrictSettings:
        """The district's switches."""
        return settings_of((name, value) for name, value in fetch(self.connection, _SETTINGS, {}))

    @cached_property
    def zone(self) -> ZoneInfo:
        """The district's time zone."""
        return facts.time_zone(self.connection)

    @cached_property
    def year(self) -> facts.Year | None:
        """The active school year."""
        return facts.school_year(self.connection)

    @property
    def today(self) -> date:
        """The day in the district."""
        return self.now.astimezone(self.zone).date()
