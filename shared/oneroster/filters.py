"""A filter against the table: names checked, compiled to a predicate over records, and the part an index can answer.

How values compare is decided by their kind (`shared.oneroster.kinds`). On top of that:
- `!=` holds exactly where `=` does not, so also where the field is missing; the other operators need a value;
- `>=` and `<=` hold where `=` does, too;
- on a field with many values the operand is a comma-separated list: `=` wants every listed value to be present (further
  ones may be), `~` any of them, `<` and `>` any value that is (`oneroster-1.1.md` section 5).
"""

import operator
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from shared.oneroster import grammar
from shared.oneroster.errors import Failure, OneRosterError
from shared.oneroster.grammar import And, Clause, Node, Or, render
from shared.oneroster.paths import Path, Record, indexed_paths, resolve, resolve_names
from shared.oneroster.resources.model import Resource
from shared.oneroster.values import shown
from shared.oneroster.versions import Version

__all__ = [
    "And", "Clause", "Equality", "Node", "Or", "compile_filter", "conjuncts", "equalities", "fields_of", "index_values",
    "indexer", "parse_filter", "render", "sort_key",
]  # fmt: skip

Predicate = Callable[[Record], bool]
#: As `Equality`, but a plain tuple: a refresh makes millions of them.
Entry = tuple[str, str]

_ORDERINGS: dict[str, Callable[[Any, Any], bool]] = {
    ">": operator.gt, ">=": operator.gt, "<": operator.lt, "<=": operator.lt,
}  # fmt: skip


class Equality(NamedTuple):
    """A value that the index must hold for a record: the dotted path and the normal form of the value."""

    path: str
    value: str


def parse_filter(text: str, resource: Resource, version: Version) -> Node | None:
    """The tree of a filter, its paths spelled as the table spells them; None for a blank text (real-clients 5).

    Raises OneRosterError: INVALID_FILTER_FIELD naming an unknown field, INVALID_DATA for a text that is no filter and
    for a value that cannot be a date or number where one is compared.
    """
    if not text.strip():
        return None
    return _checked(grammar.parse(text), resource, version)


def compile_filter(node: Node, resource: Resource, version: Version) -> Predicate:
    """A predicate over decoded JSON records of `version`. Raises as `parse_filter` does."""
    if isinstance(node, Clause):
        path = _known(node, resource, version)
        return _compile_many(path, node) if path.many else _compile_one(path, node)
    predicates = [compile_filter(inner, resource, version) for inner in node.nodes]
    if isinstance(node, And):
        return lambda record: all(holds(record) for holds in predicates)
    return lambda record: any(holds(record) for holds in predicates)


def sort_key(resource: Resource, version: Version, path: str) -> Callable[[Record], tuple[bool, Any]]:
    """The key by which `path` sorts records ascending: missing values last, then as the kind orders.

    Sort by sourcedId first and by this second (sorts are stable, also with `reverse=True`): sourcedId is always
    the last key (real-clients 10). A field with many values sorts by its first. `path` is a path that `resolve` knows.
    """
    found = resolve(resource, version, path)
    if found is None:
        raise KeyError(f"{resource.plural} of {version} have no field {path!r}")
    read, order, many = found.read, found.kind.order, found.many

    def key(record: Record) -> tuple[bool, Any]:
        value = next(iter(read(record)), None) if many else read(record)
        return (True, None) if value is None else (False, order(value))

    return key


def conjuncts(node: Node | None) -> list[Clause]:
    """The clauses that every matching record must satisfy: those joined by nothing but AND."""
    if isinstance(node, Clause):
        return [node]
    return [clause for inner in node.nodes for clause in conjuncts(inner)] if isinstance(node, And) else []


def fields_of(node: Node | None) -> set[str]:
    """The fields that a filter looks at."""
    if node is None:
        return set()
    if isinstance(node, Clause):
        return {node.path[0]}
    return set().union(*(fields_of(inner) for inner in node.nodes))


