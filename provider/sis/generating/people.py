"""People of a synthetic district: a person with identity, contact and account; families; staff."""

import unicodedata
from random import Random
from typing import NamedTuple

from provider.sis.generating.files import DistrictFiles
from provider.sis.generating.names import FIRST_NAMES, LAST_NAMES

#: Shares, one number per thousand.
DISABLED = 20
SECOND_GUARDIAN = 200
SIBLING = 150
NO_EMAIL = 30

_SEXES = ("female", "male", "female", "male", "unspecified")


class Family(NamedTuple):
    """The adults that the next brother or sister shares."""

    last_name: str
    guardians: tuple[int, ...]


def login(text: str) -> str:
    """A name as sign-ins are written: small letters of ASCII."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return "".join(letter for letter in plain.lower() if letter.isalnum())


class People:
    """Writes people, one call per human being."""

    def __init__(self, files: DistrictFiles, random: Random) -> None:
        self._files = files
        self._random = random
        self._family: Family | None = None

    def _person(self, kind: str, last: str, domain: str, born: str, numbers: tuple[str, str]) -> int:
        random, files = self._random, self._files
        first = random.choice(FIRST_NAMES)
        person = files.add("person", *numbers)
        race = random.randrange(4)
        files.add("identity", person, first, last, born, random.choice(_SEXES),
                  *(int(race == number) for number in range(4)))  # fmt: skip
        username = f"{login(first)}.{login(last)}{person}"
        email = "" if random.randrange(1000) < NO_EMAIL else f"{username}@{domain}"
        phone = f"555-{random.randrange(100, 1000)}-{random.randrange(10_000):04d}"
        files.add_all("contact", [(person, email, "", phone, "")])
        files.add("user_account", person, kind, username, int(random.randrange(1000) < DISABLED))
        return person

    def student(self, grade: int, number: int) -> int:
        """A student of grade 0 (KG) … 12 with the adults at home; returns the person's id."""
        random = self._random
        family = self._family
        if family is None or random.randrange(1000) >= SIBLING:
            last = random.choice(LAST_NAMES)
            count = 2 if random.randrange(1000) < SECOND_GUARDIAN else 1
            guardians = tuple(self._guardian(last) for _ in range(count))
            family = self._family = Family(last, guardians)
        born = f"Y-{grade + 6}-{random.randrange(1, 13):02d}-{random.randrange(1, 29):02d}"
        person = self._person("student", family.last_name, "students.example.org", born, (f"{number:07d}", ""))
        for guardian in family.guardians:
            self._files.add("relationship", guardian, person, "Parent", 1, 1)
        return person

    def _guardian(self, last: str) -> int:
        return self._person("portal", last, "family.example.org", "", ("", ""))

    def staff(self, number: int) -> int:
        """A member of staff with an employment; returns the person's id."""
        last = self._random.choice(LAST_NAMES)
        person = self._person("staff", last, "staff.example.org", "", ("", f"E{number:05d}"))
        self._files.add("employment", person, f"Y-{self._random.randrange(1, 9)}-08-01")
        return person
