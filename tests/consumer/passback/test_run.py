"""A press from the platform to a plain SIS: what arrives, what does not and why, and what a repetition sends."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.event import listen

from consumer.connections import Connection
from consumer.passback import sending
from consumer.passback.approval import withdraw
from consumer.passback.press import delete_in_sis, open_press, press
from consumer.passback.standing import left_behind, red_dot, standing
from consumer.passback.tables import GradePeer, Send
from consumer.platform.gradebook.items import delete_item
from consumer.platform.models import Score
from consumer.runs.line import Busy, Refused
from shared.oneroster.versions import Version
from tests.consumer.passback.books import NOW, GradeBook
from tests.consumer.passback.presses import Teacher
from tests.faults.gradebook import PlainSis


@pytest.fixture
def teacher(book: GradeBook) -> Iterator[Teacher]:
    """Once for each version, on each database."""
    with PlainSis(book.version) as sis:
        yield Teacher(book, sis)


@pytest.fixture
def teacher_12(book_12: GradeBook) -> Iterator[Teacher]:
    with PlainSis(Version.V1P2) as sis:
        yield Teacher(book_12, sis)


def changed(teacher: Teacher) -> list[str]:
    """Titles of the items that have changed since they were sent, as the list says."""
    return [one.title for one in standing(teacher.session, teacher.book.book) if one.changed]


def test_grades_arrive_once_and_only_changes_go_again(teacher: Teacher) -> None:
    """C-117, C-131, C-132."""
    first, second = teacher.item("Fractions"), teacher.item("Poems")
    teacher.score(first, "U1", 18)
    teacher.score(first, "U2", 0)
    teacher.score(second, "U1", 7.5)
    run = teacher.press()
    assert run.status == "Completed", teacher.log(run)
    assert teacher.sis.scores() == {("Fractions", "U1"): [18], ("Fractions", "U2"): [0], ("Poems", "U1"): [7.5]}
    assert teacher.state(first) == teacher.state(second) == ("Successful", None)
    assert teacher.counts(run) == {"items_sent": 2, "scores_sent": 3}
    assert changed(teacher) == []

    teacher.sis.calls.clear()
    run = teacher.press()
    assert (run.status, teacher.counts(run)) == ("Completed", {"items_unchanged": 2, "scores_unchanged": 3})
    assert teacher.sis.calls == []

    teacher.score(first, "U2", 3)
    teacher.score(first, "U3", 20)
    assert changed(teacher) == ["Fractions"]
    run = teacher.press()
    assert teacher.counts(run) == {"items_sent": 1, "items_unchanged": 1, "scores_sent": 2, "scores_unchanged": 2}
    assert teacher.sis.scores()["Fractions", "U2"] == [3] and teacher.sis.scores()["Fractions", "U3"] == [20]
    assert teacher.sis.said("PUT", "lineItems")[0:] == []


def test_of_a_renamed_item_the_line_item_alone_goes_again(teacher: Teacher) -> None:
    item = teacher.item("Fractions")
    teacher.score(item, "U1", 18)
    teacher.press()
    teacher.sis.calls.clear()
    item.title = "Decimals"
    teacher.session.commit()
    run = teacher.press()
    assert [call.verb for call in teacher.sis.calls] == ["PUT"]
    assert teacher.sis.scores() == {("Decimals", "U1"): [18]}
    assert teacher.counts(run) == {"items_sent": 1, "scores_unchanged": 1}


def test_sync_all_resends_everything_and_doubles_nothing(teacher: Teacher) -> None:
    """C-132."""
    item = teacher.item()
    for student, points in (("U1", 18), ("U2", 3)):
        teacher.score(item, student, points)
    teacher.press()
    there = set(teacher.sis.results)
    teacher.sis.calls.clear()
    run = teacher.sync_all()
    assert teacher.counts(run) == {"items_sent": 1, "scores_sent": 2}
    assert set(teacher.sis.results) == there and len(teacher.sis.line_items) == 1
    assert {call.verb for call in teacher.sis.calls} == {"PUT"}


def test_states_of_a_score(teacher: Teacher) -> None:
    """C-134."""
    item = teacher.item()
    teacher.score(item, "U1", 5, exempt=True)
    teacher.score(item, "U2", None, missing=True)
    teacher.score(item, "U3", None, submitted=True)
    teacher.score(item, "U4", 0)
    teacher.press()
    missing = teacher.sis.scores()["Fractions", "U2"]
    assert teacher.sis.scores()["Fractions", "U1"] == ["exempt"]
    assert teacher.sis.scores()["Fractions", "U4"] == [0]
    assert ("Fractions", "U3") not in teacher.sis.scores()
    assert missing == ["not submitted"]


def test_a_cleared_score_is_deleted_in_the_sis_and_the_log_says_so(teacher: Teacher) -> None:
    item = teacher.item()
    teacher.score(item, "U1", 18)
    teacher.score(item, "U2", 9)
    teacher.press()
    teacher.score(item, "U1", None)
    assert changed(teacher) == ["Fractions"]
    run = teacher.press()
    assert teacher.sis.scores() == {("Fractions", "U2"): [9]}
    assert teacher.log(run) == [("note", "SCORE_DELETED", None)]
    assert (run.status, teacher.counts(run)) == (
        "Completed", {"items_sent": 1, "scores_removed": 1, "scores_unchanged": 1},
    )  # fmt: skip
    assert changed(teacher) == []
    teacher.score(item, "U1", 4)
    teacher.press()
    assert teacher.sis.scores() == {("Fractions", "U1"): [4], ("Fractions", "U2"): [9]}


def test_a_score_that_is_gone_from_the_sis_is_deleted_there_all_the_same(teacher: Teacher) -> None:
    item = teacher.item()
    teacher.score(item, "U1", 18)
    teacher.press()
    teacher.sis.results.clear()
    teacher.score(item, "U1", None)
    assert teacher.press().status == "Completed"


def test_only_the_chosen_items_go(teacher: Teacher) -> None:
    """C-122."""
    first, second = teacher.item("Fractions"), teacher.item("Poems")
    run = teacher.press([second])
    assert [one["title"] for one in teacher.sis.line_items.values()] == ["Poems"]
    assert teacher.counts(run) == {"items_sent": 1}
    assert [one.state for one in standing(teacher.session, teacher.book.book)] == ["Not Yet Synced", "Successful"]
    assert first.id != second.id


def test_all_items_are_those_that_students_see_and_those_that_the_sis_has(teacher: Teacher) -> None:
    teacher.item("Draft", published=False)
    shown = teacher.item("Shown")
    teacher.press()
    assert [one["title"] for one in teacher.sis.line_items.values()] == ["Shown"]
    shown.published = False
    teacher.session.commit()
    run = teacher.press()
    assert teacher.log(run) == [("error", "NOT_PUBLISHED", None)]


def test_an_item_that_cannot_go_says_why_and_the_others_go(teacher: Teacher) -> None:
    """C-126, C-133."""
    bad, good = teacher.item("No date", due_at=None), teacher.item("Good")
    run = teacher.press()
    assert run.status == "Completed with errors"
    assert teacher.state(bad) == ("Error", "NO_DUE_DATE") and teacher.state(good) == ("Successful", None)
    assert teacher.log(run) == [("error", "NO_DUE_DATE", None)]
    assert teacher.counts(run) == {"items_failed": 1, "items_sent": 1}
    assert red_dot(teacher.session, teacher.book.book)
    bad.due_at = good.due_at
    teacher.session.commit()
    assert teacher.press().status == "Completed"
    assert not red_dot(teacher.session, teacher.book.book)


def test_a_refused_score_is_kept_apart_with_the_words_of_the_sis(teacher: Teacher) -> None:
    """C-138: and is tried again with the next press, alone."""
    item, other = teacher.item("Fractions"), teacher.item("Poems")
    for student in ("U1", "U2", "U3"):
        teacher.score(item, student, 12)
    teacher.score(other, "U1", 1)
    teacher.sis.refuses.add("U2")
    run = teacher.press()
    assert run.status == "Completed with errors"
    assert teacher.log(run) == [("error", "ROSTER_REFUSED", "Student U2 is not on the roster")]
    assert teacher.sis.scores() == {("Fractions", "U1"): [12], ("Fractions", "U3"): [12], ("Poems", "U1"): [1]}
    assert teacher.state(item) == ("Error", "SOME_REFUSED") and teacher.state(other) == ("Successful", None)
    assert teacher.counts(run) == {"items_failed": 1, "items_sent": 1, "scores_sent": 3, "scores_failed": 1}
    (refused,) = standing(teacher.session, teacher.book.book)[0].sections[0].refused
    assert refused.why.said == "Student U2 is not on the roster"
    teacher.sis.behave()
    run = teacher.press()
    assert teacher.sis.scores()["Fractions", "U2"] == [12]
    assert teacher.counts(run) == {"items_sent": 1, "items_unchanged": 1, "scores_sent": 1, "scores_unchanged": 3}
    assert standing(teacher.session, teacher.book.book)[0].sections[0].refused == ()


def test_a_refusal_that_is_mended_here_is_forgotten(teacher: Teacher) -> None:
    item = teacher.item()
    teacher.score(item, "U2", 12)
    teacher.sis.refuses.add("U2")
    teacher.press()
    teacher.score(item, "U2", None)
    assert teacher.press().status == "Completed"
    assert standing(teacher.session, teacher.book.book)[0].sections[0].refused == ()


def test_where_all_are_refused_each_has_its_own_words(teacher: Teacher) -> None:
    item = teacher.item()
    for student in ("U1", "U2"):
        teacher.score(item, student, 12)
    teacher.sis.refuses |= {"U1", "U2"}
    run = teacher.press()
    assert sorted(said or "" for _, _, said in teacher.log(run)) == [
        "Student U1 is not on the roster", "Student U2 is not on the roster",
    ]  # fmt: skip


def test_of_a_line_item_that_is_refused_no_score_is_sent(teacher: Teacher) -> None:
    item = teacher.item()
    teacher.score(item, "U1", 12)
    teacher.sis.on("PUT", "lineItems", status=422, words="grading of Final in Q1 is closed: its window is from …")
    run = teacher.press()
    assert teacher.log(run) == [("error", "WINDOW_CLOSED", "grading of Final in Q1 is closed: its window is from …")]
    assert teacher.sis.scores() == {} and len(teacher.sis.calls) == 1
    assert teacher.ledger(item).said == "grading of Final in Q1 is closed: its window is from …"
    assert teacher.press().status == "Completed"


def test_a_missing_licence_ends_the_press_at_once(teacher: Teacher) -> None:
    """C-10: for all of it, with the SIS's words, and the next press goes on."""
    items = [teacher.item(f"Item {number}") for number in range(3)]
    words = "The district has no district-wide learning licence; ask the district"
    teacher.sis.on("PUT", "lineItems", status=403, words=words, times=None)
    run = teacher.press()
    assert run.status == "Failed" and len(teacher.sis.calls) == 1
    assert teacher.log(run) == [("error", "LICENSE_REQUIRED", words)]
    assert {teacher.state(item) for item in items} == {("Error", "LICENSE_REQUIRED")}
    teacher.sis.behave()
    assert teacher.press().status == "Completed"
    assert {teacher.state(item) for item in items} == {("Successful", None)}


