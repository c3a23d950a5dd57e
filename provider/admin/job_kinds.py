"""What people call each kind of job (`provider.working`), and which page shows what came of it: a row for each."""

from typing import NamedTuple

from flask import url_for


class Kind(NamedTuple):
    """A kind of job: its words, and the endpoint of the page that shows it, which takes `job_id`; "" for none."""

    words: str
    endpoint: str = ""


KINDS: dict[str, Kind] = {
    "bulk": Kind("Change of many rows"),
    "export": Kind("Export", "data_export.result"),
    "import": Kind("Import", "data_import.result"),
    "preview": Kind("Preview", "previews.show"),
    "prepare": Kind("Preparedness report", "preparedness.of_job"),
}


def words_of(kind: str) -> str:
    """What people call a kind of job."""
    return KINDS[kind].words if kind in KINDS else kind.capitalize()


def address_of(kind: str, job_id: int) -> str:
    """The page that shows what came of a job; "" where there is none but the job's own."""
    return url_for(KINDS[kind].endpoint, job_id=job_id) if kind in KINDS and KINDS[kind].endpoint else ""
