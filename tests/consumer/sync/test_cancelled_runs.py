"""Runs that people cancel or discard, runs that are handed back or taken over, the line, and progress in the row."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import orjson
import pytest
from sqlalchemy import select

from consumer.runs.line import Refused, place_in_line, take_up, waiting_runs
from consumer.runs.work import TakenOver, ToldToEnd
from consumer.sync import planning, rosters, run, staged
from consumer.sync.apply import batches
from consumer.sync.queue import approve, ask_to_stop, discard, open_run, queue_run
from consumer.sync.report import stored_report
from consumer.sync.tables import PlanChange, State, SyncRun
from consumer.sync.work import Work
from shared.owner import begin_work, end_work
from tests.consumer.clients import NOW, client_of
from tests.consumer.sync.platform import SEALER, TODAY, Platform, changed, line
from tests.consumer.sync.test_killed_runs import _empty, edit
from tests.faults.provider import FaultProvider


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that even a small district takes many transactions."""
    for module, name in ((batches, "BATCH"), (planning, "BATCH"), (rosters, "PAGE"), (staged, "PAGE")):
        monkeypatch.setattr(module, name, 2)


def queue(platform: Platform, trigger: str = "manual", kind: str = "all") -> SyncRun:
    made = queue_run(platform.session, platform.connection, kind, trigger, NOW, TODAY)
    platform.session.commit()
    return made


def during(platform: Platform, what: str, done: int, act: Callable[[], None]) -> Callable[[str, int, Any], None]:
    """A watcher that acts once, when the run has come so far."""
    acted: list[bool] = []

    def watch(now: str, so_far: int, _of: int | None) -> None:
        if now == what and so_far >= done and not acted:
            acted.append(True)
            act()

    return watch


def stop(platform: Platform) -> None:
    """As another process would: in the row."""
    one = open_run(platform.session, platform.connection_id)
    assert one is not None
    ask_to_stop(platform.session, one, NOW)
    platform.session.commit()


def test_a_queued_run_is_cancelled_at_once(platform_11: Platform) -> None:
    waiting = queue(platform_11)
    stop(platform_11)
    assert (waiting.status, waiting.step, waiting.started_at) == ("Cancelled", "done", None)
    assert waiting_runs(platform_11.session, SyncRun, NOW) == []
    assert not take_up(platform_11.session, waiting, "nobody", NOW)
    with pytest.raises(Refused, match="has ended: it is cancelled"):
        ask_to_stop(platform_11.session, waiting, NOW)


@pytest.mark.parametrize("what", ["Reading users", "Planning", "Applying"])
def test_a_run_at_work_ends_with_its_batch_and_the_next_one_completes_it(
    platform_11: Platform, small_batches: None, what: str
) -> None:
    report = platform_11.sync(watch=during(platform_11, what, 2, lambda: stop(platform_11)))
    assert report.status == "Cancelled"
    ended = platform_11.session.get_one(SyncRun, report.run)
    assert (ended.status, ended.step, ended.progress) == ("Cancelled", "done", None)
    pending = select(PlanChange).where(PlanChange.state == State.PENDING)
    assert platform_11.session.scalars(pending).all() == []
    applied = changed(report)
    assert (applied > 0) is (what == "Applying") and applied < 20
    stored = stored_report(ended)
    assert stored is not None and changed(stored) == applied
    again = platform_11.sync()
    assert (again.status, changed(again) + applied) == ("Completed", 26)
    assert changed(platform_11.sync()) == 0


