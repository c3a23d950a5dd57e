"""A score is followed from the platform's call to its row in the SIS, under the request id that both sides know."""

import re
from typing import Any

import pytest

from provider.access.models import RequestLog
from provider.database import db
from shared.oneroster.versions import BASE_PATHS, Version
from tests.provider.admin.conftest import Pages
from tests.provider.gradebook.conftest import Book

ID = "5f0c2f3e-press-1"


def call(book: Book, verb: str, path: str, body: Any, request_id: str | None, version: Version = Version.V1P2) -> Any:
    """A call of the platform that sees all of the district."""
    headers = {"Authorization": f"Bearer {book.tokens[f'all-{version}']}"}
    headers |= {} if request_id is None else {"X-Request-ID": request_id}
    url = BASE_PATHS[version, "gradebook"] + path
    answer = book.app.test_client().open(url, method=verb, json=body, headers=headers)
    book.app.extensions["homeroom"]["request_log"].flush()
    return answer


def item_body(book: Book) -> dict[str, Any]:
    (section,) = (one for one in book.read("/lineItems", Version.V1P2) if one["title"] == "Sample")
    kept = ("class", "school", "gradingPeriod", "academicSession", "category")
    references = {name: section[name] for name in kept if name in section}
    return {"lineItem": {"title": "Press", "assignDate": "2025-09-01T10:00:00.000Z", "dueDate": "2025-09-12T10:00:00.000Z",
                         "resultValueMin": 0.0, "resultValueMax": 100.0, **references}}  # fmt: skip


def result_body(item: str, student: str, score: float = 80.0) -> dict[str, Any]:
    return {"lineItem": {"sourcedId": item}, "student": {"sourcedId": student}, "scoreStatus": "fully graded",
            "score": score, "scoreDate": "2025-09-15"}  # fmt: skip


@pytest.fixture
def student(book: Book, rows: Any) -> str:
    """The sourcedId of ada, with a line item of the district there to be copied."""
    sample = rows.line_item(book.first, title="Sample")
    rows.result(sample, book.ada)
    (found,) = {one["student"]["sourcedId"] for one in book.read("/results", Version.V1P2)}
    return found


def page_of(pages: Pages, book: Book, title: str, kind: str) -> str:
    """The page of the score or item whose link is in the column or row of an assignment."""
    window = pages.window("tom")
    grid = window.get(f"/sections/{book.first}/gradebook/").text
    item = re.findall(rf'href="(items/\d+/)" title="{title}"', grid)[0]
    if kind == "item":
        return window.get(f"/sections/{book.first}/gradebook/{item}").text
    for link in re.findall(r'href="(scores/\d+/)"', grid):
        page = window.get(f"/sections/{book.first}/gradebook/{link}").text
        if f"{title}</a>" in page:
            return page
    raise AssertionError("there is no such score")


def calls(page: str) -> list[tuple[str, str, str, bool]]:
    """(call, status, request id, whether it wrote) of a page, the newest first."""
    found = re.findall(r'data-label="Call"><code>(.*?)</code>(.*?)</td>\s*<td data-label="Status">(\d+)</td>\s*'
                       r'<td data-label="Request id"><code>(.*?)</code>', page)  # fmt: skip
    return [(asked, status, request_id, "what it is now" in rest) for asked, rest, status, request_id in found]


def test_a_score_that_was_put_names_the_call(pages: Pages, book: Book, student: str) -> None:
    assert call(book, "PUT", "/lineItems/li-1", item_body(book), "item-call").status_code == 201
    for request_id, score in (("first-try", 70.0), (ID, 80.0), ("the-same-again", 80.0)):
        answer = call(book, "PUT", "/results/r-1", {"result": result_body("li-1", student, score)}, request_id)
        assert answer.status_code == 201
        assert answer.headers["X-Request-ID"] == request_id
    base = BASE_PATHS[Version.V1P2, "gradebook"]
    page = page_of(pages, book, "Press", "score")
    assert calls(page) == [
        (f"PUT {base}/results/r-1", "201", "the-same-again", False),
        (f"PUT {base}/results/r-1", "201", ID, True),
        (f"PUT {base}/results/r-1", "201", "first-try", False),
    ]
    assert "all-1.2; read-only here" in page
    assert "<code>r-1</code>" in page and "<code>li-1</code>" in page
    assert calls(page_of(pages, book, "Press", "item")) == [(f"PUT {base}/lineItems/li-1", "201", "item-call", True)]


def test_a_score_that_came_in_a_bulk_post_names_it(pages: Pages, book: Book, student: str) -> None:
    assert call(book, "PUT", "/lineItems/li-1", item_body(book), "item-call").status_code == 201
    sent = {"results": [{"sourcedId": "mine", **result_body("li-1", student)}]}
    assert call(book, "POST", "/lineItems/li-1/results", sent, ID).status_code == 201
    base = BASE_PATHS[Version.V1P2, "gradebook"]
    page = page_of(pages, book, "Press", "score")
    assert calls(page) == [(f"POST {base}/lineItems/li-1/results", "201", ID, True)]
    page = page_of(pages, book, "Press", "item")
    assert calls(page) == [(f"PUT {base}/lineItems/li-1", "201", "item-call", True)], "not the calls of its scores"


def test_a_refused_call_and_that_of_another_platform_did_not_write(pages: Pages, book: Book, student: str) -> None:
    assert call(book, "PUT", "/lineItems/li-1", item_body(book), "item-call").status_code == 201
    assert call(book, "PUT", "/results/r-1", {"result": result_body("li-1", student)}, ID).status_code == 201
    refused = call(book, "PUT", "/results/r-1", {"result": {"score": "much"}}, "refused")
    assert refused.status_code == 422
    call(book, "PUT", "/results/r-1", {"result": result_body("li-1", student)}, "foreign", Version.V1P1)
    page = page_of(pages, book, "Press", "score")
    assert [(request_id, wrote) for _, _, request_id, wrote in calls(page)] == [("refused", False), (ID, True)]


def test_the_districts_own_rows_tell_of_no_platform(pages: Pages, book: Book, student: str) -> None:
    page = page_of(pages, book, "Sample", "score")
    assert "The district" in page and "Calls of" not in page


@pytest.mark.parametrize("sent", [None, "", "with blank", "someone@school.example", "é", "x" * 65, "<script>"])
def test_a_call_without_a_usable_id_is_given_one(book: Book, sent: str | None) -> None:
    """What could tell who somebody is, or could break a page, is not taken for an id."""
    answer = call(book, "GET", "/lineItems", None, None if sent is None else sent.encode().decode("latin-1"))
    given = answer.headers["X-Request-ID"]
    assert re.fullmatch("[0-9a-f]{32}", given)
    with book.app.app_context():
        assert db.session.query(RequestLog.request_id).order_by(RequestLog.id.desc()).first() == (given,)


def test_the_log_command_tells_the_id(book: Book) -> None:
    import json

    from click.testing import CliRunner

    from provider.access.log_command import log_command
    from provider.app import create_app
    from provider.context import ProviderContext

    call(book, "GET", "/lineItems", None, ID)
    context = ProviderContext(book.app.extensions["homeroom"]["settings"], "demo", create_app)
    context.__dict__["app"] = book.app
    told = json.loads(CliRunner().invoke(log_command, ["--json", "--limit", "1"], obj=context).stdout)
    assert [line["request_id"] for line in told] == [ID]
