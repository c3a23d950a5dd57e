"""The refresh: SIS rows, decided and rendered, compared with what is published; the differences become a revision.

Full and keyed refresh are the same code; a keyed one only looks at the records of some people, sections, courses and
resources.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from functools import partial

from sqlalchemy import Engine

from provider.eligibility.context import nowhere
from provider.eligibility.edition import Edition
from provider.eligibility.facts import Facts, Keys
from provider.publishing.blocks import build_blocks
from provider.publishing.building import BATCH, Collection, Difference, discard
from provider.publishing.catalog import cache_of, extents_at, find_edition, register_edition
from provider.publishing.counts import move_counts, store_counts
from provider.publishing.garbage import no_garbage_runs
from provider.publishing.holding import Allowance, hold, shown_by
from provider.publishing.keeping import forget_runs_but
from provider.publishing.latest import Latest, all_latest, latest_of
from provider.publishing.load import load_facts
from provider.publishing.project import Projected, project
from provider.publishing.revisions import Build, Counts, publish
from provider.publishing.runs import RunResult, Started, beat, finish_run, start_run
from provider.publishing.scope import ids_in_question, used_elsewhere
from provider.publishing.statistics import tell_planner
from provider.publishing.sweeping import sweep
from shared.database import chunks, snapshot, writing
from shared.owner import begin_work, end_work

#: Records are compared in so many parts of a batch; the heart beats after so many parts, also when nothing is written.
_PARTS, _BEAT = 8, 40
#: And, while a difference is found out, after so many records.
_OFTEN = 20_000

Clock = Callable[[], datetime]
Progress = Callable[[str, int], None]


class Held(Exception):
    """A refresh would take away more of a collection than the district allows unasked."""

    def __init__(self, collection: str, removed: int, total: int) -> None:
        self.cache = cache_of(collection)
        super().__init__(
            f"The refresh would remove {removed:,} of {total:,} {collection}; nothing was changed. "
            "Look at what would go under Settings & Management; if it is right, approve it there, or with "
            "homeroom provider refresh --approve"
        )


class BuildFailed(Exception):
    """Building a collection failed; says which cache (P-88) and keeps the cause."""

    def __init__(self, collection: str, cause: Exception) -> None:
        self.cache = cache_of(collection)
        super().__init__(f"The {self.cache} cache could not be refreshed ({collection}: {type(cause).__name__})")


@dataclass(frozen=True, slots=True)
class Refresher:
    """What a refresh needs from its surroundings. `clock` gives aware UTC; `base_url` is what an LMS is given; `zone`
    is the district's."""

    engine: Engine
    editions: Sequence[Edition]
    base_url: str
    threshold: float
    clock: Clock
    progress: Progress = lambda _collection, _records: None
    zone: tzinfo = UTC

    @property
    def local_day(self) -> date:
        """The day in the district, by the clock: what is counted is counted for it."""
        return self.clock().astimezone(self.zone).date()


def refresh(
    refresher: Refresher, today: date, trigger: str, keys: Keys | None = None, approved: bool = False,
    slot: str | None = None, approves: int | None = None,
) -> RunResult:  # fmt: skip
    """Bring what is published up to date with the SIS as of `today` (the district's date).

    1. Take the one place of a running refresh, or be refused (P-87).
    2. Take back what a refresh that died had begun.
    3. Read the SIS as of one moment; for each edition and collection decide, project and render, and write the
       differences as of the next revision, in short transactions that no reader sees and no writer waits for long.
    4. Hold everything if a collection would lose more than the allowed share (P-91 keeps the last good state), and keep
       the whole difference until a person has decided. approved: whatever goes may go; approves: as much as that held
       run has shown may go.
    5. Publish: in one short transaction every edition shows its next revision.
    6. Rebuild the blocks that changed, sweep versions that no walk can need, record the result (P-89).

    Raises RefreshIsRunning; BuildFailed when a collection cannot be built: the last good state stays, an alert tells.
    """
    owner = begin_work()
    try:
        run = start_run(refresher.engine, owner, trigger, refresher.clock(), today, slot, approves)
        with refresher.engine.connect() as connection:
            shown = shown_by(connection, approves)
        return _run(refresher, run, today, keys, Allowance(refresher.threshold, shown, approved or keys is not None))
    finally:
        end_work(owner)


def _run(refresher: Refresher, run: Started, today: date, keys: Keys | None, allowance: Allowance) -> RunResult:
    """Steps 2 to 6 of a refresh that has its place."""
    run_id, outcome = run.run_id, "the last good state stays"
    try:
        builds = _prepare(refresher, run.clean)
        with no_garbage_runs():
            with snapshot(refresher.engine) as session:
                facts = load_facts(session, today, keys)
            held = _build_all(refresher, run_id, builds, facts, allowance)
        if held:
            return _stopped(refresher, RunResult(run_id, "held", str(held)), held.cache)
        count = partial(store_counts if keys is None else move_counts, builds=builds, day=refresher.local_day)
        counts = publish(refresher.engine, builds, refresher.clock, count)
        outcome = "what it brought is published"
        _tidy(refresher, builds, everything=keys is None)
    except BaseException as cause:
        cache = cause.cache if isinstance(cause, BuildFailed) else None
        why = str(cause) if cache else f"The refresh ended with {type(cause).__name__}"
        _stopped(refresher, RunResult(run_id, "failed", f"{why}; {outcome}"), cache)
        raise
    result = RunResult(run_id, "done", _summary(counts, builds), *counts)
    finish_run(refresher.engine, result, refresher.clock())
    if keys is None:
        forget_runs_but(refresher.engine, run_id)
    return result


