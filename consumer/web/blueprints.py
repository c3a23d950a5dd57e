"""Every blueprint of the consumer's pages, and the menu."""

from collections.abc import Sequence

from flask import request, url_for

from consumer.web.audit_page import audit_page
from consumer.web.configuration import configuration
from consumer.web.configuration.acting import acting_user
from consumer.web.course_app import course_app
from consumer.web.courses import courses
from consumer.web.data_prep import data_prep
from consumer.web.gradebook import files, gradebook
from consumer.web.home import home
from consumer.web.leavers import leavers
from consumer.web.logs import logs
from consumer.web.new_connection import new_connection
from consumer.web.people import people
from consumer.web.person import person
from consumer.web.rosters import sections
from consumer.web.schools import schools
from consumer.web.settings import settings
from consumer.web.tabs import TABS, is_administrator
from consumer.web.terms import terms
from consumer.web.user_import import user_import
from consumer.web.users import users
from shared.web.frame import Link
from shared.web.people import Person

BLUEPRINTS = (
    home, new_connection, acting_user,
    configuration, schools, terms, users, courses, sections, logs, data_prep,
    people, person, user_import, leavers, settings, audit_page, course_app,
    gradebook, files,
)  # fmt: skip

#: Links beside the title: an endpoint, its words, and the blueprints that belong to it.
_MENU = (
    ("home.show", "Connections", frozenset({"home", "new_connection", *(tab.name for tab in TABS)})),
    ("people.show", "Manage Users", frozenset({"people", "person", "user_import"})),
    ("leavers.show", "Leavers", frozenset({"leavers"})),
    ("settings.show", "Settings", frozenset({"settings"})),
    ("audit_page.show", "Audit", frozenset({"audit_page"})),
)


def menu(person: Person) -> Sequence[Link]:
    """The links beside the title, for system administrators."""
    if not is_administrator(person):
        return ()
    return [Link(url_for(endpoint), words, request.blueprint in names) for endpoint, words, names in _MENU]
