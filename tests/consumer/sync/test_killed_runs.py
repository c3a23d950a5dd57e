"""A run that is killed anywhere and taken up again ends where an undisturbed one ends, row by row."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from consumer.platform.models import Account
from consumer.runs.line import Refused
from consumer.sync import planning, rosters, run, staged
from consumer.sync.apply import batches
from consumer.sync.queue import open_run, queue_run
from consumer.sync.tables import PlanChange, SyncRun
from tests.consumer.clients import NOW
from tests.consumer.sync.platform import TODAY, Platform, changed
from tests.faults.district import enrollment, small_district, user
from tests.faults.provider import FaultProvider


class Killed(BaseException):
    """Stands for kill -9: nothing in the program catches it."""


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that even a small district takes many transactions."""
    for module, name in ((batches, "BATCH"), (planning, "BATCH"), (rosters, "PAGE"), (staged, "PAGE")):
        monkeypatch.setattr(module, name, 2)


def kill_after(commits: int, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """The run dies right after this many commits; returns what ends that."""
    left = [commits]
    real = run.Work.commit

    def commit(self: run.Work) -> None:
        real(self)
        left[0] -= 1
        if left[0] == 0:
            raise Killed

    monkeypatch.setattr(run.Work, "commit", commit)
    return lambda: monkeypatch.setattr(run.Work, "commit", real)


def edit(provider: FaultProvider) -> None:
    """A busy day in the district: new, changed, gone, moved, renamed, swapped."""
    version = provider.version
    provider.records["users"].append(user(version, "U9", "Nora", "student", "S2", agents=[{"sourcedId": "G1"}]))
    provider.records["enrollments"].append(enrollment("E20", "U9", "K3", "S2"))
    provider.remove("enrollments", "E2")
    provider.find("enrollments", "E4")["class"] = {"sourcedId": "K2"}
    one, two = provider.find("users", "U5"), provider.find("users", "U6")
    one["username"], two["username"] = two["username"], one["username"]
    provider.find("courses", "C1")["courseCode"], provider.find("courses", "C2")["courseCode"] = "SC1", "MA1"
    provider.find("users", "U3")["username"] = "blank inside"
    provider.remove("classes", "K1")
    provider.find("academicSessions", "T1")["endDate"] = "2027-01-15"


def sync_killed(platform: Platform, commits: int, monkeypatch: pytest.MonkeyPatch) -> bool:
    """A sync that is killed and taken up; False when it ended before that many commits."""
    live = kill_after(commits, monkeypatch)
    try:
        platform.sync()
    except Killed:
        platform.session.rollback()
        killed = True
    else:
        killed = False
    live()
    if killed:
        platform.sync()
    return killed


@pytest.mark.slow
def test_a_sync_killed_at_any_commit_ends_like_an_undisturbed_one(
    consumer_session: Any, fault_provider_11: FaultProvider, monkeypatch: pytest.MonkeyPatch, database_kind: str
) -> None:
    platform = Platform(consumer_session(), fault_provider_11)
    platform.map_all()
    platform.sync()
    edit(fault_provider_11)
    platform.sync()
    undisturbed = platform.rows()
    step = 7 if database_kind == "sqlite" else 19
    commits, killed = 1, True
    while killed:
        _empty(platform)
        fault_provider_11.records = small_district(fault_provider_11.version)
        platform.map_all()
        killed = sync_killed(platform, commits, monkeypatch)
        edit(fault_provider_11)
        killed |= sync_killed(platform, commits, monkeypatch)
        assert platform.rows() == undisturbed, commits
        assert changed(platform.sync()) == 0
        commits += step
    assert commits > 30


def _empty(platform: Platform) -> None:
    """A platform as before its first sync."""
    from consumer.database import db

    keep = {"connection"}
    for table in reversed(db.metadata.sorted_tables):
        if table.name not in keep:
            platform.session.execute(table.delete())
    platform.session.commit()
    platform.session.expunge_all()


def test_a_run_that_still_lives_is_not_disturbed(platform_11: Platform) -> None:
    """C-83: a second run is refused with the reason."""
    queue_run(platform_11.session, platform_11.connection, "all", "manual", NOW, TODAY)
    platform_11.session.commit()
    with pytest.raises(Refused, match=r"run 1 \(all\) is queued"):
        queue_run(platform_11.session, platform_11.connection, "users", "manual", NOW, TODAY)


def test_a_killed_run_goes_on_with_the_plan_that_it_has(
    platform_11: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The plan that was written is carried out; the provider is not asked again."""

    def die(what: str, _done: int, _of: int | None) -> None:
        if what == "Applying":
            raise Killed

    with pytest.raises(Killed):
        platform_11.sync(watch=die)
    platform_11.session.rollback()
    rows = platform_11.session.scalars(select(PlanChange.id).order_by(PlanChange.id)).all()
    platform_11.provider.seen.clear()
    assert platform_11.sync().status == "Completed"
    assert platform_11.provider.seen == []
    assert platform_11.session.scalars(select(PlanChange.id).order_by(PlanChange.id)).all() == rows
    assert platform_11.session.scalars(select(SyncRun.id)).all() == [1]


SCRIPT = """
import sys
from pathlib import Path
from consumer.app import create_app
from consumer.database import db
from consumer.sync import planning
from consumer.sync.apply import batches
from consumer.runs.line import take_up
from consumer.sync.queue import queue_run
from shared.owner import begin_work
from consumer.sync.run import Work, execute
from consumer.sync.tables import SyncRun
from consumer.connections import Connection
from shared.settings import read_settings
from tests.consumer.clients import NOW
from tests.consumer.sync.platform import SEALER, TODAY
from consumer.client.caller import Client, Target, roster_scope
from consumer.client.oauth2 import Credentials
from consumer.client.transport import Transport
from shared.oneroster.versions import Version

batches.BATCH = 2
data, token_url, client_id, secret = sys.argv[1:]
with create_app(read_settings(data=data)).app_context():
    session = db.session()
    connection = session.get_one(Connection, 1)
    run = queue_run(session, connection, "all", "manual", NOW, TODAY)
    session.commit()
    assert take_up(session, run, begin_work(), NOW)
    session.commit()
    target = Target(connection.base_url, Version.V1P1,
                    Credentials(token_url, client_id, secret, roster_scope(Version.V1P1)), 4)
    client = Client(target, Transport(allow_private=True))

    def watch(what, done, of):
        if what == "Applying" and done >= 6:
            print("half", flush=True)
            sys.stdin.read()

    execute(Work(session, client, run.id, lambda: NOW, watch, sealer=SEALER))
"""


@pytest.mark.slow
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_process_killed_with_signal_9_is_noticed_at_once_and_taken_up(
    platform_11: Platform, consumer_settings: Any
) -> None:
    provider = platform_11.provider
    environment = {
        **os.environ, "HOMEROOM_KEY": consumer_settings.key or "", "HOMEROOM_ALLOW_PRIVATE": "1",
        "PYTHONPATH": str(Path(__file__).parents[3]),
    }  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(consumer_settings.data), provider.token_url, provider.client_id,
         provider.client_secret],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == b"half\n"
    platform_11.session.rollback()
    with pytest.raises(Refused, match="is running"):
        queue_run(platform_11.session, platform_11.connection, "all", "manual", NOW, TODAY)
    platform_11.session.rollback()
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert len(platform_11.session.scalars(select(Account.id)).all()) > 0
    assert open_run(platform_11.session, platform_11.connection_id) is not None
    report = platform_11.sync()
    assert (report.run, report.status) == (1, "Completed")
    assert [(line.entity, line.created) for line in report.lines if line.created] == [
        ("user", 9), ("course", 2), ("section", 3), ("enrollment", 11), ("parent link", 1)
    ]  # fmt: skip
    assert changed(platform_11.sync()) == 0
