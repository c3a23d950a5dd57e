"""Presses against providers of others: tokens that end, a vendor's key, silence, storms, no categories of a class. Each
says how the press ends, what its log says, and that no grade is doubled or lost.
"""

import random
import time
from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.wrappers import Request, Response

from consumer.client.caller import Client, Target, VendorKey
from consumer.client.limits import Limits
from consumer.client.oauth2 import Credentials
from consumer.client.transport import Clock, Sleep, Transport
from consumer.passback.categories import map_category, read_categories
from consumer.platform.models import Section
from shared.oneroster.versions import BASE_PATHS, Version
from tests.consumer.passback.books import GradeBook
from tests.consumer.passback.presses import Teacher
from tests.faults.gradebook import ROOT, PlainSis, _json, _refusal

LIMITS = Limits(silence=0.3, answer=0.6)
STUDENTS = ("U1", "U2", "U3", "U4")
VENDOR = VendorKey("district-key", "district-secret")


class OtherSis(PlainSis):
    """A SIS that looks at tokens and headers, and can be slow.

    token_requests   a token is good for so many requests; None: for ever. refuses_tokens: no new one is given
    vendor           the vendor's key that its grade book wants
    hang             so many of the next writes get no answer; hung_done: they are carried out all the same
    shared_categories   it has categories, none of a class
    """

    def __init__(self, version: Version) -> None:
        super().__init__(version)
        self.token_requests: int | None = None
        self.refuses_tokens = False
        self.vendor: VendorKey | None = None
        self.hang = 0
        self.hung_done = False
        self.shared_categories: dict[str, str] = {}
        self.tokens: list[int] = []

    def client(self, service: str, sleep: Sleep, clock: Clock, vendor: VendorKey | None = None) -> Client:
        target = Target(
            self.base_url, self.version, Credentials(self.token_url, "x", "y", ""), 100, service,
            self.sent_vendor if service == "gradebook" else None,
        )  # fmt: skip
        return Client(target, Transport(True, sleep, clock, limits=LIMITS))

    #: The vendor's key that the platform sends.
    sent_vendor: VendorKey | None = None

    def _answer(self, environ: dict[str, Any], start: Any) -> Any:
        request = Request(environ)
        if request.path == "/token":
            return self._token()(environ, start)
        refusal = self._let_in(request)
        if refusal is not None:
            return refusal(environ, start)
        if self.hang and request.method != "GET":
            self.hang -= 1
            if self.hung_done:
                super()._answer(environ, lambda *_: None)
            time.sleep(2 * LIMITS.answer)
            return Response(status=504)(environ, start)
        if self.shared_categories and request.path.endswith("gradebook/v1p2/categories"):
            rows = [
                {"sourcedId": key, "status": "active", "title": name} for key, name in self.shared_categories.items()
            ]
            return _json({"categories": rows if request.args.get("offset", "0") == "0" else []})(environ, start)
        return super()._answer(environ, start)

    def _token(self) -> Response:
        if self.refuses_tokens:
            return _json({"error": "invalid_client"}, 401)
        self.tokens.append(0)
        return _json({"access_token": f"token-{len(self.tokens)}", "token_type": "bearer", "expires_in": 3600})

    def _let_in(self, request: Request) -> Response | None:
        number = int(request.headers.get("Authorization", "").rpartition("-")[2] or 0)
        used = self.tokens[number - 1] if 0 < number <= len(self.tokens) else None
        if used is None or (self.token_requests is not None and used >= self.token_requests):
            return _refusal(401, "The token has ended")
        self.tokens[number - 1] += 1
        graded = request.path.startswith(ROOT + BASE_PATHS[self.version, "gradebook"])
        sent = request.headers.get("x-vendor-authorization")
        if self.vendor and graded and sent != f"{self.vendor.key}:{self.vendor.secret}":
            return _refusal(401, "x-vendor-authorization is missing, or not the one of this connection")
        return None


class Class:
    """Teacher T-1 with three items that four students are graded for."""

    def __init__(self, teacher: Teacher, sis: OtherSis) -> None:
        self.teacher, self.sis = teacher, sis
        self.items = [teacher.item(title) for title in ("Fractions", "Poems", "Maps")]
        self.points = {(item.title, student): 5.0 + n for n, item in enumerate(self.items) for student in STUDENTS}
        for item in self.items:
            for student in STUDENTS:
                teacher.score(item, student, self.points[item.title, student])

    def arrived(self) -> bool:
        """Whether every grade is there, once, as it is here."""
        return self.sis.scores() == {key: [points] for key, points in self.points.items()}

    def doubled(self) -> list[tuple[str, str]]:
        """Of what the SIS has two."""
        return [key for key, found in self.sis.scores().items() if len(found) > 1]


@pytest.fixture
def graded(book: GradeBook) -> Iterator[Class]:
    """Once for each version, on each database."""
    with OtherSis(book.version) as sis:
        yield Class(Teacher(book, sis), sis)


@pytest.fixture
def graded_12(book_12: GradeBook) -> Iterator[Class]:
    with OtherSis(Version.V1P2) as sis:
        yield Class(Teacher(book_12, sis), sis)


def test_tokens_that_end_in_the_middle_of_a_press_are_renewed(graded: Class) -> None:
    graded.sis.token_requests = 2
    run = graded.teacher.press()
    assert run.status == "Completed" and graded.arrived()
    assert graded.teacher.log(run) == [] and len(graded.sis.tokens) > 2


def test_when_no_new_token_is_given_the_press_fails_and_the_next_one_goes_on(graded: Class) -> None:
    graded.sis.token_requests = 4
    graded.teacher.press([graded.items[0]])
    graded.sis.refuses_tokens = True
    run = graded.teacher.press()
    assert run.status == "Failed"
    assert [code for _, code, _ in graded.teacher.log(run)] == ["AUTH_FAILED"]
    assert graded.doubled() == []
    graded.sis.refuses_tokens, graded.sis.token_requests = False, None
    assert graded.teacher.press().status == "Completed" and graded.arrived()


