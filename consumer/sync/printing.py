"""The closing table and the log on a terminal."""

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table

from consumer.sync.log import RecordLine, RunLine
from consumer.sync.report import Report

_NUMBERS = ("created", "updated", "unchanged", "removed", "skipped", "failed", "held")
_RESULTS = ("created", "updated", "removed", "skipped", "failed", "held")


def print_report(console: Console, report: Report) -> None:
    """Numbers by entity, then reasons, then messages. Fits 80 columns."""
    title = f"Run {report.run} ({report.kind}{', dry run' if report.dry_run else ''}): {report.status}"
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("what")
    for name in _NUMBERS:
        table.add_column(name, justify="right")
    for line in report.lines:
        table.add_row(line.entity, *(f"{getattr(line, name):,}" for name in _NUMBERS))
    console.print(table)
    for reason in report.reasons:
        say = f"{reason.count:,} x {reason.entity} {reason.code}: {reason.words}\n  {reason.remedy} ({reason.where})"
        console.print(say, markup=False, highlight=False)
    for notice in report.notices:
        advice = f"\n  {notice.remedy} ({notice.where})" if notice.remedy else ""
        console.print(f"{notice.level}: {notice.code}: {notice.detail}{advice}", markup=False, highlight=False)


def print_lines(console: Console, lines: Sequence[RunLine | RecordLine]) -> None:
    """A paragraph for each line: what it is about, what happened, what to do."""
    if not lines:
        console.print("Nothing found")
    for line in lines:
        say = _run(line) if isinstance(line, RunLine) else _record(line)
        console.print(say, markup=False, highlight=False)


def _run(line: RunLine) -> str:
    numbers = (f"{getattr(line, name):,} {name}" for name in _RESULTS if getattr(line, name))
    began = line.started_at or line.queued_at
    head = f"Run {line.run}  {began}  {line.kind}, {line.trigger}{', dry run' if line.dry_run else ''}: {line.status}"
    return f"{head}\n  {', '.join(numbers) or 'nothing to do'}"


def _record(line: RecordLine) -> str:
    who = f"{line.name} ({line.sis_id})" if line.name else line.sis_id
    head = f"Run {line.run}  {line.entity} {who}: {line.event}{f' {line.code}' if line.code else ''}"
    advice = f"\n  {line.remedy} ({line.where})" if line.remedy else ""
    text = f"\n  {line.text}" if line.text else ""
    return head + text + advice
