"""Hypothesis strategies: records as the table allows them, and filters over their fields."""

from typing import Any

from hypothesis import strategies as st

from shared.oneroster.filters import And, Clause, Node, Or
from shared.oneroster.grammar import OPERATORS
from shared.oneroster.kinds import Kind
from shared.oneroster.resources.learning import resources
from shared.oneroster.resources.model import REQUIRED, Resource
from shared.oneroster.resources.rostering import ROSTERING
from shared.oneroster.versions import Version

#: Few letters, so that values meet; among them what upper and lower case, quotes, commas and Unicode make hard.
LETTERS = st.text(alphabet="aAbBß'é ~,.=\u0130z1", min_size=1, max_size=6)
IDS = st.text(alphabet="aAbB1.-_/@", min_size=1, max_size=4)
DAYS = st.dates().map(lambda day: day.isoformat())
NEAR_DAYS = st.sampled_from(["2026-01-01", "2026-01-02", "2025-12-31"])
MOMENTS = st.builds(
    lambda day, clock: f"{day}T{clock}Z",
    NEAR_DAYS,
    st.sampled_from(["00:00:00.000", "00:00:00.001", "12:30:00.500", "23:59:59.999"]),
)
VERSIONS = st.sampled_from(list(Version))
RESOURCES = st.sampled_from((*ROSTERING, resources))


def values(kind: Kind, version: Version) -> st.SearchStrategy[Any]:
    """JSON values of a kind."""
    if kind.members:
        members = {m.name: _listed(values(m.kind, version), m.many) for m in kind.members}
        required = {m.name: members[m.name] for m in kind.members if m.required}
        optional = {name: strategy for name, strategy in members.items() if name not in required}
        return st.fixed_dictionaries(required, optional=optional)
    match kind.name:
        case "id":
            return IDS
        case "date":
            return st.one_of(NEAR_DAYS, DAYS)
        case "datetime":
            return MOMENTS
        case "year":
            return st.integers(1990, 2030).map(str)
        case "float":
            return st.floats(-1000, 1000, allow_nan=False)
        case "metadata":
            inner = st.one_of(LETTERS, st.integers(-5, 5), st.booleans(), st.lists(LETTERS, max_size=2))
            return st.dictionaries(st.sampled_from(["house", "ic.legacySourcedId", "Team"]), inner, max_size=2)
        case "enum" | "boolean":
            words = kind.values11 if version is Version.V1P1 and kind.values11 is not None else kind.values
            return st.sampled_from(sorted(words or ()))
        case _:
            return LETTERS


def _listed(strategy: st.SearchStrategy[Any], many: bool, least: int = 0) -> st.SearchStrategy[Any]:
    return st.lists(strategy, min_size=least, max_size=3) if many else strategy


def records(resource: Resource, version: Version) -> st.SearchStrategy[dict[str, Any]]:
    """Records with every required field and any of the others."""
    members = {
        field.name: _listed(values(field.kind, version), field.many, int(field.presence(version) is REQUIRED))
        for field in resource.of(version).values()
    }
    required = {n: s for n, s in members.items() if resource.of(version)[n].presence(version) is REQUIRED}
    return st.fixed_dictionaries(required, optional={n: s for n, s in members.items() if n not in required})


def plain_paths(resource: Resource, version: Version) -> list[tuple[tuple[str, ...], Kind]]:
    """Every path of a version that ends at a plain value, with its kind."""
    found: list[tuple[tuple[str, ...], Kind]] = []

    def descend(names: tuple[str, ...], kind: Kind) -> None:
        if kind.members:
            for member in kind.members:
                descend((*names, member.name), member.kind)
        elif kind.name == "metadata":
            found.extend(((*names, key), kind) for key in ("house", "ic.legacySourcedId", "absent"))
        else:
            found.append((names, kind))

    for field in resource.of(version).values():
        descend((field.name,), field.kind)
    return found


@st.composite
def clauses(draw: st.DrawFn, resource: Resource, version: Version) -> Clause:
    """A clause whose value is one that its field may have, as a canonical path."""
    path, kind = draw(st.sampled_from(plain_paths(resource, version)))
    one = LETTERS if kind.name == "metadata" else values(kind, version).map(str)
    return Clause(path, draw(st.sampled_from(OPERATORS)), draw(one))


@st.composite
def filters(draw: st.DrawFn, resource: Resource, version: Version) -> Node:
    """A tree as the grammar can write it: an OR of ANDs of clauses."""
    rows = draw(st.lists(st.lists(clauses(resource, version), min_size=1, max_size=3), min_size=1, max_size=3))
    alls: list[Node] = [row[0] if len(row) == 1 else And(tuple(row)) for row in rows]
    return alls[0] if len(alls) == 1 else Or(tuple(alls))
