"""Connections as a district administrator makes them with the command, and as platforms meet them over HTTP: one group
of tests for each of P-94 … P-104. Who may see what is published is built once; every test changes connections of its own."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
import requests
from click.testing import CliRunner, Result

from provider.access.commands import connection
from provider.context import ProviderContext
from provider.eligibility.edition import SHARE
from provider.refresh_commands import setting
from shared.oneroster.scopes import scope_url
from shared.oneroster.versions import BASE_PATHS, Version
from tests.contract.conftest import BuiltDistricts
from tests.contract.door import Door
from tests.contract.platform import APP_NAME, PUBLIC, Platform, Record, ids, minor, references
from tests.contract.signed import Signer

V1P1, V1P2 = Version.V1P1, Version.V1P2
CEDAR = "300"

#: Connections that are there, with something published for each: name, and options of `connection add`.
THERE = {
    f"{name}-{version}": ("--version", str(version), *options)
    for version in Version
    for name, options in {
        "roster": (),
        "grades": ("--gradebook",),
        "cedar": ("--gradebook", "--school", CEDAR),
        "bare": tuple(word for item in SHARE for word in ("--no-share", item)),
    }.items()
} | {"all-1.2": ("--version", "1.2", "--gradebook", "--assessments")}


@dataclass
class Office:
    """The administrator's desk: commands go in, platforms find the door as they were told."""

    door: Door

    def run(self, group: str, *words: str) -> Result:
        """`homeroom provider GROUP WORDS` on the district, whose application is there already."""
        settings = self.door.app.extensions["homeroom"]["settings"]
        context = ProviderContext(settings, APP_NAME, lambda *_: self.door.app)
        return CliRunner().invoke({"connection": connection, "setting": setting}[group], words, obj=context)

    def do(self, *words: str) -> str:
        """What a connection command that succeeds prints."""
        done = self.run("connection", *words)
        assert done.exit_code == 0, done.output
        return done.stdout

    def told(self, *words: str) -> Record:
        """The JSON that a connection command prints."""
        shown: Record = json.loads(self.do(*words, "--json"))
        return shown

    def refuse(self, *words: str) -> str:
        """What a connection command says that does not succeed."""
        done = self.run("connection", *words)
        assert (done.exit_code, done.stderr.count("\n")) == (1, 1), done.output
        return done.stderr

    def set(self, switch: str, value: str) -> None:
        assert self.run("setting", "set", switch, value).exit_code == 0

    def show(self, name: str) -> Record:
        return self.told("show", name, "--secret")

    def platform(self, name: str) -> Platform:
        """A platform with what `show` tells of its connection."""
        shown = self.show(name)
        return Platform(self.door.address, Version(shown["version"]), shown["client_id"], shown["client_secret"])

    def signer(self, name: str) -> Signer:
        shown = self.show(name)
        return Signer(self.door.address, shown["client_id"], shown["client_secret"])


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def office(
    request: pytest.FixtureRequest, built: BuiltDistricts, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Office]:
    with built.open(request.param, tmp_path_factory.mktemp("office"), request) as door:
        office = Office(door)
        for name, options in THERE.items():
            office.do("add", name, *options)
        door.refresh()
        yield office


@pytest.fixture
def new(office: Office) -> Iterator[Callable[..., Record]]:
    """new(name, version, *options) -> what `add` told; removed again after the test. Like "roster" or "grades", it sees
    at once what is published for those."""
    names = []

    def new(name: str, version: Version | str, *options: str) -> Record:
        told = office.told("add", name, "--version", str(version), *options)
        names.append(name)
        return told

    yield new
    for name in names:
        office.do("remove", name, "--yes")


@pytest.fixture
def oauth1(office: Office) -> Iterator[None]:
    """New OAuth 1 connections are allowed."""
    office.set("allow_new_oauth1", "true")
    yield
    office.set("allow_new_oauth1", "false")


def status(answer: requests.Response) -> int:
    return answer.status_code


def gradebook(platform: Platform, path: str) -> str:
    """The absolute URL of a path of the gradebook service."""
    return f"{PUBLIC}/campus/oneroster/{APP_NAME}{BASE_PATHS[platform.version, 'gradebook']}{path}"


