"""Writing the package of a connection: what it sees, at one moment, whole or as the change since an earlier one."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, func, select

from provider.eligibility.edition import Edition
from provider.exporting import gradebook
from provider.exporting.gradebook import GradeBook
from provider.exporting.package import PackageWriter, Progress, package_writer
from provider.exporting.published import View
from provider.exporting.rostering import SOURCES, bulk_rows, delta_rows
from provider.publishing.catalog import find_edition
from provider.publishing.models import PublishedRevision
from provider.publishing.rendering import wire_date
from provider.publishing.sweeping import HISTORY
from provider.sis.models import District
from shared.database import snapshot
from shared.oneroster.manifest import Mode
from shared.oneroster.versions import Version

#: A change that is being written when a package is made may bear an earlier moment: the next delta begins before it.
_OVERLAP = timedelta(minutes=2)


class ExportFailed(Exception):
    """The package cannot be made; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Order:
    """What to write. base_url: what a platform is given; since: the moment of a delta, None for bulk."""

    edition: Edition
    gradebook: bool
    base_url: str
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What was written: rows and mode by file; `blanks` are rows without a value that the standard requires, by
    (file, column). `next_since` is the moment for the next delta."""

    version: Version
    mode: Mode
    next_since: datetime
    rows: dict[str, int] = field(default_factory=dict)
    modes: dict[str, Mode] = field(default_factory=dict)
    blanks: dict[tuple[str, str], int] = field(default_factory=dict)


def export(engine: Engine, path: Path, order: Order, now: datetime, progress: Progress) -> ExportReport:
    """Write the package to `path`; until it is whole, whatever lies there stays. Raises ExportFailed and OSError."""
    with snapshot(engine) as session:
        connection = session.connection()
        built = find_edition(connection, order.edition)
        if built is None or built.revision == 0:
            raise ExportFailed("Nothing is published for this connection yet: run `homeroom provider refresh` first")
        view = View(connection, built, order.edition.version)
        zone = ZoneInfo(connection.scalar(select(District.time_zone).order_by(District.id).limit(1)) or "UTC")
        work = _Work(view, order, zone)
        earlier = None if order.since is None else work.earlier(order.since, now)
        with package_writer(path, view.version, progress) as writer:
            if earlier is None or order.since is None:
                work.write_bulk(writer)
            else:
                work.write_delta(writer, earlier, order.since)
    mode = Mode.BULK if order.since is None else Mode.DELTA
    return ExportReport(view.version, mode, now - _OVERLAP, writer.rows, writer.modes, writer.blanks)


def as_data(report: ExportReport) -> dict[str, Any]:
    """The report as JSON: version, mode, next_since, files (with mode and rows), blanks (file, column, rows)."""
    return {
        "version": str(report.version),
        "mode": str(report.mode),
        "next_since": wire_date(report.next_since),
        "files": [
            {"file": f"{file}.csv", "mode": str(report.modes[file]), "rows": rows} for file, rows in report.rows.items()
        ],
        "blanks": [
            {"file": f"{file}.csv", "column": column, "rows": rows} for (file, column), rows in report.blanks.items()
        ],
    }


class _Work:
    def __init__(self, view: View, order: Order, zone: ZoneInfo) -> None:
        self._view = view
        self._order = order
        self._zone = zone

    def write_bulk(self, writer: PackageWriter) -> None:
        for source in SOURCES[self._view.version]:
            writer.write(source.file, bulk_rows(self._view, source), Mode.BULK)
        if self._order.gradebook:
            book = self._book(self._view)
            for collection in self._collections():
                writer.write(collection, gradebook.bulk_records(book, collection), Mode.BULK)
            self._write_links(writer, book)

    def write_delta(self, writer: PackageWriter, earlier: View, since: datetime) -> None:
        for source in SOURCES[self._view.version]:
            writer.write(source.file, delta_rows(earlier, self._view, source), Mode.DELTA)
        if self._order.gradebook:
            before, after = self._book(earlier), self._book(self._view)
            for collection in self._collections():
                writer.write(
                    collection, gradebook.delta_records(before, after, collection, wire_date(since)), Mode.DELTA
                )
            self._write_links(writer, after)

    def _write_links(self, writer: PackageWriter, book: GradeBook) -> None:
        """Scales and objectives of line items and results, which 1.1 does not have."""
        if self._view.version is Version.V1P1:
            return
        for owner, collection in (("lineItem", "lineItems"), ("result", "results")):
            scales, objectives = f"{owner}ScoreScales", f"{owner}LearningObjectiveIds"
            records = gradebook.bulk_records(book, collection)
            writer.write(scales, gradebook.scale_links(scales, owner, records), Mode.BULK)
            records = gradebook.bulk_records(book, collection)
            writer.write(objectives, gradebook.objective_links(objectives, owner, records), Mode.BULK)

    def _collections(self) -> tuple[str, ...]:
        rated = () if self._view.version is Version.V1P1 else ("scoreScales",)
        return ("categories", "lineItems", "results", *rated)

    def _book(self, view: View) -> GradeBook:
        return GradeBook(view, self._order.base_url, self._zone)

    def earlier(self, since: datetime, now: datetime) -> View:
        """The edition as it was at a moment. Raises ExportFailed where what has gone since may be forgotten."""
        if since > now:
            raise ExportFailed(f"{wire_date(since)} lies in the future")
        connection, edition = self._view.connection, self._view.built.id
        then = _revision_at(connection, edition, since)
        if then and then < _revision_at(connection, edition, now - HISTORY):
            raise ExportFailed(
                f"What has been taken out since {wire_date(since)} is not remembered so long: a delta package reaches "
                f"back {HISTORY.days} days. Make a bulk package (without --since)."
            )
        return self._view.at(then)


def _revision_at(connection: Connection, edition_id: int, moment: datetime) -> int:
    """The revision that was visible at a moment; 0 before the first."""
    return (
        connection.scalar(
            select(func.coalesce(func.max(PublishedRevision.number), 0)).where(
                PublishedRevision.edition_id == edition_id, PublishedRevision.published_at <= moment
            )
        )
        or 0
    )
