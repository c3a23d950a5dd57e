"""What the demo does, stage by stage, as `homeroom` commands. Each stage may be done again on the same data."""

import base64
import json
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from shared.demo import grades
from shared.demo.children import ROOT, Children
from shared.sealing import open_sealer
from shared.settings import Settings

APP_NAME = "demo"
DISTRICT = ROOT / "fixtures" / "district"

#: What the consumer calls the provider, and the connection that it uses.
CONSUMER_CONNECTION = "demo"
USED_BY_CONSUMER = "lms-1.2"

#: The connections of the demo, all with grade book and all schools: name, further options of `connection add`.
CONNECTIONS: dict[str, tuple[str, ...]] = {
    "lms-1.1": ("--version", "1.1", "--gradebook"),
    "lms-1.1-oauth1": ("--version", "1.1", "--oauth", "oauth1", "--gradebook"),
    "lms-1.2": ("--version", "1.2", "--gradebook", "--assessments"),
    "lms-1.2-vendor-key": ("--version", "1.2", "--gradebook", "--assessments", "--vendor-key"),
}

#: What demo.json says of a connection, of all that `connection list` says.
_TOLD = ("name", "version", "oauth", "client_id", "client_secret", "vendor_key", "vendor_secret", "scopes")

#: Who may configure the consumer, and see the district's pages.
ADMINISTRATOR = "admin"

Connection = dict[str, Any]
SignIn = dict[str, str]


class LeftOut(NamedTuple):
    """Records that the sync did not take over, by reason."""

    entity: str
    code: str
    number: int
    words: str


class SyncResult(NamedTuple):
    """How the run ended, how many there are now of each kind of thing, and what was left out."""

    run: int
    status: str
    there: dict[str, int]
    left_out: list[LeftOut]


def make_databases(children: Children) -> None:
    children.run_all([("provider", "init"), ("consumer", "init")])


def load_district(children: Children, district: Path = DISTRICT) -> None:
    """Import the demo district. Done at each start, as its dates are relative to today."""
    children.run("provider", "import", "--json", str(district))


def make_connections(children: Children) -> list[Connection]:
    """Add the connections that are missing; all of them, with their secrets."""
    there: list[Connection] = json.loads(children.run("provider", "connection", "list", "--secret", "--json"))
    rows = {row["name"]: row for row in there}
    missing = [name for name in CONNECTIONS if name not in rows]
    if any("oauth1" in CONNECTIONS[name] for name in missing):
        children.run("provider", "setting", "set", "allow_new_oauth1", "true")  # forbidden otherwise (P-100)
    additions = [("provider", "connection", "add", name, *CONNECTIONS[name], "--json") for name in missing]
    for added in children.run_all(additions):
        row: Connection = json.loads(added)
        rows[row["name"]] = row
    return [{key: rows[name][key] for key in _TOLD if key in rows[name]} for name in CONNECTIONS]


def publish(children: Children) -> str:
    """Refresh; what it did. Approved beforehand: after a long pause much of the district may rightly have changed."""
    result = json.loads(children.run("provider", "refresh", "--approve", "--json"))
    return str(result["message"])


def serve(children: Children, settings: Settings, provider_port: int, consumer_port: int) -> None:
    """Start both web servers and wait until they answer."""
    children.serve("provider", "provider", "serve", "--port", str(provider_port), "--workers", "2")
    children.serve("consumer", "consumer", "serve", "--port", str(consumer_port))
    children.wait_for("provider", f"{settings.provider_base_url(APP_NAME)}/")
    children.wait_for("consumer", f"{settings.consumer_url}/")


def connect(children: Children, settings: Settings, connection: Connection) -> None:
    """Enter the connection at the consumer, and test it. 1.2 is released for the organisation first (C-05)."""
    children.run("consumer", "setting", "release_1_2", "true")
    children.run(
        "consumer", "connect", CONSUMER_CONNECTION,
        "--url", settings.provider_base_url(APP_NAME),
        "--token-url", settings.provider_token_url(APP_NAME),
        "--client-id", connection["client_id"],
        "--version", connection["version"],
        "--yes",
        "--acting", ADMINISTRATOR,
        secret=connection["client_secret"],
    )  # fmt: skip


def make_administrators(children: Children, settings: Settings) -> SignIn:
    """The administrator of both programs, with the password that demo.json tells, whatever it has become meanwhile. It
    hangs on the sealing key of the demo's folder, so that it is the same at each start."""
    password = _password(settings, "demo:administrator")
    programs = ("provider", "consumer")
    listed = children.run_all([(program, "user", "list", "--json") for program in programs])
    commands = [_let_in(program, {row["username"] for row in json.loads(rows)})
                for program, rows in zip(programs, listed, strict=True)]  # fmt: skip
    children.run_all(commands, typed=f"{password}\n")
    return {"username": ADMINISTRATOR, "password": password}


def _let_in(program: str, there: set[str]) -> tuple[str, ...]:
    """The command that adds the administrator, or lets in the one that is there."""
    words = (
        ("set", ADMINISTRATOR, "--active") if ADMINISTRATOR in there else ("add", ADMINISTRATOR, "--name", "Demo Admin")
    )
    return (program, "user", *words, "--password", "-")


def _password(settings: Settings, purpose: str) -> str:
    secret = base64.b32encode(open_sealer(settings).derive(purpose)).decode().lower()
    return "-".join(secret[place : place + 5] for place in range(0, 20, 5))


def fill_gradebook(children: Children, settings: Settings, today: date) -> SignIn:
    """The sign-in of a teacher, whose grade book has something to send; what is there already stays as it is."""
    password = _password(settings, "demo:consumer:teacher")
    shown, _ = children.run_all(
        [
            ("consumer", "gradebook", "list", grades.SECTION, "--json"),
            ("consumer", "user", "set", grades.TEACHER, "--active", "--password", "-"),
        ],
        typed=f"{password}\n",
    )
    book = json.loads(shown)
    if not book["items"]:
        usernames = [student["username"] for student in book["students"] if student["username"]]
        children.run("consumer", "gradebook", "import", "-", "--json", typed=grades.gradebook_csv(usernames, today))
    return {"username": grades.TEACHER, "password": password}


def map_places(children: Children) -> None:
    children.run("consumer", "map", CONSUMER_CONNECTION, "--auto", "--json")


def sync(children: Children) -> SyncResult:
    """Run a sync. Exit status 1 is no failure of the demo: the result says what became of the run."""
    report = json.loads(children.run("consumer", "sync", "--connection", CONSUMER_CONNECTION, "--json", accept=(0, 1)))
    there = {line["entity"]: line["created"] + line["updated"] + line["unchanged"] for line in report["lines"]}
    left_out = [LeftOut(row["entity"], row["code"], row["count"], row["words"]) for row in report["reasons"]]
    return SyncResult(report["run"], report["status"], there, left_out)


def start_workers(children: Children) -> None:
    """Start both workers. Not before the first sync, which they could take out of the demo's hands."""
    children.serve("provider-worker", "provider", "worker")
    children.serve("consumer-worker", "consumer", "worker")


def demo_json(
    settings: Settings, connections: list[Connection], administrator: SignIn, teacher: SignIn
) -> dict[str, Any]:
    """What demo.json holds (DESIGN section 5). What does not exist yet is absent."""
    return {
        "provider": {
            "url": settings.provider_url,
            "base_url": settings.provider_base_url(APP_NAME),
            "token_url": settings.provider_token_url(APP_NAME),
            "admin": administrator,
            "connections": connections,
        },
        "consumer": {"url": settings.consumer_url, "admin": administrator, "teacher": teacher},
    }