# P-94: what a connection has.


def test_p94_a_connection_has_all_that_is_told_and_set(office, new, version):
    new("p94", version, "--gradebook", "--at-a-time", "3", "--a-minute", "100", "--vendor-key", "--no-share", "phone")
    shown = office.told("show", "p94")
    assert (shown["name"], shown["version"], shown["oauth"], shown["enabled"]) == ("p94", str(version), "oauth2", True)
    assert (shown["schools"], shown["functions"], shown["supported"]) == ("all", ["roster", "gradebook"], True)
    assert shown["share"] == sorted(set(SHARE) - {"phone"})
    assert (shown["at_a_time"], shown["a_minute"], shown["secondary_email"]) == (3, 100, False)
    assert shown["base_url"] == f"{PUBLIC}/campus/oneroster/{APP_NAME}"
    assert shown["token_url"] == f"{PUBLIC}/campus/oauth2/token?appName={APP_NAME}"
    assert shown["client_id"] and shown["vendor_key"]
    assert "client_secret" not in shown and "vendor_secret" not in shown
    told = office.told("set", "p94", "--at-a-time", "0", "--a-minute", "0", "--share", "phone", "--no-gradebook")
    assert (told["at_a_time"], told["a_minute"], told["functions"]) == (None, None, ["roster"])
    assert told["share"] == sorted(SHARE)


def test_p94_every_connection_is_in_the_list(office):
    listed = json.loads(office.do("list", "--json"))
    assert {row["name"] for row in listed} >= set(THERE) | {"lms-1.1", "lms-1.2"}
    text = office.do("list")
    assert all(row["client_id"] in text for row in listed)
    assert not any(office.show(name)["client_secret"] in text for name in ("roster-1.1", "all-1.2"))


def test_p94_what_was_told_by_the_command_opens_the_door(office, new, version):
    told = new("p94 door", version)
    platform = Platform(office.door.address, version, told["client_id"], told["client_secret"])
    assert platform.read("/orgs")


# P-95: who is not let in.


def test_p95_a_disabled_connection_is_out_at_once(office, new, version):
    new("p95", version)
    platform = office.platform("p95")
    assert status(platform.get("/orgs")) == 200
    assert "disabled" in office.do("disable", "p95")
    assert (status(platform.get("/orgs")), status(platform.ask_for_token())) == (401, 401)
    office.do("enable", "p95")
    assert status(platform.get("/orgs")) == 200


# P-96: school scope.


@pytest.fixture
def cedar(office: Office, version: Version) -> Platform:
    return office.platform(f"cedar-{version}")


@pytest.fixture
def grades(office: Office, version: Version) -> Platform:
    return office.platform(f"grades-{version}")


def test_p96_no_answer_and_no_count_leaves_the_scope(cedar, grades, version):
    (school,) = cedar.walk("/schools")
    assert school["identifier"] == CEDAR
    for path in ("/orgs", "/classes", "/users", "/enrollments", "/students", "/teachers"):
        scoped, whole = cedar.get(path + "?limit=1"), grades.get(path + "?limit=1")
        assert int(scoped.headers["X-Total-Count"]) == len(cedar.walk(path)) < int(whole.headers["X-Total-Count"]), path
    assert all(record["school"]["sourcedId"] == school["sourcedId"] for record in cedar.walk("/classes"))


def test_p96_no_reference_leaves_the_scope(cedar):
    known = {kind: ids(cedar.walk(f"/{kind}")) for kind in ("orgs", "users", "classes", "courses", "academicSessions")}
    types = {
        "org": "orgs",
        "user": "users",
        "class": "classes",
        "course": "courses",
        "academicSession": "academicSessions",
    }
    for kind in (*known, "enrollments", "demographics"):
        for record in cedar.walk(f"/{kind}"):
            for reference in references(record):
                collection = types.get(reference["type"])
                if collection:
                    assert reference["sourcedId"] in known[collection], f"{kind} {record['sourcedId']}: {reference}"


