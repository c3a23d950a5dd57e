"""Settings: every switch with its words, each saved by itself as soon as it is turned (P-86, P-103)."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime

from flask import Blueprint, abort, get_flashed_messages, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from provider.access.switching import change_setting
from provider.admin.guards import for_administrators, who
from provider.admin.management.words import GROUPS, LINES, Line
from provider.database import db
from provider.sis.settings import SWITCHES, BadSetting, read_settings
from shared.switches import as_text
from shared.web.forms import Form, stored_form
from shared.web.saving import save_form

management = Blueprint(
    "management", __name__, template_folder="templates", static_folder="static", url_prefix="/management"
)
for_administrators(management)


@management.get("/")
def show() -> ResponseReturnValue:
    """Every switch as it is set."""
    return _page({})


@management.post("/switches/<name>")
def save(name: str) -> ResponseReturnValue:
    """Set one switch. A part of the page is answered with that switch alone."""
    line = LINES.get(name)
    if line is None:
        abort(404)
    part = "HX-Request" in request.headers
    answer = save_form(
        lambda session: _stored(session, name),
        lambda session, form, stored: _store(session, line, form),
        lambda form: _part(line, form) if part else _page({name: form}),
        url_for("management.show", _anchor=name),
    )
    if not part or isinstance(answer, tuple):
        return answer
    get_flashed_messages()  # said beside the switch
    return _part(line, stored_form(_stored(db.session(), name)), saved=True)


def _store(session: Session, line: Line, form: Form) -> Mapping[str, list[str]]:
    """Set it, with an entry in the audit trail; what is wrong, by field."""
    text = form.value(line.name) or ("false" if line.flag else "")
    try:
        change_setting(session, datetime.now(UTC), who(), line.name, text)
    except BadSetting:
        return {line.name: [f"This is {SWITCHES.kinds[line.name].words}."]}
    return {}


def _stored(session: Session, name: str) -> dict[str, str]:
    return {name: as_text(getattr(read_settings(session), name))}


def _part(line: Line, form: Form, saved: bool = False) -> str:
    return render_template("management/switch_alone.html", line=line, form=form, saved=saved)


def _page(shown: Mapping[str, Form]) -> str:
    """All switches; `shown` are forms that were not taken as they were sent."""
    stored = asdict(read_settings(db.session()))
    forms = {name: shown.get(name) or stored_form({name: as_text(stored[name])}) for name in LINES}
    return render_template("management/switches.html", groups=GROUPS, lines=LINES, values=forms)
