"""A press that is killed anywhere and taken up again doubles nothing and loses nothing, with a SIS that remembers no
supplied sourcedIds (C-131, C-137).
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from consumer.passback import sending
from consumer.passback.press import cancel, delete_in_sis
from consumer.passback.tables import LedgerItem, PassbackRun, Send
from consumer.passback.work import PressAtWork
from consumer.platform.gradebook.items import delete_item
from consumer.runs.line import Refused, take_up
from consumer.runs.work import TakenOver, ToldToEnd
from shared.owner import begin_work, end_work
from tests.consumer.passback.books import GradeBook
from tests.consumer.passback.presses import Teacher
from tests.faults.gradebook import PlainSis

STUDENTS = ("U1", "U2", "U3", "U4")


class Killed(BaseException):
    """Stands for kill -9: nothing in the program catches it."""


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("POSTED", "NOTED"):
        monkeypatch.setattr(sending, name, 2)


@pytest.fixture
def teacher(book: GradeBook) -> Iterator[Teacher]:
    with PlainSis(book.version) as sis:
        yield Teacher(book, sis)


def kill_at(monkeypatch: pytest.MonkeyPatch, commits: int, before: bool) -> None:
    """The press dies at this commit: before it, with the call done and not noted, or after it."""
    left = [commits]
    real = PressAtWork.commit

    def commit(self: PressAtWork) -> None:
        left[0] -= 1
        if left[0] == 0 and before:
            raise Killed
        real(self)
        if left[0] == 0:
            raise Killed

    monkeypatch.setattr(PressAtWork, "commit", commit)


def killed(teacher: Teacher, run_id: int, commits: int, before: bool) -> bool:
    """Work on a press until it is killed; False when it ended before."""
    with pytest.MonkeyPatch.context() as patched:
        kill_at(patched, commits, before)
        try:
            teacher.work(run_id)
        except Killed:
            teacher.session.rollback()
            return True
    return False


@pytest.mark.slow
@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
def test_a_press_killed_at_any_commit_ends_like_an_undisturbed_one(
    teacher: Teacher, before: bool, database_kind: str
) -> None:
    """New, changed, cleared and refused scores, an item that cannot go, one to delete in the SIS."""
    teacher.item("No date", due_at=None)
    commits, again = 1, True
    while again:
        items = [teacher.item(f"Item {commits}-{number}") for number in range(2)]
        old = teacher.item(f"Old {commits}")
        for student in STUDENTS[:2]:
            teacher.score(items[0], student, 0.5)
        teacher.press()
        for item in items:
            for number, student in enumerate(STUDENTS[1:]):
                teacher.score(item, student, commits + number)
        teacher.score(items[0], "U1", None)
        delete_item(teacher.session, old, teacher.now)
        delete_in_sis(teacher.session, old, True)
        teacher.session.commit()
        teacher.sis.refuses = {"U4"}
        run_id = teacher.queue()
        again = killed(teacher, run_id, commits, before)
        if again:
            teacher.work(run_id)
        run = teacher.session.get_one(PassbackRun, run_id, populate_existing=True)
        there = {key: value for key, value in teacher.sis.scores().items() if key[0] in {one.title for one in items}}
        assert there == {
            (item.title, student): [commits + number] for item in items for number, student in enumerate(STUDENTS[1:3])
        }, commits
        titles = [one["title"] for one in teacher.sis.line_items.values()]
        assert len(titles) == len(set(titles)) and old.title not in titles, commits
        counts = teacher.counts(run)
        assert (counts["scores_sent"], counts["scores_removed"], counts["items_removed"]) == (4, 1, 1), commits
        assert [code for _, code, _ in teacher.log(run) if code == "ROSTER_REFUSED"] == ["ROSTER_REFUSED"] * 2
        for item in items:
            delete_item(teacher.session, item, teacher.now)
        teacher.session.commit()
        teacher.sis.behave()
        commits += 1 if database_kind == "sqlite" else 3
    assert commits > 12


def test_everything_is_sent_once_by_a_press_that_was_killed(teacher: Teacher) -> None:
    """C-132: what it has sent before is not sent again, though everything is to be."""
    item = teacher.item()
    for student in STUDENTS:
        teacher.score(item, student, 5)
    teacher.press()
    teacher.sis.calls.clear()
    run_id = teacher.queue(None, Send.EVERYTHING)
    assert killed(teacher, run_id, 4, before=False)
    teacher.work(run_id)
    assert len(teacher.sis.said("PUT", "results")) == len(STUDENTS)


def test_a_press_that_is_cancelled_keeps_what_arrived(teacher: Teacher) -> None:
    first, second = teacher.item("Fractions"), teacher.item("Poems")
    for item in (first, second):
        teacher.score(item, "U1", 5)
    run_id = teacher.queue()

    def stop(what: str, *_: Any) -> None:
        if what == "Sending Poems":
            cancel(teacher.session, teacher.session.get_one(PassbackRun, run_id), teacher.now)
            teacher.session.commit()

    run = teacher.work(run_id, watch=stop)
    assert run.status == "Cancelled" and teacher.sis.scores() == {("Fractions", "U1"): [5]}
    assert teacher.state(first) == ("Successful", None) and teacher.state(second) == ("Not Yet Synced", None)
    with pytest.raises(Refused, match=f"Press {run_id} has ended"):
        cancel(teacher.session, run, teacher.now)
    assert teacher.press().status == "Completed"
    assert teacher.sis.scores() == {("Fractions", "U1"): [5], ("Poems", "U1"): [5]}


def test_a_press_that_waits_is_cancelled_at_once(teacher: Teacher) -> None:
    item = teacher.item()
    teacher.press()
    run_id = teacher.queue()
    cancel(teacher.session, teacher.session.get_one(PassbackRun, run_id), teacher.now)
    teacher.session.commit()
    assert teacher.session.get_one(PassbackRun, run_id).status == "Cancelled"
    assert teacher.state(item) == ("Successful", None)


def test_a_process_that_is_told_to_end_leaves_its_press_to_another(teacher: Teacher) -> None:
    for title in ("Fractions", "Poems"):
        teacher.score(teacher.item(title), "U1", 5)
    run_id = teacher.queue()
    told: list[bool] = []
    with pytest.raises(ToldToEnd):
        teacher.work(run_id, watch=lambda what, *_: told.append(what == "Sending Poems"), stopping=lambda: any(told))
    assert teacher.session.get_one(PassbackRun, run_id, populate_existing=True).status == "Queued"
    assert teacher.work(run_id).status == "Completed"
    assert teacher.sis.scores() == {("Fractions", "U1"): [5], ("Poems", "U1"): [5]}


def test_of_two_workers_one_takes_a_press(teacher: Teacher) -> None:
    """And who is taken over leaves off."""
    teacher.item()
    run_id = teacher.queue()
    first, second = begin_work(), begin_work()
    try:
        run = teacher.session.get_one(PassbackRun, run_id)
        assert take_up(teacher.session, run, first, teacher.now)
        assert not take_up(teacher.session, run, second, teacher.now + timedelta(seconds=1))
        teacher.session.refresh(run)
        run.owner = second
        teacher.session.commit()
        work = teacher.at_work(run_id, first)
        with pytest.raises(TakenOver):
            work.commit()
    finally:
        end_work(first)
        end_work(second)


def test_an_id_is_made_once_whatever_happens(teacher: Teacher) -> None:
    """C-131."""
    item = teacher.item()
    run_id = teacher.queue()
    made = teacher.ledger(item).sis_id
    assert killed(teacher, run_id, 3, before=True)
    teacher.work(run_id)
    teacher.sync_all()
    assert list(teacher.sis.line_items) == [made]
    assert teacher.session.query(LedgerItem).count() == 1


@pytest.mark.slow
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
def test_what_is_taken_back_while_a_press_lies_killed_is_taken_back_in_the_sis(teacher: Teacher, before: bool) -> None:
    """Whatever the SIS did not have time to answer, with the next press it has what stands here: a change that was undone, a new
    score that was cleared, a cleared one that came back, a title.
    """
    commits, again = 1, True
    while again:
        item = teacher.item("Title")
        for student, points in (("U1", 1), ("U3", 3)):
            teacher.score(item, student, points)
        teacher.press()
        item.title = "Other"
        for student, points in (("U1", 10), ("U2", 10), ("U3", None)):
            teacher.score(item, student, points)
        run_id = teacher.queue()
        again = killed(teacher, run_id, commits, before)
        item.title = "Title"
        for student, points in (("U1", 1), ("U2", None), ("U3", 3)):
            teacher.score(item, student, points)
        if again:
            teacher.work(run_id)
        teacher.press()
        assert teacher.sis.scores() == {("Title", "U1"): [1], ("Title", "U3"): [3]}, commits
        delete_item(teacher.session, item, teacher.now)
        delete_in_sis(teacher.session, item, True)
        teacher.session.commit()
        commits += 1
    assert commits > 8
