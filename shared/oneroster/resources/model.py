"""What a row of the table is: fields, resources, and the ways to read a collection.

Everything else about OneRoster is made from these rows: marshmallow schemas, the bulk reader, the names that
`filter`, `sort` and `fields` accept, CSV headers, URLs and envelope names. A field that is not here does not exist.
"""

from dataclasses import dataclass, field
from enum import Enum

from shared.oneroster.kinds import Kind
from shared.oneroster.versions import Version


class Presence(Enum):
    """Whether a version has a field, and whether a record must carry it."""

    ABSENT = 0
    OPTIONAL = 1
    REQUIRED = 2


ABSENT, OPTIONAL, REQUIRED = Presence.ABSENT, Presence.OPTIONAL, Presence.REQUIRED


@dataclass(frozen=True, slots=True)
class Column:
    """The CSV column of a field: its header and whether a row must fill it (`oneroster-csv.md` sections 3, 5).

    kind   what a cell holds, where the CSV binding has another kind than REST
    """

    header: str
    v11: Presence = OPTIONAL
    v12: Presence = OPTIONAL
    kind: Kind | None = None

    def presence(self, version: Version) -> Presence:
        return self.v11 if version is Version.V1P1 else self.v12


@dataclass(frozen=True, slots=True)
class Field:
    """One property of a resource, in both versions.

    name      the JSON property; also its name in `filter`, `sort` and `fields`
    kind      what a value is (`shared.oneroster.kinds`)
    many      the value is a list of that kind
    v11, v12  presence in the REST binding of each version
    column    its CSV column, or None where the CSV binding has none
    indexed   a published collection keeps an index of it: equality on it is answered without reading the collection
    """

    name: str
    kind: Kind
    many: bool = False
    v11: Presence = OPTIONAL
    v12: Presence = OPTIONAL
    column: Column | None = None
    indexed: bool = False

    def presence(self, version: Version) -> Presence:
        return self.v11 if version is Version.V1P1 else self.v12


@dataclass(frozen=True, slots=True, eq=False)
class Resource:
    """An entity of the standard. `fields` are in CSV column order and include the base fields.

    There is one object per entity; it is compared by identity, which makes it a cheap key.

    singular, plural   envelope keys of one object and of a collection; `plural` is also the collection's path
    service            rostering, gradebook or resources
    file               base name of its CSV file, None where there is none
    """

    singular: str
    plural: str
    service: str
    fields: tuple[Field, ...]
    file: str | None = None
    _names: dict[Version, dict[str, Field]] = field(init=False, repr=False, compare=False, hash=False)

    def __post_init__(self) -> None:
        names = {version: {f.name: f for f in self.fields if f.presence(version) is not ABSENT} for version in Version}
        object.__setattr__(self, "_names", names)

    def of(self, version: Version) -> dict[str, Field]:
        """The fields that `version` has, by JSON name, in table order."""
        return self._names[version]
