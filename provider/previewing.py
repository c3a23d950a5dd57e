"""Previews of one district: within a request where few records are concerned, else as a job of its worker."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import Engine, or_, select
from sqlalchemy.orm import Session

from provider.access.connections import list_connections
from provider.database import db
from provider.eligibility.edition import Edition
from provider.jobs.line import ask
from provider.jobs.tables import CANCELLED, FAILED, Job
from provider.jobs.working import Failed, JobAtWork, Outcome, Work
from provider.publishing.difference_tables import StoredDifference
from provider.publishing.differences import Source
from provider.publishing.hypotheses import Hypothesis, NoSuchHypothesis, as_plain, check, from_plain, small
from provider.publishing.keeping import forget
from provider.publishing.preview import Preview, preview, preview_into
from provider.refreshing import district_zone, utc_now

#: The kind of job that a preview is.
PREVIEW = "preview"
#: What a preview has found is kept for so long after its end.
KEPT = timedelta(days=7)


def connections_of_editions(session: Session) -> dict[Edition, tuple[str, ...]]:
    """The names of the enabled connections that read each edition in use, in the order of the editions' keys."""
    names: dict[Edition, list[str]] = {}
    for connection in list_connections(session):
        if connection.enabled:
            names.setdefault(connection.edition(), []).append(connection.name)
    return {edition: tuple(names[edition]) for edition in sorted(names, key=lambda edition: edition.key)}


def preview_now(app: Flask, hypothesis: Hypothesis, clock: Callable[[], datetime] = utc_now) -> Preview | None:
    """The preview of a hypothesis that concerns few records; None when it has to be a job. Use it inside the
    application's context. Raises NoSuchHypothesis."""
    with db.engine.connect() as connection:
        keys = small(hypothesis, connection)
    return None if keys is None else preview(db.engine, *_surroundings(app, clock()), hypothesis, keys)


def ask_for_preview(session: Session, hypothesis: Hypothesis, now: datetime, by: tuple[int, str]) -> Job:
    """Put the preview of a hypothesis into the line of jobs; what it finds is read with `differences` and
    Source(job_id=job.id). The caller commits. Raises NoSuchHypothesis."""
    check(hypothesis)
    return ask(session, PREVIEW, as_plain(hypothesis), now, by)


def preview_work(app: Flask) -> Work:
    """Does jobs of the kind PREVIEW. The result has the numbers as `Preview` has them; the records are kept as
    differences, while the job is good."""

    def work(job: JobAtWork) -> Outcome:
        _forget_old(job.engine, job.clock())
        source = Source(job_id=job.id)
        forget(job.engine, source)  # of a process that was killed
        try:
            hypothesis = from_plain(job.asked)
            found = preview_into(job.engine, source, *_surroundings(app, job.clock()), hypothesis, job.tell)
        except NoSuchHypothesis as error:
            raise Failed(str(error)) from error
        except BaseException:
            forget(job.engine, source)
            raise
        return Outcome(_summary(found), _plain(found))

    return work


def _surroundings(app: Flask, now: datetime) -> tuple[dict[Edition, tuple[str, ...]], str, date]:
    """The editions with their readers, what a platform is given as base URL, the day in the district."""
    homeroom = app.extensions["homeroom"]
    with Session(db.engine) as session:
        readers, zone = connections_of_editions(session), district_zone(session)
    return readers, homeroom["settings"].provider_base_url(homeroom["app_name"]), now.astimezone(zone).date()


def _forget_old(engine: Engine, now: datetime) -> None:
    """Forget what previews have found that came to nothing, or ended long ago."""
    over = or_(Job.state.in_((CANCELLED, FAILED)), Job.finished_at < now - KEPT)
    with engine.connect() as connection:
        jobs = (
            connection.execute(select(Job.id).where(Job.id.in_(select(StoredDifference.job_id)), over)).scalars().all()
        )
    for job_id in jobs:
        forget(engine, Source(job_id=job_id))


def _summary(found: Preview) -> str:
    changing = [edition for edition in found.editions if not edition.empty]
    if not changing:
        return "Nothing that is published would change"
    names = sorted(name for edition in changing for name in edition.connections)
    return f"Something would change for {', '.join(names)}"


def _plain(found: Preview) -> dict[str, Any]:
    return {
        "editions": [
            {"edition": one.edition, "connections": list(one.connections),
             "collections": [asdict(collection) for collection in one.collections]}
            for one in found.editions
        ]
    }  # fmt: skip
