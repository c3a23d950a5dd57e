"""Filters and sorting of the grade book (P-110): each kind of field finds exactly what the records say."""

from itertools import combinations

import pytest

from provider.sis import models
from shared.oneroster.filters import compile_filter, fields_of, parse_filter
from shared.oneroster.resources.gradebook import GRADEBOOK
from shared.oneroster.resources.model import Resource
from shared.oneroster.versions import Version
from tests.provider.gradebook.conftest import Book, Record
from tests.provider.gradebook.rows import GradeRows
from tests.provider.gradebook.test_records import fill

RESOURCES = {resource.plural: resource for resource in GRADEBOOK}

#: Filters of a collection, each with how many of the records of `fill` and of one deleted result answer it.
EVERY_VERSION = {
    "categories": {"title='homework'": 1, "title~'o'": 2, "sourcedId='c2'": 1, "title='Homework' AND sourcedId='c2'": 0},
    "lineItems": {
        "class='1'": 2, "class.sourcedId='1' AND title='Essay'": 2, "class='2'": 0, "category='c2'": 1,
        "category.sourcedId='c/1 é'": 1, "dueDate>'2025-09-12'": 2, "dueDate>'2025-09-13'": 0, "description~'PAGES'": 1,
        "resultValueMax>='100'": None, "class='1' OR class='2'": 2, "gradingPeriod='nothing'": 0,
        "metadata.example.colour='blue'": 1, "category='" + "x" * 300 + "'": 0,
    },
    "results": {
        "score>'100'": 1, "score='300'": 1, "score!='300'": 1, "student='{ada}'": 2, "student='{ben}'": 0,
        "student='nobody'": 0, "lineItem='i1'": 1, "lineItem='i1' AND student='{ada}'": 1,
        "lineItem='i1' AND lineItem='i2'": 0, "scoreDate='2025-09-15'": 2, "scoreDate<'2025-09-15'": 0,
        "comment~'goo'": 1, "status='active'": 2, "status='ACTIVE'": 2, "status='tobedeleted'": 1, "status='x'": 0,
        "status='active' OR score='10'": 3, "status!='active' AND score='10'": 1, "dateLastModified>'2020-01-01'": 3,
        "dateLastModified<'2020-01-01'": 0, "dateLastModified>'2020-01-01' AND dateLastModified<'2020-01-02'": 0,
        "dateLastModified>'0001-01-01' AND score>'100'": 1, "sourcedId='gone'": 0, "sourcedId='gone' AND status~'e'": 1,
        "dateLastModified>'2020-01-01' AND status='active'": 2, "scoreStatus='fully graded'": 1,
    },
}  # fmt: skip
ONLY_12 = {
    "lineItems": {"school='{school}'": 2, "scoreScale='own'": 1, "academicSession='nothing'": 0},
    "results": {"class='1'": 2, "class='1' AND late='true'": 1, "late='TRUE'": 1, "textScore='a'": 1, "class='3'": 0},
    "scoreScales": {"class='1'": 2, "scoreScaleValue.itemValueRHS~'Pass'": 1, "type='letter'": 2},
}


@pytest.fixture
def filled(book: Book, rows: GradeRows) -> Book:
    fill(book, rows)
    category = rows.session.query(models.GradeCategory.id).filter_by(sourced_id="c2").scalar()
    item = rows.line_item(book.second, category, sourced_id="i3")
    rows.delete("results", rows.result(item, book.ben, 10.0, sourced_id="gone"))
    rows.delete("lineItems", item)
    return book


def everything(book: Book, resource: Resource, version: Version) -> list[Record]:
    """All records, deleted ones too."""
    return book.read(f"/{resource.plural}", version, filter="status='active' OR status='tobedeleted'")


