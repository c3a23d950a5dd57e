"""The closing table and the log on a terminal."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from consumer.sync.log import RecordLine, RunLine
from consumer.sync.report import Report

_NUMBERS = ("created", "updated", "unchanged", "removed", "skipped", "failed", "held")


def print_report(console: Console, report: Report) -> None:
    """Numbers by entity, then reasons, then messages."""
    title = f"Run {report.run} ({report.kind}{', dry run' if report.dry_run else ''}): {report.status}"
    table = Table(title=title)
    table.add_column("what")
    for name in _NUMBERS:
        table.add_column(name, justify="right")
    for line in report.lines:
        table.add_row(line.entity, *(str(getattr(line, name)) for name in _NUMBERS))
    console.print(table)
    if report.reasons:
        reasons = Table("what", "code", "count", "reason", "what to do", "where", title="Not taken over, by reason")
        for reason in report.reasons:
            reasons.add_row(
                reason.entity, reason.code, str(reason.count), reason.words, reason.remedy, reason.where
            )
        console.print(reasons)
    for notice in report.notices:
        console.print(f"{notice.level}: {notice.code}: {notice.detail}", markup=False)


def print_lines(console: Console, lines: Sequence[RunLine | RecordLine]) -> None:
    """Lines of one kind as a table."""
    if not lines:
        console.print("Nothing found")
        return
    columns = list(lines[0].as_json())
    table = Table(*(name.replace("_", " ") for name in columns))
    for line in lines:
        said = line.as_json()
        table.add_row(*("" if said[name] is None else str(said[name]) for name in columns))
    console.print(table)