def test_an_sis_that_asks_to_wait_is_waited_for(teacher: Teacher) -> None:
    """C-88: 429 and 503 with Retry-After."""
    item = teacher.item()
    teacher.score(item, "U1", 12)
    teacher.sis.on("PUT", "lineItems", status=429, headers={"Retry-After": "7"}, times=2)
    verb = "PUT" if teacher.sis.version is Version.V1P1 else "POST"
    teacher.sis.on(verb, "results", status=503, headers={"Retry-After": "11"})
    run = teacher.press()
    assert run.status == "Completed" and teacher.waits == [7, 7, 11]
    assert teacher.sis.scores() == {("Fractions", "U1"): [12]}


def test_an_sis_that_stays_away_fails_the_press_and_the_next_one_goes_on(teacher: Teacher) -> None:
    first, second = teacher.item("Fractions"), teacher.item("Poems")
    teacher.score(first, "U1", 12)
    teacher.score(second, "U1", 5)
    teacher.sis.on("PUT", "lineItems", status=503, times=None, only=lambda body: body["title"] == "Poems")
    run = teacher.press()
    assert run.status == "Failed"
    assert teacher.log(run) == [("error", "SERVER_FAULT", None)]
    assert teacher.state(first) == ("Successful", None) and teacher.state(second) == ("Error", "SERVER_FAULT")
    assert teacher.counts(run) == {"items_sent": 1, "scores_sent": 1}
    assert red_dot(teacher.session, teacher.book.book)
    teacher.sis.behave()
    run = teacher.press()
    assert (run.status, teacher.counts(run)) == (
        "Completed", {"items_sent": 1, "items_unchanged": 1, "scores_sent": 1, "scores_unchanged": 1},
    )  # fmt: skip


