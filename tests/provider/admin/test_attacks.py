"""Attacks on the district's pages, all of them: strangers and teachers, forged forms, guessed numbers, what no browser
sends, stored and reflected script, redirects to elsewhere, two who save one form."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import String, func, select, update
from werkzeug.exceptions import HTTPException

from provider.access.models import Connection
from provider.access.user_tables import AuditEntry, SisUser
from provider.database import db
from provider.jobs.line import ask
from provider.sis.importing.shapes import sis_shapes
from provider.working import work_on_jobs
from tests.provider.admin.conftest import Pages, Window, token_of
from tests.provider.admin.walking import Form, Seen, address, fetch, guarded, methods, read, walk
from tests.provider.gradebook.rows import GradeRows

pytestmark = pytest.mark.slow

SCRIPT = "<script>alert(1)</script>"
ATTRIBUTE = "\"'><img src=x onerror=alert(1)>"
ELSEWHERE = "https://elsewhere.example/"
#: What a teacher may open: the sections that they staff, and their grade books.
TAUGHT = ("sections.show", "sections.one", "gradebook.")
NUMBERS = ("0", "999999", str(2**31 - 1), str(2**31), "9" * 40, "-1")
WORDS = (
    "x",
    "%00",
    "1%00",
    "%C2%B2",
    "..",
    "%2e%2e%2fetc",
    quote(SCRIPT, safe=""),
    "9" * 400,
    "1~1~1",
    "-1",
    "%F0%9F%92%A5",
)
HOSTILE = ("\0", "a\0b", "9" * 23, "9" * 5000, "²", "-1", "nan", "x" * 70_000, SCRIPT, "0001-01-01", "9999-12-31", "💥")


@pytest.fixture
def full(pages: Pages, rows: GradeRows) -> Iterator[Pages]:
    """The district with something on every page: scores, jobs of each kind, changes in the audit trail."""
    item = rows.line_item(pages.book.first, title="Essay")
    rows.result(item, pages.book.ada, 5.0)
    pages.book.get("/lineItems")
    with pages.app.app_context():
        now = datetime.now(UTC)
        ask(db.session(), "export", {"connection": "all-1.2", "since": ""}, now, (1, "ada_min"))
        lost = {"file": "us.zip", "upload": "gone", "name": "upload.zip", "strict": False, "dry_run": True}
        ask(db.session(), "import", lost, now, (1, "ada_min"))
        db.session.commit()
        for _ in range(3):
            work_on_jobs(pages.app)
    pages.app.extensions["homeroom"]["request_log"].flush()
    yield pages


def send(window: Window, rule_methods: list[str], path: str, **typed: str) -> list[Any]:
    """The answers to GET and POST, of those that the rule takes."""
    found = []
    for method in rule_methods:
        data = None if method == "GET" else {"csrf_token": token_of(window.page), **typed}
        found.append(fetch(window, path, method, data=data))
    return found


# Who may open what


def test_strangers_are_sent_to_the_sign_in_page_and_teachers_see_their_sections_alone(pages: Pages) -> None:
    stranger, teacher = pages.window(), pages.window("tom")
    stranger.get("/frame/sign-in")
    teacher.get("/frame/password")
    rules = guarded(pages.app)
    assert len(rules) > 60
    for rule in rules:
        for answer in send(stranger, methods(rule), address(rule)):
            assert (answer.status_code, urlsplit(answer.location).path) == (303, "/frame/sign-in"), rule.rule
        if not rule.endpoint.startswith(TAUGHT):
            for answer in send(teacher, methods(rule), address(rule)):
                assert answer.status_code == 403, rule.rule


def test_no_form_is_taken_without_its_token(pages: Pages) -> None:
    window = pages.window("ada_min")
    before = entries(pages)
    for rule in guarded(pages.app):
        for method in set(methods(rule)) - {"GET"}:
            for token in ({}, {"csrf_token": ""}, {"csrf_token": "IjEyMyI.aaaa.bbbb"}):
                answer = fetch(window, address(rule), method, data=token)
                assert answer.status_code == 400, (rule.rule, token)
    assert entries(pages) == before


def entries(pages: Pages) -> int:
    with pages.app.app_context():
        return db.session.scalar(select(func.count()).select_from(AuditEntry)) or 0


def test_a_session_ends_with_the_account(pages: Pages) -> None:
    window = pages.window("ada_min")
    pages.add_user("ben_min")
    with pages.app.app_context():
        db.session.execute(update(SisUser).where(SisUser.username == "ada_min").values(active=False))
        db.session.commit()
    for rule in guarded(pages.app):
        if "GET" in methods(rule):
            assert fetch(window, address(rule)).status_code == 303, rule.rule


# Guessing


def test_guessed_numbers_and_words_lead_nowhere(full: Pages) -> None:
    window = full.window("ada_min")
    window.get("/frame/password")
    for rule in guarded(full.app):
        if not rule.arguments:
            continue
        paths = [address(rule, number, "1") for number in NUMBERS]
        paths += [
            address(rule, "1", word) for word in WORDS if "<" in rule.rule.replace("<int", "").replace("<any", "")
        ]
        for path in dict.fromkeys(paths):
            for answer in send(window, methods(rule), path):
                assert answer.status_code in (400, 404, 405, 409, 422, 303) or (
                    answer.status_code == 200 and rule.endpoint == "records.rows"
                ), (rule.rule, path, answer.status_code)
                assert "//" not in (answer.location or ""), path


def test_numbers_of_other_kinds_are_not_taken(full: Pages) -> None:
    """A job of another kind is no import and no export, a person no course …: the number alone opens nothing."""
    window = full.window("ada_min")
    for path in ("/import/1/", "/export/2/", "/export/2/package.zip", "/years/1/preview/1/",
                 "/years/1/preview/1.csv", "/import/1/refused.csv", "/records/hidden/1"):  # fmt: skip
        assert fetch(window, path).status_code == 404, path


# Every page that can be reached


def poison(pages: Pages) -> None:
    """Put script into every text of the district that takes one, into names of users, connections and actions."""
    with pages.app.app_context():
        for shape in sis_shapes().values():
            table = shape.table
            spoken = {name for name, _ in shape.vocabularies} | {name for name, _ in shape.references}
            unique = {name for one in shape.uniques.values() for name in one.columns}
            kept = spoken | unique | set(shape.key) | {shape.made_up, "time_zone", "value", "sourced_id", "guid"}
            texts = [column for column in table.columns if type(column.type) is String and column.name not in kept]
            values = {column.name: SCRIPT for column in texts if (column.type.length or 99) >= len(SCRIPT)}
            if values:
                db.session.execute(update(table).values(**values))
        db.session.execute(update(SisUser).where(SisUser.username != "ada_min").values(name=SCRIPT))
        db.session.execute(update(Connection).where(Connection.name == "grant-1.1").values(name=ATTRIBUTE))
        db.session.execute(
            update(AuditEntry).values(subject=ATTRIBUTE, who=SCRIPT, after=f'{{"{SCRIPT}": "{SCRIPT}"}}')
        )
        db.session.commit()


def test_what_is_stored_is_never_run_and_every_page_is_secure(full: Pages) -> None:
    poison(full)
    window = full.window("ada_min")
    visited = set()
    shown = 0
    for seen in walk(full.app, window):
        answer = seen.answer
        assert answer.status_code == 200, (seen.path, answer.status_code)
        visited.add(seen.endpoint)
        if seen.endpoint.startswith(("status.", "explorer.", "frame.")):
            continue
        policy = answer.headers.get("Content-Security-Policy", "")
        assert "default-src 'none'" in policy and "unsafe" not in policy, seen.path
        assert answer.headers.get("X-Content-Type-Options") == "nosniff", seen.path
        assert answer.headers.get("Cache-Control") == "no-store", seen.path
        if answer.mimetype != "text/html":
            continue
        shown += "alert(1)" in answer.text
        assert SCRIPT not in answer.text and "<img src=x" not in answer.text, seen.path
        assert seen.scripts == [], seen.path
        assert " style=" not in answer.text.partition("<main")[2], f"{seen.path}: the policy would not allow it"
    missed = {rule.endpoint for rule in guarded(full.app) if not rule.arguments and "GET" in methods(rule)} - visited
    assert shown > 20
    assert missed <= UNLINKED, missed


#: Pages that no page of this district leads to.
UNLINKED = {"refreshes.moving", "refreshes.file", "requests.day", "requests.file", "refreshes.held"}


def test_forms_take_what_no_browser_sends_and_never_fail(full: Pages) -> None:
    window = full.window("ada_min")
    tried: set[tuple[str, frozenset[str]]] = set()
    failed = []
    for seen in list(walk(full.app, window)):
        for form in seen.forms:
            if form.method != "post" or is_for_good(form.action):
                continue
            kind = (rule_of(full, form.action), frozenset(form.fields))
            if kind in tried:
                continue
            tried.add(kind)
            for name, hostile in attacks(form):
                typed = {**form.fields, name: hostile}
                answer = fetch(window, form.action, "POST", data=typed)
                if answer.status_code >= 500 or answer.status_code == 200:
                    failed.append((form.action, name, hostile[:20], answer.status_code))
                    break
    assert failed == []
    assert len(tried) > 12


def attacks(form: Form) -> Iterator[tuple[str, str]]:
    for name in form.fields.keys() | form.choices.keys():
        if name not in ("csrf_token", "seen"):
            for hostile in HOSTILE:
                yield name, hostile


def rule_of(pages: Pages, path: str) -> str:
    """The rule that answers a form."""
    try:
        rule = pages.app.url_map.bind("localhost").match(urlsplit(path).path, "POST", return_rule=True)[0]
    except HTTPException as error:
        pytest.fail(f"There is a form that leads to {path}: {error}")
    return str(rule.rule)


def is_for_good(action: str) -> bool:
    """What would end the test's own session."""
    return action.startswith(("/frame/", "/users/"))


