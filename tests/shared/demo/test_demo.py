"""`homeroom demo` from start to end, and the lines that README.md gives for it. One demo serves all of these tests."""

import os
import re
import shutil
import signal
import time
from collections.abc import Iterator

import pytest
import requests

from tests.ports import free_ports
from tests.shared.demo.browsing import Visitor
from tests.shared.demo.running import RunningDemo
from tests.shell_blocks import demo_blocks, run_shell, substitute

pytestmark = pytest.mark.slow

PATHS = {"1.1": "/ims/oneroster/v1p1", "1.2": "/ims/oneroster/rostering/v1p2"}
GRADES = {"1.1": "/ims/oneroster/v1p1", "1.2": "/ims/oneroster/gradebook/v1p2"}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDemo]:
    ports = free_ports(2)
    running = RunningDemo(tmp_path_factory.mktemp("demo") / "data", (ports[0], ports[1]))
    try:
        yield running.wait_until_up()
    finally:
        running.end(signal.SIGTERM)
        running.kill_children()


def read(demo: RunningDemo, name: str, collection: str) -> requests.Response:
    """What a platform gets that knows nothing but demo.json."""
    provider = demo.content["provider"]
    connection = {row["name"]: row for row in provider["connections"]}[name]
    with requests.Session() as session:
        session.trust_env = False
        token = session.post(
            provider["token_url"],
            data={"grant_type": "client_credentials"},
            auth=(connection["client_id"], connection["client_secret"]),
        ).json()["access_token"]
        paths = GRADES if collection.endswith(("lineItems", "results")) else PATHS
        query = f"{'&' if '?' in collection else '?'}limit=5000"
        url = f"{provider['base_url']}{paths[connection['version']]}/{collection}{query}"
        return session.get(url, headers={"Authorization": f"Bearer {token}"})


def gradebook(demo: RunningDemo, name: str, title: str) -> dict[str, list[dict[str, object]]]:
    """What the SIS has of the platform's own in the grade book of a class: line items and their results."""
    (class_,) = read(demo, name, f"classes?filter=title='{title}'").json()["classes"]
    rows = {}
    for collection in ("lineItems", "results"):
        rows[collection] = read(demo, name, f"classes/{class_['sourcedId']}/{collection}").json()[collection]
    given = {"Getting started", "First test"}
    items = [row for row in rows["lineItems"] if row["title"] not in given]
    ids = {row["sourcedId"] for row in items}
    return {"lineItems": items, "results": [row for row in rows["results"] if row["lineItem"]["sourcedId"] in ids]}


def test_demo_json_says_what_scripts_rely_on(demo):
    provider, consumer = demo.content["provider"], demo.content["consumer"]
    address = f"http://127.0.0.1:{demo.provider_port}"
    assert provider["url"] == address
    assert provider["base_url"] == f"{address}/campus/oneroster/demo"
    assert provider["token_url"] == f"{address}/campus/oauth2/token?appName=demo"
    assert consumer["url"] == f"http://127.0.0.1:{demo.consumer_port}"
    rows = {row["name"]: row for row in provider["connections"]}
    assert {"lms-1.1", "lms-1.1-oauth1", "lms-1.2", "lms-1.2-vendor-key"} <= set(rows)
    for name, row in rows.items():
        assert row["version"] == name.split("-")[1]
        assert row["oauth"] == ("oauth1" if name.endswith("oauth1") else "oauth2")
        assert row["client_id"] and row["client_secret"]
        assert any(scope.endswith("/scope/gradebook.createput") for scope in row["scopes"]), name
        assessed = any(scope.endswith("/scope/assessment.createput") for scope in row["scopes"])
        assert assessed == (row["version"] == "1.2"), name
        assert ("vendor_key" in row) == ("vendor_secret" in row) == name.endswith("vendor-key")


def test_the_secrets_are_for_the_owner_alone(demo):
    assert demo.mode == 0o600
    assert not any(row["client_secret"] in demo.said for row in demo.content["provider"]["connections"])


def test_a_person_is_told_where_everything_is(demo):
    for told in (demo.content["provider"]["base_url"], demo.content["consumer"]["url"], str(demo.folder / "demo.json")):
        assert told in demo.said
    for stage in ("Databases", "Publishing", "Sync"):
        assert any(line.startswith(f"{stage} …") and line.endswith(" s") for line in demo.said.splitlines())


@pytest.mark.parametrize("name", ["lms-1.1", "lms-1.2", "lms-1.2-vendor-key"])
def test_both_versions_can_be_read_with_what_demo_json_says(demo, name):
    answer = read(demo, name, "schools")
    names = {school["name"] for school in answer.json()["orgs"]}
    assert {"Alder Elementary School", "Brookside Middle School", "Cedar High School"} <= names
    assert answer.headers["X-Total-Count"] == str(len(answer.json()["orgs"]))


def test_the_consumer_has_the_accounts_of_the_first_sync(demo):
    published = {user["sourcedId"] for user in read(demo, "lms-1.2", "users").json()["users"]}
    (run,) = demo.command("consumer", "log")
    assert run["status"].startswith("Completed") and run["failed"] == 0
    assert 0.9 * len(published) < demo.synced("users") <= len(published)
    lines = demo.command("consumer", "log", "--person", "Spaced-Username")
    assert {line["code"] for line in lines if line["sis_id"] in published} == {"USERNAME_SPACE"}


def test_the_providers_status_page_answers(demo):
    assert "Meadowbrook" in requests.get(demo.content["provider"]["base_url"] + "/").text


