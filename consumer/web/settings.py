"""Settings: the organisation's switches in plain words, for system administrators. Changes are audited (C-17)."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from consumer.database import db
from consumer.platform.models import Account
from consumer.platform.settings import SWITCHES, BadSetting, change_setting, read_settings
from consumer.web.tabs import is_administrator
from shared.switches import as_text
from shared.web.forms import Form, stored_form
from shared.web.saving import save_form
from shared.web.sessions import guard, the_person

settings = Blueprint("settings", __name__, template_folder="templates", url_prefix="/settings")
guard(settings, is_administrator)

#: Switch -> (what people call it, what it does).
WORDS: Mapping[str, tuple[str, str]] = {
    "organisation_name": ("Name of the organisation", "The pages are headed with it."),
    "release_1_2": (
        "OneRoster 1.2 is released",
        "Connections may be made, or upgraded, for it. The operator releases it, with the command "
        "homeroom consumer setting release_1_2 true.",
    ),
    "time_zone": ("Time zone", "Windows of the schedule, due dates and all moments are told in it: America/Chicago."),
    "log_days": ("Days that logs are kept", "Logs of runs and of sent grades; 1 to 3650."),
    "course_app_admins_only": (
        "Only course admins see the course app",
        "Off: members of a section see that grades can go to the SIS. Only its course admins can ever send them.",
    ),
    "missing_as_zero": (
        "A missing score goes as 0 in OneRoster 1.1",
        "OneRoster 1.1 cannot say that work is missing. Off: it goes as not submitted, without points.",
    ),
    "grade_title_limit": (
        "Characters of an item's title",
        "An item with a longer title is not sent, and its teacher is told; 10 to 255. The district knows what fits.",
    ),
}
#: Changed by the operator's command alone (C-05).
OPERATORS = frozenset({"release_1_2"})
_FLAG = ("true", "false")


@dataclass(frozen=True, slots=True)
class Line:
    """A switch on the page. `flag`: it is ticked; else a person writes what it is."""

    name: str
    label: str
    hint: str
    flag: bool
    operators: bool


LINES = tuple(
    Line(name, *WORDS[name], kind.choices == _FLAG, name in OPERATORS) for name, kind in SWITCHES.kinds.items()
)


@settings.get("/")
def show() -> ResponseReturnValue:
    """Every switch as it is set."""
    return _page(stored_form(_stored(db.session())))


@settings.post("/")
def save() -> ResponseReturnValue:
    """Set those that were changed: all of them, or none where one is refused."""
    return save_form(_stored, _store, _page, url_for("settings.show"))


def _store(session: Session, form: Form, stored: Mapping[str, str]) -> Mapping[str, list[str]]:
    """Set what differs from `stored`; what is wrong, by field."""
    errors: dict[str, list[str]] = {}
    account, now = session.get_one(Account, the_person().id), datetime.now(UTC)
    for line in LINES:
        after = form.value(line.name) or ("false" if line.flag else "")
        if line.operators or after == stored[line.name]:
            continue
        try:
            change_setting(session, now, account, line.name, after)
        except BadSetting:
            errors[line.name] = [f"This is {SWITCHES.kinds[line.name].words}."]
    return errors


def _stored(session: Session) -> dict[str, str]:
    return {name: as_text(value) for name, value in asdict(read_settings(session)).items()}


def _page(form: Form) -> str:
    return render_template("settings.html", form=form, lines=LINES)