def test_a_fault_at_one_object_is_kept_apart_and_three_in_a_row_end_the_press(teacher: Teacher) -> None:
    items = [teacher.item(f"Item {number}") for number in range(5)]
    teacher.sis.on("PUT", "lineItems", status=500, only=lambda body: body["title"] == "Item 1")
    run = teacher.press()
    assert run.status == "Completed with errors"
    assert teacher.state(items[1]) == ("Error", "SERVER_FAULT") and teacher.state(items[4]) == ("Successful", None)
    teacher.sis.on("PUT", "lineItems", status=500, times=None)
    run = teacher.sync_all()
    assert run.status == "Failed"
    assert len(teacher.log(run)) == 3, "two items, and what ended the press"


def test_a_student_who_left_is_skipped_with_a_note_while_there_is_something_to_say(teacher: Teacher) -> None:
    """C-136."""
    item = teacher.item()
    teacher.score(item, "U1", 12)
    teacher.score(item, "U2", 9)
    teacher.press()
    teacher.leaves("U1")
    run = teacher.press()
    assert (run.status, teacher.log(run)) == ("Completed", [])
    teacher.score(item, "U1", 13)
    run = teacher.press()
    assert teacher.log(run) == [("note", "STUDENT_LEFT", None)]
    assert run.status == "Completed with warnings" and teacher.counts(run)["scores_skipped"] == 1
    assert teacher.sis.scores() == {("Fractions", "U1"): [12], ("Fractions", "U2"): [9]}


