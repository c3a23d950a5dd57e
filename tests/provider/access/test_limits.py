"""How many requests of a connection are answered at once and in a minute, over all processes of a host (P-112)."""

import multiprocessing
import os
import signal
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from provider.access.limits import AT_A_TIME, Busy, Limits

NOW = datetime(2026, 10, 5, 12, 0, 0, tzinfo=UTC)


@pytest.fixture
def limits(tmp_path: Path) -> Limits:
    return Limits(tmp_path / "limits")


def test_what_is_beyond_the_places_of_a_connection_is_refused_until_one_is_free(limits: Limits) -> None:
    with ExitStack() as answered:
        for _ in range(3):
            answered.enter_context(limits.place(7, 3, None, NOW))
        with pytest.raises(Busy) as busy, limits.place(7, 3, None, NOW):
            pass
        assert busy.value.retry_after >= 1
        with limits.place(8, 3, None, NOW):
            pass  # Another connection has places of its own.
    with limits.place(7, 3, None, NOW):
        pass


def test_a_connection_without_limits_of_its_own_has_those_of_everybody(limits: Limits) -> None:
    with ExitStack() as answered:
        for _ in range(AT_A_TIME):
            answered.enter_context(limits.place(1, None, None, NOW))
        with pytest.raises(Busy), limits.place(1, None, None, NOW):
            pass


def test_a_minute_slides(limits: Limits) -> None:
    def ask(seconds: float) -> None:
        with limits.place(1, None, 10, NOW + timedelta(seconds=seconds)):
            pass

    for _ in range(10):
        ask(30)
    with pytest.raises(Busy) as busy:
        ask(59)
    assert 1 <= busy.value.retry_after <= 60
    # Half of the next minute on, half of those ten still count.
    for _ in range(5):
        ask(90)
    with pytest.raises(Busy):
        ask(90)
    for _ in range(10):
        ask(300)


def _hold(path: Path, count: int, pipe: Connection) -> None:
    limits = Limits(path)
    with ExitStack() as answered:
        for _ in range(count):
            answered.enter_context(limits.place(1, 4, None, NOW))
        pipe.send("held")
        pipe.recv()


def test_processes_share_the_places_and_a_killed_one_gives_its_back(tmp_path: Path) -> None:
    limits = Limits(tmp_path / "limits")
    ours, theirs = multiprocessing.Pipe()
    child = multiprocessing.get_context("spawn").Process(target=_hold, args=(tmp_path / "limits", 3, theirs))
    child.start()
    assert ours.recv() == "held"
    with limits.place(1, 4, None, NOW), pytest.raises(Busy), limits.place(1, 4, None, NOW):
        pass
    assert child.pid is not None
    os.kill(child.pid, signal.SIGKILL)
    child.join()
    with ExitStack() as answered:
        for _ in range(4):
            answered.enter_context(limits.place(1, 4, None, NOW))