def test_p96_paths_through_other_schools_are_not_there(cedar, grades):
    inside = ids(cedar.walk("/classes"))
    outside = next(record for record in grades.walk("/classes") if record["sourcedId"] not in inside)
    for path in (f"/classes/{outside['sourcedId']}", f"/classes/{outside['sourcedId']}/students",
                 f"/schools/{outside['school']['sourcedId']}", f"/schools/{outside['school']['sourcedId']}/classes"):  # fmt: skip
        assert (status(cedar.get(path)), status(grades.get(path))) == (404, 200), path


def test_p96_the_grade_book_has_the_classes_and_students_of_the_scope_alone(cedar, grades):
    classes, students = ids(cedar.walk("/classes")), ids(cedar.walk("/users"))
    items, every = (one.read(gradebook(one, "/lineItems?limit=10000")) for one in (cedar, grades))
    assert items and {item["class"]["sourcedId"] for item in items} <= classes
    assert len(items) < len(every)
    results = cedar.read(gradebook(cedar, "/results?limit=10000"))
    assert results and {result["student"]["sourcedId"] for result in results} <= students
    assert {result["lineItem"]["sourcedId"] for result in results} <= ids(items)
    outside = next(item for item in every if item["class"]["sourcedId"] not in classes)
    for path in (f"/lineItems/{outside['sourcedId']}", f"/classes/{outside['class']['sourcedId']}/lineItems"):
        assert status(cedar.get(gradebook(cedar, path))) == 404
        assert status(grades.get(gradebook(grades, path))) == 200


def test_p96_schools_are_chosen_and_opened_by_command(office, new, version):
    new("p96", version, "--gradebook", "--school", CEDAR)
    assert office.told("show", "p96")["schools"] == [CEDAR]
    platform = office.platform("p96")
    assert len(platform.walk("/schools")) == 1
    office.do("schools", "p96", "--all")
    assert len(platform.walk("/schools")) > 1
    assert "no school with number 999" in office.refuse("schools", "p96", "999")


def test_p96_in_1p1_a_school_scope_needs_oauth_2(office, new, oauth1):
    said = office.refuse("add", "p96-oauth1", "--version", "1.1", "--oauth", "oauth1", "--school", CEDAR)
    assert "OAuth 2 only (P-96)" in said
    new("p96-oauth1", "1.1", "--oauth", "oauth1")
    assert "OAuth 2 only (P-96)" in office.refuse("schools", "p96-oauth1", CEDAR)
    assert status(office.signer("p96-oauth1").get("/orgs")) == 200


# P-97: functions.

GRADEBOOK_PATHS = (
    "/categories",
    "/lineItems",
    "/results",
    "/lineItems/x",
    "/classes/x/lineItems",
    "/classes/x/results",
)
ASSESSMENT_PATHS = ("/assessmentLineItems", "/assessmentResults", "/assessmentResults/x")


def forbidden(answer: requests.Response, version: Version) -> None:
    assert (answer.status_code, minor(answer, version)) == (403, "forbidden"), answer.text


def test_p97_the_grade_book_answers_only_where_it_is_switched_on(office, version):
    roster, with_grades = office.platform(f"roster-{version}"), office.platform(f"grades-{version}")
    for path in GRADEBOOK_PATHS:
        forbidden(roster.get(gradebook(roster, path)), version)
        assert status(with_grades.get(gradebook(with_grades, path))) in (200, 404), path
    for verb, path, body in (
        ("PUT", "/lineItems/x", {"lineItem": {}}), ("PUT", "/results/x", {"result": {}}), ("DELETE", "/results/x", None),
        ("DELETE", "/lineItems/x", None),
    ):  # fmt: skip
        forbidden(roster.session.request(verb, gradebook(roster, path), json=body, timeout=60), version)


def test_p97_assessments_answer_only_where_they_are_switched_on(office):
    with_grades, everything = office.platform("grades-1.2"), office.platform("all-1.2")
    for path in ASSESSMENT_PATHS:
        forbidden(with_grades.get(gradebook(with_grades, path)), V1P2)
        assert status(everything.get(gradebook(everything, path))) in (200, 404), path