# Two at one form


def test_whoever_saves_what_somebody_else_has_saved_meanwhile_is_told(full: Pages) -> None:
    window = full.window("ada_min")
    tried: set[str] = set()
    for seen in list(walk(full.app, window)):
        for form in seen.forms:
            if "seen" not in form.fields or form.method != "post" or rule_of(full, form.action) in tried:
                continue
            tried.add(rule_of(full, form.action))
            before = entries(full)
            answer = fetch(window, form.action, "POST", data={**form.fields, "seen": "0" * 16})
            assert answer.status_code == 409, (form.action, answer.status_code)
            again = [one for one in read(form.action, "", answer).forms if "seen" in one.fields]
            assert again, f"{form.action}: what was typed is not shown again"
            assert entries(full) == before
    assert len(tried) >= 4


# Elsewhere


def test_no_form_and_no_link_leads_elsewhere(full: Pages) -> None:
    window = full.window("ada_min")
    tried: set[tuple[str, str]] = set()
    for seen in list(walk(full.app, window)):
        for where in AWAY:
            joint = "&" if "?" in seen.path else "?"
            asked = "&".join(f"{name}={quote(where, safe='')}" for name in BACK)
            answer = fetch(window, f"{seen.path}{joint}{asked}")
            assert "elsewhere" not in (answer.location or ""), (seen.path, where)
            page = read(seen.path, "", answer)
            bad = [link for link in page.links if urlsplit(link).netloc or link.startswith("javascript:")]
            assert bad == [] and page.scripts == [], (seen.path, where, bad)
            for form in page.forms:
                assert not urlsplit(form.action).netloc, (seen.path, form.action)
        for form in seen.forms:
            for name in set(BACK) & form.fields.keys():
                if form.method != "post" or is_for_good(form.action) or (rule_of(full, form.action), name) in tried:
                    continue
                tried.add((rule_of(full, form.action), name))
                for where in AWAY:
                    answer = fetch(window, form.action, "POST", data={**form.fields, name: where})
                    assert "elsewhere" not in (answer.location or ""), (form.action, name)
    assert tried


