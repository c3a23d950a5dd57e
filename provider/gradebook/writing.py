"""Writing to the grade book: PUT, DELETE and bulk POST of every kind of object. Nothing here commits.

The numbered steps of a write, which is one transaction from `Writer` to the caller's commit:
1. look up the rows that are there under the sourcedIds, tombstones too;
2. make drafts: look up what the objects refer to, ask the checks (P-116 … P-125); an object that fails is refused by
   itself;
3. leave out what would change nothing, so that a PUT once more moves no dateLastModified (P-122);
4. count the change (`provider.sis.revisions`), which gives its moment; insert and update.
"""

from collections.abc import Collection, Sequence
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Insert, Select, Table, Update, bindparam, insert, select, update

from provider.gradebook.bodies import Body
from provider.gradebook.checks import OWNER, OwnerFacts, require
from provider.gradebook.drafts.assessments import AssessmentLineItems, AssessmentResults
from provider.gradebook.drafts.categories import Categories
from provider.gradebook.drafts.draft import Drafts, Row
from provider.gradebook.drafts.line_items import LineItems
from provider.gradebook.drafts.results import Results
from provider.gradebook.drafts.score_scales import ScoreScales
from provider.gradebook.lookups import fetch_among
from provider.gradebook.writer import Writer
from provider.publishing.selecting import storable
from provider.sis.models import AssessmentResult, Result
from provider.sis.revisions import touch
from shared.oneroster.errors import Failure, OneRosterError
from shared.oneroster.resources.model import Resource

DRAFTS: dict[str, type[Drafts]] = {
    drafts.resource.plural: drafts
    for drafts in (Categories, LineItems, Results, ScoreScales, AssessmentLineItems, AssessmentResults)
}

#: What a deletion takes along: the results of an item, by the column that names it.
_TAKEN_ALONG = {
    "lineItems": ("results", Result.__table__, "line_item_id"),
    "assessmentLineItems": ("assessmentResults", AssessmentResult.__table__, "assessment_line_item_id"),
}

#: Keys in one query.
_PORTION = 500
_THERE = "SELECT sourced_id FROM {table} WHERE sourced_id"


class Stored(NamedTuple):
    """An object that was taken: whether there was none under its sourcedId, or only a tombstone."""

    created: bool


def put(writer: Writer, resource: Resource, body: Body) -> Stored:
    """Write one object under its sourcedId. Raises OneRosterError."""
    (outcome,) = store(writer, resource, [body])
    if isinstance(outcome, OneRosterError):
        raise outcome
    return outcome


def store(writer: Writer, resource: Resource, bodies: Sequence[Body]) -> list[Stored | OneRosterError]:
    """Write objects under their sourcedIds, which differ; for each whether it was taken, or why not."""
    kind = DRAFTS[resource.plural]
    before = _rows(writer, kind, [body.sourced_id for body in bodies])
    drafts = kind(writer, bodies, before.values())
    outcomes: list[Stored | OneRosterError] = []
    added: list[tuple[Body, dict[str, Any]]] = []
    changed: list[tuple[Body, dict[str, Any]]] = []
    for body in bodies:
        row = before.get(body.sourced_id)
        try:
            if row is not None:
                _require_own(writer, drafts, row, body.place)
            columns = drafts.columns(body, row)
        except OneRosterError as refused:
            outcomes.append(refused)
            continue
        columns |= {"sourced_id": body.sourced_id, "deleted": False, "extension": body.values["metadata"]}
        if row is None:
            added.append((body, columns))
        elif not drafts.same(body, row, columns):
            changed.append((body, columns))
        outcomes.append(Stored(row is None or row["deleted"]))
    if added or changed:
        _write(writer, drafts, added, changed, [before[body.sourced_id] for body, _ in changed])
    return outcomes