def test_p97_functions_are_switched_by_command_and_act_on_tokens_that_are_out(office, new, version):
    told = new("p97", version, "--gradebook")
    assert scope_url("gradebook.createput", version) in told["scopes"]
    platform = office.platform("p97")
    items = gradebook(platform, "/lineItems?limit=1")
    assert status(platform.get(items)) == 200
    told = office.told("set", "p97", "--no-gradebook")
    assert not any("gradebook" in scope for scope in told["scopes"])
    forbidden(platform.get(items), version)
    office.do("set", "p97", "--gradebook", "--no-roster")
    assert status(platform.get(items)) == 200
    forbidden(platform.get("/users"), version)


# P-98: the vendor key.


@pytest.fixture
def vendor(office: Office, new: Callable[..., Record], version: Version) -> tuple[Platform, str, str]:
    """(platform, vendor key, vendor secret)"""
    assessments = ("--assessments",) if version is V1P2 else ()
    told = new("p98", version, "--gradebook", "--vendor-key", *assessments)
    platform = Platform(office.door.address, version, told["client_id"], told["client_secret"])
    return platform, told["vendor_key"], told["vendor_secret"]


def header(text: str | None) -> dict[str, str]:
    return {} if text is None else {"x-vendor-authorization": text}


def test_p98_grade_book_calls_need_the_vendor_key(vendor, version):
    platform, key, secret = vendor
    paths = GRADEBOOK_PATHS + (ASSESSMENT_PATHS if version is V1P2 else ())
    for path in paths:
        url = gradebook(platform, path)
        for wrong in (
            None,
            "",
            ":",
            key,
            f"{key}:",
            f"{key}:wrong",
            f"wrong:{secret}",
            f"{secret}:{key}",
            f"{key} {secret}",
        ):
            answer = platform.get(url, headers=header(wrong))
            assert status(answer) == 401, f"{path} {wrong}"
            assert minor(answer, version) == {"1.1": "unauthorized", "1.2": "unauthorisedrequest"}[version]
        assert status(platform.get(url, headers=header(f"{key}:{secret}"))) in (200, 404), path


def test_p98_writes_need_it_too(vendor):
    platform, key, secret = vendor
    url = gradebook(platform, "/lineItems/p98")
    for verb in ("PUT", "DELETE"):
        assert status(platform.session.request(verb, url, json={}, timeout=60)) == 401
        sent = header(f"{key}:{secret}")
        assert status(platform.session.request(verb, url, json={}, headers=sent, timeout=60)) in (400, 404, 422)


def test_p98_rostering_calls_do_not_need_it_and_connections_without_a_vendor_key_do_not(vendor, office, version):
    platform, _, _ = vendor
    assert status(platform.get("/users?limit=1")) == 200
    other = office.platform(f"grades-{version}")
    for sent in (None, "anything:at all"):
        assert status(other.get(gradebook(other, "/results?limit=1"), headers=header(sent))) == 200


def test_p98_a_new_vendor_key_ends_the_old_one_and_none_is_asked_for_once_it_is_removed(vendor, office):
    platform, key, secret = vendor
    url = gradebook(platform, "/results?limit=1")
    told = office.told("vendor-key", "p98")
    assert status(platform.get(url, headers=header(f"{key}:{secret}"))) == 401
    assert status(platform.get(url, headers=header(f"{told['vendor_key']}:{told['vendor_secret']}"))) == 200
    office.do("vendor-key", "p98", "--remove")
    assert status(platform.get(url)) == 200


# P-99: the end of OAuth 1 keys.


def test_p99_a_key_is_good_for_a_year_unless_told_otherwise(new, oauth1):
    today = datetime.now(UTC).date()
    ends = datetime.fromisoformat(new("p99", "1.1", "--oauth", "oauth1")["expires_at"])
    assert 364 <= (ends.date() - today).days <= 366
    last_day = today + timedelta(days=390)
    told = new("p99 long", "1.1", "--oauth", "oauth1", "--last-day", str(last_day))
    assert told["expires_at"] == f"{last_day + timedelta(days=1)}T00:00:00+00:00"
    assert "token_url" not in told