def _prepare(refresher: Refresher, clean: bool) -> list[Build]:
    with refresher.engine.connect() as connection:
        found = [(edition, find_edition(connection, edition)) for edition in refresher.editions]
    registered = [(edition, built) for edition, built in found if built and built.complete]
    if len(registered) < len(found):
        with writing(refresher.engine) as connection:
            registered = [(edition, register_edition(connection, edition)) for edition in refresher.editions]
    for _, built in registered if not clean else ():
        discard(refresher.engine, built.collections.values(), built.revision)
    return [Build(edition, built) for edition, built in registered]


def _build_all(
    refresher: Refresher, run_id: int, builds: list[Build], facts: Facts, allowance: Allowance
) -> Held | None:
    """Write every edition as of its next revision. When more would go than is allowed: find out all that would change,
    for a person to decide."""
    try:
        for build in builds:
            _build(refresher, run_id, build, facts, allowance)
    except Held as held:

        def tell(name: str, done: int) -> None:
            refresher.progress(name, done)
            if done % _OFTEN == 0:
                with writing(refresher.engine) as connection:
                    beat(connection, run_id, refresher.clock(), f"what would change: {name}, {done:,} compared")

        editions = [build.edition for build in builds]
        hold(refresher.engine, run_id, editions, facts, refresher.base_url, refresher.threshold, tell)
        return held
    return None


def _build(refresher: Refresher, run_id: int, build: Build, facts: Facts, allowance: Allowance) -> None:
    """Write every collection of an edition as of its next revision. Raises Held, BuildFailed."""
    keyed = facts.wanted is not None
    # What a keyed refresh yields for an edition that was never built would be a fraction of it: wait for the full one.
    if keyed and build.built.revision == 0:
        return
    collections = build.built.collections
    elsewhere: Callable[[int], bool] = nowhere
    latest = None
    with refresher.engine.connect() as connection:
        build.extents = extents_at(connection, collections.values(), build.built.revision)
        if keyed:
            asked = ids_in_question(connection, build.built, facts, build.edition)
            latest = latest_of(connection, {collections[name]: ids for name, ids in asked.items()})
    if keyed:
        elsewhere = used_elsewhere(refresher.engine, build.built, facts, build.edition)
    for name, records in project(facts, build.edition, refresher.base_url, elsewhere, build.omitted):
        try:
            difference = _collect(refresher, run_id, build, name, records, latest)
        except Exception as cause:
            raise BuildFailed(name, cause) from cause
        before, gone = difference.before.size, len(difference.hidden)
        if allowance.exceeded(build.edition, name, gone, before):
            raise Held(name, gone, before)


def _collect(
    refresher: Refresher, run_id: int, build: Build, name: str, records: Iterator[Projected],
    known: dict[int, Latest] | None,
) -> Difference:  # fmt: skip
    """Compare one collection with what is published, `known` of it or all, and write what differs."""
    number = build.built.collections[name]
    if known is None:
        with refresher.engine.connect() as connection:
            latest = all_latest(connection, number)
    else:
        latest = known[number]
    collection = Collection(number, name, build.edition.version, build.next, build.extents[number], latest)
    build.differences[name] = collection.difference
    words, compared = f"OneRoster {build.edition.version}, {name}", 0
    for done, some in enumerate(chunks(records, BATCH // _PARTS)):
        collection.take(some)
        compared += len(some)
        if collection.pending >= BATCH or done % _BEAT == _BEAT - 1:
            _write(refresher, run_id, collection, f"{words}: {compared:,} compared")
            refresher.progress(name, compared)
    collection.close()
    while collection.pending:
        _write(refresher, run_id, collection, f"{words}: {compared:,} compared")
    return collection.difference


def _write(refresher: Refresher, run_id: int, collection: Collection, progress: str) -> None:
    collection.prepare()
    with writing(refresher.engine) as connection:
        collection.write(connection)
        beat(connection, run_id, refresher.clock(), progress)


def _tidy(refresher: Refresher, builds: list[Build], everything: bool) -> None:
    """Blocks for the new revision. After a full refresh versions and editions that nobody can need any more go, and the
    database learns what it holds now."""
    for build in builds:
        revision = build.next if build.changes else build.built.revision
        for name, difference in build.differences.items():
            if everything or not difference.empty:
                number, extent = build.built.collections[name], difference.after(revision)
                dropped = None if everything else difference.blocks()
                build_blocks(refresher.engine, build.built.id, number, revision, extent, dropped)
    if not everything:
        return
    sweep(refresher.engine, [build.built.id for build in builds], refresher.clock())
    tell_planner(refresher.engine, builds)


def _stopped(refresher: Refresher, result: RunResult, cache: str | None) -> RunResult:
    """Take back what was written and record why the refresh stopped."""
    for edition in refresher.editions:
        with refresher.engine.connect() as connection:
            built = find_edition(connection, edition)
        if built is not None:
            discard(refresher.engine, built.collections.values(), built.revision)
    finish_run(refresher.engine, result, refresher.clock(), cache)
    if result.state == "held":
        forget_runs_but(refresher.engine, result.run_id)
    return result


def _summary(counts: Counts, builds: list[Build]) -> str:
    text = f"{counts.added:,} added, {counts.changed:,} changed, {counts.removed:,} removed"
    doubled = sorted({name for build in builds for d in build.differences.values() for name in d.duplicates})
    if doubled:
        text += f"; two records claim the sourcedId {', '.join(doubled[:5])}: only the first of each is published"
    return text