@pytest.mark.parametrize(("program", "address"), [("provider", "base_url"), ("consumer", "url")])
def test_the_administrator_signs_in_with_what_demo_json_says(demo, program, address):
    url, admin = demo.content[program][address], demo.content[program]["admin"]
    url += "/sections" if program == "provider" else ""
    assert admin["password"] not in demo.said
    with requests.Session() as session:
        session.trust_env = False
        form = session.get(url + "/")
        assert "sign-in" in form.url, "nothing is shown to strangers"
        token = re.findall(r'name="csrf_token" value="([^"]+)"', form.text)[0]
        page = session.post(form.url, data={"csrf_token": token, **admin}, headers={"Referer": form.url})
        assert page.status_code == 200
        assert "Sign out" in page.text
        assert "sign-in" not in page.url


def test_the_teacher_sends_grades_and_mends_what_could_not_be_sent(demo):
    """From demo.json to the grade book of the SIS, as README.md tells it."""
    consumer = demo.content["consumer"]
    assert consumer["teacher"]["password"] not in demo.said
    assert consumer["teacher"]["username"] in demo.said
    with Visitor(consumer["url"]) as gail:
        gail.submit(gail.form(""), **consumer["teacher"])
        assert gail.text.index("Computer Science 1") < gail.text.index("Computer Science 2")
        gail.follow("Sync grades")
        gail.submit(gail.form("/approve"))
        gail.follow("Configuration")
        gail.submit(gail.form("/read"))
        mapping = gail.form("/configuration/")
        goes = {"Homework": "Homework", "Projects": "Classwork", "Tests": "Tests"}
        chosen = zip(mapping.choices, goes.values(), strict=True)
        gail.submit(mapping, **{name: mapping.choices[name][title] for name, title in chosen})
        gail.follow("Sync Grades")
        gail.submit(gail.form("/press"), send="changes")
        wait_until_sent(gail)
        assert gail.text.count(">Successful<") == 11
        gail.follow("View Error")
        assert "Worksheet 5: In the winter break" in gail.text
        assert "The due date is in none of the section&#39;s terms" in gail.text
        assert "Choose a due date in one of them" in gail.text

    received = gradebook(demo, "lms-1.2", "Computer Science 1")
    titles = {item["title"] for item in received["lineItems"]}
    assert {"Quiz 1", "Project: A game"} < titles and "Worksheet 5: In the winter break" not in titles
    assert 220 < len(received["results"]) < 11 * 25


def wait_until_sent(gail: Visitor, seconds: float = 120) -> None:
    """Look at the page again until the press has ended."""
    deadline = time.monotonic() + seconds
    while 'name="send"' not in gail.text:
        assert time.monotonic() < deadline, gail.text
        time.sleep(0.5)
        gail.go(gail.url)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_lines_of_the_readme_work_as_printed(demo, tmp_path):
    (tmp_path / ".curlrc").write_text("fail\n")
    script = substitute("".join(demo_blocks()), {"var/demo": str(demo.folder)})
    done = run_shell(script, {**os.environ, "CURL_HOME": str(tmp_path), "NO_PROXY": "127.0.0.1"})
    assert done.returncode == 0, done.stderr
    for shown in (
        '"name":"Cedar High School"',
        "X-Total-Count: ",
        'rel="next"',
        '"familyName":"Left-Early"',
        "P-16  The end date is in the past",
        "P-05  A section has no students",
        "Sam",
        '"title":"Letter grades"',
        '"title":"Every Kind Of Score"',
        '"score":300.0',
        "HTTP/1.1 201 ",
        '"score":87.5',
        "HTTP/1.1 207 ",
        "is not on the roster",
        "HTTP/1.1 204 ",
        '"sourcedId":"our-quiz-1-rita","status":"tobedeleted"',
        '"title":"State Reading Test"',
        '"scorePercentile":',
        '"title":"Function Plotter"',
        '"title":"Large Print Reader"',
        "HTTP/1.1 304 ",
        '"givenName":"Rita"',
        "OneRoster 1.2 Gradebook and Assessment Results: /",
        "OneRoster 1.1 Rostering, Resources and Gradebook: /",
        "results.csv: ",
    ):
        assert shown in done.stdout, shown


def test_ending_it_before_it_is_up_leaves_nothing_behind(tmp_path):
    ports = free_ports(2)
    early = RunningDemo(tmp_path / "data", (ports[0], ports[1]))
    while not early.children():
        assert early.process.poll() is None, early.said
    assert early.end(signal.SIGTERM) == 1
    assert early.children() == []
    assert not (tmp_path / "data" / "demo.json").exists()


def test_ctrl_c_ends_every_child_and_the_next_start_goes_on_with_the_same_data(demo):
    """Last, because the demo is over then."""
    before, runs = demo.content, len(demo.command("consumer", "log"))
    assert len(demo.children()) >= 6
    assert demo.end(signal.SIGINT) == 0
    assert demo.children() == []
    assert not (demo.folder / "demo.json").exists()

    again = RunningDemo(demo.folder, (demo.provider_port, demo.consumer_port)).wait_until_up()
    try:
        assert again.content == before
        newest, *_ = again.command("consumer", "log")
        assert (newest["created"], newest["removed"]) == (0, 0)
        assert len(again.command("consumer", "log")) == runs + 1
    finally:
        # However the demo ends, nothing of it is left.
        again.end(signal.SIGKILL)
    left = again.wait_until_childless()
    again.kill_children()
    assert left == []