@pytest.mark.parametrize("days", [-1, 400])
def test_p99_a_key_ends_in_thirteen_months_at_most(office, new, oauth1, days):
    last_day = str(datetime.now(UTC).date() + timedelta(days=days))
    said = office.refuse("add", "p99", "--version", "1.1", "--oauth", "oauth1", "--last-day", last_day)
    assert "13 months" in said
    new("p99", "1.1", "--oauth", "oauth1")
    assert "13 months" in office.refuse("renew", "p99", "--last-day", last_day)


def test_p99_an_expired_key_is_401_until_it_is_renewed(office, new, oauth1):
    new("p99", "1.1", "--oauth", "oauth1")
    signer = office.signer("p99")
    assert status(signer.get("/orgs")) == 200
    office.door.change("p99", expires_at=datetime.now(UTC) - timedelta(days=1))
    answer = signer.get("/orgs")
    assert (status(answer), minor(answer, V1P1)) == (401, "unauthorized")
    assert "expired" in answer.text
    told = office.told("renew", "p99")
    assert date.fromisoformat(told["expires_at"][:10]) > datetime.now(UTC).date() + timedelta(days=360)
    assert status(signer.get("/orgs")) == 200


def test_p99_oauth_2_does_not_expire_and_1p2_has_no_oauth_1(office, new, oauth1, version):
    assert new("p99", version)["expires_at"] is None
    assert "does not expire" in office.refuse("renew", "p99")
    assert "do not expire" in office.refuse("add", "p99b", "--version", str(version), "--last-day", "2030-01-01")
    assert "1.1 only" in office.refuse("add", "p99b", "--version", "1.2", "--oauth", "oauth1")


# P-100: new OAuth 1 connections are forbidden unless the district allows them.


def test_p100_new_ones_are_forbidden_by_default_and_those_that_are_there_work(office, new):
    said = office.refuse("add", "p100", "--version", "1.1", "--oauth", "oauth1")
    assert "P-100" in said and "allow_new_oauth1" in said
    office.set("allow_new_oauth1", "true")
    new("p100", "1.1", "--oauth", "oauth1")
    office.set("allow_new_oauth1", "false")
    assert status(office.signer("p100").get("/orgs")) == 200
    office.do("renew", "p100")
    assert "P-100" in office.refuse("add", "p100b", "--version", "1.1", "--oauth", "oauth1")


# P-101: secrets.


def test_p101_a_secret_is_shown_on_request_only_and_a_new_one_ends_the_old_with_its_tokens(office, new, version):
    old = new("p101", version)["client_secret"]
    assert "client_secret" not in office.told("show", "p101") and old not in office.do("show", "p101")
    assert office.show("p101")["client_secret"] == old
    platform = office.platform("p101")
    assert status(platform.get("/orgs")) == 200
    fresh = office.told("secret", "p101")["client_secret"]
    assert fresh != old
    assert (status(platform.get("/orgs")), status(platform.ask_for_token())) == (401, 401)
    assert status(office.platform("p101").get("/orgs")) == 200


def test_p101_a_new_secret_of_an_oauth_1_key_ends_the_old_one_and_not_later_than_before(office, new, oauth1):
    told = new("p101", "1.1", "--oauth", "oauth1")
    old = office.signer("p101")
    assert status(old.get("/orgs")) == 200
    assert office.told("secret", "p101")["expires_at"] == told["expires_at"]
    assert status(old.get("/orgs")) == 401
    assert status(office.signer("p101").get("/orgs")) == 200


# P-102: vendors without support.


def test_p102_an_unsupported_vendor_may_have_the_roster_only(office, new, version):
    for function in ("--gradebook", "--assessments"):
        assert "P-102" in office.refuse("add", "p102", "--version", str(version), "--unsupported", function)
    told = new("p102", version, "--unsupported")
    assert (told["supported"], told["functions"]) == (False, ["roster"])
    assert "P-102" in office.refuse("set", "p102", "--gradebook")
    platform = office.platform("p102")
    assert status(platform.get("/users?limit=1")) == 200
    forbidden(platform.get(gradebook(platform, "/lineItems")), version)
    assert office.told("set", "p102", "--supported", "--gradebook")["functions"] == ["roster", "gradebook"]
    assert "P-102" in office.refuse("set", "p102", "--unsupported")
    assert office.told("set", "p102", "--unsupported", "--no-gradebook")["functions"] == ["roster"]


