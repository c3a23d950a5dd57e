"""Connections on the district's pages: added, changed, shown, removed by the rules of P-94 … P-104, each in the audit."""

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import select

from provider.access.connections import Options, add_connection, find_connection
from provider.access.credentials import matches
from provider.access.expiry import expiry
from provider.access.models import Connection
from provider.access.user_tables import AuditEntry
from provider.database import db
from provider.eligibility.edition import SHARE
from provider.sis.changes import SisChange
from provider.sis.settings import write_setting
from shared.oneroster.versions import Version
from tests.provider.admin.conftest import Pages, Window
from tests.provider.gradebook.conftest import Book

TODAY = datetime.now(UTC).date()
#: A form of a new connection as a browser sends it.
FORM = {"version": "1.2", "oauth": "oauth2", "scope": "all", "roster": "1", **{f"share-{item}": "1" for item in SHARE}}


@contextmanager
def in_district(pages: Pages) -> Iterator[Any]:
    with pages.app.app_context():
        yield db.session()


def connection_of(pages: Pages, name: str) -> dict[str, Any]:
    """The columns of a connection."""
    with in_district(pages) as session:
        found = find_connection(session, name)
        schools = [row.school_id for row in found.schools]
        return {**{key: value for key, value in vars(found).items() if not key.startswith("_")}, "schools": schools}


def make(pages: Pages, name: str, version: str = "1.2", **options: Any) -> tuple[int, str]:
    """A connection that is there already, and its secret."""
    with in_district(pages) as session:
        if options.get("oauth") == "oauth1":
            write_setting(session, "allow_new_oauth1", "true")
        sealer = pages.app.extensions["homeroom"]["sealer"]
        made, secret = add_connection(session, sealer, name, Version(version), Options(**options), datetime.now(UTC))
        number = made.id
        session.commit()
    return number, secret


def audits(pages: Pages) -> list[tuple[str, str, str, Any, Any]]:
    with in_district(pages) as session:
        rows = session.scalars(select(AuditEntry).where(AuditEntry.who != "").order_by(AuditEntry.id))
        return [
            (row.who, row.action, row.subject, json.loads(row.before or "null"), json.loads(row.after or "null"))
            for row in rows if "connection" in row.action or "secret" in row.action or "key" in row.action
        ]  # fmt: skip


def errors_of(page: str) -> dict[str, str]:
    """The error beside each field of a page."""
    return dict(re.findall(r'<small class="error" id="field-([\w-]+?)(?:-1)?-error">(.*?)</small>', page))


@pytest.fixture
def ada(pages: Pages) -> Window:
    return pages.window("ada_min")


# Adding


def test_a_connection_is_added_with_all_its_options(pages: Pages, ada: Window) -> None:
    """P-94, P-96, P-97, P-98, P-104, P-112."""
    ada.get("/applications/add")
    chosen = FORM | {"name": " Canvas  North ", "gradebook": "1", "assessments": "1", "secondary_email": "1",
                     "vendor_key": "1", "scope": "some", "school-2": "1", "at_a_time": "3", "a_minute": "600"}  # fmt: skip
    del chosen["share-phone"], chosen["share-relatives"]
    answer = ada.post("/applications/add", **chosen)
    made = connection_of(pages, "Canvas North")
    assert (answer.status_code, answer.location) == (303, f"/applications/{made['id']}/")
    assert made["version"] == "1.2" and made["oauth"] == "oauth2" and made["enabled"]
    assert made["gradebook"] and made["assessments"] and made["roster"] and made["supported"]
    assert made["secondary_email"] and made["vendor_key"]
    assert not made["share_phone"] and not made["share_relatives"] and made["share_email"]
    assert not made["all_schools"] and made["schools"] == [2]
    assert (made["at_a_time"], made["a_minute"]) == (3, 600)
    (entry,) = audits(pages)
    assert entry[:4] == ("ada_min", "add connection", "Canvas North", None)
    assert entry[4]["functions"] == ["roster", "gradebook", "assessments"] and entry[4]["schools"] == ["102"]


