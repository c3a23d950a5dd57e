"""Every record of the demo district, in both versions, as a platform reads it: valid, complete, and closed (P-81)."""

import json
import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from shared.oneroster.schemas import json_schema, record_schema
from shared.oneroster.versions import Version
from tests.contract.conftest import Demo
from tests.contract.platform import RESOURCES, Platform, Record, ids, references

OFFICIAL = Path(__file__).resolve().parents[3] / "shared" / "spec" / "openapi"
#: Which document knows an entity: rostering, but for resources.
OFFICIAL_FILES = {
    "resources": OFFICIAL / "oneroster_v1p2_resourcesservice.stringbool.json",
    "rostering": OFFICIAL / "oneroster_v1p2_rostersservice.stringbool.json",
}
TYPES = {
    "orgs": "OrgDType", "academicSessions": "AcademicSessionDType", "courses": "CourseDType", "classes": "ClassDType",
    "users": "UserDType", "enrollments": "EnrollmentDType", "demographics": "DemographicsDType",
    "resources": "ResourceDType",
}  # fmt: skip

DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
GRADES = {"IT", "PR", "PK", "TK", "KG", *(f"{n:02}" for n in range(1, 14)), "PS", "UG", "Other"}

STUDENT = "student"

#: The type that a reference to each collection has (real-clients 16).
REFERENCE_TYPES = {
    "orgs": "org", "academicSessions": "academicSession", "courses": "course", "classes": "class", "users": "user",
    "resources": "resource",
}  # fmt: skip


@pytest.fixture(params=["lms", "cedar", "bare"])
def seen(demo: Demo, version: Version, request: pytest.FixtureRequest) -> tuple[Platform, dict[str, list[Record]]]:
    """A platform with all schools, one with one school, one with two schools and no data to share; what it reads."""
    return demo.platform(request.param, version), demo.everything(request.param, version)


