"""Walks over many pages stay exact while rows come, change and go (P-92), and cost no more far out."""

import re
from urllib.parse import parse_qsl, urlsplit

import pytest

from provider.gradebook import candidates, reading
from provider.sis import models
from shared.oneroster.versions import BASE_PATHS, Version
from tests.provider.gradebook.conftest import Book, Record
from tests.provider.gradebook.rows import GradeRows


@pytest.fixture(params=list(Version), ids=str)
def version(request) -> Version:
    return request.param


@pytest.fixture
def results(book: Book, rows: GradeRows) -> list[tuple[int, str]]:
    """Ten results of a class, by row id and sourcedId, and one of another class between them."""
    found = []
    for number in range(10):
        item = rows.line_item(book.first if number != 5 else book.second)
        found.append((rows.result(item, book.ada, float(number), sourced_id=f"r{number}"), f"r{number}"))
    return found


class Walk:
    """A client that follows the Link header, or counts offsets itself."""

    def __init__(self, book: Book, version: Version, path: str, links: bool, **query: str) -> None:
        self._book, self._version, self._path, self._links = book, version, path, links
        self._query = query | {"limit": "3"}
        self.records: list[Record] = []
        self.totals: set[str] = set()
        self.sizes: list[int] = []

    def step(self) -> bool:
        """Read the next page; whether there is another one."""
        answer = self._book.get(self._path, self._version, **self._query)
        assert answer.status_code == 200, answer.text
        (page,) = answer.get_json().values()
        self.records += page
        self.sizes.append(len(page))
        self.totals.add(answer.headers["X-Total-Count"])
        following = re.search(r'<([^>]*)>; rel="next"', answer.headers["Link"])
        if self._links and following:
            self._query = dict(parse_qsl(urlsplit(following[1]).query))
        else:
            self._query["offset"] = str(len(self.records))
        return following is not None

    def ids(self) -> list[str]:
        while self.step():
            pass
        return [record["sourcedId"] for record in self.records]


@pytest.mark.parametrize("links", [True, False], ids=["by link", "by offset"])
@pytest.mark.parametrize("nested", [True, False], ids=["class", "all"])
def test_a_walk_has_each_record_once_whatever_is_written_meanwhile(
    book: Book, rows: GradeRows, results, version, links, nested
):
    path = f"/classes/{book.first}/results" if nested else "/results"
    expected = [name for _, name in results if not nested or name != "r5"]
    walk = Walk(book, version, path, links)
    assert walk.step()
    rows.delete("results", results[0][0])
    rows.delete("results", results[8][0])
    rows.result(rows.line_item(book.first), book.ben, sourced_id="new")
    rows.change("results", results[9][0], score=99.0)
    # Another walk begins, of the present state.
    later = Walk(book, version, path, links)
    if links:
        assert later.step()
    assert walk.ids() == expected
    assert walk.totals == {str(len(expected))}
    assert set(walk.sizes[:-1]) == {3}
    by_id = {record["sourcedId"]: record for record in walk.records}
    assert by_id["r8"]["status"] == "tobedeleted"
    assert by_id["r9"]["score"] == 99.0
    assert later.ids() == [name for name in expected if name not in ("r0", "r8")] + ["new"]


def test_sorted_and_filtered_walks_stay_exact_too(book: Book, rows: GradeRows, results, version):
    walk = Walk(book, version, "/results", True, sort="score", orderBy="desc", filter="score>='2'")
    assert walk.step()
    rows.change("results", results[4][0], score=0.0)
    rows.delete("results", results[3][0])
    assert walk.ids() == [f"r{number}" for number in range(9, 1, -1)]
    again = Walk(book, version, "/results", True, sort="score", orderBy="desc", filter="score>='2'")
    assert again.ids() == ["r9", "r8", "r7", "r6", "r5", "r2"]


def test_a_walk_survives_a_refresh_that_hides_a_class(book: Book, rows: GradeRows, results, version):
    walk = Walk(book, version, "/results", True)
    assert walk.step()
    rows.session.get_one(models.Section, book.second).external_lms_exclude = True
    rows.session.commit()
    book.refresh()
    assert walk.ids() == [name for _, name in results]
    assert "r5" not in Walk(book, version, "/results", True).ids()


def test_a_revision_that_nobody_began_is_the_present_one(book: Book, rows: GradeRows, results, version):
    for revision in ("0", "1", str(2**62), "9223372036854775807", "x"):
        answer = book.get("/results", version, offset="8", limit="5", revision=revision)
        assert [record["sourcedId"] for record in answer.get_json()["results"]] == ["r8", "r9"]
    assert book.get("/results", version, offset="50").get_json() == {"results": []}


def test_large_collections_are_looked_through_in_portions(
    book: Book, rows: GradeRows, results, version, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(candidates, "_SPAN", 2)
    rows.delete("results", results[1][0])
    names = [name for _, name in results if name != "r1"]
    assert book.ids("/results", version) == names
    assert book.ids("/results", version, filter="dateLastModified>'2020-01-01'") == ["r0", "r1", *names[1:]]
    assert book.ids("/results", version, filter="score>'7'") == ["r8", "r9"]


def test_an_unchanged_page_is_not_sent_again(book: Book, rows: GradeRows, results, version):
    """real-clients 23: the state moves when the grade book of the connection's schools does, and only then."""
    token = {"Authorization": f"Bearer {book.tokens[f'lincoln-{version}']}"}

    def ask(tag: str | None):
        headers = token | ({"If-None-Match": tag} if tag else {})
        return book.app.test_client().get(BASE_PATHS[version, "gradebook"] + "/results", headers=headers)

    tag = ask(None).headers["ETag"]
    assert ask(tag).status_code == 304
    rows.line_item(book.first)
    rows.result(rows.line_item(book.other), book.cleo)
    assert ask(tag).status_code == 304
    rows.change("results", results[2][0], score=50.0)
    changed = ask(tag)
    assert changed.status_code == 200 and changed.headers["ETag"] != tag


def test_of_two_processes_that_make_a_list_the_first_ones_is_everybodys(
    book: Book, rows: GradeRows, results, version, monkeypatch: pytest.MonkeyPatch
):
    keep = reading.keep_list

    def second(engine, collection, revision, mark, ids, now):
        assert keep(engine, collection, revision, mark, ids[::-1], now) is not None
        return keep(engine, collection, revision, mark, ids, now)

    monkeypatch.setattr(reading, "keep_list", second)
    assert Walk(book, version, "/results", True).ids() == [name for _, name in reversed(results)]


def test_odd_ids_and_filters_are_answered_in_the_versions_words(book: Book, rows: GradeRows, results, version):
    for odd in ("%00", "%F0%9F%98%80", "a%2Fb", "x" * 3000, "%20", "'"):
        assert book.get(f"/results/{odd}", version).status_code == 404
        assert book.get(f"/classes/{odd}/results", version).status_code == 404
        assert book.get(f"/classes/{book.first}/lineItems/{odd}/results", version).status_code == 404
    for path in ("sourcedId", "student", "lineItem", "lineItem.href", "comment", "metadata.x"):
        for value in ("\0", "é", "x" * 3000, "%", "_", ""):
            assert book.ids("/results", version, filter=f"{path}='{value}'") == []
    for bad in ("score='x'", "dateLastModified>'yesterday'", "score=1", "nothing"):
        assert book.get("/results", version, filter=bad).status_code == 400
