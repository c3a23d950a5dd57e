"""The job that changes one column of more rows than a page changes at once; each part of them is a transaction."""

from flask import Flask
from sqlalchemy.orm import Session

from provider.access.audit import audit
from provider.jobs.working import Failed, JobAtWork, Outcome, Work
from provider.sis.editing.editing import Wrong
from provider.sis.editing.many import change_many, value_for_many
from provider.sis.editing.tables import EDITABLE
from shared.database import will_write

#: The kind of job.
BULK = "bulk"
#: Rows of a transaction.
PART = 1_000


def bulk_work(_app: Flask) -> Work:
    """Changes what was asked: {"table", "ids", "column", "text"}. Rows that are so already stay, so that doing it twice
    has no second effect."""

    def work(job: JobAtWork) -> Outcome:
        asked, ids = job.asked, job.asked["ids"]
        changed = 0
        for start in range(0, len(ids), PART):
            job.tell(f"Changing {EDITABLE[asked['table']].many}", start, len(ids))
            changed += _part(job, ids[start : start + PART], start)
        return Outcome(f"{changed:,} {EDITABLE[asked['table']].many} were changed", {"changed": changed})

    return work


def _part(job: JobAtWork, ids: list[int], start: int) -> int:
    table, column, text = (job.asked[name] for name in ("table", "column", "text"))
    with Session(job.engine) as session:
        will_write(session)
        now = job.clock()
        try:
            value = value_for_many(session, table, column, text, now)
        except Wrong as refused:
            raise Failed(str(refused)) from refused
        changed = change_many(session, table, ids, column, value)
        if changed.number:
            subject = f"{changed.number:,} {EDITABLE[table].many} (job {job.id}, from row {start + 1:,})"
            after = {column: value, "rows": changed.number}
            audit(session, now, job.by, f"change {table} rows", subject, None, after, changed.about)
        session.commit()
    return changed.number
