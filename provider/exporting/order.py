"""What is to be written for a connection, by its name."""

from datetime import datetime

from sqlalchemy.orm import Session

from provider.access.connections import find_connection
from provider.exporting.export import ExportFailed, Order


def order_of(session: Session, name: str, base_url: str, since: datetime | None) -> Order:
    """The package of connection `name`: its version, with what it sees. Raises BadConnection and ExportFailed."""
    connection = find_connection(session, name)
    if not connection.roster:
        raise ExportFailed(f"Connection {name!r} does not have the roster function: there is nothing to export")
    return Order(connection.edition(), connection.gradebook, base_url, since)
