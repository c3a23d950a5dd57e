"""People of the SIS as the pages call them: by the identity that is current on a day."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from provider.eligibility.dates import current_identity
from provider.sis.models import Identity, Person
from shared.database import chunks


class Name(NamedTuple):
    """A person. `number` is the student or staff number, "" for none."""

    id: int
    family: str
    given: str
    number: str

    @property
    def sorted(self) -> str:
        """Family name first, as lists have it."""
        return ", ".join(filter(None, (self.family, self.given)))

    @property
    def spoken(self) -> str:
        return " ".join(filter(None, (self.given, self.family)))

    @property
    def place(self) -> tuple[str, str, int]:
        """Where it stands in a list."""
        return self.family.casefold(), self.given.casefold(), self.id


#: What of an identity makes a name, and decides which of them is current.
_IDENTITY = (
    Identity.person_id, Identity.start_date, Identity.end_date, Identity.first_name, Identity.last_name,
    Identity.preferred_first_name, Identity.preferred_last_name,
)  # fmt: skip


def names_of(session: Session, person_ids: Iterable[int], day: date) -> dict[int, Name]:
    """The names of people by id; two statements for up to 900 of them."""
    found: dict[int, Name] = {}
    for chunk in chunks(sorted(set(person_ids))):
        identities: dict[int, list[Any]] = defaultdict(list)
        for identity in session.execute(select(*_IDENTITY).where(Identity.person_id.in_(chunk))):
            identities[identity.person_id].append(identity)
        numbers = select(Person.id, Person.student_number, Person.staff_number).where(Person.id.in_(chunk))
        for person_id, student_number, staff_number in session.execute(numbers):
            number = student_number or staff_number or ""
            found[person_id] = _name(person_id, number, current_identity(identities[person_id], day))
    return found


def _name(person_id: int, number: str, identity: Any) -> Name:
    if identity is None:
        return Name(person_id, f"Person {person_id}", "", number)
    family = identity.preferred_last_name or identity.last_name
    return Name(person_id, family, identity.preferred_first_name or identity.first_name, number)