@pytest.mark.parametrize(("what", "compared"), [("Reading users", False), ("Planning", False), ("Applying", True)])
def test_a_run_that_has_compared_nothing_tells_of_nothing_unchanged_or_skipped(
    platform_11: Platform, small_batches: None, what: str, compared: bool
) -> None:
    """C-110: cancelled or failed before its plan was made, whatever is there."""
    platform_11.provider.find("users", "U6")["username"] = "finn blank"
    platform_11.sync()
    for sis_id in ("U1", "U2", "U3", "U4", "U5"):
        platform_11.provider.find("users", sis_id)["givenName"] = "Other"
    report = platform_11.sync(watch=during(platform_11, what, 1, lambda: stop(platform_11)))
    assert report.status == "Cancelled"
    user = line(report, "user")
    assert (user.unchanged > 0, user.skipped > 0) == (compared, compared)
    assert [one.code for one in report.reasons] == (["USERNAME_SPACE"] * 2 if compared else [])


@pytest.mark.slow
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_sync_cancelled_at_any_batch_is_completed_by_the_next(
    consumer_session: Any, fault_provider_11: FaultProvider, monkeypatch: pytest.MonkeyPatch, small_batches: None
) -> None:
    """Names that are being swapped, codes, removals: wherever it stops, nothing is left over."""
    platform = Platform(consumer_session(), fault_provider_11)
    platform.map_all()
    platform.sync()
    edit(fault_provider_11)
    platform.sync()
    undisturbed = platform.rows()
    real = run.Work.commit
    commits, cancelled = 3, True
    while cancelled:
        _empty(platform)
        fault_provider_11.records = FaultProvider(fault_provider_11.version).records
        platform.map_all()
        platform.sync()
        edit(fault_provider_11)
        left = [commits]

        def commit(self: run.Work, left: list[int] = left) -> None:
            left[0] -= 1
            if left[0] == 0:
                self.session.commit()
                stop(platform)
            real(self)

        monkeypatch.setattr(run.Work, "commit", commit)
        cancelled = platform.sync().status == "Cancelled"
        monkeypatch.setattr(run.Work, "commit", real)
        platform.sync()
        assert platform.rows() == undisturbed, commits
        commits += 9
    assert commits > 40


def held(platform: Platform) -> SyncRun:
    """A run that waits for approval."""
    platform.sync()
    for sis_id in ("E1", "E2", "E3"):
        platform.provider.remove("enrollments", sis_id)
    report = platform.sync()
    assert report.status == "Waiting for approval"
    return platform.session.get_one(SyncRun, report.run)


def test_what_a_discarded_run_held_is_looked_at_anew(platform_11: Platform) -> None:
    waits = held(platform_11)
    discard(platform_11.session, waits, NOW)
    platform_11.session.commit()
    assert waits.status == "Cancelled"
    with pytest.raises(Refused, match="does not wait for approval"):
        discard(platform_11.session, waits, NOW)
    with pytest.raises(Refused, match="does not wait for approval"):
        approve(platform_11.session, waits)
    assert len(platform_11.roster("K1")) == 5
    again = platform_11.sync()
    assert (again.status, line(again, "enrollment").held) == ("Waiting for approval", 3)


def test_an_approved_run_that_is_cancelled_leaves_its_removals_to_the_next(platform_11: Platform) -> None:
    waits = held(platform_11)
    approve(platform_11.session, waits)
    platform_11.session.commit()
    stop(platform_11)
    assert (waits.status, len(platform_11.roster("K1"))) == ("Cancelled", 5)
    again = platform_11.sync()
    assert line(again, "enrollment").held == 3


def test_a_worker_that_is_told_to_end_leaves_its_run_to_another(platform_11: Platform) -> None:
    """Queued again at the step it has come to; what it has done is not done again."""
    queued, told = queue(platform_11), []
    owner = begin_work()
    assert take_up(platform_11.session, queued, owner, NOW)
    platform_11.session.commit()
    watch = during(platform_11, "Planning", 1, lambda: told.append(True))
    work = Work(
        platform_11.session, client_of(platform_11.provider), queued.id, lambda: NOW, watch, sealer=SEALER,
        owner=owner, stopping=lambda: bool(told),
    )  # fmt: skip
    with pytest.raises(ToldToEnd):
        run.execute(work)
    end_work(owner)
    assert (queued.status, queued.owner, queued.step) == ("Queued", None, "plan")
    asked = len(platform_11.provider.seen)
    assert platform_11.work(queued.id).status == "Completed"
    assert len(platform_11.provider.seen) == asked