def test_a_score_of_somebody_whom_the_sis_never_had_there_is_noted(teacher: Teacher) -> None:
    item = teacher.item()
    teacher.score(item, "U1", 12)
    teacher.leaves("U1")
    run = teacher.press()
    assert teacher.log(run) == [("note", "STUDENT_LEFT", None)]
    assert teacher.sis.scores() == {}


def test_each_linked_section_gets_its_own_line_item_and_its_own_students(teacher: Teacher) -> None:
    """C-130."""
    biology = teacher.book.link("K2")
    if teacher.category is not None:
        _map(teacher, biology)
    teacher.leaves("U1", biology)
    teacher.leaves("U2")
    item = teacher.item()
    teacher.score(item, "U1", 12)
    teacher.score(item, "U2", 9)
    run = teacher.press()
    assert run.status == "Completed", teacher.log(run)
    places = {one["sourcedId"]: one["class"]["sourcedId"] for one in teacher.sis.line_items.values()}
    assert sorted(places.values()) == ["K1", "K2"]
    went = {(one["student"]["sourcedId"], places[one["lineItem"]["sourcedId"]]) for one in teacher.sis.results.values()}
    assert went == {("U1", "K1"), ("U2", "K2")} and teacher.log(run) == []
    assert teacher.counts(run)["items_sent"] == 1