def test_the_key_of_the_vendor_goes_with_every_call_of_the_grade_book(graded: Class) -> None:
    """C-11."""
    graded.sis.vendor = graded.sis.sent_vendor = VENDOR
    assert graded.teacher.press().status == "Completed" and graded.arrived()


def test_a_grade_book_that_wants_a_vendors_key_says_so(graded: Class) -> None:
    graded.sis.vendor = VENDOR
    run = graded.teacher.press()
    assert run.status == "Failed" and graded.sis.scores() == {}
    ((level, code, _),) = graded.teacher.log(run)
    assert (level, code) == ("error", "AUTH_FAILED")
    graded.sis.sent_vendor = VENDOR
    assert graded.teacher.press().status == "Completed" and graded.arrived()


@pytest.mark.parametrize("done", [True, False])
def test_a_write_that_gets_no_answer_is_neither_lost_nor_doubled(graded: Class, done: bool) -> None:
    graded.teacher.press([graded.items[0]])
    graded.sis.hang, graded.sis.hung_done = 2, done
    run = graded.teacher.press()
    assert run.status == "Completed", graded.teacher.log(run)
    assert graded.arrived()


def test_an_sis_that_falls_silent_fails_the_press_and_the_next_one_goes_on(graded: Class) -> None:
    graded.sis.hang = 1_000
    run = graded.teacher.press()
    assert run.status == "Failed"
    assert [code for _, code, _ in graded.teacher.log(run)] == ["UNREACHABLE"]
    graded.sis.hang = 0
    assert graded.teacher.press().status == "Completed" and graded.arrived()


def test_a_storm_of_429_that_does_not_pass_ends_the_press_and_loses_nothing(graded: Class) -> None:
    """C-88."""
    verb = "PUT" if graded.sis.version is Version.V1P1 else "POST"
    graded.sis.on(verb, "results", status=429, times=None, headers={"Retry-After": "3"},
                  only=lambda one: one["score"] == graded.points["Poems", "U1"])  # fmt: skip
    run = graded.teacher.press()
    assert run.status == "Failed"
    assert [code for _, code, _ in graded.teacher.log(run)] == ["RATE_LIMITED"]
    assert graded.teacher.state(graded.items[0]) == ("Successful", None)
    assert graded.teacher.state(graded.items[1]) == ("Error", "RATE_LIMITED")
    graded.sis.behave()
    assert graded.teacher.press().status == "Completed" and graded.arrived()


def test_without_categories_of_a_class_those_of_the_district_are_offered(graded_12: Class) -> None:
    """C-125: and what is mapped to one of them goes there."""
    teacher, sis = graded_12.teacher, graded_12.sis
    sis.shared_categories = {"all-work": "All work", "all-tests": "All tests"}
    session, section = teacher.session, teacher.book.head
    offered = read_categories(session, sis.client("gradebook", teacher.sleep, teacher.clock), section, teacher.now)
    assert {one.title for one in offered} == {"All work", "All tests"}
    assert teacher.category is not None
    map_category(session, session.get_one(Section, section.id), teacher.category.id, "all-work")
    session.commit()
    assert teacher.press().status == "Completed" and graded_12.arrived()
    assert {item["category"]["sourcedId"] for item in sis.line_items.values()} == {"all-work"}


def test_of_a_plain_provider_nothing_is_expected_that_others_do_not_have(graded_12: Class) -> None:
    """No bulk POST, 200 to PUT, tokens that end, and one student whose result it refuses."""
    sis, teacher = graded_12.sis, graded_12.teacher
    sis.bulk, sis.put, sis.token_requests = 405, 200, 3
    sis.refuses.add("U3")
    run = teacher.press()
    assert run.status == "Completed with errors"
    assert teacher.log(run) == 3 * [("error", "ROSTER_REFUSED", "Student U3 is not on the roster")]
    assert len(sis.scores()) == 9 and graded_12.doubled() == []
    sis.behave()
    assert teacher.press().status == "Completed" and graded_12.arrived()


#: What goes wrong on the way: statuses, and a connection that breaks.
TROUBLES: tuple[dict[str, Any], ...] = (
    *({"status": status} for status in (429, 500, 502, 503, 504, 422)), {"reset": True},
)  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_whatever_goes_wrong_in_the_end_every_grade_is_there_once(graded: Class, seed: int) -> None:
    """C-131, C-137: calls fail before and after they were carried out, scores change and are cleared between presses."""
    rng = random.Random(seed)
    teacher, sis = graded.teacher, graded.sis
    for _ in range(5):
        for _ in range(rng.randrange(5)):
            verb, place = rng.choice(
                (("PUT", "lineItems"), ("PUT", "results"), ("POST", "results"), ("DELETE", "results"))
            )
            trouble = rng.choice(TROUBLES)
            # A refusal is one: nothing of it is carried out.
            done = trouble.get("status") not in (422, 429, 503) and rng.random() < 0.5
            sis.on(verb, place, times=rng.randrange(1, 4), done=done, **trouble)
        teacher.press()
        assert graded.doubled() == []
        item, student = rng.choice(graded.items), rng.choice(STUDENTS)
        if rng.random() < 0.3:
            graded.points.pop((item.title, student), None)
            teacher.score(item, student, None)
        else:
            graded.points[item.title, student] = float(rng.randrange(40))
            teacher.score(item, student, graded.points[item.title, student])
    sis.behave()
    run = teacher.press()
    assert run.status == "Completed", teacher.log(run)
    assert graded.arrived()
