"""Whether a run may read what changed of a collection instead of everything, and since when (C-89).

Everything is read: where the connection's switch is off; where no read of everything, complete and without doubt, is
known; a week after the last one; after a change of the provider's address, of the client or scope with which it is
asked, of the version, or of the choices; and when somebody asks for it. Between these, changes are read from the
moment, by the provider's clock, at which the last good read began, less a margin.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from consumer.client.changes import Reading
from consumer.connections import Connection
from consumer.mapping.choices import Choices
from consumer.sync.staging import Pull

#: A provider may date a change before it shows it: a cache that is hours in the making bears the hour at which that was
#: begun, and more than one calls its local time UTC, or compares dates without their times.
MARGIN = timedelta(days=1)
#: Everything is read once a week: less half a day, as a daily run may begin earlier than a week ago.
WHOLE_EVERY = timedelta(days=6, hours=12)


@dataclass(frozen=True, slots=True)
class Start:
    """Where the reads of a collection stand.

    basis      names what the moments hold for
    as_of      the provider's clock at the last good read; None: everything has to be read
    whole_at   by our clock, when everything was read last
    """

    basis: str
    as_of: datetime | None = None
    whole_at: datetime | None = None

    @property
    def since(self) -> datetime | None:
        """The moment whose changes are to be asked for; None for everything."""
        return self.as_of - MARGIN if self.as_of else None


def start_of(session: Session, connection: Connection, collection: str, choices: Choices, now: datetime) -> Start:
    """Where a run's read of `collection` has to begin. `now` is aware UTC."""
    basis = _basis(connection, choices)
    last = session.execute(
        select(Pull.as_of, Pull.whole_at, Pull.basis)
        .where(Pull.connection_id == connection.id, Pull.collection == collection, Pull.as_of.is_not(None))
        .order_by(Pull.id.desc())
        .limit(1)
    ).one_or_none()
    if not connection.delta_reads or last is None or last.basis != basis:
        return Start(basis)
    # A moment in the future says that a clock was set back: nobody knows how long ago it was.
    recent = last.whole_at is not None and timedelta() <= now - last.whole_at < WHOLE_EVERY
    return Start(basis, last.as_of, last.whole_at) if recent else Start(basis)


def remembered(start: Start | None, reading: Reading, began_at: datetime) -> dict[str, object]:
    """What the row of a good read, begun at `began_at` by our clock, keeps for the next one."""
    if start is None:
        return {}
    if reading.since is None:
        return {"as_of": reading.as_of, "whole_at": began_at, "basis": start.basis}
    return {"as_of": reading.as_of or start.as_of, "whole_at": start.whole_at, "basis": start.basis}


def read_everything_next(session: Session, connection_id: int) -> None:
    """See to it that the next run reads everything; the caller commits."""
    known = update(Pull).where(Pull.connection_id == connection_id, Pull.as_of.is_not(None)).values(as_of=None)
    session.execute(known.execution_options(synchronize_session=False))


def _basis(connection: Connection, choices: Choices) -> str:
    said = (connection.base_url, connection.version, connection.client_id, connection.scope, choices.digest())
    return blake2b(repr(said).encode(), digest_size=16).hexdigest()