#: What is chosen, the field at which that is told, words of what is told.
IMPOSSIBLE: list[tuple[dict[str, str], str, str]] = [
    ({"name": ""}, "name", "1 to 100 characters"),
    ({"name": "x" * 101}, "name", "1 to 100 characters"),
    ({"name": "all-1.2"}, "name", "already"),
    ({"oauth": "oauth1", "version": "1.1"}, "oauth", "P-100"),
    ({"oauth": "oauth1"}, "oauth", "P-100"),
    ({"version": "1.1", "secondary_email": "1"}, "secondary_email", "P-62"),
    ({"unsupported": "1", "gradebook": "1"}, "unsupported", "P-102"),
    ({"last_day": "2030-01-01"}, "last_day", "P-99"),
    ({"last_day": "soon"}, "last_day", "such as 2026-08-31"),
    ({"at_a_time": "0"}, "at_a_time", "whole number"),
    ({"at_a_time": "64"}, "at_a_time", "1 to 63"),
    ({"a_minute": "12345678901234567890"}, "a_minute", "whole number"),
    ({"version": "1.3"}, "version", "Choose one"),
    ({"oauth": "basic"}, "oauth", "Choose one"),
    ({"scope": "none"}, "scope", "Choose one"),
]


def test_what_does_not_go_together_is_told_at_its_field(pages: Pages, ada: Window) -> None:
    for chosen, field, words in IMPOSSIBLE:
        ada.get("/applications/add")
        answer = ada.post("/applications/add", **{"name": "New", **FORM, **chosen})
        assert answer.status_code == 422, chosen
        assert words in errors_of(answer.text)[field], chosen
    with in_district(pages) as session:
        assert session.query(Connection).filter_by(name="New").count() == 0
    assert audits(pages) == []


def test_a_limit_to_no_school_is_told(pages: Pages, ada: Window) -> None:
    """P-96."""
    ada.get("/applications/add")
    answer = ada.post("/applications/add", **{"name": "New", **FORM, "scope": "some"})
    assert answer.status_code == 422 and "at least one" in answer.text


def test_an_oauth_1_connection_is_for_1_1_and_all_schools(pages: Pages, ada: Window) -> None:
    """P-96, P-99, P-100: the switch lets new ones in, the other rules stay."""
    with in_district(pages) as session:
        write_setting(session, "allow_new_oauth1", "true")
        session.commit()
    ada.get("/applications/add")
    form = {"name": "Old LMS", **FORM, "oauth": "oauth1"}
    assert "P-99" in errors_of(ada.post("/applications/add", **form).text)["oauth"]
    limited = form | {"version": "1.1", "scope": "some", "school-1": "1"}
    assert "with OAuth 2 only (P-96)" in ada.post("/applications/add", **limited).text
    assert ada.post("/applications/add", **form | {"version": "1.1"}).status_code == 303
    made = connection_of(pages, "Old LMS")
    assert timedelta(days=364) < made["expires_at"] - datetime.now(UTC) < timedelta(days=367)
    assert "OAuth 1" in ada.get(f"/applications/{made['id']}/").text


# The page of a connection


def test_the_page_says_what_the_vendor_has_to_be_told_and_no_secret(pages: Pages, ada: Window) -> None:
    """P-94, P-105, P-106; real-clients, URL forms."""
    number, secret = make(pages, "Canvas", gradebook=True, vendor_key=True)
    page = ada.get(f"/applications/{number}/").text
    made = connection_of(pages, "Canvas")
    for told in ("http://127.0.0.1:8000/campus/oneroster/demo", "http://127.0.0.1:8000/campus/api/oneroster/v1p2/demo",
                 "http://127.0.0.1:8000/campus/oauth2/token?appName=demo", made["client_id"], made["vendor_key"],
                 "https://purl.imsglobal.org/spec/or/v1p2/scope/gradebook.createput"):  # fmt: skip
        assert told in page
    assert secret not in page and "••••" in page