def equalities(node: Node | None, resource: Resource, version: Version) -> tuple[Equality, ...]:
    """What every matching record has in the index: the `=` clauses, joined by nothing but AND, on indexed paths.

    For a record that fulfils these clauses `index_values` yields all of them; the index is a first sieve, the predicate
    decides. Empty: the index cannot help.
    """
    if node is None or isinstance(node, Or):
        return ()
    if isinstance(node, And):
        return tuple(equality for inner in node.nodes for equality in equalities(inner, resource, version))
    path = _known(node, resource, version)
    if node.op != "=" or not path.indexed:
        return ()
    return tuple(Equality(path.dotted, path.index_value(value)) for value in _operands(path, node))


def index_values(resource: Resource, version: Version, record: Record) -> Iterator[Entry]:
    """The index entries of a record, (dotted path, normal value): one comes twice where the record has it twice."""
    return iter(indexer(resource, version)(record))


@lru_cache(maxsize=64)
def indexer(resource: Resource, version: Version) -> Callable[[Record], list[Entry]]:
    """`index_values` with everything looked up beforehand, for loops over whole collections."""
    ones = [(p.dotted, p.read, p.index_value) for p in indexed_paths(resource, version) if not p.many]
    manys = [(p.dotted, p.read, p.index_value) for p in indexed_paths(resource, version) if p.many]

    def entries(record: Record) -> list[Entry]:
        found = [(dotted, normal(value)) for dotted, read, normal in ones if (value := read(record)) is not None]
        for dotted, read, normal in manys:
            found += [(dotted, normal(value)) for value in read(record)]
        return found

    return entries


def _checked(node: Node, resource: Resource, version: Version) -> Node:
    """The same tree with canonical paths, every clause checked."""
    if isinstance(node, Clause):
        path = _known(node, resource, version)
        _operands(path, node)
        return Clause(path.names, node.op, node.value)
    return type(node)(tuple(_checked(inner, resource, version) for inner in node.nodes))


def _known(clause: Clause, resource: Resource, version: Version) -> Path:
    path = resolve_names(resource, version, clause.path)
    if path is None:
        raise OneRosterError(
            Failure.INVALID_FILTER_FIELD,
            f"filter: {resource.plural} of OneRoster {version} have no field {'.'.join(clause.path)[:100]!r}.",
        )
    return path


def _operands(path: Path, clause: Clause) -> list[Any]:
    """The values that a clause names: the listed ones where the field has many, else one."""
    if not path.many and clause.op == "~":
        return [clause.value]
    texts = [item.strip() for item in clause.value.split(",")] if path.many else [clause.value]
    try:
        return [path.kind.operand(text) for text in texts]
    except ValueError as why:
        raise OneRosterError(Failure.INVALID_DATA, f"filter: {path.dotted}: {why}.") from why


def _wanted(path: Path, clause: Clause) -> list[str]:
    return [path.kind.equal(value) for value in _operands(path, clause)]


def _compile_one(path: Path, clause: Clause) -> Predicate:
    read, equal, order = path.read, path.kind.equal, path.kind.order
    if clause.op == "~":
        part = clause.value.casefold()
        return lambda record: (value := read(record)) is not None and part in shown(value).casefold()
    (wanted,) = _wanted(path, clause)
    if clause.op == "=":
        return lambda record: (value := read(record)) is not None and equal(value) == wanted
    if clause.op == "!=":
        return lambda record: (value := read(record)) is None or equal(value) != wanted
    bound, beyond, or_equal = order(_operands(path, clause)[0]), _ORDERINGS[clause.op], clause.op.endswith("=")

    def compares(record: Record) -> bool:
        value = read(record)
        if value is None:
            return False
        return beyond(order(value), bound) or (or_equal and equal(value) == wanted)

    return compares


def _compile_many(path: Path, clause: Clause) -> Predicate:
    read, equal, order = path.read, path.kind.equal, path.kind.order
    wanted = frozenset(_wanted(path, clause))
    if clause.op == "=":
        return lambda record: wanted.issubset(map(equal, read(record)))
    if clause.op == "!=":
        return lambda record: not wanted.issubset(map(equal, read(record)))
    if clause.op == "~":
        return lambda record: not wanted.isdisjoint(map(equal, read(record)))
    bounds = [order(value) for value in _operands(path, clause)]
    beyond, or_equal = _ORDERINGS[clause.op], clause.op.endswith("=")

    def compares(record: Record) -> bool:
        return any(
            any(beyond(order(value), bound) for bound in bounds) or (or_equal and equal(value) in wanted)
            for value in read(record)
        )

    return compares
