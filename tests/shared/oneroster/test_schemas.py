"""Schemas of single records: what each version requires, takes and refuses; marshmallow and JSON Schema agree."""

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.oneroster.resources.rostering import ROSTERING, classes, courses, demographics, enrollments, orgs, users
from shared.oneroster.schemas import json_schema, record_schema
from shared.oneroster.versions import Version
from tests.shared.oneroster.records import RESOURCES, VERSIONS, records

V1P1, V1P2 = Version.V1P1, Version.V1P2


def ref(sourced_id, kind):
    return {"href": f"https://sis.example/{sourced_id}", "sourcedId": sourced_id, "type": kind}


CLASS = {
    "sourcedId": "c-55",
    "status": "active",
    "dateLastModified": "2026-08-01T00:00:00.000Z",
    "title": "Biology 9",
    "classType": "scheduled",
    "course": ref("co-7", "course"),
    "school": ref("s-10", "org"),
    "terms": [ref("t-1", "academicSession")],
}


def errors(record, resource=classes, version=V1P2):
    return record_schema(resource, version).validate(record)


@pytest.mark.parametrize("version", list(Version))
def test_a_record_of_the_standard_is_taken(version):
    assert errors(CLASS, version=version) == {}


def test_faults_are_told_by_property():
    record = {**CLASS, "status": "activ", "title": 7, "terms": [], "course": {"sourcedId": "co-7"}, "grades": ["09", 9]}
    del record["school"]
    assert errors(record) == {
        "status": ["it is not one of active, tobedeleted"],
        "title": ["it is not text"],
        "terms": ["Shorter than minimum length 1."],
        "course": ["href is missing"],
        "grades": {1: ["it is not text"]},
        "school": ["Missing data for required field."],
    }


def test_1p2_is_closed_and_1p1_is_not():
    assert errors({**CLASS, "shoeSize": 9}) == {"shoeSize": ["Unknown field."]}
    assert errors({**CLASS, "shoeSize": 9}, version=V1P1) == {}
    assert errors({**CLASS, "metadata": {"shoeSize": 9}}) == {}


def test_presence_is_that_of_the_version():
    without_type = {name: value for name, value in CLASS.items() if name != "classType"}
    assert errors(without_type) == {}
    assert "classType" in errors(without_type, version=V1P1)
    assert {n for n, f in users.of(V1P1).items()} & {"roles", "primaryOrg", "pronouns", "userProfiles"} == set()
    assert {n for n, f in users.of(V1P2).items()} & {"role", "orgs"} == set()


def test_null_is_no_value():
    assert errors({**CLASS, "location": None}) == {"location": ["Field may not be null."]}


def test_the_words_of_a_vocabulary_are_those_of_the_version():
    base = {key: CLASS[key] for key in ("sourcedId", "status", "dateLastModified")}
    assert errors({**base, "sex": "other"}, demographics) == {}
    assert "sex" in errors({**base, "sex": "other"}, demographics, V1P1)
    assert errors({**base, "sex": "ext:x"}, demographics) == {}
    assert "role" in errors(enrollment := {**base, "class": ref("c", "class"), "school": ref("s", "org"),
                                           "user": ref("u", "user"), "role": "aide"}, enrollments)  # fmt: skip
    assert errors({**enrollment, "role": "student"}, enrollments) == {}
    assert "identifier" in errors({**base, "name": "D", "type": "district"}, orgs)
    assert errors({**base, "name": "D", "type": "district"}, orgs, V1P1) == {}
    assert "courseCode" in errors({**base, "title": "x"}, courses, V1P1)


@settings(max_examples=150, deadline=None)
@given(st.data(), RESOURCES, VERSIONS)
def test_every_record_of_the_table_is_taken_by_both_schemas(data, resource, version):
    record = data.draw(records(resource, version))
    assert errors(record, resource, version) == {}
    jsonschema.validate(record, json_schema(resource, version))


@settings(max_examples=150, deadline=None)
@given(st.data(), RESOURCES, VERSIONS)
def test_both_schemas_refuse_the_same_records(data, resource, version):
    record = data.draw(records(resource, version))
    name = data.draw(st.sampled_from([*resource.of(version), "shoeSize"]))
    value = data.draw(st.sampled_from([None, 7, "", "nonsense", [], ["x"], {}, {"sourcedId": "x"}]))
    changed = {**record, name: value}
    if data.draw(st.booleans()):
        del changed[name]
    try:
        jsonschema.validate(changed, json_schema(resource, version), format_checker=jsonschema.FormatChecker())
        taken = True
    except jsonschema.ValidationError:
        taken = False
    # jsonschema has no check of its own for date-time without a further package.
    if name != "dateLastModified":
        assert (errors(changed, resource, version) == {}) is taken


def test_each_schema_is_made_once_and_has_a_name_of_its_own():
    schemas = [record_schema(resource, version) for resource in ROSTERING for version in Version]
    assert record_schema(users, V1P2) is record_schema(users, V1P2)
    assert len({type(schema).__name__ for schema in schemas}) == len(schemas)
