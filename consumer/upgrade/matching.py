"""Which SIS record is which account (C-46, C-101). Pure: knows no database. Never by name.

One after the other, the first that finds somebody decides: the record's own id is stored; somebody has said so in a
mapping; an account has the 1.1 id that the record names as its former one; the account's own unique id; the number of
the person in the SIS together with the same sign-in name. Where that leads to several accounts, or several records lead
to one account by anything but their own id, nobody is matched: a person has to decide.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from consumer.client.shapes import UserRecord
from consumer.folding import fold
from consumer.mapping.identity import legacy_forms


class How(StrEnum):
    """What a match rests on."""

    SIS_ID = "SIS id"
    MAPPING = "mapping"
    LEGACY = "1.1 id"
    UNIQUE_ID = "unique id"
    NUMBER = "SIS number and sign-in name"


@dataclass(frozen=True, slots=True)
class Person:
    """An account as matching sees it.

    sis_ids   the ids under which the connection knows it, those of OneRoster 1.1 in an upgrade
    numbers   `identifier` of the records with these ids
    names     username and email address, folded
    """

    account_id: int
    unique_id: str | None
    sis_ids: tuple[str, ...]
    numbers: frozenset[str]
    names: frozenset[str]


@dataclass(slots=True)
class Matches:
    """The outcome, by sourcedId of the record. `undecided`: the accounts that a person has to choose from."""

    accounts: dict[str, int] = field(default_factory=dict)
    how: dict[str, How] = field(default_factory=dict)
    undecided: dict[str, tuple[int, ...]] = field(default_factory=dict)
    new: list[str] = field(default_factory=list)

    def matched(self) -> set[int]:
        """Accounts that have a record."""
        return set(self.accounts.values())


def match(people: Iterable[Person], records: Iterable[UserRecord], mapping: Mapping[str, int]) -> Matches:
    """Every record to an account, to several that are to be decided about, or to none.

    mapping   sourcedId -> account id, as people have said
    """
    places = _Places(people, mapping)
    found = Matches()
    claims: dict[int, list[str]] = defaultdict(list)
    for record in records:
        sis_id = record.sourced_id
        how, accounts = places.find(record)
        if not accounts:
            found.new.append(sis_id)
        elif len(accounts) > 1:
            found.undecided[sis_id] = tuple(sorted(accounts))
        else:
            (account_id,) = accounts
            found.accounts[sis_id], found.how[sis_id] = account_id, how
            claims[account_id].append(sis_id)
    _part(found, claims)
    return found


def _part(found: Matches, claims: Mapping[int, list[str]]) -> None:
    """Several records on one account: as it was when they are its own or somebody said so, else to be decided."""
    for account_id, sis_ids in claims.items():
        others = [s for s in sis_ids if found.how[s] not in (How.SIS_ID, How.MAPPING)]
        if len(sis_ids) > 1 and others:
            for sis_id in others:
                del found.accounts[sis_id], found.how[sis_id]
                found.undecided[sis_id] = (account_id,)


class _Places:
    """Accounts by everything that can identify one."""

    def __init__(self, people: Iterable[Person], mapping: Mapping[str, int]) -> None:
        self._mapping = mapping
        self._stored: dict[str, set[int]] = defaultdict(set)
        self._legacy: dict[str, set[int]] = defaultdict(set)
        self._unique: dict[str, set[int]] = defaultdict(set)
        self._numbers: dict[tuple[str, str], set[int]] = defaultdict(set)
        for person in people:
            for sis_id in person.sis_ids:
                self._stored[sis_id].add(person.account_id)
                for legacy in legacy_forms(sis_id):
                    self._legacy[legacy].add(person.account_id)
            if person.unique_id and not person.sis_ids:
                self._unique[person.unique_id].add(person.account_id)
            for number in person.numbers:
                for name in person.names:
                    self._numbers[number, name].add(person.account_id)

    def find(self, record: UserRecord) -> tuple[How, set[int]]:
        if found := self._stored.get(record.sourced_id):
            return How.SIS_ID, found
        if record.sourced_id in self._mapping:
            return How.MAPPING, {self._mapping[record.sourced_id]}
        if record.legacy_id and (found := self._legacy.get(record.legacy_id)):
            return How.LEGACY, found
        for key in (record.sourced_id, record.identifier):
            if key and (found := self._unique.get(key)):
                return How.UNIQUE_ID, found
        names = [fold(name) for name in (record.username, record.email) if name]
        return How.NUMBER, {a for n in names for a in self._numbers.get((record.identifier or "", n), ())}
