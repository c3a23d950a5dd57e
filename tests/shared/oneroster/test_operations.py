"""The reads of the rostering and resources services and how derived collections follow from stored ones."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.oneroster import scopes
from shared.oneroster.filters import index_values
from shared.oneroster.paths import resolve
from shared.oneroster.resources.operations import (
    CAMPUS,
    OPERATIONS,
    RESOURCES,
    SERVICES,
    STANDARD,
    operations_of,
)
from shared.oneroster.resources.views import Every, Match, MatchParam, Via, compile_view, view_equalities
from shared.oneroster.versions import Version
from tests.shared.oneroster.records import records

V1P1, V1P2 = Version.V1P1, Version.V1P2
EVERY = OPERATIONS + RESOURCES
BY_PATH = {version: {o.path: o for service in SERVICES for o in operations_of(version, service)} for version in Version}

#: `oneroster-1.1.md` section 2.1: the scope column of the paths that `roster-core.readonly` does not open.
NESTED = {o.path for o in STANDARD if not o.single and o.params}


def members(path, version, rows, gather=lambda via: frozenset(), **params):
    operation = BY_PATH[version][path]
    holds = compile_view(operation.view, operation.resource, version, params, gather)
    return [row["sourcedId"] for row in rows if holds(row)]


def ref(sourced_id):
    return {"href": f"https://sis.example/{sourced_id}", "sourcedId": sourced_id, "type": "x"}


def user11(sourced_id, role, *orgs, agents=()):
    return {"sourcedId": sourced_id, "role": role, "orgs": list(map(ref, orgs)), "agents": list(map(ref, agents))}


def user12(sourced_id, *roles):
    return {"sourcedId": sourced_id, "roles": [{"role": role, "org": ref(org)} for role, org in roles]}


PEOPLE11 = [
    user11("kid", "student", "s1", agents=("mum", "gran")),
    user11("tea", "teacher", "s1", "s2"),
    user11("boss", "administrator", "s2"),
    user11("aide", "aide", "s1"),
    user11("mum", "guardian", "district"),
    user11("gran", "relative", "district"),
]
PEOPLE12 = [
    user12("kid", ("student", "s1")),
    user12("tea", ("teacher", "s1"), ("aide", "s2")),
    user12("boss", ("principal", "s2")),
    user12("it", ("systemAdministrator", "district")),
    user12("mum", ("guardian", "s1")),
    user12("gran", ("relative", "s1")),
]


# The table


def test_the_standard_has_41_reads_and_campus_adds_its_own():
    assert len(STANDARD) == 41
    assert [len(operations_of(version)) for version in Version] == [59, 59]
    assert {o.path for o in CAMPUS if not o.params} == {
        "/administrators", "/guardians", "/relatives", "/districts", "/studentEnrollments", "/teacherEnrollments",
    }  # fmt: skip
    assert "/classes/{classSourcedId}/enrollments" in BY_PATH[V1P1]


def test_resources_have_four_reads_in_1p1_and_five_in_1p2():
    assert [len(operations_of(version, "resources")) for version in Version] == [4, 5]
    assert "/users/{userSourcedId}/resources" in BY_PATH[V1P2]
    assert "/users/{userSourcedId}/resources" not in BY_PATH[V1P1]


@pytest.mark.parametrize("version", list(Version))
def test_a_path_and_an_operation_id_name_one_operation_of_a_version(version):
    operations = [operation for service in SERVICES for operation in operations_of(version, service)]
    assert len({o.path for o in operations}) == len(operations)
    assert len({o.operation_id for o in operations}) == len(operations)


def test_core_opens_what_is_not_nested_and_demographics_have_a_scope_of_their_own():
    for operation in OPERATIONS:
        nested = not operation.single and bool(operation.params)
        if operation.resource.plural == "demographics":
            assert operation.scopes == scopes.DEMOGRAPHICS
        else:
            assert operation.scopes == (scopes.ROSTER if nested else scopes.ROSTER_CORE), operation.path
    for operation in RESOURCES:
        nested = not operation.single and bool(operation.params)
        assert operation.scopes == (scopes.RESOURCE if nested else scopes.RESOURCE_CORE), operation.path
    core = [o for o in STANDARD if "roster-core.readonly" in o.scopes]
    full = [o for o in STANDARD if "roster.readonly" in o.scopes]
    assert (len(core), len(full)) == (22, 39)


def test_every_parameter_of_a_nested_path_is_checked():
    for operation in EVERY:
        expected = () if operation.single else operation.params
        assert tuple(parent.param for parent in operation.parents) == expected, operation.path
        if operation.single:
            assert operation.params == ("sourcedId",)


def _leaves(view):
    if isinstance(view, Every):
        return [leaf for inner in view.views for leaf in _leaves(inner)]
    if isinstance(view, Via):
        return [view]
    return [view]


def test_every_path_that_a_view_names_exists_in_its_versions():
    by_plural = {o.resource.plural: o.resource for o in EVERY}
    for operation in EVERY:
        for version in operation.versions:
            for leaf in _leaves(operation.view):
                if isinstance(leaf, Match | MatchParam):
                    assert resolve(operation.resource, version, leaf.path)
                if isinstance(leaf, Via):
                    assert resolve(by_plural[leaf.collection], version, leaf.pick)
                    for where in leaf.where:
                        if isinstance(where, Match | MatchParam):
                            assert resolve(by_plural[leaf.collection], version, where.path)


# Derived collections


def test_people_are_told_apart_by_role():
    assert members("/students", V1P1, PEOPLE11) == ["kid"]
    assert members("/teachers", V1P1, PEOPLE11) == ["tea"]
    assert members("/administrators", V1P1, PEOPLE11) == ["boss", "aide"]
    assert members("/guardians", V1P1, PEOPLE11) == ["mum"]
    assert members("/teachers", V1P2, PEOPLE12) == ["tea"]
    assert members("/administrators", V1P2, PEOPLE12) == ["tea", "boss", "it"]
    assert members("/relatives/{sourcedId}", V1P2, PEOPLE12) == ["gran"]


def test_in_1p2_role_and_org_must_be_in_one_entry():
    path = "/schools/{schoolSourcedId}/teachers"
    assert members(path, V1P2, PEOPLE12, schoolSourcedId="s1") == ["tea"]
    assert members(path, V1P2, PEOPLE12, schoolSourcedId="s2") == [], "aide there, teacher elsewhere"
    assert members(path, V1P1, PEOPLE11, schoolSourcedId="s2") == ["tea"]


def test_guardians_of_a_school_are_those_of_its_students_in_1p1():
    """P-48: in 1.1 their own org is the district."""
    path = "/schools/{schoolSourcedId}/guardians"

    def gather(via):
        assert via.collection == "users"
        kids = [p for p in PEOPLE11 if compile_view(via.where[0], BY_PATH[V1P1]["/users"].resource, V1P1,
                                                    {"schoolSourcedId": "s1"}, gather)(p)]  # fmt: skip
        read = resolve(BY_PATH[V1P1]["/users"].resource, V1P1, via.pick).read
        return frozenset(value for kid in kids for value in read(kid))

    assert members(path, V1P1, PEOPLE11, gather, schoolSourcedId="s1") == ["mum"]
    assert members(path, V1P2, PEOPLE12, schoolSourcedId="s1") == ["mum"]


def test_sessions_and_orgs_are_told_apart_by_type():
    sessions = [
        {"sourcedId": kind, "type": kind, "parent": ref("term")} for kind in ("term", "gradingPeriod", "semester")
    ]
    for version in Version:
        assert members("/terms", version, sessions) == ["term"]
        assert members("/gradingPeriods", version, sessions) == ["gradingPeriod"]
        path = "/terms/{termSourcedId}/gradingPeriods"
        assert members(path, version, sessions, termSourcedId="term") == ["gradingPeriod"]
        assert members(path, version, sessions, termSourcedId="other") == []
    orgs = [{"sourcedId": kind, "type": kind} for kind in ("school", "district", "department")]
    assert members("/schools", V1P2, orgs) == ["school"]
    assert members("/districts", V1P2, orgs) == ["district"]


def test_users_of_a_class_come_through_active_enrollments_of_the_role():
    operation = BY_PATH[V1P1]["/classes/{classSourcedId}/students"]
    assert operation.view == Via(
        "enrollments",
        (
            MatchParam("class", "classSourcedId"),
            Match("role", frozenset({"student"})),
            Match("status", frozenset({"active"})),
        ),
        "user.sourcedId",
    )
    people = [{"sourcedId": "a"}, {"sourcedId": "b"}]
    assert members(operation.path, V1P1, people, lambda via: frozenset({"b"}), classSourcedId="c") == ["b"]


def test_resources_are_those_that_the_record_names():
    resources = [{"sourcedId": "a"}, {"sourcedId": "b"}]
    for kind in ("class", "course", "user"):
        operation = BY_PATH[V1P2][f"/{kind}{'es' if kind == 'class' else 's'}/{{{kind}SourcedId}}/resources"]
        assert operation.view.pick == "resources.sourcedId"
        assert members(operation.path, V1P2, resources, lambda via: frozenset({"b"}), **{f"{kind}SourcedId": "x"}) == [
            "b"
        ]


def test_a_class_of_another_school_is_no_parent():
    operation = BY_PATH[V1P2]["/schools/{schoolSourcedId}/classes/{classSourcedId}/students"]
    school, in_school = operation.parents
    params = {"schoolSourcedId": "s1", "classSourcedId": "c1"}
    holds = compile_view(in_school.view, in_school.resource, V1P2, params, lambda via: frozenset())
    assert holds({"sourcedId": "c1", "school": ref("s1")})
    assert not holds({"sourcedId": "c1", "school": ref("s2")})
    assert school.view == Match("type", frozenset({"school"}))


@settings(max_examples=200, deadline=None)
@given(st.data(), st.sampled_from(EVERY))
def test_the_index_holds_what_a_view_says_it_does_for_each_of_its_records(data, operation):
    version = data.draw(st.sampled_from(sorted(operation.versions)))
    record = data.draw(records(operation.resource, version))
    params = {param: data.draw(st.sampled_from(["a", "1", "s"])) for param in operation.params}
    holds = compile_view(operation.view, operation.resource, version, params, lambda via: frozenset({"a", "b"}))
    if holds(record):
        entries = set(index_values(operation.resource, version, record))
        assert set(view_equalities(operation.view, operation.resource, version, params)) <= entries


def test_the_index_answers_for_one_value_and_not_for_one_of_several():
    users = BY_PATH[V1P2]["/users"].resource
    of_one, of_two = Match("role", frozenset({"teacher"})), Match("role", frozenset({"teacher", "aide"}))
    assert view_equalities(of_one, users, V1P2, {}) == (("roles.role", "teacher"),)
    assert view_equalities(of_two, users, V1P2, {}) == ()
    assert view_equalities(Every((of_two, of_one)), users, V1P2, {}) == (("roles.role", "teacher"),)
    administrators = BY_PATH[V1P2]["/schools/{schoolSourcedId}/administrators"].view
    assert view_equalities(administrators, users, V1P2, {"schoolSourcedId": "S"}) == (("roles.org.sourcedId", "S"),)
    holds = compile_view(of_two, users, V1P2, {}, lambda via: frozenset())
    assert [row["sourcedId"] for row in PEOPLE12 if holds(row)] == ["tea"]
