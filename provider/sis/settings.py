"""The district-wide switches that the P rules name (P-103), each with its type and default, in one place."""

from collections.abc import Iterable
from dataclasses import dataclass, fields

from sqlalchemy import select
from sqlalchemy.orm import Session

from provider.sis.models import Setting


@dataclass(frozen=True, slots=True)
class DistrictSettings:
    """Every switch with its default; the comment names the rule that reads it."""

    secondary_email_1p1: bool = False  # P-62, for all 1.1 connections
    local_grades_1p2: bool = False  # P-59, for all 1.2 connections
    teacher_requires_section: bool = False  # P-31
    publish_security_role_admins: bool = False  # P-41
    relatives_require_gradebook: bool = False  # P-50
    guardians_require_gradebook: bool = False  # P-50
    class_title: str = "section_or_course"  # P-71: section_or_course, or course_and_section
    tombstone_on_exclude: bool = False  # P-75
    ended_roster_status: str = "dates_only"  # P-78: dates_only, or tobedeleted_if_dropped
    production: bool = True  # P-85: other sites refresh overnight only
    daily_refresh_time: str = "22:10"  # P-86
    allow_new_oauth1: bool = False  # P-100: otherwise only those that are there already
    removal_threshold: float = 0.25  # share of a collection that a refresh may take away unasked (DESIGN 2)
    district_wide_licence: bool = True  # P-116: without it only connections with one school may write grades
    due_date_strict: bool = False  # P-121: refuse a due date outside the section's terms
    assignment_name_limit: int = 255  # P-124, characters
    request_log_days: int = 90  # P-114: how long the request log is kept


#: The type of each setting. Read with every write of a platform, so made once.
_KINDS = {field.name: type(field.default) for field in fields(DistrictSettings)}

#: Words that a setting of a fixed vocabulary may have.
CHOICES: dict[str, tuple[str, ...]] = {
    "class_title": ("section_or_course", "course_and_section"),
    "ended_roster_status": ("dates_only", "tobedeleted_if_dropped"),
}

#: The least and the most that a setting that is a whole number may be; no name is longer than its column.
BOUNDS: dict[str, tuple[int, int]] = {"assignment_name_limit": (1, 255), "request_log_days": (1, 3650)}


class BadSetting(ValueError):
    """A setting that does not exist, or a value that it cannot have; the message says which."""


def parse_setting(name: str, text: str) -> bool | float | int | str:
    """The value of `text` for setting `name`. Raises BadSetting."""
    if name not in _KINDS:
        raise BadSetting(f"There is no setting {name!r}; there are: {', '.join(sorted(_KINDS))}")
    if _KINDS[name] is bool:
        if text.lower() not in ("true", "false"):
            raise BadSetting(f"Setting {name!r} is true or false, not {text!r}")
        return text.lower() == "true"
    if _KINDS[name] is float:
        return _share(name, text)
    if _KINDS[name] is int:
        return _whole(name, text)
    if name in CHOICES and text not in CHOICES[name]:
        raise BadSetting(f"Setting {name!r} is one of {', '.join(CHOICES[name])}, not {text!r}")
    if name == "daily_refresh_time":
        return _clock(text)
    return text


def _share(name: str, text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise BadSetting(f"Setting {name!r} is a share between 0 and 1, not {text!r}")
    return share


def _whole(name: str, text: str) -> int:
    least, most = BOUNDS[name]
    if not (text.isascii() and text.isdigit() and least <= int(text[:9]) <= most):
        raise BadSetting(f"Setting {name!r} is a whole number from {least} to {most}, not {text!r}")
    return int(text)


def _clock(text: str) -> str:
    hours, _, minutes = text.partition(":")
    if not (hours.isdigit() and minutes.isdigit() and int(hours) < 24 and int(minutes) < 60):
        raise BadSetting(f"Setting 'daily_refresh_time' is a time of day such as 22:10, not {text!r}")
    return f"{int(hours):02}:{int(minutes):02}"


def read_settings(session: Session) -> DistrictSettings:
    """All settings as stored, with defaults for the rest."""
    return settings_of((name, value) for name, value in session.execute(select(Setting.name, Setting.value)))


def settings_of(stored: Iterable[tuple[str, str]]) -> DistrictSettings:
    """The settings that rows of the table say, with defaults for the rest."""
    return DistrictSettings(**{name: parse_setting(name, value) for name, value in stored})  # type: ignore[arg-type]


def write_setting(session: Session, name: str, text: str) -> None:
    """Set one switch. Raises BadSetting; the caller commits."""
    value = parse_setting(name, text)
    session.merge(Setting(name=name, value=str(value).lower() if isinstance(value, bool) else str(value)))
