"""The organisation's switches, each with its default and what it may be, in one place."""

from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import tzlocal
from sqlalchemy.orm import Session

from consumer.platform.audit import audit
from consumer.platform.models import Account, Setting
from shared.switches import BadSetting, Switches, Value, line, switch, whole, zone

__all__ = ["SWITCHES", "BadSetting", "OrganisationSettings", "change_setting", "read_settings", "write_setting"]


def machine_zone() -> str:
    """The IANA name of this machine's time zone; UTC where it has none that is known."""
    with suppress(KeyError, ValueError, OSError):
        name = tzlocal.get_localzone_name()
        return ZoneInfo(name).key if name else "UTC"
    return "UTC"


@dataclass(frozen=True, slots=True)
class OrganisationSettings:
    """Every switch with its default; the comment says what it is for."""

    organisation_name: str = switch("Homeroom", line(100))  # what the pages are headed with
    release_1_2: bool = False  # C-05: connections may be made, or upgraded, for OneRoster 1.2
    time_zone: str = switch(machine_zone, zone())  # C-81: windows and dates are local times here
    log_days: int = switch(180, whole(1, 3650))  # C-115: how long the logs of runs are kept
    course_app_admins_only: bool = True  # C-119: other members of a section do not see the course app
    missing_as_zero: bool = False  # C-134: in 1.1, which knows no missing, a missing score goes as 0
    grade_title_limit: int = switch(255, whole(10, 255))  # C-133: characters that the SIS takes of an item's title


#: What reads, checks and writes them.
SWITCHES = Switches(OrganisationSettings, Setting)

read_settings = SWITCHES.read
write_setting = SWITCHES.write


def change_setting(session: Session, at: datetime, account: Account | None, name: str, text: str) -> Value:
    """Set one, with an entry in the audit trail when that changes it; its value.

    at        aware UTC
    account   the person; None for a command

    Raises BadSetting; the caller commits.
    """
    before = asdict(read_settings(session))
    after = write_setting(session, name, text)
    if before[name] != after:
        audit(session, at, account, "change setting", name, {name: before[name]}, {name: after})
    return after