@pytest.mark.parametrize("version", list(Version), ids=str)
def test_a_filter_finds_exactly_the_records_that_answer_it(filled: Book, version):
    users = {
        "ada": filled.one("/results/r1", version)["student"]["sourcedId"], "ben": "nobody",
        "school": filled.one("/lineItems/i1", Version.V1P2)["school"]["sourcedId"],
    }  # fmt: skip
    asked = [EVERY_VERSION] if version is Version.V1P1 else [EVERY_VERSION, ONLY_12]
    for plural, text, count in [(p, t, c) for table in asked for p, found in table.items() for t, c in found.items()]:
        resource = RESOURCES[plural]
        text = text.format(**users)
        node = parse_filter(text, resource, version)
        assert node is not None
        sees_deleted = "status" in text.replace("scoreStatus", "") or "dateLastModified" in text
        holds = compile_filter(node, resource, version)
        wanted = [
            record["sourcedId"]
            for record in everything(filled, resource, version)
            if holds(record) and (sees_deleted or record["status"] == "active")
        ]
        assert filled.ids(f"/{plural}", version, filter=text) == wanted, text
        assert count is None or len(wanted) == count, text


CLAUSES = (
    "score>'100'", "score!='300'", "student='{ada}'", "student!='{ada}'", "lineItem='i1'", "lineItem='i2'",
    "sourcedId='r1'", "sourcedId!='r1'", "sourcedId='gone'", "status='active'", "status='tobedeleted'",
    "status!='active'", "status='x'", "dateLastModified>'2020-01-01'", "dateLastModified<'2020-01-01'",
    "dateLastModified>='{at}'", "dateLastModified<'{at}'", "dateLastModified!='{at}'", "comment~'g'",
)  # fmt: skip


@pytest.mark.parametrize("version", list(Version), ids=str)
def test_any_two_clauses_find_what_the_records_say(filled: Book, version):
    """What the database narrows never takes away a record, and never adds one."""
    resource = RESOURCES["results"]
    known = {record["sourcedId"]: record for record in everything(filled, resource, version)}
    ada, at = known["r1"]["student"]["sourcedId"], known["r2"]["dateLastModified"]
    for one, other in combinations(CLAUSES, 2):
        for word in ("AND", "OR"):
            text = f"{one} {word} {other}".format(ada=ada, at=at)
            node = parse_filter(text, resource, version)
            assert node is not None
            holds, whole = compile_filter(node, resource, version), fields_of(node) & {"status", "dateLastModified"}
            wanted = [
                name for name, record in known.items() if holds(record) and (whole or record["status"] == "active")
            ]
            assert filled.ids("/results", version, filter=text) == wanted, text


@pytest.mark.parametrize("version", list(Version), ids=str)
def test_dates_are_compared_to_the_millisecond_and_beyond(filled: Book, version):
    (at,) = {record["dateLastModified"] for record in filled.read("/results", version, filter="sourcedId='r1'")}
    for op, text, found in (
        ("=", at, True), (">", at, False), (">=", at, True), ("<", at, False), ("<=", at, True), ("!=", at, False),
        (">", at.replace("Z", "4Z"), False), (">=", at.replace("Z", "4Z"), False), ("<", at.replace("Z", "4Z"), True),
        ("<=", at.replace("Z", "4Z"), True), ("=", at.replace("Z", "4Z"), False), ("=", at.replace("Z", "+00:00"), True),
    ):  # fmt: skip
        ids = filled.ids("/results", version, filter=f"dateLastModified{op}'{text}'")
        assert ("r1" in ids) is found, (op, text)


@pytest.mark.parametrize("version", list(Version), ids=str)
def test_lists_are_sorted_by_any_field_with_sourced_id_last(filled: Book, version):
    assert filled.ids("/results", version, sort="score") == ["r1", "r2"]
    assert filled.ids("/results", version, sort="score", orderBy="desc") == ["r2", "r1"]
    assert filled.ids("/results", version, sort="scoreDate", orderBy="desc") == ["r1", "r2"]
    assert filled.ids("/results", version, sort="dateLastModified", orderBy="desc") == ["r2", "r1"]
    assert filled.ids("/categories", version, sort="title") == ["c/1 é", "c2"]
    by_id = filled.ids("/results", version, sort="sourcedId", orderBy="desc", filter="status!='nothing'")
    assert by_id == ["r2", "r1", "gone"]
