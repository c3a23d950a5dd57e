"""After a switch to 1.2 the first run is a dry run that somebody approves (C-105)."""

from sqlalchemy.orm import Session

from consumer.platform.models import VersionUpgrade


def why_only_dry(session: Session, connection_id: int) -> str | None:
    """Why nothing but a dry run may be queued for a connection; None when anything may."""
    row = session.get(VersionUpgrade, connection_id)
    if row is None or row.switched_at is None or row.approved_at is not None:
        return None
    return (
        "The first run after the upgrade to OneRoster 1.2 is a dry run of everything: queue one, look at what would "
        "change, and approve it with the upgrade (tab Data Prep, or `homeroom consumer upgrade --approve RUN`)"
    )
