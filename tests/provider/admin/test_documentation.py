"""The API's documentation in the frame: an administrator reads as a connection, exactly what it gets (P-113)."""

import html
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from provider.access.connections import Options, add_connection, find_connection
from provider.access.inside import READS_AS
from provider.access.models import RequestLog
from provider.admin.documentation.contract import services
from provider.admin.documentation.inside import read_as
from provider.database import TRAFFIC, db
from provider.publishing.models import KeptWalk
from provider.sis.settings import write_setting
from shared.oneroster.versions import Version
from tests.provider.admin.conftest import Pages, Window
from tests.provider.gradebook.conftest import Book
from tests.provider.gradebook.rows import GradeRows

#: Where the district is mounted, as a request over the network says.
MOUNTED = {"SCRIPT_NAME": "/campus/oneroster/demo", "RAW_URI": "", "REQUEST_URI": ""}


def number_of(pages: Pages, connection: str) -> int:
    with pages.app.app_context():
        return int(find_connection(db.session(), connection).id)


def body_of(page: str) -> Any:
    """The JSON that a page shows."""
    shown = re.search(r'aria-label="Body of the answer"><code>(.*?)</code></pre>', page, re.DOTALL)
    assert shown is not None, page
    return json.loads(html.unescape(re.sub(r"<[^>]+>", "", shown[1])))


def status_of(page: str) -> str:
    return re.findall(r'<span class="status (?:good|bad)">(\d+) ', page)[0]


