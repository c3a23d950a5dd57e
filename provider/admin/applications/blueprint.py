"""The blueprint of the applications' pages, and what its views have in common."""

from typing import Any

from flask import Blueprint, abort, current_app
from sqlalchemy.orm import Session

from provider.access.models import Connection
from provider.admin.guards import for_administrators
from shared.sealing import Sealer
from shared.settings import Settings

applications = Blueprint(
    "applications", __name__, template_folder="templates", static_folder="static", url_prefix="/applications"
)
for_administrators(applications)


def the_connection(session: Session, connection_id: int, writes: bool = False) -> Connection:
    """The connection that an address names, else 404. `writes`: of two who change it one waits for the other."""
    return session.get(Connection, connection_id, with_for_update=writes or None) or abort(404)


def the_sealer() -> Sealer:
    sealer: Sealer = _homeroom()["sealer"]
    return sealer


def the_place() -> tuple[Settings, str]:
    """The program's settings and the district's appName."""
    return _homeroom()["settings"], _homeroom()["app_name"]


def _homeroom() -> dict[str, Any]:
    held: dict[str, Any] = current_app.extensions["homeroom"]
    return held
