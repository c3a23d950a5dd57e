"""The areas of the district's pages: the menu beside the title, and the tabs below it.

A page belongs to the area in whose row its blueprint stands.
"""

from collections.abc import Sequence
from typing import NamedTuple

from flask import request, url_for

from provider.admin.guards import is_administrator
from provider.admin.records.at_home import AT_HOME
from shared.web.frame import Link
from shared.web.people import Person


class Tab(NamedTuple):
    """A tab: the endpoint that it leads to, its words, and the blueprints whose pages belong to it."""

    endpoint: str
    words: str
    blueprints: frozenset[str]


class Area(NamedTuple):
    """An area: its words in the menu, and its tabs; one tab alone is not shown."""

    words: str
    tabs: tuple[Tab, ...]


def _tab(endpoint: str, words: str, *more: str) -> Tab:
    return Tab(endpoint, words, frozenset({endpoint.partition(".")[0], *more}))


_SECTIONS = _tab("sections.show", "Sections", "gradebook")

AREAS = (
    Area("Home", (_tab("home.show", "Home"),)),
    Area("People", (
        _tab("people.show", "People"),
        _tab("enrollments.show", "Enrollments"),
        _tab("assignments.show", "District Assignments"),
        _tab("user_accounts.show", "User Accounts"),
    )),
    Area("Scheduling", (
        _SECTIONS,
        _tab("courses.show", "Courses"),
        _tab("course_masters.show", "Course Masters"),
        _tab("calendars.show", "Calendars & Terms"),
        _tab("grade_levels.show", "Grade Levels"),
        _tab("schools.show", "Schools"),
        _tab("years.show", "School Years"),
        _tab("grade_book_setup.show", "Grade Book Set-up"),
    )),
    Area("Digital Learning Applications", (
        _tab("applications.show", "Applications"),
        _tab("management.show", "Settings & Management", "refreshes", "alerts"),
        _tab("preparedness.show", "Preparedness"),
        _tab("missing.show", "Why is it missing?"),
        _tab("requests.show", "Requests"),
        _tab("documentation.show", "API documentation"),
    )),
    Area("Data", (
        _tab("data_import.show", "Import"),
        _tab("data_export.show", "Export"),
        _tab("jobs.show", "Jobs", "previews"),
        _tab("users.show", "Users"),
        _tab("audit.show", "Audit"),
        _tab("records.index", "Records"),
    )),
    Area("Status", (_tab("status.show", "Status"),)),
)  # fmt: skip
#: What a teacher sees.
TAUGHT = (Area("Sections", (_SECTIONS,)),)


def landing(person: Person) -> str:
    """Where a person goes after signing in."""
    return url_for(_areas(person)[0].tabs[0].endpoint)


def menu(person: Person) -> Sequence[Link]:
    """The links beside the title."""
    here = _here(person)
    return [Link(url_for(area.tabs[0].endpoint), area.words, area is here) for area in _areas(person)]


def known_to_templates(person: Person | None) -> dict[str, object]:
    """area: the words of the page's area; tabs: links to its pages, none where it has but one."""
    here = _here(person) if person else None
    found = here.tabs if here and len(here.tabs) > 1 else ()
    tabs = [Link(url_for(tab.endpoint), tab.words, _blueprint() in tab.blueprints) for tab in found]
    return {"area": here.words if here else "", "tabs": tabs}


def _areas(person: Person) -> tuple[Area, ...]:
    return AREAS if is_administrator(person) else TAUGHT


def _blueprint() -> str | None:
    """The blueprint that decides where a page belongs: its own; of a record that of the pages where it is at home."""
    table = (request.view_args or {}).get("table", "") if request.blueprint == "records" else ""
    return AT_HOME.get(table, request.blueprint)


def _here(person: Person) -> Area | None:
    """The area that the page belongs to."""
    found = (area for area in _areas(person) if any(_blueprint() in tab.blueprints for tab in area.tabs))
    return next(found, None)
