"""Dotted field names resolved against the table: what they are called, their kind, and how to read them from a record.

Field names are matched without regard to case and answered as the table spells them. A path that ends at an object
stands for one of its members (`class` for `class.sourcedId`); everything after `metadata.` is one name, whose dots
are part of it (`metadata.ic.legacySourcedId`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from shared.oneroster.kinds import ID, METADATA, TEXT, Kind, Member
from shared.oneroster.resources.model import Field, Resource
from shared.oneroster.versions import Version

Record = dict[str, Any]

#: Index values are cut to this many characters, those of records and those looked for alike: an index finds candidates.
INDEX_LENGTH = 255
#: No field, and no name of an extension that we publish, is longer.
_LONGEST = 255

#: Names of 1.1 that clients go on using in filters of 1.2 (`oneroster-1.2.md` section 3).
_ALIASES: dict[tuple[str, Version], dict[str, str]] = {
    ("users", Version.V1P2): {"role": "roles.role", "orgs": "roles.org", "orgs.sourcedid": "roles.org.sourcedId"},
}


@dataclass(frozen=True, eq=False)
class Path:
    """A resolved path.

    names    as the table spells them, down to a plain value: ("class", "sourcedId")
    kind     of that value
    many     a list lies on the way: a record has any number of values
    indexed  equality on it can be answered from the index (`Field.indexed`)
    read     takes a record; gives the value or None, or where `many` the list of values
    """

    names: tuple[str, ...]
    kind: Kind
    many: bool
    indexed: bool
    read: Callable[[Record], Any]

    @property
    def dotted(self) -> str:
        return ".".join(self.names)

    def index_value(self, value: Any) -> str:
        """The normal form under which the index keeps a value of this path."""
        if self.kind is ID and type(value) is str and len(value) <= INDEX_LENGTH:
            return value  # by far the commonest case, millions of times in a refresh
        return self.kind.equal(value)[:INDEX_LENGTH]


def resolve(resource: Resource, version: Version, dotted: str) -> Path | None:
    """The path that `dotted` names in `version`, or None when there is no such field."""
    return resolve_names(resource, version, tuple(dotted.split(".")))


def resolve_names(resource: Resource, version: Version, names: tuple[str, ...]) -> Path | None:
    """As `resolve`, for the names between the dots."""
    # What is remembered comes from requests: nobody may fill the memory with names of their own making.
    return None if sum(map(len, names)) > _LONGEST else _resolve(resource, version, names)


@lru_cache(maxsize=1024)
def _resolve(resource: Resource, version: Version, names: tuple[str, ...]) -> Path | None:
    alias = _ALIASES.get((resource.plural, version), {}).get(".".join(names).casefold())
    first, *rest = alias.split(".") if alias else names
    field = field_named(resource, version, first)
    if field is None:
        return None
    if field.kind is METADATA:
        return _metadata_path(field, ".".join(rest))
    steps = _descend(field, rest)
    if steps is None:
        return None
    many = any(step.many for step in steps)
    indexed = field.indexed or any(step.indexed for step in steps[1:])
    return Path(tuple(s.name for s in steps), steps[-1].kind, many, indexed and _is_stand_in(steps), _reader(steps))


@lru_cache(maxsize=64)
def indexed_paths(resource: Resource, version: Version) -> tuple[Path, ...]:
    """Every indexed path of a resource, in table order."""
    dotted = []
    for field in resource.of(version).values():
        if field.indexed:
            dotted.append(field.name)
        dotted += [f"{field.name}.{member.name}" for member in field.kind.members if member.indexed]
    paths = (resolve(resource, version, name) for name in dotted)
    return tuple(path for path in paths if path is not None)


def field_named(resource: Resource, version: Version, name: str) -> Field | None:
    """The field of `version` called `name`, without regard to case."""
    return _fields_by_folded_name(resource, version).get(name.casefold())


@lru_cache(maxsize=64)
def _fields_by_folded_name(resource: Resource, version: Version) -> dict[str, Field]:
    return {name.casefold(): field for name, field in resource.of(version).items()}


def _descend(field: Field, rest: list[str]) -> list[Field | Member] | None:
    """The fields and members along a path, down to a plain value; None when a name is unknown."""
    steps: list[Field | Member] = [field]
    for name in rest:
        member = steps[-1].kind.member(name)
        if member is None:
            return None
        steps.append(member)
    while (stand_in := steps[-1].kind.stands_for) is not None:
        member = steps[-1].kind.member(stand_in)
        if member is None:
            return None
        steps.append(member)
    return steps


def _is_stand_in(steps: list[Field | Member]) -> bool:
    """Whether the last object on the way is represented by its own value: the index holds no other member of it."""
    return len(steps) < 2 or steps[-1].indexed or steps[-2].kind.stands_for == steps[-1].name


def _metadata_path(field: Field, key: str) -> Path | None:
    if not key:
        return None
    folded = key.casefold()

    def read(record: Record) -> list[Any]:
        metadata = record.get(field.name)
        if not isinstance(metadata, dict):
            return []
        value = metadata.get(key)
        if value is None:
            value = next((v for name, v in metadata.items() if name.casefold() == folded), None)
        if value is None:
            return []
        return value if isinstance(value, list) else [value]

    return Path((field.name, key), TEXT, True, False, read)


def _reader(steps: list[Field | Member]) -> Callable[[Record], Any]:
    """How to read the path: the two commonest shapes without a loop."""
    first = steps[0].name
    if len(steps) == 1 and not steps[0].many:
        return lambda record: record.get(first)
    if len(steps) == 1:
        return lambda record: record.get(first) or ()
    if len(steps) == 2 and not steps[0].many and not steps[1].many:
        second = steps[1].name

        def read_member(record: Record) -> Any:
            inner = record.get(first)
            return inner.get(second) if isinstance(inner, dict) else None

        return read_member
    return _general_reader(tuple((step.name, step.many) for step in steps))


def _general_reader(steps: tuple[tuple[str, bool], ...]) -> Callable[[Record], Any]:
    def read_all(record: Record) -> list[Any]:
        found: list[Any] = [record]
        for name, many in steps:
            inner = [item.get(name) for item in found if isinstance(item, dict)]
            found = [value for value in inner if value is not None]
            if many:
                found = [value for values in found if isinstance(values, list) for value in values]
        return found

    if any(many for _, many in steps):
        return read_all
    return lambda record: next(iter(read_all(record)), None)
