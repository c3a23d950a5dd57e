"""Who is who: which account a SIS record belongs to (C-45, C-46, C-49). Never by name."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from consumer.folding import fold as fold
from consumer.mapping.users import MappedUser


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of accounts, all by account id.

    stored      sourcedId -> account, from earlier syncs of this connection
    prepared    sourcedId -> account, from the Data Prep mapping
    legacy      what 1.2 calls a former 1.1 id -> account, only accounts that an upgrade left without a record (C-101)
    unique_ids  unique id -> account, only accounts that no SIS record of this connection stands for yet
    """

    stored: Mapping[str, int] = field(default_factory=dict)
    prepared: Mapping[str, int] = field(default_factory=dict)
    unique_ids: Mapping[str, int] = field(default_factory=dict)
    legacy: Mapping[str, int] = field(default_factory=dict)

    def account_of(self, record: MappedUser) -> int | None:
        """Stored SIS id, then Data Prep mapping, then the 1.1 id that an upgrade found nobody for, then unique id
        (C-46); None for a person who is new here.
        """
        for place, key in (
            (self.stored, record.sis_id),
            (self.prepared, record.sis_id),
            (self.legacy, record.legacy_id),
            (self.unique_ids, record.sis_id),
            (self.unique_ids, record.identifier),
        ):
            if key is not None and (found := place.get(key)) is not None:
                return found
        return None


def same_person(one: MappedUser, other: MappedUser) -> bool:
    """Two new records are one person when they share a sign-in name or address and also an id (C-49, C-100).

    1.1 sends one record per role, with ids that differ in a leading role letter, or with one `identifier`.
    """
    login = fold(one.username) == fold(other.username) or (
        one.email is not None and other.email is not None and fold(one.email) == fold(other.email)
    )
    ids = one.identifier is not None and one.identifier == other.identifier
    return login and (ids or (one.sis_id[1:] == other.sis_id[1:] != "" and one.group is not other.group))


def people(records: Iterable[MappedUser]) -> list[list[MappedUser]]:
    """New records by person: records of `same_person` together, in order of their first sourcedId."""
    groups: list[list[MappedUser]] = []
    by_login: dict[str, list[MappedUser]] = {}
    for record in sorted(records, key=lambda record: record.sis_id):
        names = [fold(record.username), *([fold(record.email)] if record.email else [])]
        group = next((g for n in names if (g := by_login.get(n)) and same_person(g[0], record)), None)
        if group is None:
            group = []
            groups.append(group)
        group.append(record)
        for name in names:
            by_login.setdefault(name, group)
    return groups


def legacy_forms(sis_id: str) -> tuple[str, ...]:
    """What the 1.2 metadata may call a 1.1 id: without its role letter (P-83), or, from some, the whole of it."""
    return (sis_id, sis_id[1:]) if sis_id[:1].isalpha() and len(sis_id) > 1 else (sis_id,)
