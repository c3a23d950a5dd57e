"""The request log on the district's pages: whether a platform asked, for what, and what it was answered (P-114)."""

import csv
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from provider.access.connections import find_connection
from provider.access.log_reading import last_call
from provider.access.models import RequestLog
from provider.database import db
from provider.sis.models import District
from tests.provider.admin.conftest import Pages, Window
from tests.provider.gradebook.conftest import Book

#: Local midnight of 5 October 2026 in the district below.
MIDNIGHT = datetime(2026, 10, 5, 5, 0, tzinfo=UTC)


def call(pages: Pages, at: datetime, connection: str | None = "all-1.2", **values: Any) -> None:
    """A line of the log."""
    with pages.app.app_context():
        number = find_connection(db.session(), connection).id if connection else None
        kept = {
            "method": "GET",
            "operation": "getAllUsers",
            "status": 200,
            "milliseconds": 3.4,
            "bytes": 1000,
            **values,
        }
        db.session.add(RequestLog(at=at, connection_id=number, **kept))
        db.session.commit()


def number_of(pages: Pages, connection: str) -> int:
    with pages.app.app_context():
        return int(find_connection(db.session(), connection).id)


def times(page: str) -> list[str]:
    """The times of the lines of a page."""
    return re.findall(r'<th scope="row">(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)</th>', page)


def sentence(page: str) -> str:
    """The answer to when something was last asked for."""
    found = re.search(r'<p class="notice[^>]*role="status">(.*?)</p>', page, re.DOTALL)
    return re.sub(r"<[^>]+>", "", found[1]).strip() if found else ""


@pytest.fixture
def ada(pages: Pages) -> Window:
    with pages.app.app_context():
        for district in db.session.query(District):
            district.time_zone = "America/Chicago"
        db.session.commit()
    return pages.window("ada_min")


@pytest.fixture
def log(pages: Pages, ada: Window) -> Window:
    """Ada's window, and a log: users and a class by all-1.2, a refusal of nobody, a line item by lincoln-1.1."""
    call(pages, MIDNIGHT - timedelta(seconds=1), limit=100, offset=0, count=100, total=250, request_id="first")
    call(pages, MIDNIGHT, limit=100, offset=100, count=100, total=250, filter="status='active'", sort="familyName")
    call(pages, MIDNIGHT + timedelta(hours=9, minutes=31), operation="getClass", objects="17", count=1)
    call(
        pages,
        MIDNIGHT + timedelta(hours=9, minutes=40),
        operation="getStudentsForClassInSchool",
        objects="S-1 17",
        status=404,
    )
    call(
        pages,
        MIDNIGHT + timedelta(hours=10),
        "lincoln-1.1",
        operation="putLineItem",
        method="PUT",
        objects="li-1",
        status=201,
    )
    call(pages, MIDNIGHT + timedelta(hours=11), None, operation="issue_token", method="POST", status=401)
    return ada


def test_the_newest_calls_come_first_with_what_was_asked_and_answered(log: Window) -> None:
    page = log.get("/requests/").text
    assert times(page) == ["2026-10-05 11:00:00", "2026-10-05 10:00:00", "2026-10-05 09:40:00", "2026-10-05 09:31:00",
                           "2026-10-05 00:00:00", "2026-10-04 23:59:59"]  # fmt: skip
    for told in ("Not let in", "issue_token", "lincoln-1.1", "li-1", "status=&#39;active&#39;", "by familyName",
                 "100 from 100 on", "100 of 250 records", "first"):  # fmt: skip
        assert told in page, told


EVERY = ["11:00:00", "10:00:00", "09:40:00", "09:31:00", "00:00:00", "23:59:59"]
#: What is asked for, and the times of the calls that are found.
FOUND = [
    ("connection={lincoln}", ["10:00:00"]),
    ("connection=0", ["11:00:00"]),
    ("operation=getClass", ["09:31:00"]),
    ("status=refused", ["11:00:00", "09:40:00"]),
    ("status=401", ["11:00:00"]),
    ("status=answered&connection={all}&since=2026-10-05", ["09:31:00", "00:00:00"]),
    ("until=2026-10-04", ["23:59:59"]),
    ("object=17", ["09:40:00", "09:31:00"]),
    ("object=S-1", ["09:40:00"]),
    ("object=7", []),
    ("object=%25", []),
    ("request_id=first", ["23:59:59"]),
    ("connection={all}&operation=putLineItem", []),
    ("since=2026-13-77&status=999&connection=x&after=1-x", EVERY),
    ("object=%00&operation=%00", EVERY),
]


def test_calls_are_found_by_each_filter(pages: Pages, log: Window) -> None:
    numbers = {"all": number_of(pages, "all-1.2"), "lincoln": number_of(pages, "lincoln-1.1")}
    for asked, found in FOUND:
        answer = log.get(f"/requests/?{asked.format(**numbers)}")
        assert answer.status_code == 200
        assert [time[11:] for time in times(answer.text)] == found, asked
        lines = list(csv.reader(log.get(f"/requests/requests.csv?{asked.format(**numbers)}").text.splitlines()))
        assert len(lines) == 1 + len(found), "the CSV has the same"


def test_when_a_vendor_last_asked_for_something_is_said_in_a_sentence(pages: Pages, log: Window) -> None:
    """P-114: support can tell whether the vendor asked."""
    whole, lincoln = number_of(pages, "all-1.2"), number_of(pages, "lincoln-1.1")
    told = sentence(log.get(f"/requests/?connection={whole}&operation=getAllUsers").text)
    assert told == "all-1.2 last asked for this on 2026-10-05 00:00:00, and was answered 200 with 100 records of 250."
    assert "09:40:00, and was answered 404." in sentence(log.get(f"/requests/?connection={whole}&object=17").text)
    never = sentence(log.get(f"/requests/?connection={lincoln}&operation=getAllUsers").text)
    assert never == "lincoln-1.1 has not asked for this in the 90 days for which the log is kept."
    assert sentence(log.get(f"/requests/?connection={whole}").text) == ""