#: Names of what says where to go next, and addresses that lead elsewhere.
BACK = ("back", "next", "return", "to")
AWAY = (ELSEWHERE, "//elsewhere.example/", "/\\elsewhere.example/", "javascript:alert(1)")


# What addresses ask for


QUERIES = st.one_of(
    st.sampled_from([*HOSTILE[:6], SCRIPT, ATTRIBUTE, "'", "%", "_", "-", "--", "-name", "1 OR 1=1", "person 1", "\x1f"]),
    st.text(max_size=30), st.integers().map(str), st.dates().map(str),
)  # fmt: skip


def parameters(seen: Seen) -> set[str]:
    """What a page's address may ask for: the fields of its searches, and what its links to itself ask for."""
    found = {"page", "sort", "search"}
    for form in seen.forms:
        if form.method == "get":
            found |= form.fields.keys()
    for link in seen.links:
        if urlsplit(link).path == urlsplit(seen.path).path:
            found |= {part.partition("=")[0] for part in urlsplit(link).query.split("&") if part}
    return found


def test_no_question_of_an_address_makes_a_page_fail(full: Pages) -> None:
    window = full.window("ada_min")
    asked: dict[str, set[str]] = {}
    for seen in walk(full.app, window):
        if seen.answer.mimetype in ("text/html", "text/csv"):
            path = urlsplit(seen.path).path
            asked[path] = asked.get(path, set()) | parameters(seen)
    places = sorted((path, name) for path, names in asked.items() for name in names)
    assert len(places) > 60

    @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(st.sampled_from(places), QUERIES, st.booleans())
    def ask_it(place: tuple[str, str], value: str, twice: bool) -> None:
        path, name = place
        query = [(name, value), *([(name, value[::-1])] if twice else [])]
        answer = fetch(window, path, query_string=encoded(query))
        assert answer.status_code < 500, (path, name, value)
        if answer.mimetype == "text/html":
            assert SCRIPT not in answer.text and "<img src=x" not in answer.text, (path, name, value)

    ask_it()
    for path, name in places:
        answer = fetch(window, path, query_string=encoded([(name, f"{SCRIPT}\0")]))
        assert answer.status_code < 500, (path, name)
        assert answer.mimetype != "text/html" or SCRIPT not in answer.text, (path, name)


