"""Workers as processes: each job once, whoever is killed, on both databases."""

import time
from collections.abc import Callable

from provider.jobs.tables import DONE
from tests.provider.jobs.conftest import Crew, Line

PATIENCE = 60.0


def wait_for(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < deadline, "It did not come to that"
        time.sleep(0.02)


def test_two_workers_do_every_job_once(line: Line, crew: Crew) -> None:
    jobs = [line.ask() for _ in range(6)]
    for worker in (crew.start(), crew.start()):
        assert worker.wait(PATIENCE) == 0
    begun = sorted(int(text.split()[2]) for text in crew.noted() if "begins" in text)
    assert begun == jobs
    assert {(line.row(job).state, line.row(job).attempts) for job in jobs} == {(DONE, 1)}


def test_a_job_whose_worker_is_killed_is_taken_up_by_the_next(line: Line, crew: Crew) -> None:
    hold = crew.notes.with_suffix(".hold")
    hold.touch()
    job = line.ask()
    killed = crew.start()
    wait_for(lambda: bool(crew.noted()))
    second = crew.start()
    wait_for(lambda: line.row(job).progress_what == "counting")
    assert line.row(job).attempts == 1, "a worker that lives keeps its job"
    killed.kill()
    killed.wait()
    wait_for(lambda: line.row(job).attempts == 2)
    hold.unlink()
    assert second.wait(PATIENCE) == 0
    assert (line.row(job).state, line.row(job).message) == (DONE, "Counted")
    assert [text.split()[1] for text in crew.noted()] == ["begins", "begins", "ends"]
