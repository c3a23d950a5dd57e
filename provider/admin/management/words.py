"""The district's switches in plain words: what each is about, its rule, what it acts on, and when that shows."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import NamedTuple

from provider.sis.settings import SWITCHES, DistrictSettings
from shared.switches import as_text

PUBLISHED = "Platforms see it after the refresh that follows by itself."
AT_ONCE = "It acts at once."
WITH_REFRESHES = "It acts on every refresh from now on."
#: Values of a switch that is ticked, as people call them.
FLAG = {"true": "on", "false": "off"}


class Words(NamedTuple):
    """A switch for people: its label, what it does, its rule, what it acts on, and when (one of the sentences above).

    choices   what values are called, where a person chooses among several
    unit      what a number counts
    """

    label: str
    does: str
    rule: str
    acts_on: str
    shows: str
    choices: Mapping[str, str] = {}
    unit: str = ""


class Group(NamedTuple):
    """Switches about one thing, in the order in which they stand on the page."""

    heading: str
    about: str
    switches: Mapping[str, Words]


GROUPS = (
    Group("Who is published", "These decide which people platforms are given.", {
        "teacher_requires_section": Words(
            "Teachers need a section",
            "Off: a district assignment with the Teacher mark is enough. On: a teacher without a section of this year "
            "is held back.",
            "P-31", "Teachers, in both versions", PUBLISHED),
        "publish_security_role_admins": Words(
            "Publish people with a product security role",
            "On: a person with a security role of the SIS has the role systemAdministrator as well.",
            "P-41", "Users of 1.2 connections", PUBLISHED),
        "guardians_require_gradebook": Words(
            "Guardians only where the Grade Book is on",
            "On: connections without the Grade Book function are given no guardians.",
            "P-50", "Connections without Grade Book", PUBLISHED),
        "relatives_require_gradebook": Words(
            "Relatives only where the Grade Book is on",
            "On: connections without the Grade Book function are given no relatives.",
            "P-50", "Connections without Grade Book", PUBLISHED),
    }),
    Group("What records say", "These change the text of records, not how many there are.", {
        "secondary_email_1p1": Words(
            "Use Secondary Email for OneRoster 1.1",
            "On: the secondary address is published in place of Email, and none for a person who has none. Each 1.2 "
            "connection has a switch of its own.",
            "P-62", "All 1.1 connections", PUBLISHED),
        "local_grades_1p2": Words(
            "Use Local Grades for OneRoster 1.2",
            "Off: the NCES grade of the State Grade Level Code. On: the name of the local grade level.",
            "P-59", "All 1.2 connections", PUBLISHED),
        "class_title": Words(
            "Title of a class",
            "What platforms call a section.",
            "P-71", "Classes, in both versions", PUBLISHED,
            {"section_or_course": "The section's name, else the course's", "course_and_section": "Course and section"}),
        "ended_roster_status": Words(
            "When a student leaves a section",
            "What becomes of the enrollment. Platforms can tell it from the end date in any case.",
            "P-78", "Student enrollments, in both versions", PUBLISHED,
            {"dates_only": "It stays active, with its end date",
             "tobedeleted_if_dropped": "It is marked to be deleted, if it ended before the section did"}),
        "tombstone_on_exclude": Words(
            "Tell platforms of records that are excluded",
            "Off: a record with External LMS Exclude is left out. On: it is sent as to be deleted, so that platforms "
            "take it away themselves.",
            "P-75", "Excluded records, in both versions", PUBLISHED),
    }),
    Group("The OneRoster cache", "When it is refreshed, and when a refresh asks first.", {
        "daily_refresh_time": Words(
            "OneRoster Daily Cache Refresh Time",
            "On the district's clock, such as 22:10. Choose a quiet hour, before the platforms sync at night.",
            "P-86", "The overnight refresh", AT_ONCE),
        "production": Words(
            "This is the production site",
            "On: hourly refreshes from 06:00 to 18:00 beside the overnight one. Off: overnight only.",
            "P-85", "Scheduled refreshes", AT_ONCE),
        "removal_threshold": Words(
            "Hold a refresh that removes more than",
            "Of any collection; 0.25 is a quarter. Such a refresh changes nothing until it is approved. 1: never held.",
            "P-91", "Refreshes of everything", WITH_REFRESHES, unit="as a share, 0 to 1"),
    }),
    Group("Grades that platforms send", "These decide which assignments and scores are taken.", {
        "district_wide_licence": Words(
            "The district has the learning licence",
            "Off: only connections that are limited to one school may write grades.",
            "P-116", "Connections with Grade Book", AT_ONCE),
        "due_date_strict": Words(
            "Refuse due dates outside the terms",
            "Off: such an assignment counts for the nearest term of its section. On: it is refused.",
            "P-121", "Assignments from platforms", AT_ONCE),
        "assignment_name_limit": Words(
            "Longest name of an assignment",
            "A longer name is refused, and the platform is told the limit.",
            "P-124", "Assignments from platforms", AT_ONCE, unit="characters, 1 to 255"),
    }),
    Group("Connections and their log", "", {
        "allow_new_oauth1": Words(
            "Allow new OAuth 1 connections",
            "Off: only those that are there already work on.",
            "P-100", "New 1.1 connections", AT_ONCE),
        "request_log_days": Words(
            "Keep the request log for",
            "Older requests are forgotten.",
            "P-114", "The request log", AT_ONCE, unit="days, 1 to 3650"),
    }),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """A switch on the page. `options`: (value, words) pairs to choose from; () where a person writes."""

    name: str
    words: Words
    flag: bool
    options: tuple[tuple[str, str], ...]
    default: str

    def shown(self, text: str) -> str:
        """What people call a stored value."""
        return FLAG[text] if self.flag else self.words.choices.get(text, text)


def _line(name: str, words: Words) -> Line:
    flag = SWITCHES.kinds[name].choices == tuple(FLAG)
    default = next(as_text(one.default) for one in fields(DistrictSettings) if one.name == name)  # type: ignore[arg-type]
    options = () if flag else tuple((value, words.choices[value]) for value in SWITCHES.kinds[name].choices)
    line = Line(name, words, flag, options, "")
    return Line(name, words, flag, options, line.shown(default))


LINES = {name: _line(name, words) for group in GROUPS for name, words in group.switches.items()}
