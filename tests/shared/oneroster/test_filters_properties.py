"""What holds for every filter: text and tree agree, and the compiled filter decides as the plain reading of it does."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.oneroster.errors import OneRosterError
from shared.oneroster.filters import (
    And,
    Clause,
    Node,
    compile_filter,
    equalities,
    index_values,
    parse_filter,
    render,
    sort_key,
)
from shared.oneroster.paths import resolve
from shared.oneroster.resources.rostering import users
from shared.oneroster.versions import Version
from tests.shared.oneroster.records import RESOURCES, VERSIONS, filters, plain_paths, records

EXAMPLES = settings(max_examples=150, deadline=None)


@EXAMPLES
@given(st.data(), RESOURCES, VERSIONS)
def test_a_rendered_filter_parses_to_the_same_tree(data, resource, version):
    node = data.draw(filters(resource, version))
    assert parse_filter(render(node), resource, version) == node


@EXAMPLES
@given(st.text(max_size=60), RESOURCES, VERSIONS)
def test_no_text_does_worse_than_an_error_of_the_standard(text, resource, version):
    try:
        node = parse_filter(text, resource, version)
    except OneRosterError:
        return
    if node is not None:
        compile_filter(node, resource, version)({})


@EXAMPLES
@given(
    st.lists(
        st.sampled_from(["status", "roles.org", "grades", "metadata.a.b", "AND", "or", "=", "!=", "~", ">=", "'active'",
                         "''", "'", "'it''s'", "(", ")", " ", "dateLastModified", "'2026-01-01'", "\u00a0", '"']),
        max_size=12,
    ).map("".join)
)  # fmt: skip
def test_no_arrangement_of_its_tokens_does_worse_either(text):
    try:
        node = parse_filter(text, users, Version.V1P2)
    except OneRosterError:
        return
    if node is not None:
        assert parse_filter(render(node), users, Version.V1P2) == node


@EXAMPLES
@given(st.data(), RESOURCES, VERSIONS)
def test_the_compiled_filter_decides_as_the_plain_reading_does(data, resource, version):
    node = data.draw(filters(resource, version))
    record = data.draw(records(resource, version))
    kinds = {path: kind.name for path, kind in plain_paths(resource, version)}
    assert compile_filter(node, resource, version)(record) is _holds(node, record, kinds)


@EXAMPLES
@given(st.data(), RESOURCES, VERSIONS)
def test_a_matching_record_has_every_equality_in_the_index(data, resource, version):
    record = data.draw(records(resource, version))
    node = data.draw(filters(resource, version))
    entries = set(index_values(resource, version, record))
    if compile_filter(node, resource, version)(record):
        assert set(equalities(node, resource, version)) <= entries


@EXAMPLES
@given(st.data(), RESOURCES, VERSIONS)
def test_an_indexed_equality_holds_exactly_where_the_index_has_it(data, resource, version):
    record = data.draw(records(resource, version))
    for path, value in index_values(resource, version, record):
        clause = Clause(tuple(path.split(".")), "=", value)
        found = set(equalities(clause, resource, version)) <= set(index_values(resource, version, record))
        assert found is compile_filter(clause, resource, version)(record)


@EXAMPLES
@given(st.data(), RESOURCES, VERSIONS)
def test_sorting_never_fails_and_puts_missing_values_last(data, resource, version):
    rows = data.draw(st.lists(records(resource, version), max_size=5))
    path, _ = data.draw(st.sampled_from(plain_paths(resource, version)))
    key = sort_key(resource, version, ".".join(path))
    keys = [key(row) for row in sorted(rows, key=key)]
    assert [missing for missing, _ in keys] == sorted(missing for missing, _ in keys)


@EXAMPLES
@given(st.data(), RESOURCES, VERSIONS)
def test_field_names_are_matched_without_regard_to_case(data, resource, version):
    path, _ = data.draw(st.sampled_from([p for p in plain_paths(resource, version) if p[0][0] != "metadata"]))
    found = resolve(resource, version, ".".join(path).swapcase())
    assert found is not None
    assert found.names == path


def _holds(node: Node, record: dict[str, Any], kinds: dict[tuple[str, ...], str]) -> bool:
    """The rules of `shared.oneroster.filters` read slowly, with lists and datetimes."""
    if isinstance(node, Clause):
        return _clause_holds(node, record, kinds[node.path])
    results = [_holds(inner, record, kinds) for inner in node.nodes]
    return all(results) if isinstance(node, And) else any(results)


def _clause_holds(clause: Clause, record: dict[str, Any], kind: str) -> bool:
    found, many = _values(clause.path, record)
    wanted = [item.strip() for item in clause.value.split(",")] if many else [clause.value]
    if many and clause.op in ("=", "!="):
        every = all(any(_equal(value, item, kind) for value in found) for item in wanted)
        return every is (clause.op == "=")
    if clause.op == "!=":
        return not any(_equal(value, clause.value, kind) for value in found)
    return any(_compares(value, item, clause.op, kind, many) for value in found for item in wanted)


def _compares(value: Any, wanted: str, op: str, kind: str, many: bool) -> bool:
    if op == "~" and not many:
        return wanted.casefold() in _text(value).casefold()
    if op in ("=", "~"):
        return _equal(value, wanted, kind)
    left, right = _ordered(value, kind), _ordered(wanted, kind)
    beyond = left > right if op[0] == ">" else left < right
    return beyond or (op.endswith("=") and _equal(value, wanted, kind))


def _equal(value: Any, wanted: str, kind: str) -> bool:
    if kind == "id":
        return value == wanted
    if kind in ("date", "datetime", "float"):
        return _ordered(value, kind) == _ordered(wanted, kind)
    return _text(value).casefold() == wanted.casefold()


def _ordered(value: Any, kind: str) -> Any:
    if kind in ("date", "datetime"):
        moment = datetime.fromisoformat(value)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if kind in ("float", "year"):
        return float(value)
    return _text(value)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _values(path: tuple[str, ...], record: dict[str, Any]) -> tuple[list[Any], bool]:
    """The values at the end of a path, and whether there may be many: as the data below it are, or the table says."""
    many = path[0] in ("metadata", "roles", "userIds", "userProfiles", "orgs", "agents", "grades", "subjects",
                       "subjectCodes", "periods", "terms", "children", "resources")  # fmt: skip
    found: list[Any] = [record]
    for name in path:
        inner = [item[name] for item in found if name in item]
        found = [value for item in inner for value in (item if isinstance(item, list) else [item])]
    return found, many
