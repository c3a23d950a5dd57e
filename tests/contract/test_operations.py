"""All reads of rostering and resources of both versions and those of Campus (real-clients 22, P-111), over the demo
district."""

import re

import pytest

from shared.oneroster.resources.operations import SERVICES, STANDARD, Operation, operations_of
from shared.oneroster.versions import Version
from tests.contract.conftest import Demo
from tests.contract.derivations import DERIVATIONS, World
from tests.contract.platform import ids

ASKED = [
    (version, operation) for version in Version for service in SERVICES for operation in operations_of(version, service)
]
MANY = [(version, operation) for version, operation in ASKED if not operation.single]
ONE = [(version, operation) for version, operation in ASKED if operation.single]

#: No record has it.
NOBODY = "no-such-id"


def name(value: object) -> str:
    return value.operation_id if isinstance(value, Operation) else str(value)


def nothing_named(path: str) -> str:
    """A path with blanks for its parameters."""
    return re.sub(r"{\w*}", "{}", path)


def examples(world: World, operation: Operation) -> list[tuple[str, ...]]:
    """Path parameters that lead somewhere: people, classes and schools that show something special."""
    titles = {one["title"]: one for one in world.collections["classes"]}
    classes = [titles[title] for title in ("Case Study Hall", "Team Taught Algebra", "Emptied Algebra")]
    named = {(user["givenName"], user["familyName"]): user["sourcedId"] for user in world.collections["users"]}
    first = operation.params[0] if operation.params else ""
    if operation.params == ("schoolSourcedId", "classSourcedId"):
        return [(one["school"]["sourcedId"], one["sourcedId"]) for one in classes]
    found = {
        "": [()],
        "schoolSourcedId": [(school,) for school in sorted(world.orgs("school"))],
        "classSourcedId": [(one["sourcedId"],) for one in classes],
        "courseSourcedId": [(one["course"]["sourcedId"],) for one in classes[:1]],
        "termSourcedId": [(term,) for term in sorted(world.sessions("term"))[:4]],
        "studentSourcedId": [(named[one],) for one in (("Rita", "Regular"), ("Lena", "Left-Early"))],
        "teacherSourcedId": [(named[one],) for one in (("Tessa", "Regular-Teacher"), ("Nadia", "No-Section-Teacher"))],
        "userSourcedId": [(named[one],) for one in (("Rita", "Regular"), ("Prima", "Primary-Teacher"))],
    }
    return found[first]


@pytest.fixture
def world(demo: Demo, asked: tuple[Version, Operation]) -> World:
    return World(asked[0], demo.everything("lms", asked[0]))


def test_every_read_has_a_derivation_to_compare_with():
    assert {nothing_named(operation.path) for _, operation in MANY} == set(DERIVATIONS)
    assert len(STANDARD) == 41


@pytest.mark.parametrize("asked", MANY, ids=lambda asked: f"{asked[1].operation_id}-{asked[0]}")
def test_a_collection_holds_what_it_is_named_after(demo, asked, world):
    version, operation = asked
    path = nothing_named(operation.path)
    expected = {}
    for params in examples(world, operation):
        answer = demo.lms(version).get(path.format(*params), params={"limit": 50_000})
        assert answer.status_code == 200, answer.text
        assert set(answer.json()) == {operation.resource.plural}
        records = answer.json()[operation.resource.plural]
        expected[params] = DERIVATIONS[path](world, *params)
        assert ids(records) == expected[params], params
        assert int(answer.headers["X-Total-Count"]) == len(records) == len(expected[params])
    assert any(expected.values()), "nothing was compared"


@pytest.mark.parametrize("asked", ONE, ids=lambda asked: f"{asked[1].operation_id}-{asked[0]}")
def test_a_record_is_read_by_its_id_where_it_belongs_and_nowhere_else(demo, asked, world):
    version, operation = asked
    path = nothing_named(operation.path)
    members = DERIVATIONS[path.removesuffix("/{}")](world)
    stored = {record["sourcedId"]: record for record in world.collections[operation.resource.plural]}
    for sourced_id in sorted(members)[:2]:
        answer = demo.lms(version).get(path.format(sourced_id))
        assert answer.status_code == 200
        assert answer.json() == {operation.resource.singular: stored[sourced_id]}
    for other in [*sorted(stored.keys() - members)[:1], NOBODY]:
        assert demo.lms(version).get(path.format(other)).status_code == 404


@pytest.mark.parametrize(
    "asked", [asked for asked in MANY if asked[1].params], ids=lambda asked: f"{asked[1].operation_id}-{asked[0]}"
)
def test_an_unknown_parent_is_404(demo, asked, world):
    version, operation = asked
    params = examples(world, operation)[0]
    for place in range(len(params)):
        wrong = (*params[:place], NOBODY, *params[place + 1 :])
        assert demo.lms(version).get(nothing_named(operation.path).format(*wrong)).status_code == 404


def test_a_parent_of_the_wrong_kind_is_404(lms, everything, version):
    """A district is no school, a teacher no student, a class of one school none of another."""
    world = World(version, everything)
    (district,) = world.orgs("district")
    teacher = min(world.people("teacher") - world.people("student"))
    one = everything["classes"][0]
    elsewhere = min(world.orgs("school") - {one["school"]["sourcedId"]})
    period = min(world.sessions("gradingPeriod"))
    for path in (
        f"/schools/{district}/classes",
        f"/students/{teacher}/classes",
        f"/schools/{elsewhere}/classes/{one['sourcedId']}/students",
        f"/terms/{period}/classes",
    ):
        assert lms.get(path).status_code == 404, path


def test_a_class_without_students_has_an_empty_list_and_not_404(lms, everything):
    (emptied,) = (one["sourcedId"] for one in everything["classes"] if one["title"] == "Emptied Algebra")
    answer = lms.get(f"/classes/{emptied}/students")
    assert (answer.status_code, answer.json(), answer.headers["X-Total-Count"]) == (200, {"users": []}, "0")
