"""What a connection waits for: an edition that no refresh has built yet."""

from sqlalchemy.orm import Session

from provider.access.models import Connection
from provider.publishing.catalog import find_edition
from provider.sis.changes import EVERYTHING, note_changes


def is_published(session: Session, connection: Connection) -> bool:
    """Whether what its options say has been built already: its platform need not wait for a refresh."""
    built = find_edition(session.connection(), connection.edition())
    return built is not None and built.revision > 0


def publish_soon(session: Session, connection: Connection) -> None:
    """Let a worker refresh as soon as it looks, where the platform of an enabled connection would have to wait (P-90).
    Does not commit.
    """
    if connection.enabled and not is_published(session, connection):
        note_changes(session.connection(), [EVERYTHING])
