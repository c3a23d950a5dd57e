"""Who sees what of the grade book, in lists, below classes and by id (P-81, P-96, P-97, P-122, real-clients 18)."""

import pytest

from provider.access.models import Connection
from provider.database import db
from provider.sis import models
from shared.oneroster.resources.gradebook_operations import gradebook_reads
from shared.oneroster.versions import Version
from tests.provider.gradebook.conftest import Book
from tests.provider.gradebook.rows import GradeRows

V11, V12 = Version.V1P1, Version.V1P2


@pytest.fixture(params=list(Version), ids=str)
def version(request) -> Version:
    return request.param


def student(book: Book, person: int, version: Version) -> str:
    """The sourcedId of a student's user."""
    return f"s{person}" if version is V11 else db.session.get_one(models.Person, person).guid


def test_collections_without_rows_are_empty_lists(book: Book, rows: GradeRows, version):
    params = {"classSourcedId": str(book.first), "studentSourcedId": student(book, book.ada, version)}
    school = db.session.get_one(models.School, 1).guid
    for operation in gradebook_reads(version):
        if "lineItemSourcedId" in operation.params:
            continue
        answer = book.get(operation.path.format(sourcedId="none", schoolSourcedId=school, **params), version)
        if operation.single:
            assert answer.status_code == 404
        else:
            assert answer.get_json() == {operation.resource.plural: []}
            assert answer.headers["X-Total-Count"] == "0"


def test_a_connection_sees_the_grades_of_its_schools_only(book: Book, rows: GradeRows, version):
    here = rows.line_item(book.first, rows.category(book.first, sourced_id="c-here"), sourced_id="here")
    there = rows.line_item(book.other, rows.category(book.other, sourced_id="c-there"), sourced_id="there")
    rows.result(here, book.ada, sourced_id="r-here")
    rows.result(there, book.cleo, sourced_id="r-there")
    rows.category(None, sourced_id="c-free")
    for plural, own, free in (("categories", "c-", ["c-free"]), ("lineItems", "", []), ("results", "r-", [])):
        assert book.ids(f"/{plural}", version) == [f"{own}here", f"{own}there", *free]
        assert book.ids(f"/{plural}", version, "lincoln") == [f"{own}here", *free]
        assert book.ids(f"/{plural}", version, "grant", sort="sourcedId") == sorted([f"{own}there", *free])
        assert book.get(f"/{plural}/{own}there", version, "lincoln").status_code == 404
        assert book.one(f"/{plural}/{own}there", version, "grant")["sourcedId"] == f"{own}there"
    # Nor does a filter lead to what is not there (P-96).
    assert book.ids("/results", version, "lincoln", filter="lineItem.sourcedId='there'") == []
    assert book.get(f"/classes/{book.other}/results", version, "lincoln").status_code == 404


def test_sections_that_are_not_published_do_not_exist(book: Book, rows: GradeRows, version):
    item = rows.line_item(book.hidden, sourced_id="unseen")
    rows.result(item, book.ada, sourced_id="r-unseen")
    for path in ("/lineItems", "/results", "/categories"):
        assert book.read(path, version) == []
    assert book.get("/results/r-unseen", version).status_code == 404
    assert book.get(f"/classes/{book.hidden}/lineItems", version).status_code == 404
    # As soon as the section is published they are there.
    section = db.session.get_one(models.Section, book.hidden)
    section.external_lms_exclude = False
    db.session.commit()
    book.refresh()
    assert book.ids("/results", version) == ["r-unseen"]


def test_a_result_of_somebody_who_is_not_published_does_not_exist(book: Book, rows: GradeRows, version):
    stranger = models.Person(id=900, guid="00000000-0000-4000-8000-000000000001")
    rows.session.add(stranger)
    rows.session.commit()
    item = rows.line_item(book.first, sourced_id="item")
    rows.result(item, stranger.id, sourced_id="r-stranger")
    rows.result(item, book.ada, sourced_id="r-ada")
    assert book.ids("/results", version) == book.ids(f"/classes/{book.first}/results", version) == ["r-ada"]
    assert book.get("/results/r-stranger", version).status_code == 404


def test_lists_below_a_class_hold_what_belongs_to_all_that_the_path_names(book: Book, rows: GradeRows, version):
    one = rows.line_item(book.first, sourced_id="one")
    two = rows.line_item(book.first, sourced_id="two")
    other = rows.line_item(book.second, sourced_id="other")
    for item, person, name in (
        (one, book.ada, "1a"),
        (one, book.ben, "1b"),
        (two, book.ada, "2a"),
        (other, book.ada, "3a"),
    ):
        rows.result(item, person, sourced_id=name)
    base = f"/classes/{book.first}"
    ada, ben, cleo = (student(book, person, version) for person in (book.ada, book.ben, book.cleo))
    assert book.ids(f"{base}/lineItems", version) == ["one", "two"]
    assert book.ids(f"{base}/results", version) == ["1a", "1b", "2a"]
    assert book.ids(f"{base}/lineItems/one/results", version) == ["1a", "1b"]
    assert book.ids(f"{base}/students/{ada}/results", version) == ["1a", "2a"]
    assert book.ids(f"{base}/students/{ben}/results", version) == ["1b"]
    # A student who is not in the class has no results there; one who is not there at all is not found.
    assert book.ids(f"{base}/students/{cleo}/results", version) == []
    unknown = (
        "/classes/nowhere/results", "/classes/nowhere/lineItems/one/results", f"{base}/lineItems/nothing/results",
        # The line item of another class is none of this one.
        f"{base}/lineItems/other/results", f"{base}/students/nobody/results", f"{base}/students/t{book.ada}/results",
    )  # fmt: skip
    for path in unknown:
        answer = book.get(path, version)
        assert answer.status_code == 404, path
        assert "Unknown Object" in answer.text


