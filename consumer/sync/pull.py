"""Pulls one collection into staging: every record as received, written only when it is new or its bytes changed.

1. remember the digest of every record that is staged (an unchanged record then costs no query and no write);
2. for each page: set its broken records aside, write its new and changed ones, commit;
3. after a read that came to its end, was not empty and of which there is no doubt, note which staged records were not
   in it (C-84, C-85): of one in doubt, such as one that brought a record twice, only what it brought counts;
4. finish the pull's row in the same transaction.

A pull that is killed between two pages leaves what it wrote, marked with its id, and a row without an end: the next
pull finds those records unchanged, and who asks for all changes since an earlier pull finds them too.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from consumer.client.caller import Client
from consumer.client.errors import ClientError
from consumer.client.page import RawRecord
from consumer.client.walk import Page, Walk
from consumer.connections import Connection
from consumer.sync.former import keep_former
from consumer.sync.staging import Pull, StagedRecord
from shared.database import insert_many

#: Rows fetched or written at once.
BATCH = 5_000
#: Broken records of one read that are told one by one; of the rest only the number.
TOLD = 50

#: Stands for the digest of a record that this pull has received, and of one that is staged as absent.
SEEN, ABSENT = b"seen", b"absent"

Progress = Callable[[int, int | None], None]
OnBroken = Callable[[str | None, str, bytes], None]

_TABLE: Any = StagedRecord.__table__
_INSERTED = ("connection_id", "collection", "sourced_id", "digest", "raw", "changed_in")
_KEY = (
    (_TABLE.c.connection_id == bindparam("of_connection"))
    & (_TABLE.c.collection == bindparam("of_collection"))
    & (_TABLE.c.sourced_id == bindparam("of_id"))
)


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
) -> Pull:
    """Read `collection` of `connection` and stage it; returns the finished pull, whose `complete` and error tell how.

    session     with nothing of the caller's pending: it is committed after every page
    now         aware UTC; the end is read from the client's clock
    progress    called with (records received, X-Total-Count or None) after every page
    on_broken   called with (sourcedId or None, why, raw bytes) for a record that cannot be staged, the first ones
    commit      commits `session`; also called before and after every wait

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
    staged = _Staging(session, connection_id, collection, pull_id)
    commit()
    walk = client.walk(collection, limit)
    failure: tuple[str, str] | None = None
    try:
        with client.transport.telling(commit):
            for page in walk:
                for broken in page.broken[: max(0, TOLD - staged.broken)]:
                    on_broken(*broken)
                staged.take(page)
                commit()
                progress(walk.received, walk.total)
    except ClientError as error:
        failure = (error.code, str(error))
    outcome = failure or _doubt(walk, staged)
    if outcome is None:
        staged.mark_absent()
    complete = failure is None and not staged.emptied
    request_id = client.transport.request_id if failure else None
    _finish(session, pull_id, staged, walk, complete, outcome, request_id, client.clock())
    commit()
    return session.get_one(Pull, pull_id)


def _doubt(walk: Walk, staged: "_Staging") -> tuple[str, str] | None:
    """Why nothing may count as gone after a walk that came to its end: (code, text), or None."""
    name = walk.collection
    if staged.emptied:
        return "EMPTY_READ", (
            f"The provider sent no {name} at all, though it had {staged.emptied} before: nothing counts as gone"
        )
    if walk.moved:
        return "PARTIAL_READ", f"The number of {name} changed while they were read: nothing counts as gone"
    if walk.unended:
        return "PARTIAL_READ", (
            f"After {walk.received} {name} an empty page came that names a next one: nothing counts as gone"
        )
    if not walk.complete:
        return "PARTIAL_READ", (
            f"The provider counts {walk.total} {name} and sent {walk.received}: nothing counts as gone"
        )
    if staged.repeated:
        return "REPEATED_RECORDS", (
            f"The provider sent {staged.repeated} of {walk.received} {name} a second time, and may have left out as "
            "many: nothing counts as gone"
        )
    if staged.nameless:
        return "BAD_DATA", (
            f"{staged.nameless} of the {walk.received} {name} have no usable sourcedId: nothing counts as gone"
        )
    return None


