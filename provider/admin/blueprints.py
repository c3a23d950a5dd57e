"""Every blueprint of the district's pages, and the menu."""

from collections.abc import Sequence

from flask import request, url_for

from provider.admin.gradebook import gradebook
from provider.admin.sections import sections
from shared.web.frame import Link
from shared.web.people import Person

BLUEPRINTS = (sections, gradebook)

#: Links beside the title: an endpoint, its words, and the blueprints that belong to it.
_MENU = (
    ("sections.show", "Sections", frozenset({"sections", "gradebook"})),
    ("status.show", "Status", frozenset({"status"})),
    ("explorer.show", "API explorer", frozenset({"explorer"})),
)


def landing(_person: Person) -> str:
    """Where a person goes after signing in."""
    return url_for("sections.show")


def menu(_person: Person) -> Sequence[Link]:
    """The links beside the title."""
    return [Link(url_for(endpoint), words, request.blueprint in names) for endpoint, words, names in _MENU]