def test_the_list_tells_how_each_connection_is_doing(pages: Pages, book: Book, ada: Window) -> None:
    """P-94, P-99, P-114."""
    make(pages, "Old", "1.1", oauth="oauth1", last_day=TODAY + timedelta(days=9))
    book.get("/lineItems")
    pages.app.extensions["homeroom"]["request_log"].flush()
    page = ada.get("/applications/").text
    rows = {re.sub(r"<[^>]+>", "", row): row for row in re.findall(r'<th scope="row">(.*?)</th>', page)}
    assert {"Old", "all-1.1", "all-1.2", "grant-1.1", "lincoln-1.2"} <= set(rows)
    assert "getAllLineItems, 200" in page
    assert str(TODAY + timedelta(days=9)) in page and "OAuth 1" in page


# Secrets


def test_a_secret_is_shown_on_request_and_that_it_was_is_noted(pages: Pages, ada: Window) -> None:
    """P-101."""
    number, secret = make(pages, "Canvas")
    ada.get(f"/applications/{number}/")
    answer = ada.post(f"/applications/{number}/secret")
    assert answer.status_code == 200 and secret in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert secret not in ada.get(f"/applications/{number}/").text
    assert audits(pages) == [("ada_min", "show secret", "Canvas", None, None)]
    assert ada.get(f"/applications/{number}/secret").status_code == 405, "no address shows it"


def test_a_new_secret_ends_the_old_one_and_every_token(pages: Pages, book: Book, ada: Window) -> None:
    """P-101; sent twice, the second makes no other one."""
    with in_district(pages) as session:
        number = find_connection(session, "all-1.2").id
    assert book.get("/lineItems", Version.V1P2).status_code == 200
    warned = ada.get(f"/applications/{number}/new-secret").text
    assert "stops at once" in warned
    form = {"number": "1"}
    answer = ada.post(f"/applications/{number}/new-secret", **form)
    (secret,) = re.findall(r"<code>([A-Za-z0-9]{44})</code>", answer.text)
    assert matches(secret, connection_of(pages, "all-1.2")["secret_hash"])
    assert book.get("/lineItems", Version.V1P2).status_code == 401
    assert ada.post(f"/applications/{number}/new-secret", **form).status_code == 303
    assert matches(secret, connection_of(pages, "all-1.2")["secret_hash"])
    (entry,) = audits(pages)
    assert entry == ("ada_min", "make new secret", "all-1.2", {"secret_number": 1}, {"secret_number": 2})


def test_a_vendor_key_is_made_shown_and_removed(pages: Pages, book: Book, ada: Window) -> None:
    """P-98."""
    with in_district(pages) as session:
        number = find_connection(session, "all-1.2").id
    ada.get(f"/applications/{number}/")
    answer = ada.post(f"/applications/{number}/vendor-key", present="")
    (secret,) = re.findall(r"<code>([A-Za-z0-9]{44})</code>", answer.text)
    made = connection_of(pages, "all-1.2")
    assert matches(secret, made["vendor_secret_hash"])
    assert book.get("/lineItems", Version.V1P2).status_code == 401
    assert secret in ada.post(f"/applications/{number}/vendor-secret").text
    assert ada.post(f"/applications/{number}/vendor-key", present="").status_code == 303, (
        "another one was made meanwhile"
    )
    assert connection_of(pages, "all-1.2")["vendor_key"] == made["vendor_key"]
    assert ada.post(f"/applications/{number}/remove-vendor-key").status_code == 303
    assert book.get("/lineItems", Version.V1P2).status_code == 200
    assert ada.post(f"/applications/{number}/vendor-secret").status_code == 404
    assert [entry[1] for entry in audits(pages)] == ["make vendor key", "show vendor secret", "remove vendor key"]


def test_an_oauth_1_key_is_renewed(pages: Pages, ada: Window) -> None:
    """P-99: 13 months at most; key and secret stay."""
    number, secret = make(pages, "Old", "1.1", oauth="oauth1", last_day=TODAY + timedelta(days=3))
    ada.get(f"/applications/{number}/")
    too_far = ada.post(f"/applications/{number}/renew", last_day=str(TODAY + timedelta(days=500)))
    assert too_far.status_code == 422 and "13 months" in errors_of(too_far.text)["last_day"]
    assert ada.post(f"/applications/{number}/renew", last_day="").status_code == 303
    made = connection_of(pages, "Old")
    assert abs(made["expires_at"] - expiry(datetime.now(UTC))) < timedelta(minutes=5)
    assert matches(secret, made["secret_hash"])
    (entry,) = audits(pages)
    assert entry[1] == "renew key" and list(entry[3]) == ["expires_at"]


