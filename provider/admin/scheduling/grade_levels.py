"""Grade levels: the mapping to State Grade Level Codes and NCES grades, on one page that is saved as a whole (P-58)."""

from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import urlencode

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from provider.admin.guards import for_administrators, who
from provider.admin.scheduling.choices import active_year, number, school_options, year_options
from provider.admin.scheduling.grade_mapping import (
    AS_THEY_ARE,
    Scope,
    codes_of,
    lines_of,
    nces_options,
    save_mapping,
    stored_mapping,
)
from provider.admin.scheduling.pages import show_page
from provider.database import db
from provider.sis.settings import read_settings
from shared.web.forms import Form, stored_form
from shared.web.lists import Asked, Listing
from shared.web.saving import Stored, save_form

grade_levels = Blueprint("grade_levels", __name__, template_folder="templates", url_prefix="/grade-levels")
for_administrators(grade_levels)

FILTERS = ("school", "year")


@grade_levels.get("/")
def show() -> ResponseReturnValue:
    """The mapping, of all schools or of one."""
    session = db.session()
    return _page(stored_form(stored_mapping(session, _scope(session))))


@grade_levels.post("/")
def save() -> ResponseReturnValue:
    """Store the mapping."""

    def store(session: Session, form: Form, stored: Stored) -> Mapping[str, list[str]]:
        scope = _scope(session)
        typed = {name: form.value(name) for name in stored if name in form.values}
        return save_mapping(session, scope, typed, stored, _words(session), datetime.now(UTC), who())

    return save_form(
        lambda session: stored_mapping(session, _scope(session)),
        store,
        _page,
        f"{url_for('grade_levels.show')}?{urlencode(_chosen())}",
    )


def _chosen() -> dict[str, str]:
    return {name: request.args[name] for name in FILTERS if number(request.args.get(name)) is not None}


def _scope(session: Session) -> Scope:
    chosen = _chosen()
    return Scope(active_year(session, chosen.get("year")), number(chosen.get("school")))


def _words(session: Session) -> str:
    """Year and school that are mapped, as people call them."""
    chosen = _chosen()
    year = dict(year_options(session)).get(chosen.get("year", ""), "all years")
    school = dict(school_options(session)).get(chosen.get("school", ""))
    return year.removesuffix(" (active)") + (f", {school}" if chosen.get("school") and school else "")


def _page(form: Form) -> str:
    session = db.session()
    lines, codes = lines_of(session, _scope(session)), codes_of(session)
    graded = {code.code for code in codes if code.nces}
    unmapped = [line for line in lines if any(code not in graded for code in line.codes)]
    choices = (("school", "School", school_options(session)), ("year", "School year", year_options(session)))
    return show_page(
        "grade_levels", form=form, lines=lines, codes=codes, unmapped=unmapped, as_they_are=AS_THEY_ARE,
        nces_options=nces_options(codes), choices=choices, listing=Listing(lines, len(lines), Asked(filters=_chosen())),
        local=read_settings(session).local_grades_1p2,
        code_options=[("", "Not mapped"), *((code.code, f"{code.code} → {code.nces or 'no grade'}") for code in codes)],
    )  # fmt: skip
