"""Linked sections need the same grading tasks in the SIS (C-128): a grade of the section goes to its task (C-127)."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import msgspec

from consumer.client.caller import Client
from consumer.client.errors import BadAnswer
from consumer.passback.checks import Problem
from consumer.passback.wording import GradeCode

#: Where in a class's metadata its grading tasks stand: a list of {"id", "name"}.
METADATA = "ic.gradingTasks"


class Linked(Protocol):
    """A synced section of a book: what people call it, and the sourcedId of its class."""

    @property
    def name(self) -> str: ...

    @property
    def sis_id(self) -> str | None: ...


class Task(NamedTuple):
    """A grading task; either may be "" where the SIS does not say it."""

    id: str
    name: str


def compare_tasks(client: Client, sections: Sequence[Linked]) -> Problem | None:
    """What differs between the grading tasks of linked sections, which the SIS is asked for now; None where all have
    the same, where the SIS shows none at all, and for a section that is linked to no other synced one.

    client    of the rostering service

    Raises consumer.client.errors.ClientError where a class cannot be read.
    """
    if len(sections) < 2:
        return None
    return difference([(section.name, read_tasks(client, section.sis_id or "")) for section in sections])


def read_tasks(client: Client, class_id: str) -> tuple[Task, ...]:
    """The grading tasks of a class; none where its metadata has none. Raises ClientError."""
    answer = client.get("classes", class_id)
    try:
        record = msgspec.json.decode(answer.body)["class"]
    except (msgspec.DecodeError, UnicodeDecodeError, KeyError, TypeError, RecursionError):
        raise BadAnswer("The answer for a class has no class in it") from None
    metadata = record.get("metadata") if isinstance(record, dict) else None
    said = metadata.get(METADATA) if isinstance(metadata, dict) else None
    return tuple(_task(one) for one in said if isinstance(one, dict)) if isinstance(said, list) else ()


def difference(sections: Sequence[tuple[str, Sequence[Task]]]) -> Problem | None:
    """What differs between (section, its tasks): compared by id where every task has one, else by name, without case
    and blanks.
    """
    by_id = all(task.id for _, tasks in sections for task in tasks)
    keyed = [(section, {_key(task, by_id): task for task in tasks}) for section, tasks in sections]
    names = {key: task.name or key for _, tasks in keyed for key, task in tasks.items()}
    lacking = [
        f"{section} has no {', '.join(sorted(names[key] for key in names.keys() - tasks.keys()))}"
        for section, tasks in keyed
        if names.keys() - tasks.keys()
    ]
    return Problem(GradeCode.TASKS_DIFFER.name, "; ".join(lacking)) if lacking else None


def _task(said: Mapping[str, Any]) -> Task:
    return Task(_text(said.get("id")), _text(said.get("name")))


def _text(value: Any) -> str:
    return str(value).strip() if isinstance(value, (str, int)) and not isinstance(value, bool) else ""


def _key(task: Task, by_id: bool) -> str:
    return task.id if by_id else "".join(task.name.casefold().split())