def test_categories_of_a_class_are_its_own_and_those_that_it_may_use(book: Book, rows: GradeRows, version):
    """P-117: a platform's own category is open to all its classes; another platform's shows where it is used."""
    rows.category(book.first, sourced_id="own")
    rows.category(book.second, sourced_id="second")
    mine, theirs = (_connection(rows, f"{who}-{version}") for who in ("all", "grant"))
    rows.category(None, sourced_id="mine", connection_id=mine)
    used = rows.category(None, sourced_id="theirs-used", connection_id=theirs)
    rows.category(None, sourced_id="theirs", connection_id=theirs)
    rows.line_item(book.first, used)
    assert book.ids(f"/classes/{book.first}/categories", version) == ["own", "mine", "theirs-used"]
    assert book.ids(f"/classes/{book.second}/categories", version) == ["second", "mine"]


def test_score_scales_of_a_class_and_of_a_school(book: Book, rows: GradeRows):
    for section, name in ((book.first, "1"), (book.second, "2"), (book.other, "3")):
        rows.scale(section, sourced_id=name)
    lincoln, grant = (db.session.get_one(models.School, key).guid for key in (1, 2))
    assert book.ids("/scoreScales", V12) == ["1", "2", "3"]
    assert book.ids(f"/classes/{book.second}/scoreScales", V12) == ["2"]
    assert book.ids(f"/schools/{lincoln}/scoreScales", V12) == ["1", "2"]
    assert book.ids(f"/schools/{grant}/scoreScales", V12) == ["3"]
    assert book.get(f"/schools/{grant}/scoreScales", V12, "lincoln").status_code == 404
    assert book.get("/scoreScales", V11).status_code == 404


def test_assessments_are_everybodys_unless_they_have_a_class(book: Book, rows: GradeRows):
    everywhere, there = rows.assessment(None, sourced_id="everywhere"), rows.assessment(book.other, sourced_id="there")
    rows.assessment_result(everywhere, book.ada, sourced_id="e-ada")
    rows.assessment_result(everywhere, book.cleo, sourced_id="e-cleo")
    rows.assessment_result(there, book.cleo, sourced_id="t-cleo")
    assert book.ids("/assessmentLineItems", V12, "lincoln") == ["everywhere"]
    assert book.ids("/assessmentResults", V12, "lincoln") == ["e-ada"]
    assert book.ids("/assessmentResults", V12, "grant") == ["e-cleo", "t-cleo"]
    assert book.ids("/assessmentResults", V12, filter="assessmentLineItem='everywhere'") == ["e-ada", "e-cleo"]
    assert book.get("/assessmentResults/t-cleo", V12, "lincoln").status_code == 404


def test_what_was_deleted_is_gone_but_for_delta_reads(book: Book, rows: GradeRows, version):
    item = rows.line_item(book.first, sourced_id="item")
    keep, gone = rows.result(item, book.ada, sourced_id="keep"), rows.result(item, book.ben, sourced_id="gone")
    before = book.one("/results/gone", version)["dateLastModified"]
    rows.delete("results", gone)
    base = f"/classes/{book.first}"
    for path in ("/results", f"{base}/results", f"{base}/lineItems/item/results"):
        assert book.ids(path, version) == ["keep"]
        (deleted,) = book.read(path, version, filter=f"dateLastModified>'{before}'")
        assert (deleted["sourcedId"], deleted["status"]) == ("gone", "tobedeleted")
        assert deleted["dateLastModified"] > before
        assert book.ids(path, version, filter="status='tobedeleted'") == ["gone"]
        assert book.ids(path, version, filter="status='active'") == ["keep"]
        assert book.ids(path, version, filter="status!='active'") == ["gone"]
    assert book.get("/results/gone", version).status_code == 404
    assert keep != gone


def test_a_line_item_takes_its_results_with_it(book: Book, rows: GradeRows, version):
    """No result is shown whose line item is not there (P-81)."""
    item = rows.line_item(book.first, sourced_id="item")
    rows.result(item, book.ada, sourced_id="r")
    rows.delete("lineItems", item)
    assert book.read("/results", version) == []
    assert book.get("/results/r", version).status_code == 404
    assert book.get(f"/classes/{book.first}/lineItems/item/results", version).status_code == 404


def test_fields_and_bad_parameters_are_as_everywhere(book: Book, rows: GradeRows, version):
    rows.line_item(book.first, sourced_id="item")
    (record,) = book.read("/lineItems", version, fields="title")
    assert record == {"sourcedId": "item", "title": "Essay"}
    assert book.get("/lineItems/item", version, fields="title").get_json() == {"lineItem": record}
    assert book.get("/lineItems", version, limit="0").status_code == 400
    assert book.get("/lineItems", version, filter="nothing='1'").status_code == 400
    assert book.get("/lineItems", version, fields="nothing").status_code == (200 if version is V11 else 400)


def _connection(rows: GradeRows, name: str) -> int:
    return rows.session.query(Connection.id).filter_by(name=name).scalar()
