"""The job that writes a package: what `homeroom provider export` does, asked for on the Export page."""

from datetime import datetime
from pathlib import Path

from flask import Flask
from sqlalchemy.orm import Session

from provider.access.connections import BadConnection
from provider.exporting.export import ExportFailed, as_data, export
from provider.exporting.order import order_of
from provider.jobs.files import export_file
from provider.jobs.working import Failed, JobAtWork, Outcome, Work


def export_work(app: Flask) -> Work:
    """Writes what was asked: {"connection": its name, "since": the ISO moment of a delta, "" for bulk}. What comes of
    it is that of the command (`as_data`), with the package's size in bytes.
    """
    homeroom = app.extensions["homeroom"]
    settings, app_name = homeroom["settings"], homeroom["app_name"]
    district: Path = settings.provider_folder(app_name)

    def work(job: JobAtWork) -> Outcome:
        since = datetime.fromisoformat(job.asked["since"]) if job.asked["since"] else None
        path = export_file(district, job.id)
        try:
            with Session(job.engine) as session:
                order = order_of(session, job.asked["connection"], settings.provider_base_url(app_name), since)
            report = export(
                job.engine, path, order, job.clock(), lambda file, rows: job.tell(f"Writing {file}.csv", rows)
            )
        except (BadConnection, ExportFailed) as error:
            raise Failed(str(error)) from error
        except OSError as error:
            raise Failed(f"The package cannot be written: {error.strerror or error}") from error
        rows = sum(report.rows.values())
        files = f"{len(report.rows)} {'file' if len(report.rows) == 1 else 'files'}"
        words = f"{rows:,} rows in {files}" if rows else "Nothing has changed: the package holds its manifest only"
        return Outcome(words, {**as_data(report), "bytes": path.stat().st_size})

    return work