def test_no_page_log_or_audit_row_holds_a_secret_but_the_one_on_which_it_was_asked_for(
    pages: Pages, ada: Window, capfd: pytest.CaptureFixture[str]
) -> None:
    """P-101: neither an address nor a cookie, nor any table but as its digest and sealed."""
    number, first = make(pages, "Canvas", gradebook=True, vendor_key=True)
    sealer = pages.app.extensions["homeroom"]["sealer"]
    at = f"/applications/{number}"
    ada.get(f"{at}/")
    secrets = {first, sealer.unseal(connection_of(pages, "Canvas")["vendor_secret_sealed"])}
    answers = [ada.post(f"{at}/secret"), ada.post(f"{at}/vendor-secret"), ada.post(f"{at}/new-secret", number="1"),
               ada.post(f"{at}/vendor-key", present=connection_of(pages, "Canvas")["vendor_key"])]  # fmt: skip
    for answer in answers:
        assert answer.status_code == 200
        assert len(re.findall(r"<code>[A-Za-z0-9]{44}</code>", answer.text)) == 1, "one secret, the one asked for"
        assert answer.headers["Cache-Control"] == "no-store"
    made = connection_of(pages, "Canvas")
    secrets |= {sealer.unseal(made["secret_sealed"]), sealer.unseal(made["vendor_secret_sealed"])}
    assert len(secrets) == 4
    pages.app.extensions["homeroom"]["request_log"].flush()
    said = [ada.get(path) for path in (
        "/applications/", f"{at}/", f"{at}/options", f"{at}/new-secret", f"{at}/remove", f"{at}/records", "/requests/",
        "/requests/requests.csv", "/requests/day/", "/documentation/", f"/documentation/1.2-rostering/getAllUsers/?connection={number}",
    )]  # fmt: skip
    said.append(ada.post("/documentation/1.2-gradebook/getAllLineItems/", connection=str(number)))
    texts = [answer.text + str(answer.headers) for answer in said]
    texts += [str(answer.headers) for answer in answers]
    with in_district(pages) as session:
        for bind in (None, "traffic"):
            engine = db.engines[bind]
            for table in db.metadatas[bind].sorted_tables:
                with engine.connect() as connection:
                    texts += [str(row) for row in connection.execute(select(table))]
        session.rollback()
    out = capfd.readouterr()
    for secret in secrets:
        assert not any(secret in text for text in (*texts, out.out, out.err))


# Changing


def options_form(ada: Window, number: int) -> dict[str, str]:
    """The form of a connection's options as a browser would send it."""
    page = ada.get(f"/applications/{number}/options").text
    form = {}
    for tag in re.findall(r"<input [^>]*>", page):
        name, kind = re.findall(r'name="([^"]+)"', tag), re.findall(r'type="([^"]+)"', tag)
        value = (re.findall(r'value="([^"]*)"', tag) or ["on"])[0]
        if name and (kind[0] not in ("checkbox", "radio") or " checked" in tag):
            form[name[0]] = value
    form.pop("csrf_token")
    return form


def test_options_and_schools_are_changed_together(pages: Pages, ada: Window) -> None:
    """P-96, P-97, P-104, P-112; what changes is in the audit trail, nothing else."""
    number, _ = make(pages, "Canvas", at_a_time=4)
    form = options_form(ada, number)
    form |= {"gradebook": "1", "scope": "some", "school-1": "1", "at_a_time": "", "a_minute": "90"}
    del form["share-email"]
    answer = ada.post(f"/applications/{number}/options", **form)
    assert (answer.status_code, answer.location) == (303, f"/applications/{number}/")
    made = connection_of(pages, "Canvas")
    assert made["gradebook"] and not made["share_email"] and made["share_phone"]
    assert made["schools"] == [1] and not made["all_schools"]
    assert (made["at_a_time"], made["a_minute"]) == (None, 90)
    (entry,) = audits(pages)
    assert entry[:3] == ("ada_min", "change connection", "Canvas")
    assert set(entry[3]) == {"functions", "schools", "share", "at_a_time", "a_minute"}
    assert (entry[3]["schools"], entry[4]["schools"]) == ("all", ["101"])
    assert "with the refresh that follows by itself" in ada.get(f"/applications/{number}/").text
    with pages.app.app_context():
        assert [(row.kind, row.key) for row in db.session.scalars(select(SisChange))] == [("everything", 0)]


