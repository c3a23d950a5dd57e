"""The readiness checks of one district: brings the options of its connections to `eligibility.readiness`."""

from collections.abc import Iterator, Sequence
from datetime import date

from sqlalchemy.orm import Session

from provider.access.connections import editions_in_use
from provider.eligibility.facts import Facts
from provider.eligibility.readiness import Finding, readiness
from provider.publishing.load import load_facts
from shared.csv_cells import Cell, write_csv

#: The columns of a report as a CSV file.
HEADER = ("rule", "check", "weight", "problem", "table", "id", "what", "mend at", "form")


def load(session: Session, today: date) -> tuple[Facts, bool]:
    """The facts as of `today`, and whether a 1.2 connection publishes the secondary email address (P-62)."""
    return load_facts(session, today), any(edition.secondary_email for edition in editions_in_use(session))


def prepare(session: Session, today: date) -> list[Finding]:
    """What in the SIS should be mended, as of `today`; takes some seconds in a large district."""
    return readiness(*load(session, today))


def csv_lines(findings: Sequence[Finding]) -> Iterator[str]:
    """Findings as the lines of a CSV file; `form` is the form of the record, below the district's address."""
    return write_csv(HEADER, (line for finding in findings for line in _lines(finding)))


def _lines(finding: Finding) -> Iterator[Sequence[Cell]]:
    check = finding.check
    for found in finding.found:
        table, key, _ = check.place(found)
        yield (check.number, check.name, check.weight, check.problem, found.table, found.id, found.text,
               check.where.page, form_path(table, key))  # fmt: skip


def form_path(table: str, key: int) -> str:
    """Where the form of a record lies below the district's address; "" for one that is not there."""
    return f"/records/{table}/{key}" if key else ""
