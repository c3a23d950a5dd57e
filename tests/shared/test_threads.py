"""The threads of a web worker: as many as are needed, the last rested first."""

import time
from collections.abc import Iterator
from concurrent.futures import Future
from threading import Barrier, Event, current_thread, get_ident

import pytest

from shared.threads import LastRestedFirst

MOST = 4
#: Seconds that nothing here takes.
LONG = 20


@pytest.fixture
def threads() -> Iterator[LastRestedFirst]:
    made = LastRestedFirst(MOST)
    yield made
    made.shutdown()


def at_rest(threads: LastRestedFirst, call: Future[int]) -> int:
    """What a call answers, once its thread has lain down."""
    answer = call.result(LONG)
    time.sleep(0.02)
    return answer


def test_as_many_calls_as_there_are_threads_run_at_once(threads: LastRestedFirst) -> None:
    meeting = Barrier(MOST)
    calls = [threads.submit(meeting.wait, LONG) for _ in range(MOST)]
    assert sorted(call.result(LONG) for call in calls) == list(range(MOST))


def test_calls_one_after_the_other_are_made_by_one_thread(threads: LastRestedFirst) -> None:
    assert len({at_rest(threads, threads.submit(get_ident)) for _ in range(10)}) == 1


def test_the_thread_that_rested_last_works_next(threads: LastRestedFirst) -> None:
    doors = [Event() for _ in range(MOST)]

    def stay(door: Event) -> int:
        assert door.wait(LONG)
        return get_ident()

    calls = [threads.submit(stay, door) for door in doors]
    for number in (2, 0, 3, 1):
        doors[number].set()
        last = at_rest(threads, calls[number])
        assert threads.submit(get_ident).result(LONG) == last
        time.sleep(0.02)


def test_what_comes_when_all_are_at_work_waits_in_order() -> None:
    threads, door, done = LastRestedFirst(1), Event(), list[int]()
    threads.submit(door.wait, LONG)
    for number in range(20):
        threads.submit(done.append, number)
    time.sleep(0.05)
    assert done == []
    door.set()
    threads.shutdown()
    assert done == list(range(20))


def test_what_is_raised_is_told_and_ends_no_thread(threads: LastRestedFirst) -> None:
    def fail() -> None:
        raise KeyError("gone")

    for _ in range(2 * MOST):
        with pytest.raises(KeyError, match="gone"):
            threads.submit(fail).result(LONG)
    assert threads.submit(lambda: 7).result(LONG) == 7


def test_what_was_taken_is_finished_and_nothing_more_is_taken() -> None:
    threads = LastRestedFirst(1)
    names = [threads.submit(lambda: current_thread().name) for _ in range(5)]
    threads.shutdown()
    assert {name.result(0) for name in names} == {"answers 0"}
    with pytest.raises(RuntimeError, match="told to end"):
        threads.submit(get_ident)


def test_what_waits_can_be_given_up() -> None:
    threads, door = LastRestedFirst(1), Event()
    held, waiting = threads.submit(door.wait, LONG), threads.submit(get_ident)
    threads.shutdown(wait=False, cancel_futures=True)
    door.set()
    assert held.result(LONG)
    assert waiting.cancelled()
