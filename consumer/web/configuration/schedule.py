"""Saving the sync options: Manual or Scheduled, how often, in which window (C-78 … C-81, C-96)."""

from collections.abc import Mapping
from datetime import UTC, datetime

from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from consumer.connections import Connection
from consumer.platform.audit import audit
from consumer.sync.timetable import BadSchedule, save_schedule
from consumer.web.configuration.tab import configuration, show_page, stored_schedule
from consumer.web.saving import save_whole
from consumer.web.tabs import address, the_page
from shared.web.forms import Form
from shared.web.saving import Stored


@configuration.post("/schedule")
def save_options() -> ResponseReturnValue:
    """Save the sync options."""
    return save_whole(stored_schedule, _save, lambda form: show_page(schedule_form=form), address("configuration.show"))


def _save(session: Session, connection: Connection, form: Form, before: Stored) -> Mapping[str, list[str]]:
    numbers = {name: form.value(name) for name in ("weekday", "window_hour")}
    wrong = {name: ["Choose one of the list"] for name, text in numbers.items() if not _is_small_number(text)}
    if wrong:
        return wrong
    now = datetime.now(UTC)
    try:
        changed = save_schedule(
            session, connection, now, mode=form.value("mode"), frequency=form.value("frequency"),
            weekday=int(numbers["weekday"]), window_hour=int(numbers["window_hour"]),
        )  # fmt: skip
    except BadSchedule as error:
        return {"": [str(error)]}
    if changed:
        after = stored_schedule(session, connection)
        audit(session, now, the_page().account, "change schedule", connection.name, before, after)
    return {}


def _is_small_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 3