def _map(teacher: Teacher, section: Any) -> None:
    from consumer.passback.categories import map_category
    from consumer.passback.tables import SisCategory

    assert teacher.category is not None
    teacher.session.merge(SisCategory(section_id=section.id, sis_id="cat-2", title="Two", read_at=NOW))
    teacher.session.flush()
    map_category(teacher.session, section, teacher.category.id, "cat-2")
    teacher.session.commit()


def test_linked_sections_with_other_grading_tasks_get_nothing(teacher_12: Teacher) -> None:
    """C-128: all or nothing, and the section and the task are named."""
    teacher = teacher_12
    biology = teacher.book.link("K2")
    _map(teacher, biology)
    item = teacher.item()
    teacher.sis.tasks = {"K1": ["Quarter Grade", "Final"], "K2": ["quarter grade"]}
    run = teacher.press()
    assert teacher.sis.line_items == {}
    assert teacher.state(item) == teacher.state(item, biology) == ("Error", "TASKS_DIFFER")
    assert "Final" in (teacher.ledger(item).detail or "")
    assert run.status == "Completed with errors" and teacher.counts(run) == {"items_failed": 1}
    teacher.sis.tasks = {"K1": ["Quarter Grade"], "K2": ["quarter grade"]}
    assert teacher.press().status == "Completed"


def test_a_linked_section_that_is_closed_is_left_out_with_a_note(teacher: Teacher) -> None:
    """C-120, C-139: the others get theirs."""
    biology = teacher.book.link("K2")
    biology.school_year = 2020
    item = teacher.item()
    teacher.score(item, "U1", 12)
    teacher.book.connection.active_year = 2027
    teacher.session.commit()
    run = teacher.press()
    assert teacher.log(run) == [("note", "OTHER_YEAR", None)]
    assert teacher.sis.scores() == {("Fractions", "U1"): [12]}
    assert run.status == "Completed with warnings"


def test_an_item_deleted_here_is_left_behind_or_deleted_there(teacher: Teacher) -> None:
    """C-135: and a line item that is not there any more is deleted all the same."""
    kept, gone = teacher.item("Kept"), teacher.item("Gone")
    teacher.score(gone, "U1", 3)
    teacher.press()
    for item, yes in ((kept, False), (gone, True)):
        delete_item(teacher.session, item, teacher.now)
        delete_in_sis(teacher.session, item, yes)
    teacher.session.commit()
    assert {one.title: one.asked for one in left_behind(teacher.session, teacher.book.book)} == {
        "Kept": False,
        "Gone": True,
    }
    run = teacher.press()
    assert [one["title"] for one in teacher.sis.line_items.values()] == ["Kept"]
    assert teacher.log(run) == [("note", "ITEM_DELETED", None)] and teacher.counts(run) == {"items_removed": 1}
    assert [one.title for one in left_behind(teacher.session, teacher.book.book)] == ["Kept"]
    delete_in_sis(teacher.session, kept, True)
    teacher.session.commit()
    teacher.sis.line_items.clear()
    assert teacher.press().status == "Completed"
    assert left_behind(teacher.session, teacher.book.book) == ()


def test_a_deletion_that_is_refused_stays_asked_for(teacher: Teacher) -> None:
    item = teacher.item()
    teacher.press()
    delete_item(teacher.session, item, teacher.now)
    delete_in_sis(teacher.session, item, True)
    teacher.session.commit()
    teacher.sis.on("DELETE", "lineItems", status=403, words="It is read-only", only=lambda _: True)
    run = teacher.press()
    assert teacher.log(run) == [("error", "NOT_ALLOWED", "It is read-only")]
    assert left_behind(teacher.session, teacher.book.book)[0].asked
    assert teacher.press().status == "Completed" and teacher.sis.line_items == {}