def test_a_change_without_a_change_is_not_in_the_audit_trail(pages: Pages, ada: Window) -> None:
    number, _ = make(pages, "Canvas", schools=["101"])
    assert ada.post(f"/applications/{number}/options", **options_form(ada, number)).status_code == 303
    assert audits(pages) == []
    assert connection_of(pages, "Canvas")["schools"] == [1]


def test_of_two_who_change_a_connection_the_second_is_told(pages: Pages, ada: Window) -> None:
    number, _ = make(pages, "Canvas")
    mine, theirs = options_form(ada, number), options_form(ada, number)
    assert ada.post(f"/applications/{number}/options", **theirs | {"gradebook": "1"}).status_code == 303
    late = ada.post(f"/applications/{number}/options", **mine | {"a_minute": "77"})
    assert late.status_code == 409 and "Somebody else has saved" in late.text and 'value="77"' in late.text
    made = connection_of(pages, "Canvas")
    assert made["gradebook"] and made["a_minute"] is None


def test_of_two_who_save_at_the_same_moment_one_is_told(pages: Pages) -> None:
    """Whichever comes second waits for the first, and is never answered with an error of the program."""
    number, _ = make(pages, "Canvas")
    windows = [pages.window("ada_min"), pages.window("ada_min")]
    forms = [
        options_form(window, number) | {"a_minute": str(limit)} for window, limit in zip(windows, (70, 80), strict=True)
    ]
    together = Barrier(2)

    def save(place: int) -> int:
        together.wait()
        return int(windows[place].post(f"/applications/{number}/options", **forms[place]).status_code)

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(save, range(2))) == [303, 409]
    assert connection_of(pages, "Canvas")["a_minute"] in (70, 80)
    assert len(audits(pages)) == 1


#: What a connection is, what is chosen for it, words of the refusal.
REFUSED: list[tuple[dict[str, str], dict[str, str], str]] = [
    ({"version": "1.1"}, {"secondary_email": "1"}, "P-62"),
    ({}, {"unsupported": "1", "gradebook": "1"}, "P-102"),
    ({"version": "1.1", "oauth": "oauth1"}, {"scope": "some", "school-1": "1"}, "P-96"),
    ({}, {"scope": "some"}, "at least one"),
    ({}, {"a_minute": "-4"}, "whole number"),
]


def test_a_change_to_what_cannot_be_is_refused_whole(pages: Pages, ada: Window) -> None:
    for number, (options, chosen, words) in enumerate(REFUSED):
        name = f"Canvas {number}"
        connection_id, _ = make(pages, name, **options)
        before = connection_of(pages, name)
        form = options_form(ada, connection_id)
        form.pop("share-phone")
        answer = ada.post(f"/applications/{connection_id}/options", **form | chosen)
        assert answer.status_code == 422 and words in answer.text, chosen
        assert connection_of(pages, name) == before
    assert audits(pages) == []


def test_a_disabled_connection_is_kept_out_at_once(pages: Pages, book: Book, ada: Window) -> None:
    """P-95."""
    with in_district(pages) as session:
        number = find_connection(session, "all-1.1").id
    ada.get(f"/applications/{number}/")
    assert ada.post(f"/applications/{number}/disable").status_code == 303
    assert book.get("/lineItems").status_code == 401
    assert "Disabled" in ada.get(f"/applications/{number}/").text
    assert ada.post(f"/applications/{number}/enable").status_code == 303
    assert book.get("/lineItems").status_code == 200
    assert [entry[1] for entry in audits(pages)] == ["disable connection", "enable connection"]