def remove(writer: Writer, resource: Resource, sourced_id: str) -> None:
    """Delete one object; a tombstone stays (P-122). Raises OneRosterError."""
    kind = DRAFTS[resource.plural]
    row = _rows(writer, kind, [sourced_id] if storable(sourced_id) else []).get(sourced_id)
    drafts = kind(writer, (), () if row is None else (row,))
    if row is None or row["deleted"] or not drafts.sees(row):
        raise OneRosterError(
            Failure.UNKNOWN_OBJECT, f"Unknown Object: no {resource.singular} with sourcedId {sourced_id!r} here"
        )
    what = f"This {resource.singular} cannot be deleted"
    _require_own(writer, drafts, row, what)
    if reason := drafts.dependents(row):
        raise OneRosterError(Failure.DELETE_FAILURE, f"{what}: {reason}")
    schools = [drafts.school_of(row)]
    if resource.plural in _TAKEN_ALONG:
        collection, table, column = _TAKEN_ALONG[resource.plural]
        moment = touch(writer.connection, collection, schools, writer.now)
        writer.connection.execute(
            update(table).where(table.c[column] == row["id"], ~table.c.deleted).values(deleted=True, modified_at=moment)
        )
    moment = touch(writer.connection, resource.plural, schools, writer.now)
    writer.connection.execute(
        update(kind.table).where(kind.table.c.id == row["id"]).values(deleted=True, modified_at=moment)
    )


def _rows(writer: Writer, kind: type[Drafts], sourced_ids: Sequence[str]) -> dict[str, Row]:
    """The rows under some sourcedIds."""
    found: dict[str, Row] = {}
    table = kind.table
    # Most of what comes is new: the plain question spares the dear one.
    there = [
        one for (one,) in fetch_among(writer.connection, f"{_THERE.format(table=table.name)} {{among}}", sourced_ids)
    ]
    for start in range(0, len(there), _PORTION):
        portion = there[start : start + _PORTION]
        for row in writer.connection.execute(_find(table), {"sourced_ids": portion}):
            found[row.sourced_id] = dict(row._mapping)
    return found


def _require_own(writer: Writer, drafts: Drafts, row: Row, place: str) -> None:
    """Raises OneRosterError unless the platform made the row, or may not know of it (P-125, P-96)."""
    what = drafts.resource.singular
    require(OWNER, OwnerFacts(what, row["sourced_id"], row["connection_id"], writer.platform.id), place)


def _write(
    writer: Writer, drafts: Drafts, added: Sequence[tuple[Body, dict[str, Any]]],
    changed: Sequence[tuple[Body, dict[str, Any]]], before: Collection[Row],
) -> None:  # fmt: skip
    table, connection = drafts.table, writer.connection
    schools = {drafts.school_of(columns) for _, columns in (*added, *changed)} | {
        drafts.school_of(row) for row in before
    }
    moment = touch(connection, drafts.resource.plural, schools, writer.now)
    if added:
        of_all = {"connection_id": writer.platform.id, "modified_at": moment}
        connection.execute(_insert(table), [columns | of_all for _, columns in added])
    if changed:
        statement = _update(table, tuple(changed[0][1]))
        of_all = {"the_modified_at": moment}
        connection.execute(
            statement, [of_all | {f"the_{name}": value for name, value in columns.items()} for _, columns in changed]
        )
    drafts.stored([body for body, _ in (*added, *changed)])


# Statements are made once: making one costs more than asking it.


@cache
def _find(table: Table) -> Select[Any]:
    return select(table).where(table.c.sourced_id.in_(bindparam("sourced_ids", expanding=True)))


@cache
def _insert(table: Table) -> Insert:
    return insert(table)


@cache
def _update(table: Table, names: tuple[str, ...]) -> Update:
    """Update by sourcedId the columns called `names`, of which it is one, and `modified_at`."""
    values = {
        name: bindparam(f"the_{name}", type_=table.c[name].type)
        for name in (*names, "modified_at") if name != "sourced_id"
    }  # fmt: skip
    return update(table).where(table.c.sourced_id == bindparam("the_sourced_id")).values(values)
