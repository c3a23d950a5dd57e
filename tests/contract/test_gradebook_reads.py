"""The grade book of the demo district as platforms read it over HTTP: complete, valid, closed in itself."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from shared.oneroster.resources.gradebook import ASSESSMENTS, GRADEBOOK
from shared.oneroster.schemas import record_schema
from shared.oneroster.versions import Version
from tests.contract.district import Files
from tests.contract.door import Door
from tests.contract.gradebooks import Gradebook
from tests.contract.platform import RESOURCES, Record, ids, references

V1P1, V1P2 = Version.V1P1, Version.V1P2
FILE = Path(__file__).parents[3] / "shared/spec/openapi/oneroster_v1p2_gradebookservice.stringbool.json"
COLLECTIONS = {V1P1: GRADEBOOK[:3], V1P2: GRADEBOOK + ASSESSMENTS}


class Reader:
    """A platform that reads everything once."""

    def __init__(self, door: Door, name: str, version: Version) -> None:
        self.platform = door.platform(f"{name}-{version}", version)
        self.book = Gradebook(self.platform)
        self.version = version
        self.grades = {one.plural: self.walk(f"/{one.plural}") for one in COLLECTIONS[version]}
        self.roster = {name: self.platform.walk(f"/{name}") for name in RESOURCES}

    def walk(self, path: str, limit: int = 700) -> list[Record]:
        """All records of a collection, page after page by the Link header."""
        found: list[Record] = []
        url: str | None = f"{self.book.base}{path}?limit={limit}"
        while url:
            answer = self.platform.get(url)
            assert answer.status_code == 200, f"{url}: {answer.text[:500]}"
            (page,) = answer.json().values()
            found += page
            url = answer.links.get("next", {}).get("url")
        assert len(ids(found)) == len(found)
        return found

    def classes_of_results(self) -> dict[str, str]:
        """The class of each result, through its line item."""
        of_item = {item["sourcedId"]: item["class"]["sourcedId"] for item in self.grades["lineItems"]}
        return {result["sourcedId"]: of_item[result["lineItem"]["sourcedId"]] for result in self.grades["results"]}


@pytest.fixture(scope="module")
def readers(written: Door):
    return cache(lambda name, version: Reader(written, name, version))


@pytest.fixture
def lms(readers, version: Version) -> Reader:
    return readers("lms", version)


def test_every_record_is_valid_and_every_reference_resolves(lms: Reader):
    known = {name: ids(records) for name, records in (lms.roster | lms.grades).items()}
    for resource in COLLECTIONS[lms.version]:
        schema = record_schema(resource, lms.version)
        assert lms.grades[resource.plural], resource.plural
        for record in lms.grades[resource.plural]:
            assert schema.validate(record) == {}, record
            for reference in references(record):
                collection = reference["href"].split("/")[-2]
                assert reference["sourcedId"] in known[collection], (record["sourcedId"], reference)


@pytest.mark.skipif(not FILE.exists(), reason=f"{FILE} is not there to compare with")
def test_answers_of_1_2_are_as_the_official_document_says(readers):
    document = json.loads(FILE.read_text(encoding="utf-8"))
    book = readers("lms", V1P2).book
    for resource in COLLECTIONS[V1P2]:
        responses = document["paths"][f"/{resource.plural}"]["get"]["responses"]
        content = responses["200"]["content"]["application/json"]["schema"]
        schema: dict[str, Any] = {**content, "components": document["components"]}
        answer = book.get(f"/{resource.plural}?limit=500")
        assert list(Draft202012Validator(schema).iter_errors(answer.json())) == [], resource.plural


def _user_id(person: dict[str, str], version: Version) -> str | None:
    """P-83; in 1.2 every student of these rows is published, under an id that the files do not tell."""
    if version is V1P2:
        return None
    return person["sourced_id"] if person["imported_role"] == "s" else f"s{person['id']}"


def test_what_the_district_has_is_what_is_read(lms: Reader):
    """Rows with a sourcedId of their own are there under it, with the score they have; deleted ones are not, nor those
    of a student who is not published (1.1: one without a user name)."""
    rows = {row["sourced_id"]: row for row in Files().rows("result") if row["sourced_id"]}
    found = {record["sourcedId"]: record for record in lms.grades["results"] if record["sourcedId"] in rows}
    users = ids(lms.roster["users"])
    people = {row["id"]: row for row in Files().rows("person")}
    students = {name: _user_id(people[row["person_id"]], lms.version) for name, row in rows.items()}
    gone = {name for name, user in students.items() if user is not None and user not in users}
    assert set(found) == rows.keys() - gone - {"case-result-withdrawn"}
    for name, record in found.items():
        assert record.get("score") == (float(rows[name]["score"]) if rows[name]["score"] else None)
        assert record.get("comment", "") == rows[name]["comment"]
        assert record["scoreStatus"] == rows[name]["status"]
    assert lms.book.get("/results/case-result-withdrawn").status_code == 404
    changed = lms.book.listed("/results?filter=status='tobedeleted'")
    assert ids(changed) >= {"case-result-withdrawn"}


def test_lists_of_classes_are_the_parts_of_the_whole(lms: Reader):
    classes = lms.classes_of_results()
    for class_id in sorted(set(classes.values()))[:12]:
        path = f"/classes/{class_id}"
        mine = {result for result, of in classes.items() if of == class_id}
        assert ids(lms.book.listed(f"{path}/results")) == mine
        items = lms.book.listed(f"{path}/lineItems")
        assert items == [item for item in lms.grades["lineItems"] if item["class"]["sourcedId"] == class_id]
        (first, *_) = items
        of_item = ids(lms.book.listed(f"{path}/lineItems/{first['sourcedId']}/results"))
        assert of_item == {
            one["sourcedId"] for one in lms.grades["results"] if one["lineItem"]["sourcedId"] == first["sourcedId"]
        }
        categories = ids(lms.book.listed(f"{path}/categories"))
        assert {item["category"]["sourcedId"] for item in items} <= categories
    record = lms.grades["results"][0]
    student, class_id = record["student"]["sourcedId"], classes[record["sourcedId"]]
    assert ids(lms.book.listed(f"/classes/{class_id}/students/{student}/results")) == {
        one["sourcedId"]
        for one in lms.grades["results"]
        if one["student"]["sourcedId"] == student and classes[one["sourcedId"]] == class_id
    }


def test_a_connection_of_one_school_has_that_schools_part(readers, version):
    """P-96: of line items, results and scales those of its classes; nothing of another school by id or count."""
    whole, cedar = readers("lms", version), readers("cedar", version)
    classes = ids(cedar.roster["classes"])
    assert ids(cedar.grades["lineItems"]) == {
        item["sourcedId"] for item in whole.grades["lineItems"] if item["class"]["sourcedId"] in classes
    }
    of = whole.classes_of_results()
    students = ids(cedar.roster["users"])
    assert ids(cedar.grades["results"]) == {
        one["sourcedId"]
        for one in whole.grades["results"]
        if of[one["sourcedId"]] in classes and one["student"]["sourcedId"] in students
    }
    foreign = next(item for item in whole.grades["lineItems"] if item["class"]["sourcedId"] not in classes)
    assert cedar.book.get(f"/lineItems/{foreign['sourcedId']}").status_code == 404
    assert cedar.book.get(f"/classes/{foreign['class']['sourcedId']}/lineItems").status_code == 404
    for resource in COLLECTIONS[version]:
        assert ids(cedar.grades[resource.plural]) <= ids(whole.grades[resource.plural])


def test_pages_of_any_size_are_the_same_list(lms: Reader):
    whole = lms.book.listed("/results")
    assert whole == lms.grades["results"] == lms.walk("/results", 999)
    answer = lms.book.get("/results?limit=100&offset=200")
    assert answer.json()["results"] == whole[200:300]
    assert answer.headers["X-Total-Count"] == str(len(whole))