def test_the_last_call_for_a_record_is_known_to_other_pages(pages: Pages, log: Window) -> None:
    whole = number_of(pages, "all-1.2")
    with pages.app.app_context():
        session = db.session()
        found = last_call(session, whole, ("getClass", "getAllUsers"))
        assert found is not None and found.objects == "17"
        found = last_call(session, whole, object="17")
        assert found is not None and found.status == 404
        assert last_call(session, whole, ("getCourse",)) is None


def test_a_long_log_is_read_page_by_page_and_stands_still_meanwhile(pages: Pages, ada: Window) -> None:
    """Calls that come in while somebody reads shift no page; several at one moment are told apart."""
    with pages.app.app_context():
        common = {"method": "GET", "operation": "getAllUsers", "status": 200, "milliseconds": 1, "bytes": 1}
        db.session.add_all(
            RequestLog(at=MIDNIGHT + timedelta(seconds=n // 7), request_id=f"r{n}", **common) for n in range(120)
        )
        db.session.commit()
    seen: list[str] = []
    address = ""
    for _ in range(3):
        page = ada.get(f"/requests/{address}").text
        seen += re.findall(r"<code>(r\d+)</code>", page)
        call(pages, MIDNIGHT + timedelta(days=1))
        found = re.search(r'rel="next" href="([^"]+)"', page)
        address = found[1].replace("&amp;", "&") if found else ""
    assert address == "" and seen == [f"r{n}" for n in reversed(range(120))]


def test_the_csv_keeps_what_a_spreadsheet_would_calculate_a_text(pages: Pages, ada: Window) -> None:
    call(pages, MIDNIGHT, objects="=1+1", request_id="-x")
    answer = ada.get("/requests/requests.csv")
    assert answer.mimetype == "text/csv" and "requests.csv" in answer.headers["Content-Disposition"]
    head, line = csv.reader(answer.text.splitlines())
    told = dict(zip(head, line, strict=True))
    assert (told["objects"], told["request id"], told["connection"]) == ("'=1+1", "'-x", "all-1.2")
    assert told["at"] == "2026-10-05T05:00:00+00:00"


def test_a_day_is_pictured_by_connection_and_local_hour(pages: Pages, log: Window) -> None:
    page = log.get("/requests/day/?day=2026-10-05").text
    said = dict(re.findall(r'connection=(\d+)">.*?aria-label="(.*?)"', page, re.DOTALL))
    whole, lincoln = str(number_of(pages, "all-1.2")), str(number_of(pages, "lincoln-1.1"))
    assert said == {
        whole: "Calls by hour: 00:00 1; 09:00 2, 1 of them refused", lincoln: "Calls by hour: 10:00 1",
        "0": "Calls by hour: 11:00 1, 1 of them refused",
    }  # fmt: skip
    assert "23:00 1" in log.get("/requests/day/?day=2026-10-04").text, "the night before, where it was still that day"
    assert "Nobody asked for anything" in log.get("/requests/day/?day=2026-10-06").text
    assert log.get("/requests/day/?day=never&connection=zz").status_code == 200


def test_a_connections_day_tells_what_it_asked_for(pages: Pages, log: Window) -> None:
    whole = number_of(pages, "all-1.2")
    page = log.get(f"/requests/day/?day=2026-10-05&connection={whole}").text
    rows = re.findall(
        r'<th scope="row"><a href="([^"]+)">(get\w+)</a></th>\s*<td[^>]*>(\d+)</td>\s*<td[^>]*>(\d+)</td>', page
    )
    assert [row[1:] for row in rows] == [
        ("getAllUsers", "1", "0"), ("getClass", "1", "0"), ("getStudentsForClassInSchool", "1", "1"),
    ]  # fmt: skip
    assert times(log.get(rows[0][0].replace("&amp;", "&")).text) == ["2026-10-05 00:00:00"]
    quiet = number_of(pages, "grant-1.2")
    assert "grant-1.2 asked for nothing" in log.get(f"/requests/day/?day=2026-10-05&connection={quiet}").text


def test_what_a_platform_sends_is_text_on_the_page(pages: Pages, book: Book, ada: Window) -> None:
    client = book.app.test_client()
    client.get("/ims/oneroster/v1p1/<script>alert(1)</script>")
    client.get("/ims/oneroster/v1p1/users/<script>alert(1)<%2Fscript>")
    pages.app.extensions["homeroom"]["request_log"].flush()
    page = ada.get("/requests/").text
    assert "<script>alert" not in page and "&lt;script&gt;alert" in page
    page = ada.get("/requests/?object=<script>alert(1)</script>&operation=<b>&request_id='\"><b>").text
    assert "<script>alert" not in page and "<b>" not in page


def test_calls_of_a_connection_that_is_gone_stay(pages: Pages, log: Window) -> None:
    number = number_of(pages, "lincoln-1.1")
    with pages.app.app_context():
        db.session.delete(find_connection(db.session(), "lincoln-1.1"))
        db.session.commit()
    assert f"Removed connection {number}" in log.get("/requests/").text
    assert times(log.get(f"/requests/?connection={number}").text) == ["2026-10-05 10:00:00"]
    assert f"Removed connection {number}" in log.get("/requests/day/?day=2026-10-05").text
