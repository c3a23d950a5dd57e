"""An administrator of the district reads as a connection, without its secret (P-113).

The program asks itself: such a request never came over the network, and says so in its environment, where no header of
a request can stand. It reads alone, whatever the connection may do.
"""

from datetime import datetime

from sqlalchemy import Connection as DatabaseConnection
from sqlalchemy.orm import Session

from provider.access.caller import Caller, Unauthorized, caller_of
from provider.access.connections import allowed_scopes
from provider.access.expiry import told_expired
from provider.access.models import Connection

#: Where the environment of a request of our own names the connection (its id) that is read as.
READS_AS = "homeroom.reads_as"


def caller_inside(database: DatabaseConnection, connection_id: int, now: datetime) -> Caller:
    """The caller that a connection is, for reads alone and without its vendor key. Raises Unauthorized where the
    platform itself would not be let in, either."""
    with Session(database) as session:
        row = session.get(Connection, connection_id)
        if row is None or not row.enabled:
            raise Unauthorized("The connection is disabled or no longer there")
        if row.expires_at is not None and now >= row.expires_at:
            raise Unauthorized(told_expired(row.expires_at))
        reads = frozenset(name for name in allowed_scopes(row) if name.endswith(".readonly"))
        return caller_of(row, reads)._replace(vendor=None, apart=True)
