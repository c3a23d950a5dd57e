"""A bulk POST: new objects under ids that the provider allocates. The same POST once more makes nothing twice.

An object is the same as one posted before when it comes under the same supplied id, on the same path, from the same
connection, and is about the same thing: a result about the same student, a line item under the same title. Some
platforms use temporary ids such as "1" anew in every POST, and nothing may be overwritten by another.
"""

import uuid
from collections.abc import Callable, Sequence
from typing import NamedTuple

from sqlalchemy import insert

from provider.gradebook.bodies import Body
from provider.gradebook.lookups import fetch_among
from provider.gradebook.writer import Writer
from provider.gradebook.writing import Stored, store
from provider.sis.models.gradebook import SuppliedId
from shared.oneroster.errors import OneRosterError, Refusal
from shared.oneroster.resources.model import Resource

#: What an object is about, so that it can be told from another one under the same supplied id.
_ABOUT: dict[str, Callable[[Body], str]] = {
    "lineItems": lambda body: f"{body.values['class']} {body.values['title']}",
    "results": lambda body: f"{body.values['lineItem']} {body.values['student']}",
}

_ALLOCATED = """SELECT parent, supplied, allocated FROM supplied_id
    WHERE connection_id = :platform AND collection = :collection AND parent {among}"""


class Posted(NamedTuple):
    """What became of a POST: (supplied, allocated) of what was kept, and what was refused, each in order."""

    pairs: list[tuple[str, str]]
    refusals: list[Refusal]


def post(
    writer: Writer, resource: Resource, path: str, sent: Sequence[Body | OneRosterError], supplied: Sequence[str]
) -> Posted:
    """Write what was sent and can be taken; the rest is refused one by one.

    path      that of the POST below the base path
    sent      the objects as read, or why they cannot be
    supplied  their ids as they were sent
    """
    outcomes: list[Body | OneRosterError] = _refuse_repeats(sent)
    bodies = [one for one in outcomes if isinstance(one, Body)]
    marks = [_mark(resource, path, body) for body in bodies]
    known = _known(writer, resource, marks)
    allocated = [known.get(mark) or str(uuid.uuid4()) for mark in marks]
    stored = store(writer, resource, [b._replace(sourced_id=a) for b, a in zip(bodies, allocated, strict=True)])
    _remember(writer, resource, [
        (mark, sourced_id) for mark, sourced_id, one in zip(marks, allocated, stored, strict=True)
        if isinstance(one, Stored) and mark not in known
    ])  # fmt: skip
    taken = iter(zip(allocated, stored, strict=True))
    posted = Posted([], [])
    for one, supplied_id in zip(outcomes, supplied, strict=True):
        sourced_id, outcome = next(taken) if isinstance(one, Body) else ("", one)
        if isinstance(outcome, OneRosterError):
            posted.refusals.append(Refusal(supplied_id, outcome.failure, outcome.description))
        else:
            posted.pairs.append((supplied_id, sourced_id))
    return posted


class _Mark(NamedTuple):
    """How an object is known that comes again."""

    parent: str
    supplied: str


def _mark(resource: Resource, path: str, body: Body) -> _Mark:
    """The place is a digest: paths and titles are longer than a column of an index should be."""
    about = _ABOUT[resource.plural](body)
    return _Mark(str(uuid.uuid5(uuid.NAMESPACE_URL, f"{path} {about}")), body.sourced_id)


def _refuse_repeats(sent: Sequence[Body | OneRosterError]) -> list[Body | OneRosterError]:
    """Two objects of one POST under one id could not be told apart in the answer; and a new object is not deleted."""
    seen: set[str] = set()
    outcomes: list[Body | OneRosterError] = []
    for one in sent:
        if isinstance(one, Body):
            repeated = one.sourced_id in seen
            seen.add(one.sourced_id)
            if repeated:
                one = one.refuse("sourcedId", f"{one.sourced_id!r} stands in this request twice")
            elif one.deleted:
                one = one.refuse("status", "a new object cannot be tobedeleted")
        outcomes.append(one)
    return outcomes


def _known(writer: Writer, resource: Resource, marks: Sequence[_Mark]) -> dict[_Mark, str]:
    """The ids that were allocated to some marks before."""
    asked = {"platform": writer.platform.id, "collection": resource.plural}
    found = fetch_among(writer.connection, _ALLOCATED, {mark.parent for mark in marks}, **asked)
    return {_Mark(parent, supplied): allocated for parent, supplied, allocated in found}


def _remember(writer: Writer, resource: Resource, made: Sequence[tuple[_Mark, str]]) -> None:
    rows = [
        {
            "connection_id": writer.platform.id, "collection": resource.plural, "parent": mark.parent,
            "supplied": mark.supplied, "allocated": sourced_id,
        }
        for mark, sourced_id in made
    ]  # fmt: skip
    if rows:
        writer.connection.execute(insert(SuppliedId.__table__), rows)
