"""Carries out one run of the sync, from wherever it was left (DESIGN section 3).

1. pull: schools and terms first; where the SIS offers nothing for the active year, end with a warning (C-23); then
   every collection that the run needs, whole or what changed of it (C-89). A collection that was not read to its end
   stops what depends on it (C-84).
2. plan: write what would change as rows, entity by entity (C-82).
3. gate: hold the removals of schools and sections that would lose too much (C-86). A dry run ends here (C-87).
4. apply: carry the rows out in batches, parents first, removals last.
5. done: note how far everything is planned, count, close the run.

Every step commits as it goes and may be done again: a killed run is taken up at the step its row names, with the date
it began with, and comes to the same end.
"""

from collections.abc import Sequence

from sqlalchemy import delete, select, update

from consumer.connections import Connection
from consumer.mapping.choices import Choices
from consumer.mapping.outcome import Code
from consumer.runs.work import carry_out
from consumer.sync.apply import apply_plan
from consumer.sync.choices import Places, load_choices, load_places
from consumer.sync.closing import cancel_run, close_run, fail_run
from consumer.sync.deltas import start_of
from consumer.sync.gate import hold_removals
from consumer.sync.places import PLACES
from consumer.sync.planning import collections_of, plannable, read_completely, set_marks, start_planning, write_plan
from consumer.sync.pull import TOLD, pull
from consumer.sync.report import Report
from consumer.sync.tables import Entity, PlanChange, RunMessage, State, Status, SyncRun
from consumer.sync.work import Work
from shared.database import will_write

__all__ = ["PLACES", "Work", "execute"]


def execute(work: Work) -> Report:
    """Work on a run that this process has taken up, until it ends: see `carry_out`."""
    session = work.session
    return carry_out(
        work,
        lambda: _execute(work),
        lambda: cancel_run(session, work.run, work.clock()),
        lambda error: fail_run(session, work.run, error, work.clock()),
    )


def _execute(work: Work) -> Report:
    work.turn()
    if work.run.step == "pull":
        work.session.execute(delete(RunMessage).where(RunMessage.run_id == work.run_id))
        if not _pull_all(work):
            return _close(work, Status.WARNINGS)
        _step(work, "plan")
    entities = plannable(work.session, work.run)
    if not entities:
        return _close(work, Status.FAILED)
    if work.run.step == "plan":
        if not _plan(work, entities):
            return _close(work, Status.FAILED)
        if work.run.dry_run:
            return _close(work, None)
        _step(work, "apply")
    _apply(work)
    _finish(work, entities)
    return _close(work, None)


def _step(work: Work, step: str) -> None:
    work.run.step = step
    work.turn()


def _connection(work: Work) -> Connection:
    return work.session.get_one(Connection, work.run.connection_id)


def _pull_all(work: Work) -> bool:
    """Step 1. False when the SIS offers nothing for the active year (C-23)."""
    for collection in PLACES:
        _pull(work, collection)
    places, choices = _choices(work)
    for collection, sis_id, why in places.unreadable[:TOLD]:
        work.message("warning", Code.BAD_DATA.name, f"{collection}: {why}", sis_id)
    read = all(read_completely(work.session, work.run_id, collection) for collection in PLACES)
    if read and choices.active_year not in choices.years.values():
        year = choices.active_year or "any year"
        work.message("warning", Code.YEAR_NOT_AVAILABLE.name, f"The SIS offers no term for {year}: nothing is changed")
        return False
    if read:
        for collection in collections_of(work.run.kind, choices):
            if collection not in PLACES:
                _pull(work, collection, choices)
    return True


def _pull(work: Work, collection: str, choices: Choices | None = None) -> None:
    """Read a collection; only with the run's choices is it known whether its changes are enough (C-89)."""

    def broken(sis_id: str | None, why: str, _raw: bytes) -> None:
        work.message("warning", Code.BAD_DATA.name, f"{collection}: {why}", sis_id)

    def progress(received: int, total: int | None) -> None:
        work.tell(f"Reading {collection}", received, total)

    def refused(why: str) -> None:
        why = f"The changes of {collection} could not be read alone, so everything was: {why}"
        work.message("warning", Code.DELTA_REFUSED.name, why)

    session, connection, now = work.session, _connection(work), work.clock()
    start = start_of(session, connection, collection, choices, now) if choices else None
    done = pull(
        session, work.client, connection, collection, work.run_id, now, progress, broken, work.commit, start, refused
    )
    complete, code, text, request_id = done.complete, done.error_code, done.error_text, done.request_id
    since, received = done.since, done.received
    work.turn()
    if complete and since:
        changes = f"{collection}: only changes since {since:%Y-%m-%d %H:%M} UTC were read, {received:,} of them"
        work.message("note", Code.DELTA_READ.name, changes)
    if not complete:
        work.message("error", code or Code.PARTIAL_READ.name, text or collection, request_id=request_id)
    elif code:
        work.message("warning", code, text or collection)
    work.turn()


def _choices(work: Work) -> tuple[Places, Choices]:
    connection = _connection(work)
    places = load_places(work.session, connection)
    return places, load_choices(work.session, connection, places, work.run.today)


def _plan(work: Work, entities: Sequence[Entity]) -> bool:
    """Steps 2 and 3. False when no school or no term of the active year is mapped (C-14)."""
    places, choices = _choices(work)
    if not choices.ready():
        what = "term of the active year" if choices.schools else "school that the SIS offers"
        work.message("error", Code.TERM_UNMAPPED.name, f"No {what} is mapped")
        return False
    planning = start_planning(work.session, work.run, _connection(work), places, choices)
    work.run.choices = planning.digest
    written = 0
    for count in write_plan(planning, entities, work.turn):
        written += count
        work.commit()
        work.tell("Planning", written, None)
    work.turn()
    for stop in hold_removals(work.session, work.run_id, choices.options):
        work.message("warning", Code.SAFETY_STOP.name, str(stop))
    work.turn()
    return True


def _apply(work: Work) -> None:
    """Step 4."""
    applied = 0
    for count in apply_plan(work.session, work.sealer, work.run.connection_id, work.run_id):
        applied += count
        work.commit()
        work.tell("Applying", applied, None)
        will_write(work.session)


def _finish(work: Work, entities: Sequence[Entity]) -> None:
    """Step 5, but for counting. An approved run has done this before: only what it held was left."""
    run = work.run
    set_marks(work.session, run, entities)
    if Entity.ENROLLMENT in entities:
        _supersede(work)


def _supersede(work: Work) -> None:
    """Removals that earlier runs hold are planned anew by this one, or were let go."""
    older = select(SyncRun.id).where(SyncRun.connection_id == work.run.connection_id, SyncRun.id < work.run_id)
    work.session.execute(
        update(PlanChange)
        .where(PlanChange.run_id.in_(older), PlanChange.state == State.HELD)
        .values(state=State.SUPERSEDED)
        .execution_options(synchronize_session=False)
    )
    work.session.execute(
        update(SyncRun)
        .where(SyncRun.id.in_(older), SyncRun.status == Status.WAITING)
        .values(status=Status.WARNINGS)
        .execution_options(synchronize_session=False)
    )


def _close(work: Work, status: Status | None) -> Report:
    """End the run; without a `status` the outcome decides it (C-111)."""
    report = close_run(work.session, work.run, status, work.clock())
    work.session.commit()
    return report
