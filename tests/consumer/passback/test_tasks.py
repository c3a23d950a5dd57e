"""Grading tasks of linked sections are compared before anything is sent (C-127, C-128)."""

from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumer.client.errors import BadAnswer, ClientError
from consumer.passback.tasks import Task, compare_tasks, difference
from tests.consumer.passback.sis import Sis


@dataclass(frozen=True)
class Linked:
    name: str
    sis_id: str


ALGEBRA, GEOMETRY = Linked("Algebra 1", "K1"), Linked("Geometry", "K 2/é")
TERM, FINAL = {"id": "1", "name": "Term"}, {"id": "2", "name": "Final"}


def says(sis: Sis, section: Linked, metadata: Any) -> None:
    record = {"sourcedId": section.sis_id, "status": "active"} | ({} if metadata is None else {"metadata": metadata})
    sis.says(f"rostering/classes/{section.sis_id}", {"class": record})


def compared(sis: Sis) -> str | None:
    client = sis.client("rostering")
    problem = compare_tasks(client, [ALGEBRA, GEOMETRY])
    client.close()
    assert problem is None or problem.code == "TASKS_DIFFER"
    return problem.detail if problem else None


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        (None, None, None),
        ({}, [], None),
        ({"other.key": 1}, None, None),
        ({"ic.gradingTasks": [TERM, FINAL]}, {"ic.gradingTasks": [FINAL, TERM]}, None),
        ({"ic.gradingTasks": [TERM, FINAL]}, {"ic.gradingTasks": [TERM]}, "Geometry has no Final"),
        ({"ic.gradingTasks": [TERM]}, {"ic.gradingTasks": [FINAL]}, "Algebra 1 has no Final; Geometry has no Term"),
        ({"ic.gradingTasks": [TERM]}, None, "Geometry has no Term"),
        ({"ic.gradingTasks": [{"name": "Term Grade"}]}, {"ic.gradingTasks": [{"name": " term grade"}]}, None),
        ({"ic.gradingTasks": [{"name": "Term Grade"}]}, {"ic.gradingTasks": [{"id": 7, "name": "TERMGRADE"}]}, None),
        ({"ic.gradingTasks": [{"id": 1, "name": "A"}]}, {"ic.gradingTasks": [{"id": "1", "name": "B"}]}, None),
        ({"ic.gradingTasks": "Term"}, {"ic.gradingTasks": [3, None]}, None),
    ],
)
def test_tasks_are_compared_by_id_else_by_name(sis: Sis, one: Any, other: Any, told: str | None) -> None:
    """C-128: any difference, and the item goes to none; section and task are named."""
    says(sis, ALGEBRA, one)
    says(sis, GEOMETRY, other)
    assert compared(sis) == told
    assert len(sis.seen) == 2


def test_the_sis_is_asked_anew_each_time(sis: Sis) -> None:
    says(sis, ALGEBRA, {"ic.gradingTasks": [TERM]})
    says(sis, GEOMETRY, None)
    assert compared(sis) == "Geometry has no Term"
    says(sis, GEOMETRY, {"ic.gradingTasks": [TERM]})
    assert compared(sis) is None


def test_a_section_alone_has_nothing_to_be_compared_with(sis_11: Sis) -> None:
    assert compare_tasks(sis_11.client("rostering"), [ALGEBRA]) is None
    assert sis_11.seen == []


def test_sections_of_one_name_are_still_two(sis_11: Sis) -> None:
    twin = Linked(ALGEBRA.name, "K9")
    says(sis_11, ALGEBRA, {"ic.gradingTasks": [TERM]})
    says(sis_11, twin, None)
    problem = compare_tasks(sis_11.client("rostering"), [ALGEBRA, twin])
    assert problem is not None and problem.detail == "Algebra 1 has no Term"


@pytest.mark.parametrize("answer", [{"class": [1]}, {"klass": {}}, [], "x"])
def test_an_answer_without_a_class(sis_11: Sis, answer: Any) -> None:
    says(sis_11, GEOMETRY, None)
    sis_11.says(f"rostering/classes/{ALGEBRA.sis_id}", answer)
    if answer == {"class": [1]}:
        assert compared(sis_11) is None
        return
    with pytest.raises(BadAnswer, match="no class in it"):
        compared(sis_11)


def test_a_class_that_the_sis_does_not_know(sis_11: Sis) -> None:
    with pytest.raises(ClientError) as error:
        compared(sis_11)
    assert error.value.status == 404


TASKS = st.lists(st.builds(Task, st.sampled_from(["", "1", "2"]), st.sampled_from(["", "Term", "FINAL", "term "])))


@given(st.lists(TASKS, min_size=2, max_size=4), st.randoms(use_true_random=False))
def test_order_and_repetition_make_no_difference(sections: list[list[Task]], random: Any) -> None:
    named = [(f"Section {n}", tasks) for n, tasks in enumerate(sections)]
    shuffled = [(name, random.sample(tasks, len(tasks)) * 2) for name, tasks in named]
    first, second = difference(named), difference(shuffled)
    assert (first is None) == (second is None)
    assert difference([(name, sections[0]) for name, _ in named]) is None
