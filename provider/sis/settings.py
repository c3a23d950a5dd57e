"""The district-wide switches that the P rules name (P-103), each with its type and default, in one place."""

from dataclasses import dataclass

from provider.sis.models import Setting
from shared.switches import BadSetting, Switches, one_of, share, switch, time_of_day, whole

__all__ = [
    "SWITCHES", "BadSetting", "DistrictSettings", "parse_setting", "read_settings", "settings_of", "write_setting",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class DistrictSettings:
    """Every switch with its default; the comment names the rule that reads it."""

    secondary_email_1p1: bool = False  # P-62, for all 1.1 connections
    local_grades_1p2: bool = False  # P-59, for all 1.2 connections
    teacher_requires_section: bool = False  # P-31
    publish_security_role_admins: bool = False  # P-41
    relatives_require_gradebook: bool = False  # P-50
    guardians_require_gradebook: bool = False  # P-50
    class_title: str = switch("section_or_course", one_of("section_or_course", "course_and_section"))  # P-71
    tombstone_on_exclude: bool = False  # P-75
    ended_roster_status: str = switch("dates_only", one_of("dates_only", "tobedeleted_if_dropped"))  # P-78
    production: bool = True  # P-85: other sites refresh overnight only
    daily_refresh_time: str = switch("22:10", time_of_day())  # P-86
    allow_new_oauth1: bool = False  # P-100: otherwise only those that are there already
    removal_threshold: float = switch(0.25, share())  # of a collection: what a refresh may take away unasked (DESIGN 2)
    district_wide_licence: bool = True  # P-116: without it only connections with one school may write grades
    due_date_strict: bool = False  # P-121: refuse a due date outside the section's terms
    assignment_name_limit: int = switch(255, whole(1, 255))  # P-124, characters: no name is longer than its column
    request_log_days: int = switch(90, whole(1, 3650))  # P-114: how long the request log is kept


#: What reads, checks and writes them.
SWITCHES = Switches(DistrictSettings, Setting)

parse_setting = SWITCHES.parse
read_settings = SWITCHES.read
settings_of = SWITCHES.of
write_setting = SWITCHES.write