def test_results_go_together_in_12_in_batches(teacher_12: Teacher, monkeypatch: pytest.MonkeyPatch) -> None:
    """C-137: and what the SIS allocated is where changes go."""
    teacher = teacher_12
    monkeypatch.setattr(sending, "POSTED", 3)
    item = teacher.item()
    for student in ("U1", "U2", "U3", "U4"):
        teacher.score(item, student, 12)
    teacher.press()
    assert [len(call.objects) for call in teacher.sis.said("POST", "results")] == [3, 1]
    assert {row.sis_id for row in teacher.ledger_scores(item)} == set(teacher.sis.results)
    assert all(row.made_id != row.sis_id and row.request_id for row in teacher.ledger_scores(item))
    teacher.score(item, "U3", 13)
    teacher.press()
    assert teacher.sis.scores()["Fractions", "U3"] == [13] and len(teacher.sis.results) == 4


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_large_class_takes_few_calls(teacher_12: Teacher) -> None:
    """C-137: 100 results to a call, and the time that a press takes grows with the calls."""
    teacher = teacher_12
    students = [*teacher.new_students(130), "U1"]
    items = [teacher.item(f"Item {number}") for number in range(5)]
    for item in items:
        teacher.session.add_all(
            Score(item_id=item.id, account_id=teacher.book.account(student).id, points=7, changed_at=NOW)
            for student in students
        )
    teacher.session.commit()
    statements: list[str] = []
    listen(teacher.session.get_bind(), "before_cursor_execute", lambda *of: statements.append(of[2]))
    run = teacher.press()
    assert run.status == "Completed" and teacher.counts(run)["scores_sent"] == 5 * 131
    assert [len(call.objects) for call in teacher.sis.said("POST", "results")] == [100, 31] * 5
    assert len(teacher.sis.calls) == 3 * len(items)
    assert len(statements) < 80 * len(items), "not one for each score"


@pytest.mark.parametrize("status", [403, 404, 405, 501])
def test_without_bulk_post_results_go_one_by_one_and_that_is_remembered(teacher_12: Teacher, status: int) -> None:
    teacher = teacher_12
    teacher.sis.bulk = status
    first, second = teacher.item("Fractions"), teacher.item("Poems")
    for item in (first, second):
        teacher.score(item, "U1", 12)
        teacher.score(item, "U2", 2)
    run = teacher.press()
    assert run.status == "Completed" and len(teacher.sis.said("POST", "results")) == 1
    assert teacher.sis.scores() == {(title, student): [points] for title in ("Fractions", "Poems")
                                    for student, points in (("U1", 12), ("U2", 2))}  # fmt: skip
    assert teacher.counts(run) == {"items_sent": 2, "scores_sent": 4}
    assert teacher.session.get_one(GradePeer, teacher.book.connection.id).bulk_post is False
    teacher.sis.bulk = True
    teacher.score(first, "U3", 5)
    teacher.press()
    assert len(teacher.sis.said("POST", "results")) == 1
    teacher.score(first, "U4", 5)
    teacher.sync_all()
    assert len(teacher.sis.said("POST", "results")) == 2
    assert teacher.session.get_one(GradePeer, teacher.book.connection.id, populate_existing=True).bulk_post is True


def test_a_put_that_is_answered_with_200_was_taken(teacher: Teacher) -> None:
    teacher.sis.put, teacher.sis.bulk = 200, 405
    item = teacher.item()
    teacher.score(item, "U1", 12)
    assert teacher.press().status == "Completed"
    assert teacher.sis.scores() == {("Fractions", "U1"): [12]}


