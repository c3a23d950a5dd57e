"""Jobs of one district's application: which kinds of work there are, and the worker's look at the line."""

from collections.abc import Callable, Mapping

from flask import Flask

from provider.bulk_job import BULK, bulk_work
from provider.database import db
from provider.export_job import export_work
from provider.import_job import import_work
from provider.jobs.files import EXPORT, IMPORT, tidy
from provider.jobs.working import Work, work_on_next
from provider.preparedness.job import PREPARE, prepare_work
from provider.previewing import PREVIEW, preview_work
from provider.refreshing import utc_now

#: What carries out a job of each kind, for one district's application.
KINDS: Mapping[str, Callable[[Flask], Work]] = {
    BULK: bulk_work,
    EXPORT: export_work,
    IMPORT: import_work,
    PREVIEW: preview_work,
    PREPARE: prepare_work,
}


def work_on_jobs(app: Flask, stopping: Callable[[], bool] = lambda: False) -> str | None:
    """Do the next job of the district, if there is one; use it inside its application context. How it ended. The files
    of jobs that nobody needs any more go.
    """
    kinds = {name: make(app) for name, make in KINDS.items()}
    homeroom = app.extensions["homeroom"]
    try:
        return work_on_next(db.engine, kinds, utc_now, stopping)
    finally:
        tidy(db.engine, homeroom["settings"].provider_folder(homeroom["app_name"]), utc_now())
