"""The closing table and the log on a terminal."""

from collections.abc import Iterator, Sequence

from rich import box
from rich.console import Console
from rich.table import Table

from consumer.sync.lines import Detail
from consumer.sync.log import RunRow
from consumer.sync.report import Report
from consumer.sync.timeline import TimeLine
from consumer.sync.wording import FieldChange

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


def print_runs(console: Console, rows: Sequence[RunRow]) -> None:
    """A paragraph for each run: what it was, how it went."""
    if not rows:
        console.print("Nothing found")
    for row in rows:
        console.print(_run(row), markup=False, highlight=False)


def print_details(console: Console, lines: Sequence[Detail]) -> None:
    """A paragraph for each line: what it is about, what happened, why, what to do, each value before and after."""
    if not lines:
        console.print("Nothing found")
    for line in lines:
        console.print(_detail(line), markup=False, highlight=False)


def timeline_lines(line: TimeLine) -> Iterator[str]:
    """A person's time line for people: who, what happened and when, how things stand."""
    known = ", ".join(f"{one.sis_id} of {one.connection}{' (former)' if one.former else ''}" for one in line.records)
    yield f"{line.name or 'Without a name'}: {known or 'no SIS record'}"
    for event in line.events:
        at = f"{event.at:%Y-%m-%d %H:%M:%S}Z" if event.at else "before what is kept "
        run = f", run {event.run}" if event.run else ""
        about = " ".join(filter(None, (event.entity, event.name or event.sis_id)))
        yield f"  {at}  {event.what}{run}: {about}{f' {event.code}' if event.code else ''}"
        advice = f"{event.remedy} ({event.where})" if event.remedy else ""
        yield from (f"    {text}" for text in (event.text, advice, *map(_changed, event.changes)) if text)
    account = line.account
    yield (
        "No account here"
        if account is None
        else f"Account {account.id} {account.username}, {account.role}"
        + (f", {account.school}" if account.school else "")
        + (", left the SIS" if account.left_sis else "")
        + ("" if account.active else ", not active")
    )
    if account is not None:
        yield from (f"  {one.section}, {one.school}: {one.role}, by {one.origin}" for one in account.enrollments)
        yield from (f"  parent: {name}" for name in account.parents)
        yield from (f"  child: {name}" for name in account.children)
    yield from (f"{_detail(one)}" for one in line.skipped)


def _changed(change: FieldChange) -> str:
    return f"{change.name}: {change.before or '(none)'} → {change.after or '(none)'}"


def _run(row: RunRow) -> str:
    numbers = (f"{getattr(row, name):,} {name}" for name in _RESULTS if getattr(row, name))
    began = row.started_at or row.queued_at
    by = f" by {row.started_by}" if row.started_by else ""
    of = f" of {row.section}" if row.section else ""
    how = f"{row.kind}{of}, {row.trigger}{by}{', dry run' if row.dry_run else ''}: {row.status}"
    said = f"\n  {row.message}" if row.message else ""
    return f"Run {row.run}  {began:%Y-%m-%d %H:%M:%S}Z  {how}\n  {', '.join(numbers) or 'nothing to do'}{said}"


def _detail(line: Detail) -> str:
    who = f"{line.name} ({line.sis_id})" if line.name else line.sis_id
    head = f"Run {line.run}  {line.entity} {who}: {line.event}{f' {line.code}' if line.code else ''}"
    request = f"request {line.request_id}" if line.request_id else ""
    advice = f"{line.remedy} ({line.where})" if line.remedy else ""
    return "\n  ".join(filter(None, (head, line.text, advice, request, *map(_changed, line.changes))))
