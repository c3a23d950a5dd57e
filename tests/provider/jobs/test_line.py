"""The line of jobs: who does what when, what cancelling does, and what becomes of a job that ends badly."""

from datetime import timedelta
from typing import Any

import pytest

from provider.database import db
from provider.jobs.line import Refused, place_in_line, result_of
from provider.jobs.showing import PATIENCE, Shown, shown
from provider.jobs.tables import CANCELLED, DONE, FAILED, RUNNING, WAITING
from provider.jobs.working import MOST_ATTEMPTS, Failed, JobAtWork, Outcome
from tests.provider.jobs.conftest import Line


def test_jobs_are_done_in_the_order_in_which_they_were_asked_for(line: Line) -> None:
    first, second = line.ask(of=2), line.ask(of=5)
    assert [place_in_line(db.session(), line.row(job)) for job in (first, second)] == [1, 2]
    assert line.work() == f"count {first}: done"
    assert (line.row(first).state, line.row(second).state) == (DONE, WAITING)
    assert (line.row(first).message, result_of(line.row(first))) == ("Counted to 2", {"of": 2})
    assert place_in_line(db.session(), line.row(first)) == 0 and place_in_line(db.session(), line.row(second)) == 1
    assert line.work() == f"count {second}: done"
    assert line.work() is None


def test_one_of_a_kind_at_a_time_where_that_is_wanted(line: Line) -> None:
    job = line.ask(alone=True)
    with pytest.raises(Refused, match="under way"):
        line.ask(alone=True)
    line.ask("other", alone=True)
    line.work()
    assert line.row(job).state == DONE
    line.ask(alone=True)


def test_a_job_that_is_cancelled_while_it_waits_never_begins(line: Line) -> None:
    job = line.ask()
    line.cancel(job)
    assert line.work() is None
    assert (line.row(job).state, line.row(job).message, line.row(job).attempts) == (
        CANCELLED, "Cancelled before it began", 0,
    )  # fmt: skip
    with pytest.raises(Refused, match="ended already"):
        line.cancel(job)


def test_a_job_that_is_cancelled_at_work_ends_at_its_next_step(line: Line) -> None:
    steps: list[int] = []

    def work(job: JobAtWork) -> Outcome:
        for number in range(5):
            job.tell("counting", number, 5)
            steps.append(number)
            if number == 1:
                line.cancel(job.id)
                assert (line.row(job.id).state, line.row(job.id).asked_to_stop) == (RUNNING, True)
        return Outcome("All")

    line.kinds["count"] = work
    job = line.ask()
    assert line.work() == f"count {job}: cancelled"
    assert steps == [0, 1]
    assert (line.row(job).state, line.row(job).finished_at is not None) == (CANCELLED, True)


def test_what_cannot_be_done_says_why_in_words(line: Line) -> None:
    def work(job: JobAtWork) -> Outcome:
        raise Failed("There is no such folder: choose another")

    line.kinds["count"] = work
    job = line.ask()
    assert line.work() == f"count {job}: failed"
    assert (line.row(job).state, line.row(job).message) == (FAILED, "There is no such folder: choose another")


def test_an_error_of_the_program_fails_the_job_and_tells_nothing_of_what_it_worked_on(line: Line) -> None:
    def work(job: JobAtWork) -> Outcome:
        raise KeyError("Ada Lake, 2010-02-03")

    line.kinds["count"] = work
    job = line.ask()
    with pytest.raises(KeyError):
        line.work()
    message = line.row(job).message or ""
    assert line.row(job).state == FAILED and "KeyError" in message and "Lake" not in message


def test_a_job_whose_worker_is_told_to_end_is_left_for_another(line: Line) -> None:
    told = iter([False, False, True])
    job = line.ask(of=5)
    assert line.work(lambda: next(told)) == f"count {job}: waiting"
    row = line.row(job)
    assert (row.state, row.owner, row.attempts, row.finished_at, row.message) == (WAITING, None, 0, None, None)
    assert line.work() == f"count {job}: done"


def test_a_job_that_ends_with_its_process_again_and_again_is_given_up(line: Line) -> None:
    class Killed(BaseException):
        """Stands for kill -9."""

    def work(job: JobAtWork) -> Outcome:
        job.tell("counting", 1)
        raise Killed

    line.kinds["count"] = work
    job, next_one = line.ask(), line.ask("other")
    line.kinds["other"] = lambda job: Outcome("Done")
    for attempt in range(MOST_ATTEMPTS):
        with pytest.raises(Killed):
            line.work()
        assert (line.row(job).state, line.row(job).attempts) == (RUNNING, attempt + 1)
    assert line.work() == f"other {next_one}: done", "it holds nobody up"
    assert line.row(job).state == FAILED and "again and again" in (line.row(job).message or "")


def test_a_killed_job_that_was_cancelled_is_not_taken_up_again(line: Line) -> None:
    class Killed(BaseException):
        """Stands for kill -9."""

    def work(job: JobAtWork) -> Outcome:
        line.cancel(job.id)
        raise Killed

    line.kinds["count"] = work
    job = line.ask()
    with pytest.raises(Killed):
        line.work()
    assert line.work() is None
    assert line.row(job).state == CANCELLED


def test_a_kind_that_a_worker_does_not_know_waits_for_one_that_does(line: Line) -> None:
    job, known = line.ask("later kind"), line.ask()
    assert line.work() == f"count {known}: done"
    assert line.row(job).state == WAITING


# What a page says


def said(line: Line, job_id: int, after: timedelta = timedelta()) -> Shown:
    return shown(db.session(), line.row(job_id), line.now + after)


def test_a_job_that_waits_long_tells_that_no_worker_is_there(line: Line) -> None:
    job = line.ask()
    assert not said(line, job).forsaken
    assert said(line, job, PATIENCE).forsaken
    line.work()
    assert not said(line, job, PATIENCE).forsaken


def test_a_job_behind_one_that_is_at_work_is_not_forsaken(line: Line) -> None:
    checked: list[Any] = []

    def work(job: JobAtWork) -> Outcome:
        job.tell("a long look", 1, 2)
        for one in (job.id, behind):
            state = said(line, one, PATIENCE * 3)
            checked.append((state.state, state.place, state.forsaken, state.what, state.done, state.of))
        return Outcome("Done")

    line.kinds["count"] = work
    line.ask()
    behind = line.ask()
    line.work()
    assert checked == [(RUNNING, 0, False, "a long look", 1, 2), (WAITING, 1, False, "", 0, None)]


def test_a_job_that_a_killed_worker_left_is_forsaken_while_nobody_takes_it_up(line: Line) -> None:
    class Killed(BaseException):
        """Stands for kill -9."""

    def work(job: JobAtWork) -> Outcome:
        job.tell("counting", 1)
        raise Killed

    line.kinds["count"] = work
    job = line.ask()
    with pytest.raises(Killed):
        line.work()
    assert (said(line, job).forsaken, said(line, job, PATIENCE * 2).forsaken) == (False, True)
