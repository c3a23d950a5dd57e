"""The status page of a district: its name, its active school year, when its cache was last refreshed (P-89)."""

from dataclasses import dataclass

from flask import Blueprint, current_app, render_template
from sqlalchemy import select
from sqlalchemy.orm import Session

from provider.database import db
from provider.publishing.runs import CacheState, cache_state
from provider.sis.models import District, SchoolYear

status = Blueprint("status", __name__, template_folder="templates")


@dataclass(frozen=True, slots=True)
class DistrictStatus:
    """What the page shows; None for what is not there yet."""

    name: str | None
    active_year: str | None
    cache: CacheState


def district_status(session: Session) -> DistrictStatus:
    """The present status."""
    return DistrictStatus(
        name=session.scalar(select(District.name)),
        active_year=session.scalar(select(SchoolYear.name).where(SchoolYear.active)),
        cache=cache_state(session.connection()),
    )


@status.get("/")
def show() -> str:
    """The status page."""
    homeroom = current_app.extensions["homeroom"]
    settings, app_name = homeroom["settings"], homeroom["app_name"]
    return render_template(
        "status.html",
        app_name=app_name,
        district=district_status(db.session()),
        base_url=settings.provider_base_url(app_name),
        token_url=settings.provider_token_url(app_name),
    )
