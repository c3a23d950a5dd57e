"""What an External LMS Exclude would hide: told at once where few records are concerned, else by a job that is waited
for on the same page. Nothing is changed by looking.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from flask import abort, current_app, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from provider.admin.differences import editions_of
from provider.admin.guards import who
from provider.admin.kinds import WORDS
from provider.admin.records.blueprint import records
from provider.database import db
from provider.jobs.line import asked_of
from provider.jobs.showing import Shown, shown
from provider.jobs.tables import DONE, Job
from provider.previewing import PREVIEW, ask_for_preview, preview_now
from provider.publishing.differences import REMOVED, Source, records_of
from provider.publishing.hypotheses import Mark, as_plain
from provider.publishing.preview import Preview
from shared.database import will_write

#: Records that are named of each collection.
NAMED = 20


class Hidden(NamedTuple):
    """What would happen in one collection. `names` are those of records that would disappear, the first of them."""

    words: str
    before: int
    removed: int
    changed: int
    names: Sequence[str]


class Platforms(NamedTuple):
    """What would happen for the connections of one edition."""

    names: Sequence[str]
    collections: Sequence[Hidden]


class Looked(NamedTuple):
    """What a look has found. `job` looks still, or has looked; None: it was told at once."""

    platforms: Sequence[Platforms]
    job: Shown | None = None

    @property
    def done(self) -> bool:
        return self.job is None or self.job.state == DONE


def look(session: Session, mark: Mark, job_id: str = "") -> Looked:
    """What a mark would hide. `job_id`: the job that was asked before, as the page says it. Commits the asking."""
    job = _asked_before(session, mark, job_id)
    if job is None:
        found = preview_now(current_app, mark)
        if found is not None:
            return Looked(_platforms(found))
        session.commit()
        will_write(session)
        job = ask_for_preview(session, mark, datetime.now(UTC), who())
        session.commit()
    return _looked(session, job)


@records.get("/hidden/<int:job_id>")
def hidden(job_id: int) -> ResponseReturnValue:
    """The part of the page that waits for its job."""
    session = db.session()
    job = session.get(Job, job_id)
    if job is None or job.kind != PREVIEW:
        abort(404)
    return render_template("records/hidden.html", looked=_looked(session, job))


def _asked_before(session: Session, mark: Mark, job_id: str) -> Job | None:
    """The job of a page, when it looks for the very same."""
    if not (job_id.isascii() and job_id.isdigit() and len(job_id) < 10):
        return None
    job = session.get(Job, int(job_id))
    return job if job is not None and job.kind == PREVIEW and asked_of(job) == as_plain(mark) else None


def _looked(session: Session, job: Job) -> Looked:
    platforms: list[Platforms] = []
    if job.state == DONE:
        connection = session.connection()
        for edition in editions_of(session, Source(job_id=job.id))[0]:
            lines = [
                Hidden(line.words, line.difference.before, line.difference.removed, line.difference.changed,
                       [one.words for one in records_of(connection, line.difference.id, REMOVED, limit=NAMED)])
                for line in edition.lines
            ]  # fmt: skip
            platforms.append(Platforms(edition.connections, lines))
    return Looked(platforms, shown(session, job, datetime.now(UTC)))


def _platforms(found: Preview) -> list[Platforms]:
    return [
        Platforms(edition.connections, [
            Hidden(WORDS.get(one.collection, one.collection), one.before, one.removed, one.changed,
                   [record.words for record in one.records if record.what == REMOVED][:NAMED])
            for one in edition.collections if not one.empty
        ])
        for edition in found.editions
    ]  # fmt: skip