def _finish(
    session: Session,
    pull_id: int,
    staged: "_Staging",
    walk: Walk,
    complete: bool,
    outcome: tuple[str, str] | None,
    request_id: str | None,
    finished_at: datetime,
) -> None:
    """Write how the pull went."""
    code, text = outcome or (None, None)
    session.execute(
        update(Pull)
        .where(Pull.id == pull_id)
        .values(
            finished_at=finished_at,
            complete=complete,
            received=walk.received,
            total_count=walk.total,
            changed=staged.changed,
            absent=staged.absent,
            broken=staged.broken,
            error_code=code,
            error_text=text,
            request_id=request_id,
        )
    )


class _Staging:
    """The staged records of one collection while it is pulled: digests by sourcedId, and the writes."""

    def __init__(self, session: Session, connection_id: int, collection: str, pull_id: int) -> None:
        self._session = session
        self._connection_id = connection_id
        self._collection = collection
        self._pull_id = pull_id
        self._digests = dict(self._read())
        self.changed = self.absent = self.broken = self.nameless = self.repeated = 0
        self._received = 0

    @property
    def emptied(self) -> int:
        """How many records are staged as present, when nothing at all was received; else 0."""
        return 0 if self._received else sum(digest != ABSENT for digest in self._digests.values())

    def take(self, page: Page) -> None:
        """Write what is new or changed of a page. Of a broken record that can be named the last good form stays."""
        new: list[RawRecord] = []
        changed: list[RawRecord] = []
        digests = self._digests
        for record in page.records:
            known = digests.get(record.sourced_id)
            if known is SEEN:
                self.repeated += 1
                continue
            digests[record.sourced_id] = SEEN
            if known is None:
                new.append(record)
            elif known != record.digest:
                changed.append(record)
        self._insert(new)
        self._update(changed)
        self.changed += len(new) + len(changed)
        for broken in page.broken:
            if broken.sourced_id in digests:
                digests[broken.sourced_id] = SEEN
        self.broken += len(page.broken)
        self.nameless += sum(broken.sourced_id is None for broken in page.broken)
        self._received += len(page)

    def mark_absent(self) -> None:
        """Note that the records which were not received are not there any more."""
        gone = (name for name, digest in self._digests.items() if digest is not SEEN and digest is not ABSENT)
        statement = update(_TABLE).where(_KEY).values(absent_since=self._pull_id)
        for names in _batches(gone):
            keep_former(self._session, self._connection_id, self._collection, names, self._pull_id)
            self._session.connection().execute(statement, [self._key(name) for name in names])
            self.absent += len(names)

    def _read(self) -> Iterator[tuple[str, bytes]]:
        found = self._session.execute(
            select(_TABLE.c.sourced_id, _TABLE.c.digest, _TABLE.c.absent_since)
            .where(_TABLE.c.connection_id == self._connection_id, _TABLE.c.collection == self._collection)
            .execution_options(yield_per=BATCH)
        )
        for sourced_id, digest, absent_since in found:
            yield sourced_id, digest if absent_since is None else ABSENT

    def _insert(self, records: list[RawRecord]) -> None:
        if not records:
            return
        rows = [(self._connection_id, self._collection, r.sourced_id, r.digest, r.raw, self._pull_id) for r in records]
        insert_many(self._session.connection(), _TABLE, _INSERTED, rows)

    def _update(self, records: list[RawRecord]) -> None:
        """New bytes; a record that was absent is back, and counts as changed."""
        if not records:
            return
        names = [record.sourced_id for record in records]
        keep_former(self._session, self._connection_id, self._collection, names, self._pull_id)
        statement = update(_TABLE).where(_KEY).values(
            digest=bindparam("new_digest"), raw=bindparam("new_raw"), changed_in=self._pull_id, absent_since=None
        )  # fmt: skip
        rows = [{**self._key(r.sourced_id), "new_digest": r.digest, "new_raw": r.raw} for r in records]
        self._session.connection().execute(statement, rows)

    def _key(self, sourced_id: str) -> dict[str, Any]:
        return {"of_connection": self._connection_id, "of_collection": self._collection, "of_id": sourced_id}


def _batches(names: Iterator[str]) -> Iterator[list[str]]:
    while batch := list(islice(names, BATCH)):
        yield batch