def text_of(page: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", page))


def read(window: Window, service: str, operation: str, connection: int | str, **typed: str) -> Any:
    """The answer of the page of an operation when its form is sent."""
    address = f"/documentation/{service}/{operation}/"
    window.get(address)
    return window.post(address, connection=str(connection), **typed)


@pytest.fixture
def ada(pages: Pages) -> Window:
    return pages.window("ada_min")


def test_every_operation_of_the_table_has_a_page(pages: Pages, ada: Window) -> None:
    for service, described in services().items():
        page = ada.get(f"/documentation/?service={service}").text
        listed = re.findall(rf'href="/documentation/{service}/(\w+)/', page)
        assert sorted(listed) == sorted(one.operation_id for one in (*described.reads(), *described.writes()))
    assert len(ada.get("/documentation/?search=put+results").text) < len(page)
    assert "No operation has these words" in ada.get("/documentation/?search=<b>nothing").text
    page = ada.get("/documentation/1.2-gradebook/putResult/").text
    assert "Only reads can be tried here" in page and "gradebook.createput" in page and "scoreStatus" in page
    for unknown in ("?service=1.3", "1.2-rostering/getNothing/", "2/getUser/"):
        assert ada.get(f"/documentation/{unknown}").status_code == 404


@pytest.mark.parametrize("version", list(Version))
def test_each_read_shows_what_the_connection_itself_gets(
    pages: Pages, book: Book, rows: GradeRows, ada: Window, version: Version
) -> None:
    """The same bytes as JSON, the same status: every GET of the version, as a connection with one of two schools."""
    rows.result(rows.line_item(book.first), book.ada)
    who = f"lincoln-{version}"
    number, headers = number_of(pages, who), {"Authorization": f"Bearer {book.tokens[who]}"}
    client = book.app.test_client()
    for described in (one for one in services().values() if one.version is version):
        first: dict[str, str] = {}
        for operation in sorted(described.reads(), key=lambda one: len(one.params)):
            path = described.base_path + operation.path
            for name in operation.params:
                wanted = operation.resource.plural if name == "sourcedId" else name
                path = path.replace(f"{{{name}}}", first.get(wanted, "nothing"))
            own = client.get(path, headers=headers, environ_overrides=MOUNTED)
            inside = read_as(book.app, number, path)
            assert inside.status == own.status_code, path
            assert json.loads(inside.text) == own.get_json(), path
            assert dict(inside.headers).get("X-Total-Count") == own.headers.get("X-Total-Count")
            assert dict(inside.headers).get("Link") == own.headers.get("Link")
            if own.status_code == 200 and not operation.single:
                (records,) = own.get_json().values()
                named = operation.resource.singular
                if records:
                    first.setdefault(operation.resource.plural, records[0]["sourcedId"])
                    kinds = (
                        {"academicSessions": "term", "users": "student"}
                        if operation.path in ("/terms", "/students")
                        else {}
                    )
                    first.setdefault(f"{kinds.get(operation.resource.plural, named)}SourcedId", records[0]["sourcedId"])


def test_one_record_is_read_from_its_address_and_references_lead_on(pages: Pages, book: Book, ada: Window) -> None:
    """K-DOC: read one record by id as a given connection sees it."""
    number = number_of(pages, "all-1.2")
    records = body_of(read(ada, "1.2-rostering", "getAllEnrollments", number, limit="1").text)["enrollments"]
    at = f"/documentation/1.2-rostering/getEnrollment/?connection={number}&sourcedId={records[0]['sourcedId']}"
    page = ada.get(at).text
    assert body_of(page)["enrollment"] == records[0]
    links = [
        html.unescape(link) for link in re.findall(r'<a href="(/documentation/[^"]+connection=\d+[^"]*)">http', page)
    ]
    assert len(links) == 3, "user, class and school"
    for link in links:
        assert status_of(ada.get(link).text) == "200", link
    limited = ada.get(at.replace(f"connection={number}", f"connection={number_of(pages, 'grant-1.2')}")).text
    assert status_of(limited) == "404"


def test_filters_pages_and_curl(pages: Pages, book: Book, ada: Window) -> None:
    number = number_of(pages, "all-1.2")
    answer = read(
        ada, "1.2-rostering", "getAllUsers", number, limit="2", filter="familyName='Lake'", fields="familyName"
    )
    assert [user["familyName"] for user in body_of(answer.text)["users"]] == ["Lake"]
    page = read(ada, "1.2-rostering", "getAllUsers", number, limit="2", sort="familyName").text
    assert "records in all" in page
    told = text_of(page)
    assert (
        "curl -H \"Authorization: Bearer $TOKEN\" 'http://127.0.0.1:8000/campus/oneroster/demo/ims/oneroster/rostering/v1p2/users?limit=2&sort=familyName'"
        in told
    )
    assert "appName=demo" in told
    forms = re.findall(r'<form method="post" action="([^"]+)" class="inline">(.*?)</form>', page, re.DOTALL)
    seen = [user["sourcedId"] for user in body_of(page)["users"]]
    while following := next((fields for _, fields in forms if "Next page" in fields), None):
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', following))
        hidden.pop("csrf_token")
        page = ada.post(forms[0][0], **hidden).text
        seen += [user["sourcedId"] for user in body_of(page)["users"]]
        forms = re.findall(r'<form method="post" action="([^"]+)" class="inline">(.*?)</form>', page, re.DOTALL)
    everybody = body_of(read(ada, "1.2-rostering", "getAllUsers", number, limit="500", sort="familyName").text)["users"]
    assert seen == [user["sourcedId"] for user in everybody] and len(seen) > 4


def test_failures_are_shown_as_the_platform_gets_them(pages: Pages, book: Book, ada: Window) -> None:
    number = number_of(pages, "all-1.2")
    page = read(ada, "1.2-rostering", "getAllUsers", number, filter="nothing='1'").text
    assert status_of(page) == "400" and "imsx_CodeMinor" in page
    for odd in ("/../x", "%2e%2e", "a b?c#d", "é", "\0", "<script>"):
        answer = read(ada, "1.2-rostering", "getUser", number, sourcedId=odd)
        assert answer.status_code == 200 and status_of(answer.text) == "404", odd
        assert "<script>alert" not in answer.text
    lacking = read(ada, "1.2-rostering", "getUser", "", sourcedId="")
    assert lacking.status_code == 422 and "Choose a connection" in lacking.text and "Fill this in" in lacking.text
    assert read(ada, "1.2-rostering", "getAllUsers", number_of(pages, "all-1.1")).status_code == 422, "it speaks 1.1"


def test_a_read_counts_as_no_call_of_the_platform(pages: Pages, book: Book, ada: Window) -> None:
    """Neither the request log (P-114) nor a walk of the platform (P-92) nor its limits (P-112) know of it."""
    with pages.app.app_context():
        connection = find_connection(db.session(), "all-1.2")
        connection.a_minute = 2
        number = connection.id
        db.session.commit()
    for _ in range(2):
        assert status_of(read(ada, "1.2-rostering", "getAllUsers", number, limit="1").text) == "200"
    assert status_of(read(ada, "1.2-rostering", "getAllUsers", number, limit="1").text) == "429"
    path = "/ims/oneroster/rostering/v1p2/users"
    own = book.app.test_client().get(
        path, query_string={"limit": 1}, headers={"Authorization": f"Bearer {book.tokens['all-1.2']}"}
    )
    assert own.status_code == 200
    pages.app.extensions["homeroom"]["request_log"].flush()
    with pages.app.app_context():
        assert [row.operation for row in db.session.scalars(select(RequestLog))] == ["getAllUsers"]
        with db.engines[TRAFFIC].connect() as traffic:
            assert set(traffic.scalars(select(KeptWalk.connection_id))) == {number, -number}


def test_no_secret_and_no_vendor_key_is_needed_and_nothing_can_be_written(
    pages: Pages, book: Book, ada: Window
) -> None:
    """P-98; and no header of a request over the network makes it one of our own."""
    with pages.app.app_context():
        session = db.session()
        sealer = pages.app.extensions["homeroom"]["sealer"]
        made, _ = add_connection(
            session, sealer, "keyed", Version.V1P2, Options(gradebook=True, vendor_key=True), datetime.now(UTC)
        )
        number = made.id
        session.commit()
    page = read(ada, "1.2-gradebook", "getAllLineItems", number).text
    assert status_of(page) == "200" and "x-vendor-authorization" in text_of(page) and "$VENDOR_SECRET" in text_of(page)
    assert (
        ada.post("/documentation/1.2-gradebook/putLineItem/", connection=str(number), sourcedId="x").status_code == 405
    )
    client = book.app.test_client()
    path = "/ims/oneroster/gradebook/v1p2/lineItems"
    assert client.delete(f"{path}/x", environ_overrides={READS_AS: number}).status_code == 403, "not even from inside"
    for name in (READS_AS, READS_AS.upper().replace(".", "_"), "homeroom-reads-as"):
        assert client.get(path, headers={name: str(number)}).status_code == 401


def test_who_would_not_be_let_in_is_answered_so(pages: Pages, ada: Window) -> None:
    """P-95, P-99."""
    with pages.app.app_context():
        session = db.session()
        write_setting(session, "allow_new_oauth1", "true")
        sealer = pages.app.extensions["homeroom"]["sealer"]
        old, _ = add_connection(
            session, sealer, "old", Version.V1P1, Options(oauth="oauth1", gradebook=True), datetime.now(UTC)
        )
        number = old.id
        session.commit()
    page = read(ada, "1.1", "getAllOrgs", number).text
    assert status_of(page) == "200" and "signed (OAuth 1)" in page
    with pages.app.app_context():
        find_connection(db.session(), "old").expires_at = datetime.now(UTC) - timedelta(days=1)
        find_connection(db.session(), "all-1.1").enabled = False
        db.session.commit()
    assert "The key expired on" in read(ada, "1.1", "getAllOrgs", number).text
    assert status_of(read(ada, "1.1", "getAllOrgs", number_of(pages, "all-1.1")).text) == "401"


def test_addresses_are_the_public_ones_whatever_the_page_is_asked_at(pages: Pages, ada: Window) -> None:
    number = number_of(pages, "all-1.1")
    page = text_of(read(ada, "1.1", "getAllClasses", number, limit="1").text)
    shown = [urlsplit(url) for url in re.findall(r'"(http[^"]+)"', page)]
    assert shown and {(url.scheme, url.netloc) for url in shown} == {("http", "127.0.0.1:8000")}
    assert all(url.path.startswith("/campus/oneroster/demo/ims/oneroster/v1p1/") for url in shown)
