"""Who may open the district's pages, and who is asking, for the audit trail."""

from flask import Blueprint

from provider.access.user_tables import ADMINISTRATOR
from shared.web.people import Person
from shared.web.sessions import guard, the_person


def is_administrator(person: Person) -> bool:
    return ADMINISTRATOR in person.roles


def for_administrators(blueprint: Blueprint) -> None:
    """Only administrators open the pages of this blueprint."""
    guard(blueprint, is_administrator)


def who() -> tuple[int, str]:
    """Id and username of who is asking."""
    person = the_person()
    return person.id, person.username