# P-103: settings of the whole district.


def test_p103_the_switches_of_the_district_are_listed_and_set(office):
    listed = json.loads(office.run("setting", "list", "--json").stdout)
    assert {"secondary_email_1p1", "local_grades_1p2", "daily_refresh_time", "allow_new_oauth1"} <= set(listed)
    office.set("daily_refresh_time", "21:30")
    assert json.loads(office.run("setting", "list", "--json").stdout)["daily_refresh_time"] == "21:30"
    office.set("daily_refresh_time", "22:10")
    assert office.run("setting", "set", "daily_refresh_time", "noon").exit_code == 2


def test_p103_secondary_email_is_a_switch_of_the_district_for_1p1_and_of_the_connection_for_1p2(office, new):
    """P-62."""
    assert "secondary_email_1p1" in office.refuse("add", "p103", "--version", "1.1", "--secondary-email")
    assert new("p103", "1.2", "--secondary-email")["secondary_email"] is True
    assert office.told("set", "p103", "--no-secondary-email")["secondary_email"] is False
    assert "secondary_email_1p1" in office.refuse("set", "roster-1.1", "--secondary-email")


# P-104: data to share.


def test_p104_what_is_not_shared_is_left_out_not_emptied(office, version):
    bare, roster = office.platform(f"bare-{version}"), office.platform(f"roster-{version}")
    forbidden(bare.get("/demographics"), version)
    assert not any("demographics" in scope for scope in office.told("show", f"bare-{version}")["scopes"])
    shown, all_of_them = bare.walk("/users"), roster.walk("/users")
    for name in ("email", "phone", "sms"):
        assert any(name in user for user in all_of_them) or name == "sms"
        assert not any(name in user for user in shown), name
    families, teaching = {"guardian", "relative", "parent"}, {"student", "teacher"}
    assert {role for user in shown for role in roles(user)} == teaching
    every_role = {role for user in all_of_them for role in roles(user)}
    assert every_role & families and every_role - families - teaching


def roles(user: Record) -> set[str]:
    return {role["role"] for role in user["roles"]} if "roles" in user else {user["role"]}


def test_p104_switches_are_turned_by_command_and_act_on_scopes_at_once(office, new, version):
    new("p104", version)
    platform = office.platform("p104")
    assert status(platform.get("/demographics?limit=1")) == 200
    office.do("set", "p104", "--no-share", "demographics")
    forbidden(platform.get("/demographics?limit=1"), version)
    told = office.told("set", "p104", "--share", "demographics")
    assert told["share"] == sorted(SHARE)
    assert status(platform.get("/demographics?limit=1")) == 200
    assert "do not share" in office.refuse("set", "p104", "--share", "email", "--no-share", "email")


# What a connection may ask for (P-112) is set here too.


def test_the_limits_of_a_connection_act_on_its_requests(office, new, version):
    new("p112", version)
    platform = office.platform("p112")
    assert status(platform.get("/orgs")) == 200
    office.do("set", "p112", "--a-minute", "1")
    answers = [platform.get("/orgs") for _ in range(3)]
    assert 429 in {status(answer) for answer in answers}
    office.do("set", "p112", "--a-minute", "0")
    assert status(platform.get("/orgs")) == 200
    assert "1 to 63" in office.refuse("set", "p112", "--at-a-time", "64")


def test_commands_that_are_called_wrongly_say_so(office):
    for words in (("set", "roster-1.1"), ("set",), ("renew",), ("add", "x", "--version", "1.1", "--oauth", "oauth3"),
                  ("set", "roster-1.1", "--share", "ssn"), ("renew", "roster-1.1", "--last-day", "soon")):  # fmt: skip
        assert office.run("connection", *words).exit_code == 2, words
    for words in (("set", "nobody", "--roster"), ("renew", "nobody"), ("vendor-key", "nobody"), ("secret", "nobody")):
        assert "no connection 'nobody'" in office.refuse(*words)
