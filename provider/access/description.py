"""A connection as an administrator and a platform's own people are shown it: the fields of P-94 by name."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from provider.access.connections import allowed_scopes
from provider.access.models import Connection
from provider.sis.models import School
from shared.oneroster.scopes import NAMES, scope_url
from shared.oneroster.versions import Version
from shared.sealing import Sealer
from shared.settings import Settings


def describe(
    session: Session, connection: Connection, settings: Settings, app_name: str, sealer: Sealer | None
) -> dict[str, Any]:
    """JSON of a connection, in the words of demo.json; with its secrets when there is a `sealer` (P-101).

    There is no token_url with OAuth 1; null limits are the district's, a null end is none. Raises CannotUnseal.
    """
    version = Version(connection.version)
    allowed = allowed_scopes(connection)
    shown: dict[str, Any] = {
        "name": connection.name,
        "version": connection.version,
        "oauth": connection.oauth,
        "enabled": connection.enabled,
        "base_url": settings.provider_base_url(app_name),
    }
    if connection.oauth == "oauth2":
        shown["token_url"] = settings.provider_token_url(app_name)
    shown["client_id"] = connection.client_id
    if sealer:
        shown["client_secret"] = sealer.unseal(connection.secret_sealed)
    if connection.vendor_key:
        shown["vendor_key"] = connection.vendor_key
        if sealer and connection.vendor_secret_sealed:
            shown["vendor_secret"] = sealer.unseal(connection.vendor_secret_sealed)
    shown["scopes"] = [scope_url(name, version) for name in NAMES[version] if name in allowed]
    return shown | {name: value for name, value in options_of(session, connection).items() if name not in shown}


def options_of(session: Session, connection: Connection) -> dict[str, Any]:
    """What a connection is and may have; nothing of it is a credential."""
    return {
        "version": connection.version,
        "oauth": connection.oauth,
        "enabled": connection.enabled,
        "schools": _schools(session, connection),
        "share": sorted(connection.share),
        "supported": connection.supported,
        "functions": [name for name in ("roster", "gradebook", "assessments") if getattr(connection, name)],
        "secondary_email": connection.secondary_email,
        "at_a_time": connection.at_a_time,
        "a_minute": connection.a_minute,
        "created_at": connection.created_at.isoformat(timespec="seconds"),
        "expires_at": connection.expires_at and connection.expires_at.isoformat(timespec="seconds"),
    }


def _schools(session: Session, connection: Connection) -> str | list[str]:
    """The numbers of the schools in scope, or "all"."""
    if connection.all_schools:
        return "all"
    ids = [row.school_id for row in connection.schools]
    return list(session.scalars(select(School.number).where(School.id.in_(ids)).order_by(School.number)))
