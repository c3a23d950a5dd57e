"""The job that makes the Preparedness report."""

import time

from flask import Flask

from provider.eligibility.readiness import CHECKS, readiness
from provider.jobs.working import JobAtWork, Outcome, Work
from provider.preparedness.checking import load
from provider.preparedness.reports import keep
from provider.refreshing import district_zone
from shared.database import snapshot

#: The kind of job.
PREPARE = "prepare"


def prepare_work(_app: Flask) -> Work:
    """Reads the SIS as of one moment, asks every check, and keeps what they found."""
    return _work


def _work(job: JobAtWork) -> Outcome:
    started = time.monotonic()
    job.tell("Reading the records of the district", 0)
    with snapshot(job.engine) as session:
        today = job.clock().astimezone(district_zone(session)).date()
        facts, secondary_1p2 = load(session, today)
    findings = readiness(facts, secondary_1p2, job.tell)
    job.tell("Keeping the report", len(CHECKS), len(CHECKS))
    seconds = round(time.monotonic() - started, 1)
    report_id = keep(job.engine, findings, today, job.clock(), seconds)
    blocking = sum(finding.check.blocking for finding in findings)
    told = f"{len(findings)} of {len(CHECKS)} checks found something" if findings else "All is well"
    return Outcome(f"{told}{f', {blocking} blocking' if blocking else ''}", {"report": report_id, "seconds": seconds})