def encoded(query: list[tuple[str, str]]) -> str:
    return "&".join(f"{quote(name, safe='')}={quote(value.encode(errors='replace'), safe='')}" for name, value in query)


# Bodies


def test_bodies_are_limited_before_they_are_read(pages: Pages) -> None:
    window = pages.window("ada_min")
    window.get("/frame/password")
    large = {"csrf_token": token_of(window.page), "much": "x" * 1_100_000}
    for rule in guarded(pages.app):
        if "POST" in methods(rule) and rule.endpoint != "data_import.upload":
            answer = fetch(window, address(rule), "POST", data=large)
            assert answer.status_code == 413, (rule.rule, answer.status_code)


def test_what_is_no_form_is_no_form(pages: Pages) -> None:
    window = pages.window("ada_min")
    window.get("/frame/password")
    for rule in guarded(pages.app):
        if "POST" not in methods(rule):
            continue
        for body, kind in (
            (b"{", "application/json"),
            (b"--x\r\n", "multipart/form-data; boundary=x"),
            (b"\xff=\xfe", None),
        ):
            headers = {"X-CSRFToken": token_of(window.page), **({"Content-Type": kind} if kind else {})}
            answer = fetch(window, address(rule, "999999", "x"), "POST", data=body, headers=headers)
            assert answer.status_code < 500, (rule.rule, kind)