@pytest.mark.parametrize("how", [{"reset": True}, {"status": 500}, {"status": 504}])
@pytest.mark.parametrize("done", [True, False])
def test_a_bulk_post_whose_answer_is_lost_doubles_nothing(teacher_12: Teacher, how: dict[str, Any], done: bool) -> None:
    """The SIS may have done it or not: it is asked before anything is sent again."""
    teacher = teacher_12
    item = teacher.item()
    for student in ("U1", "U2", "U3"):
        teacher.score(item, student, 12)
    teacher.sis.on("POST", "results", done=done, **how)
    run = teacher.press()
    assert run.status == "Completed", teacher.log(run)
    assert teacher.sis.scores() == {("Fractions", student): [12] for student in ("U1", "U2", "U3")}
    assert teacher.counts(run) == {"items_sent": 1, "scores_sent": 3}
    assert {row.sis_id for row in teacher.ledger_scores(item)} == set(teacher.sis.results)


def test_access_is_approved_before_the_first_press(teacher: Teacher) -> None:
    """C-121."""
    teacher.item()
    withdraw(teacher.session, teacher.account.id)
    with pytest.raises(Refused, match="Approve first"):
        teacher.queue()


def test_a_book_that_is_closed_presses_nothing(teacher: Teacher) -> None:
    """C-120, C-139: with why."""
    teacher.item()
    teacher.book.head.frozen = True
    teacher.session.commit()
    with pytest.raises(Refused, match="The SIS has ended this section"):
        teacher.queue()


def test_a_section_that_is_closed_after_the_press_gets_nothing(teacher: Teacher) -> None:
    item = teacher.item()
    waiting = teacher.queue()
    teacher.book.head.frozen = True
    teacher.session.commit()
    run = teacher.work(waiting)
    assert run.status == "Failed" and teacher.log(run) == [("error", "SECTION_FROZEN", None)]
    assert teacher.state(item) == ("Error", "SECTION_FROZEN") and teacher.sis.calls == []


def test_there_has_to_be_something_to_send(teacher: Teacher) -> None:
    with pytest.raises(Refused, match="nothing to send"):
        teacher.queue()
    teacher.item()
    with pytest.raises(Refused, match="choose an item"):
        teacher.queue([])


def test_of_two_presses_at_once_the_second_is_told(teacher: Teacher) -> None:
    item = teacher.item()
    waiting = teacher.queue()
    assert teacher.state(item) == ("Queued", None)
    with pytest.raises(Busy, match=rf"press {waiting} by \S+ is queued"):
        teacher.queue()
    teacher.session.rollback()
    found = open_press(teacher.session, teacher.book.book)
    assert found is not None and found.id == waiting
    assert teacher.work(waiting).status == "Completed"
    assert open_press(teacher.session, teacher.book.book) is None


def test_a_connection_with_a_press_at_work_is_not_removed(teacher: Teacher) -> None:
    from consumer.sync.removal import remove_connection

    teacher.item()
    waiting = teacher.queue()
    connection = teacher.session.get_one(Connection, teacher.book.connection.id)
    with pytest.raises(Busy, match=f"Press {waiting} of demo is queued"):
        remove_connection(teacher.session, connection, NOW + timedelta(days=1))


def test_a_press_says_what_it_is_sending(teacher: Teacher) -> None:
    for title in ("Fractions", "Poems"):
        teacher.item(title)
    told: list[tuple[str, int, int | None]] = []
    waiting = teacher.queue()
    teacher.work(waiting, watch=lambda *progress: told.append(progress))
    assert told == [("Sending Fractions", 0, 2), ("Sending Poems", 1, 2)]


def test_press_takes_send_of_either_kind(teacher: Teacher) -> None:
    teacher.item()
    run = press(teacher.session, teacher.book.book, teacher.account, None, Send.EVERYTHING, teacher.now)
    assert (run.send, run.started_by, run.status) == ("everything", teacher.account.username, "Queued")
