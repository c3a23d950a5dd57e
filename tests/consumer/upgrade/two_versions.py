"""A provider in both versions, whose people, schools and terms have other ids in 1.2: as Infinite Campus has them."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

from consumer.connections import Connection
from consumer.platform.settings import write_setting
from consumer.upgrade import reading
from consumer.upgrade.gates import confirm_unmatched
from consumer.upgrade.prepare import open_target, set_target
from consumer.upgrade.reading import Offer
from consumer.upgrade.report import DataPrepReport, make_report
from consumer.upgrade.switch import Outcome, switch
from shared.oneroster.versions import Version
from tests.consumer.clients import NOW
from tests.consumer.sync.platform import SEALER, TODAY, Platform
from tests.faults.district import ref, user
from tests.faults.provider import FaultProvider

#: The clock of these tests stands still.
LATER = NOW

#: In 1.1 a record's id is its role letter and the person's number; in 1.2 an id of the person alone.
PEOPLE = {
    "U1": "101",
    "U2": "102",
    "U3": "103",
    "U4": "104",
    "U5": "105",
    "U6": "106",
    "T-1": "201",
    "T-2": "202",
    "G1": "301",
}
LETTERS = {"student": "s", "teacher": "t", "guardian": "g"}
PLACES = ("D", "S1", "S2", "Y", "T1", "T2")


def id_11(name: str, role: str) -> str:
    return LETTERS[role] + PEOPLE[name]


def id_12(name: str) -> str:
    return f"guid-{name.lower()}"


def renamed(value: Any, names: dict[str, str]) -> Any:
    """A JSON value with other ids in its sourcedIds."""
    if isinstance(value, dict):
        return {k: names.get(v, v) if k == "sourcedId" else renamed(v, names) for k, v in value.items()}
    return [renamed(item, names) for item in value] if isinstance(value, list) else value


def campus_ids(records: dict[str, list[Any]], version: Version) -> dict[str, list[Any]]:
    """The small district with the ids of Infinite Campus."""
    roles = {"U": "student", "T": "teacher", "G": "guardian"}
    if version is Version.V1P1:
        names = {name: id_11(name, roles[name[0]]) for name in PEOPLE}
    else:
        names = {name: id_12(name) for name in (*PEOPLE, *PLACES)}
    changed = {kind: renamed(rows, names) for kind, rows in deepcopy(records).items()}
    if version is Version.V1P2:
        for row, name in zip(changed["users"], PEOPLE, strict=True):
            row["metadata"] = {"ic.legacySourcedId": PEOPLE[name]}
    return changed


class District:
    """The platform, connected to the 1.1 of a provider whose 1.2 is another address."""

    def __init__(self, session: Any, old: FaultProvider, new: FaultProvider) -> None:
        self.platform, self.old, self.new = Platform(session, old), old, new
        self.session = session
        write_setting(session, "release_1_2", "true")
        set_target(
            session, SEALER, self.connection, lambda _url: None, new.base_url, new.token_url, new.client_id,
            new.client_secret,
        )  # fmt: skip
        session.commit()

    @property
    def connection(self) -> Connection:
        return self.platform.connection

    def read(self) -> Offer:
        client = open_target(self.session, self.connection, SEALER, True, waits=())
        try:
            return reading.read_offer(client)
        finally:
            client.close()

    def report(self) -> DataPrepReport:
        made = make_report(self.session, self.connection, Version.V1P2, self.read().users, LATER)
        self.session.commit()
        return made

    def confirm(self) -> None:
        self.report()
        confirm_unmatched(self.session, self.connection, None, LATER)
        self.session.commit()

    def switch(self) -> Outcome:
        outcome = switch(self.session, self.connection, self.read(), LATER, TODAY)
        self.platform.provider = self.new
        self.session.commit()
        return outcome


@contextmanager
def providers(same_ids: bool = False) -> Iterator[tuple[FaultProvider, FaultProvider]]:
    """The 1.1 and the 1.2 of one provider."""
    with FaultProvider(Version.V1P1) as old, FaultProvider(Version.V1P2) as new:
        if not same_ids:
            for provider in (old, new):
                provider.records = campus_ids(provider.records, provider.version)
        yield old, new


def second_role(old: FaultProvider, new: FaultProvider, name: str, role: str, letter: str, **more: Any) -> None:
    """Give a person another role: one more record in 1.1, one more entry in 1.2. `more` is what the record says else."""
    LETTERS.setdefault(role, letter)
    first = next(row for row in old.records["users"] if row["sourcedId"][1:] == PEOPLE[name])
    extra = user(Version.V1P1, letter + PEOPLE[name], first["givenName"], role, "S1")
    old.records["users"].append({**extra, "username": first["username"], "email": first["email"], **more})
    new.find("users", id_12(name))["roles"].append({"roleType": "secondary", "role": role, "org": ref(id_12("S1"))})
