"""Reads the schools and academic sessions of a SIS at a person's wish, outside a run: what the mapping tabs show."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from consumer.client.caller import Client
from consumer.connections import Connection
from consumer.mapping.outcome import Code
from consumer.sync.pull import pull

PLACES = ("orgs", "academicSessions")


class NotRead(Exception):
    """A collection that could not be read to its end; the message says which and why."""


def read_places(
    session: Session,
    client: Client,
    connection: Connection,
    now: datetime,
    tell_broken: Callable[[str | None, str], None] = lambda _sis_id, _why: None,
) -> None:
    """Read both collections. Commits as it goes. `tell_broken` is told of records that are left out: sourcedId and why.

    Raises NotRead.
    """
    for collection in PLACES:
        done = pull(
            session, client, connection, collection, None, now, lambda _n, _of: None,
            lambda sis_id, why, _raw: tell_broken(sis_id, why), session.commit,
        )  # fmt: skip
        if not done.complete:
            remedy = Code[done.error_code or Code.PARTIAL_READ.name].value.remedy
            raise NotRead(f"{collection} could not be read: {done.error_text}. {remedy}")
