"""How a derived collection is made from a stored one, as data: "students" is users with a role, "classes of a term" is
classes that name it. `compile_view` turns a view into a predicate, `view_equalities` into the part an index answers.

The standard names the derived collections and leaves their rules to the reader; these are the usual ones
(`oneroster-1.1.md` section 2.1). Paths are dotted names of the table, each read in the version asked for.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from shared.oneroster.filters import Equality
from shared.oneroster.paths import Path, Record, resolve
from shared.oneroster.resources.model import Resource
from shared.oneroster.versions import Version


@dataclass(frozen=True, slots=True)
class Whole:
    """The whole stored collection."""


@dataclass(frozen=True, slots=True)
class Match:
    """Records of which `path` has one of `values`."""

    path: str
    values: frozenset[str]


@dataclass(frozen=True, slots=True)
class MatchParam:
    """Records of which `path` has the value of the path parameter `param`."""

    path: str
    param: str


@dataclass(frozen=True, slots=True)
class RoleAt:
    """Users with one of the roles, at the org that `org_param` names where it is given.

    1.2: one entry of `roles` must have both the role and the org. 1.1: `role` is one of them, `orgs` holds the org.
    """

    roles11: frozenset[str]
    roles12: frozenset[str]
    org_param: str | None = None


@dataclass(frozen=True, slots=True)
class Via:
    """Records whose sourcedId the records of another collection name: users of a class through its enrollments.

    collection  the plural of the collection that leads here
    where       which of its records count; all of them must hold
    pick        the path in them that names records of this one
    """

    collection: str
    where: "tuple[Match | MatchParam | RoleAt, ...]"
    pick: str


@dataclass(frozen=True, slots=True)
class Every:
    """Records for which every one of the views holds."""

    views: "tuple[View, ...]"


View = Whole | Match | MatchParam | RoleAt | Via | Every

#: Reads the sourcedIds that a `Via` picks, for the parameters of the request at hand.
Gather = Callable[[Via], frozenset[str]]
Predicate = Callable[[Record], bool]


def compile_view(
    view: View, resource: Resource, version: Version, params: Mapping[str, str], gather: Gather
) -> Predicate:
    """Whether a record of `resource` belongs to the view. `params` are the path parameters, decoded."""
    match view:
        case Whole():
            return lambda record: True
        case Match(path, values):
            return _has_any(_path(resource, version, path), values)
        case MatchParam(path, param):
            return _has_any(_path(resource, version, path), frozenset((params[param],)))
        case RoleAt():
            return _has_role(view, version, params)
        case Via():
            picked = gather(view)
            return lambda record: record.get("sourcedId") in picked
        case Every(views):
            predicates = [compile_view(inner, resource, version, params, gather) for inner in views]
            return lambda record: all(holds(record) for holds in predicates)


def view_equalities(
    view: View, resource: Resource, version: Version, params: Mapping[str, str]
) -> tuple[Equality, ...]:
    """What the index holds for every record of the view; empty where the index cannot help (and for `Via`)."""
    match view:
        case Match(path, values) if len(values) == 1:
            return _equality(_path(resource, version, path), *values)
        case MatchParam(path, param):
            return _equality(_path(resource, version, path), params[param])
        case RoleAt():
            return _role_equalities(view, resource, version, params)
        case Every(views):
            return tuple(e for inner in views for e in view_equalities(inner, resource, version, params))
        case _:
            return ()


def _path(resource: Resource, version: Version, dotted: str) -> Path:
    path = resolve(resource, version, dotted)
    if path is None:
        raise KeyError(f"{resource.plural} of OneRoster {version} have no field {dotted!r}")
    return path


def _equality(path: Path, value: str) -> tuple[Equality, ...]:
    return (Equality(path.dotted, path.index_value(value)),) if path.indexed else ()


def _has_any(path: Path, values: frozenset[str]) -> Predicate:
    read, equal = path.read, path.kind.equal
    wanted = frozenset(map(equal, values))
    if path.many:
        return lambda record: not wanted.isdisjoint(map(equal, read(record)))
    return lambda record: (value := read(record)) is not None and equal(value) in wanted


def _roles(view: RoleAt, version: Version) -> frozenset[str]:
    return view.roles11 if version is Version.V1P1 else view.roles12


def _has_role(view: RoleAt, version: Version, params: Mapping[str, str]) -> Predicate:
    roles = _roles(view, version)
    org = None if view.org_param is None else params[view.org_param]
    if version is Version.V1P1:
        return lambda record: (
            record.get("role") in roles
            and (org is None or any(ref.get("sourcedId") == org for ref in record.get("orgs") or ()))
        )
    return lambda record: any(
        entry.get("role") in roles and (org is None or entry["org"]["sourcedId"] == org)
        for entry in record.get("roles") or ()
    )


def _role_equalities(
    view: RoleAt, resource: Resource, version: Version, params: Mapping[str, str]
) -> tuple[Equality, ...]:
    roles = _roles(view, version)
    found = _equality(_path(resource, version, "role"), *roles) if len(roles) == 1 else ()
    if view.org_param is None:
        return found
    return (*_equality(_path(resource, version, "orgs"), params[view.org_param]), *found)