def values(value: Any) -> Iterator[Any]:
    """Every value inside a JSON value, itself included."""
    yield value
    if isinstance(value, dict):
        for inner in value.values():
            yield from values(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from values(inner)


def test_every_collection_has_records(everything):
    assert all(everything.values())


@pytest.fixture(scope="module")
def checked() -> set[str]:
    """Records that have been validated: what both databases publish alike need not be checked twice."""
    return set()


def unchecked(checked: set[str], by: str, records: list[Record]) -> Iterator[Record]:
    """The records that `by` has not yet validated."""
    for record in records:
        text = by + json.dumps(record)
        if text not in checked:
            checked.add(text)
            yield record


def test_every_record_is_valid_by_our_own_schemas(everything, version, checked):
    for name, records in everything.items():
        schema = record_schema(RESOURCES[name], version)
        closed = {**json_schema(RESOURCES[name], version), "additionalProperties": False}
        validator = jsonschema.Draft202012Validator(closed)
        for record in unchecked(checked, f"{version} {name}", records):
            assert schema.validate(record) == {}, record
            validator.validate(record)


@pytest.mark.skipif(not OFFICIAL.exists(), reason=f"{OFFICIAL} is not there to compare with")
def test_every_record_of_1_2_is_valid_by_the_official_document(demo, checked):
    documents = {name: json.loads(file.read_text(encoding="utf-8")) for name, file in OFFICIAL_FILES.items()}
    for name, records in demo.everything("lms", Version.V1P2).items():
        document = documents[RESOURCES[name].service]
        schema = {"$ref": f"#/components/schemas/{TYPES[name]}", "components": document["components"]}
        validator = jsonschema.Draft202012Validator(schema)
        for record in unchecked(checked, f"official {name}", records):
            validator.validate(record)


def test_no_two_records_of_a_collection_have_the_same_id(everything):
    for name, records in everything.items():
        assert len(ids(records)) == len(records), name


def test_every_reference_resolves_for_the_same_connection(seen, version):
    """P-81, check 13: by membership in what the connection reads, at the address that the reference says."""
    platform, records = seen
    known = {name: ids(found) for name, found in records.items()}
    for name, found in records.items():
        for record in found:
            for reference in references(record):
                start, collection, sourced_id = reference["href"].rsplit("/", 2)
                assert start == platform.base_of(f"/{collection}"), reference
                assert sourced_id == reference["sourcedId"]
                assert sourced_id in known[collection], f"{name} {record['sourcedId']}: {reference}"
                assert reference["type"] == REFERENCE_TYPES[collection]


def test_following_an_href_leads_to_the_object(seen):
    platform, records = seen
    for name, found in records.items():
        kinds = groupby(sorted(found, key=_shape), key=_shape)
        for record in (next(same) for _, same in kinds):
            for reference in list(references(record))[:3]:
                (target,) = platform.get(reference["href"]).json().values()
                assert target["sourcedId"] == reference["sourcedId"], f"{name}: {reference}"


def _shape(record: Record) -> str:
    """What distinguishes kinds of records: their properties and kind or role."""
    return f"{sorted(record)} {record.get('type')} {record.get('role')}"


def test_demographics_have_the_id_of_a_user(demo, version, everything):
    if version is Version.V1P2:
        assert ids(everything["demographics"]) <= ids(everything["users"])


def test_nothing_is_null_or_empty(everything):
    """real-clients 15. Only `agents` and `grades` of students may be empty lists, so that they are always there (13)."""
    for name, records in everything.items():
        for record in records:
            student = name == "users" and STUDENT in (record.get("role"), *(r["role"] for r in record.get("roles", ())))
            filled = {k: v for k, v in record.items() if not (student and k in ("agents", "grades"))}
            for value in values(filled):
                assert value is not None and value not in ("", [], {}), f"{name}: {record}"
                assert not isinstance(value, bool), record
                assert not isinstance(value, str) or value.strip(), record


def test_dates_are_written_in_the_one_form_that_every_client_reads(everything):
    """real-clients 12."""
    for record in (record for records in everything.values() for record in records):
        assert DATE_TIME.fullmatch(record["dateLastModified"])


def test_every_user_of_1_1_has_identifier_and_orgs_and_every_student_agents_and_grades(demo):
    """real-clients 13. A grade level without a state mapping has empty grades (P-60)."""
    users = demo.everything("lms", Version.V1P1)["users"]
    assert all(user["identifier"] and user["orgs"] for user in users)
    students = [user for user in users if user["role"] == "student"]
    assert all("agents" in student for student in students)
    without = {student["familyName"] for student in students if not student["grades"]}
    assert without == {"Unmapped-Grade"}


def test_every_class_has_a_term_and_every_enrollment_both_dates(everything):
    """real-clients 14."""
    sessions = {session["sourcedId"]: session["type"] for session in everything["academicSessions"]}
    for one in everything["classes"]:
        assert one["terms"] and {sessions[term["sourcedId"]] for term in one["terms"]} == {"term"}
    for enrollment in everything["enrollments"]:
        assert enrollment["beginDate"] <= enrollment["endDate"], enrollment


def test_ids_of_1_2_are_random_uuids_and_users_carry_the_legacy_one(demo):
    """P-83, real-clients 21. What came in with an id of its own keeps it (P-83b)."""
    everything = demo.everything("lms", Version.V1P2)
    for name in ("users", "orgs", "demographics", "academicSessions"):
        strange = {one for one in ids(everything[name]) if not UUID4.fullmatch(one)}
        assert strange <= {"legacy-student-4711"}, name
    for user in everything["users"]:
        assert user["metadata"]["ic.legacySourcedId"]


def test_ids_of_1_1_users_begin_with_the_letter_of_their_role(demo):
    """P-83."""
    letters = {"student": "s", "teacher": "t", "administrator": "a", "guardian": "g", "relative": "r"}
    for user in demo.everything("lms", Version.V1P1)["users"]:
        if user["sourcedId"] != "legacy-student-4711":
            assert re.fullmatch(letters[user["role"]] + r"\d+", user["sourcedId"])


def test_every_org_has_an_identifier_and_every_school_a_parent(everything):
    """real-clients 21."""
    districts = {org["sourcedId"] for org in everything["orgs"] if org["type"] == "district"}
    assert len(districts) == 1
    for org in everything["orgs"]:
        assert org["identifier"]
        if org["type"] == "school":
            assert org["parent"]["sourcedId"] in districts


def test_demographics_of_1_2_have_every_race_flag_and_sex(demo):
    """real-clients 21."""
    races = {"americanIndianOrAlaskaNative", "asian", "blackOrAfricanAmerican", "white", "hispanicOrLatinoEthnicity",
             "nativeHawaiianOrOtherPacificIslander", "demographicRaceTwoOrMoreRaces", "sex"}  # fmt: skip
    for record in demo.everything("lms", Version.V1P2)["demographics"]:
        assert races <= record.keys(), record


def test_grades_are_written_as_ceds_writes_them(everything):
    """real-clients 21, P-58."""
    for name in ("users", "classes", "courses"):
        for record in everything[name]:
            assert set(record.get("grades", ())) <= GRADES, f"{name}: {record}"