def test_a_connection_is_removed_when_its_name_is_typed(pages: Pages, book: Book, ada: Window) -> None:
    with in_district(pages) as session:
        number = find_connection(session, "all-1.1").id
    ada.get(f"/applications/{number}/remove")
    wrong = ada.post(f"/applications/{number}/remove", name="all")
    assert wrong.status_code == 422 and "Type all-1.1" in wrong.text
    assert book.get("/lineItems").status_code == 200
    assert ada.post(f"/applications/{number}/remove", name=" all-1.1 ").status_code == 303
    assert book.get("/lineItems").status_code == 401
    assert ada.get(f"/applications/{number}/").status_code == 404
    (entry,) = audits(pages)
    assert entry[1:3] == ("remove connection", "all-1.1") and entry[3]["version"] == "1.1"
    assert ada.get("/requests/").status_code == 200


# What it sees


def test_what_a_connection_sees_is_counted_and_shown_as_it_gets_it(pages: Pages, book: Book, ada: Window) -> None:
    """Counts and samples of its edition: a limited connection sees less (P-96)."""
    with in_district(pages) as session:
        whole, limited = find_connection(session, "all-1.2").id, find_connection(session, "grant-1.2").id

    def counts(number: int) -> dict[str, int]:
        page = ada.get(f"/applications/{number}/").text
        return {
            name: int(count)
            for name, count in re.findall(r'collection=(\w+)">\w+</a></th><td class="number">(\d+)<', page)
        }

    assert counts(whole)["classes"] == 3 and counts(limited)["classes"] == 1
    shown = ada.get(f"/applications/{limited}/records?collection=classes").text
    (given,) = re.findall(
        r"(\{.*\})", re.sub(r"<[^>]+>", "", re.findall(r"<pre.*?</pre>", shown, re.DOTALL)[0]), re.DOTALL
    )
    record = json.loads(given.replace("&#34;", '"'))["classes"][0]
    own = book.app.test_client().get(
        "/ims/oneroster/rostering/v1p2/classes", headers={"Authorization": f"Bearer {book.tokens['grant-1.2']}"}
    )
    assert record == own.get_json()["classes"][0]
    found = ada.get(f"/applications/{whole}/records?collection=classes&id={record['sourcedId']}")
    assert record["sourcedId"] in found.text and "200 OK" in found.text
    assert (
        "has no record with that sourcedId"
        in ada.get(f"/applications/{limited}/records?collection=users&id=%2Fno/../x").text
    )


def test_a_connection_whose_edition_is_not_built_waits_for_the_refresh(pages: Pages, book: Book, ada: Window) -> None:
    number, _ = make(pages, "New", share=frozenset({"phone"}))
    page = ada.get(f"/applications/{number}/").text
    assert "Nothing is published for its options yet" in page
    assert "503" in ada.get(f"/applications/{number}/records").text
    book.refresh()
    page = ada.get(f"/applications/{number}/").text
    assert "Nothing is published" not in page and "As of the refresh" in page


# Who


def test_teachers_and_strangers_see_none_of_it(pages: Pages) -> None:
    number, _ = make(pages, "Canvas")
    tom = pages.window("tom")
    for path in (
        "/applications/",
        f"/applications/{number}/",
        "/requests/",
        "/documentation/",
        f"/applications/{number}/records",
    ):
        assert tom.get(path).status_code == 403
        assert pages.window().get(path).status_code == 303
    tom.get("/sections/")
    assert tom.post(f"/applications/{number}/secret").status_code == 403


def test_a_form_without_our_token_changes_nothing(pages: Pages, ada: Window) -> None:
    number, secret = make(pages, "Canvas")
    for path in ("secret", "new-secret", "disable", "remove", "options", "vendor-key"):
        answer = ada.client.post(f"/applications/{number}/{path}", data={"number": "1", "name": "Canvas"})
        assert answer.status_code == 400 and secret not in answer.text
    assert connection_of(pages, "Canvas")["enabled"]
