"""Previews of one district: within a request where few records are concerned, else as a job of its worker."""

from datetime import datetime

from flask import Flask
from sqlalchemy.orm import Session

from provider.access.connections import list_connections
from provider.jobs.line import ask
from provider.jobs.tables import Job
from provider.publishing.hypotheses import as_plain, check
from provider.publishing.preview import Hypothesis, Preview

#: The kind of job that a preview is.
PREVIEW = "preview"


def connections_of_editions(session: Session) -> dict[str, tuple[str, ...]]:
    """The names of the enabled connections that read each edition in use, by the edition's key."""
    names: dict[str, list[str]] = {}
    for connection in list_connections(session):
        if connection.enabled:
            names.setdefault(connection.edition().key, []).append(connection.name)
    return {key: tuple(found) for key, found in sorted(names.items())}


def ask_for_preview(session: Session, hypothesis: Hypothesis, now: datetime, by: tuple[int, str]) -> Job:
    """Put the preview of a hypothesis into the line of jobs; what it finds is read with `differences` and
    Source(job_id=job.id). The caller commits. Raises NoSuchHypothesis."""
    check(hypothesis)
    return ask(session, PREVIEW, as_plain(hypothesis), now, by)


def preview_now(app: Flask, hypothesis: Hypothesis) -> Preview | None:
    """The preview of a hypothesis that concerns few records; None when it has to be a job. Use it inside the
    application's context. Raises NoSuchHypothesis."""
    raise NotImplementedError
