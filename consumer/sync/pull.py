"""Pulls one collection into staging: every record as received, written only when it is new or its bytes changed.

1. remember the digest of every record that is staged (an unchanged record then costs no query and no write);
2. for each page: set its broken records aside, write its new and changed ones, commit;
3. after a read that came to its end, was not empty and of which there is no doubt, note which staged records were not
   in it (C-84, C-85): of one in doubt, such as one that brought a record twice, only what it brought counts;
4. finish the pull's row in the same transaction.

A read of changes alone (C-89) differs: it looks up what each page brings, may be empty, and lets nothing count as gone.
After one in doubt, as after one that failed, the next asks for changes since the same moment as before.

A pull that is killed between two pages leaves what it wrote, marked with its id, and a row without an end: the next
pull finds those records unchanged, and who asks for all changes since an earlier pull finds them too.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from consumer.client.caller import Client
from consumer.client.changes import Reading
from consumer.client.errors import ClientError
from consumer.connections import Connection
from consumer.sync.deltas import Start, remembered
from consumer.sync.intake import Intake
from consumer.sync.staging import Pull
from shared.database import will_write

#: Broken records of one read that are told one by one; of the rest only the number.
TOLD = 50
#: A total of changes that is so near the number of all records, in shares of it, counts these.
NEAR = 0.1

Progress = Callable[[int, int | None], None]
OnBroken = Callable[[str | None, str, bytes], None]


def pull(
    session: Session,
    client: Client,
    connection: Connection,
    collection: str,
    run_id: int | None,
    now: datetime,
    progress: Progress,
    on_broken: OnBroken,
    commit: Callable[[], None],
    start: Start | None = None,
    on_refused: Callable[[str], None] = lambda _why: None,
) -> Pull:
    """Read `collection` of `connection` and stage it; returns the finished pull, whose `complete` and error tell how.

    session     with nothing of the caller's pending: it is committed after every page
    now         aware UTC; the end is read from the client's clock
    progress    called with (records received, X-Total-Count or None) after every page
    on_broken   called with (sourcedId or None, why, raw bytes) for a record that cannot be staged, the first ones
    commit      commits `session`; also called before and after every wait
    start       where the reads of this collection stand: with a moment in it only changes are read (C-89). None reads
                everything, and leaves nothing for a read of changes to go on from
    on_refused  called with the reason when changes were asked for and everything had to be read

    A provider that cannot be read makes a pull that is not complete, with code and text: no exception (C-84). A pull
    that is complete and has a code was read to its end, but nothing counts as gone because of it (C-85).
    """
    connection_id, limit = connection.id, connection.page_limit
    commit()  # what was read until now is a transaction too: the pull begins its own with a write
    row = Pull(connection_id=connection_id, run_id=run_id, collection=collection, started_at=now)
    session.add(row)
    session.flush()
    pull_id = row.id
    commit()
    staged = Intake(session, connection_id, collection, pull_id)
    reading = Reading(client, collection, limit, start.since if start else None)
    failure: tuple[str, str] | None = None
    try:
        with client.transport.telling(commit):
            for page in reading:
                if reading.since is not None:
                    staged.know(page)
                elif staged.know_all():
                    commit()
                for broken in page.broken[: max(0, TOLD - staged.broken)]:
                    on_broken(*broken)
                staged.take(page)
                commit()
                progress(reading.walk.received, reading.walk.total)
    except ClientError as error:
        failure = (error.code, str(error))
    will_write(session)
    if failure is None and reading.since is None:
        staged.know_all()
    outcome = failure or _doubt(reading, staged)
    if outcome is None and reading.since is None:
        staged.mark_absent()
    if reading.refusal and reading.walk.received:
        on_refused(reading.refusal)
    values = {} if outcome else remembered(start, reading, now)
    values["complete"] = failure is None and not staged.emptied
    values["request_id"] = client.transport.request_id if failure else None
    _finish(session, pull_id, staged, reading, outcome, client.clock(), values)
    commit()
    return session.get_one(Pull, pull_id)


def _doubt(reading: Reading, staged: Intake) -> tuple[str, str] | None:
    """Why nothing may count as gone after a read that came to its end: (code, text), or None. Of changes, why the next
    read asks for the same ones again.
    """
    walk, name = reading.walk, reading.walk.collection
    what = name if reading.since is None else f"changed {name}"
    so = "nothing counts as gone" if reading.since is None else "these changes are asked for again by the next sync"
    if staged.emptied:
        return "EMPTY_READ", f"The provider sent no {name} at all, though it had {staged.emptied} before: {so}"
    if walk.moved:
        return "PARTIAL_READ", f"The number of {what} changed while they were read: {so}"
    if walk.unended:
        return "PARTIAL_READ", f"After {walk.received} {what} an empty page came that names a next one: {so}"
    if not walk.complete and not _counts_all(reading, staged):
        return "PARTIAL_READ", f"The provider counts {walk.total} {what} and sent {walk.received}: {so}"
    if staged.repeated:
        return "REPEATED_RECORDS", (
            f"The provider sent {staged.repeated} of {walk.received} {what} a second time, and may have left out as "
            f"many: {so}"
        )
    if staged.nameless:
        return "BAD_DATA", f"{staged.nameless} of the {walk.received} {what} have no usable sourcedId: {so}"
    return None


def _counts_all(reading: Reading, staged: Intake) -> bool:
    """Whether X-Total-Count of a read of changes is that of all records, which some providers always send: the page
    after the last one was asked for because of it, and was empty.
    """
    total = reading.walk.total
    if reading.since is None or total is None or total < reading.walk.received:
        return False
    present = staged.present
    return abs(total - present) <= present * NEAR


def _finish(
    session: Session,
    pull_id: int,
    staged: Intake,
    reading: Reading,
    outcome: tuple[str, str] | None,
    finished_at: datetime,
    values: Mapping[str, object],
) -> None:
    """Write how the pull went."""
    code, text = outcome or (None, None)
    session.execute(
        update(Pull)
        .where(Pull.id == pull_id)
        .values(
            finished_at=finished_at,
            received=reading.walk.received,
            total_count=reading.walk.total,
            changed=staged.changed,
            absent=staged.absent,
            broken=staged.broken,
            error_code=code,
            error_text=text,
            since=reading.since,
            **values,
        )
    )