def test_a_run_that_another_process_has_taken_over_is_left_alone(platform_11: Platform) -> None:
    """This one was taken for dead; it must not go on beside the other, nor end the other's run."""
    queued = queue(platform_11)
    owner, other = begin_work(), begin_work()
    assert take_up(platform_11.session, queued, owner, NOW)
    platform_11.session.commit()

    def take_over() -> None:
        assert not take_up(platform_11.session, queued, other, NOW), "it lives"
        queued.owner = other
        platform_11.session.commit()

    watch = during(platform_11, "Planning", 1, take_over)
    work = Work(
        platform_11.session, client_of(platform_11.provider), queued.id, lambda: NOW, watch, sealer=SEALER, owner=owner
    )  # fmt: skip
    with pytest.raises(TakenOver):
        run.execute(work)
    assert (queued.status, queued.owner) == ("Running", other)
    end_work(owner)
    end_work(other)


def test_runs_wait_in_line_in_the_order_in_which_they_were_queued(platform_11: Platform) -> None:
    session = platform_11.session
    runs = []
    for n in range(3):
        name = platform_11.connection if n == 0 else _other(platform_11, f"other {n}")
        runs.append(SyncRun(connection_id=name.id, kind="all", trigger="manual", today=TODAY,
                            queued_at=NOW - timedelta(minutes=n), status="Queued", step="pull"))  # fmt: skip
        session.add(runs[-1])
    session.commit()
    assert [place_in_line(session, one) for one in runs] == [3, 2, 1]
    owner = begin_work()
    assert take_up(session, runs[2], owner, NOW)
    session.commit()
    assert [place_in_line(session, one) for one in runs] == [2, 1, 0]
    end_work(owner)
    assert [one.id for one in waiting_runs(session, SyncRun, NOW)] == [runs[1].id, runs[0].id, runs[2].id], (
        "interrupted now: behind those that have waited longer"
    )


def _other(platform: Platform, name: str) -> Any:
    from consumer.connections import Connection

    row = Connection(
        name=name, base_url="https://sis.example", version="1.1", client_id="x", client_secret_sealed="x",
        token_url="https://sis.example/token",
    )  # fmt: skip
    platform.session.add(row)
    platform.session.flush()
    return row


def test_a_run_shows_what_it_is_doing_in_its_row(platform_11: Platform) -> None:
    """Seen by others, between its batches: what, how much is done, of how much."""
    seen: list[Any] = []

    def watch(_what: str, _done: int, _of: int | None) -> None:
        one = open_run(platform_11.session, platform_11.connection_id)
        assert one is not None
        platform_11.session.refresh(one)
        if one.progress and orjson.loads(one.progress) not in seen:
            seen.append(orjson.loads(one.progress))
        platform_11.session.commit()

    platform_11.sync(watch=watch)
    assert ["Reading users", 9, 9] in seen or ["Reading users", 4, 9] in seen
    assert {what for what, _, _ in seen} >= {"Reading orgs", "Reading enrollments", "Planning"}


def test_a_run_of_another_host_is_taken_for_dead_after_a_long_silence(platform_11: Platform) -> None:
    """Its process cannot be looked up from here; the heartbeat counts."""
    queued = queue(platform_11)
    queued.status, queued.owner, queued.heartbeat_at = "Running", "elsewhere|17|123|x", NOW
    platform_11.session.commit()
    assert waiting_runs(platform_11.session, SyncRun, NOW + timedelta(minutes=9)) == []
    late = NOW + timedelta(minutes=11)
    assert [one.id for one in waiting_runs(platform_11.session, SyncRun, late)] == [queued.id]
    ask_to_stop(platform_11.session, queued, late)
    assert queued.status == "Cancelled", "nobody works on it: it ends at once"
