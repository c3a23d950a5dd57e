"""Those who sign in, as the frame sees them, and what it asks a program about them."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who is signed in.

    roles    the program's own words for what a person may do
    series   changes with the password; a session of another series is over
    """

    id: int
    username: str
    name: str
    roles: frozenset[str]
    series: int


class Accounts(Protocol):
    """A program's accounts. Methods that change something leave committing to the view."""

    def check(self, username: str, password: str) -> Person | None:
        """The person with this username and password who may sign in; None without saying which of it was wrong."""

    def find(self, person_id: int) -> Person | None:
        """The person, when the account is there and may still sign in."""

    def has_administrator(self) -> bool:
        """Whether somebody is there who can let others in; while nobody is, the first start makes one."""

    def add_administrator(self, username: str, name: str, password: str) -> Person:
        """Make the first administrator. Raises `Refused`."""

    def choose_password(self, person_id: int, present: str, chosen: str) -> Person:
        """Replace a person's own password, which ends every other session. Raises `Refused`."""


class Refused(ValueError):
    """What was asked cannot be done; `field` says which part of a form, the message why and what to do."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
