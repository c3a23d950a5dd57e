"""The blueprint of the tab, and its page."""

from collections.abc import Sequence
from typing import Any

import orjson
from flask import render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from consumer.connections import Connection
from consumer.database import db
from consumer.platform.models import DataPrepReport, VersionUpgrade
from consumer.platform.settings import read_settings
from consumer.upgrade.report import last_report
from consumer.upgrade.steps import Stage, standing
from consumer.upgrade.trial import held_roles, newest_dry_run
from consumer.web.data_prep.checklist import is_upgrade, needs_confirmation, steps_of
from consumer.web.tabs import tab, the_page
from consumer.web.uploads import LARGEST_UPLOAD, limit_uploads
from shared.oneroster.versions import Version
from shared.web.forms import Form, stored_form

data_prep = tab("data_prep")
limit_uploads(data_prep, 2 * LARGEST_UPLOAD)

#: Row errors that the page shows.
SHOWN = 200


@data_prep.get("/")
def show() -> ResponseReturnValue:
    """The page."""
    return show_page()


def show_page(**others: Any) -> str:
    """The page; `others` are a refusal, a form shown again, the errors of an upload."""
    session, connection = db.session(), the_page().connection
    now, held = standing(session, connection), held_roles(session, connection)
    report = last_report(session, connection.id)
    known: dict[str, Any] = {
        "report": report,
        "versions": report_versions(session, connection),
        "confirmable": needs_confirmation(session, report),
        "upgrade": is_upgrade(session, connection),
        "steps": steps_of(session, connection, now, len(held)),
        "standing": now,
        "stage": Stage,
        "released": read_settings(session).release_1_2,
        "outcome": _outcome(session, connection),
        "trial": newest_dry_run(session, connection) if now.stage in (Stage.TRIAL, Stage.APPROVAL) else None,
        "held": held,
        "target_form": stored_form(stored_target(session, connection)),
        "file_form": Form({}),
        "switch_form": Form({}),
        "answered": None,
        "refused": "",
        "shown": SHOWN,
        "megabytes": LARGEST_UPLOAD // 1_000_000,
    }
    return render_template("roster/data_prep.html", **known | others)


def report_versions(session: Session, connection: Connection) -> Sequence[str]:
    """Whose people a report can be about: those of the version that is read, and, once released, those of 1.2."""
    if connection.version == Version.V1P2:
        return ("1.2",)
    return ("1.2", "1.1") if read_settings(session).release_1_2 else ("1.1",)


def stored_target(session: Session, connection: Connection) -> dict[str, str]:
    """The fields of the way to 1.2 as they stand; the secret is never shown (C-12)."""
    row = session.get(VersionUpgrade, connection.id)
    return {
        "base_url": (row and row.base_url) or connection.base_url,
        "token_url": (row and row.token_url) or connection.token_url or "",
        "client_id": (row and row.client_id) or connection.client_id,
    }


def report_of(session: Session, report_id: int) -> DataPrepReport | None:
    """A report of this connection; another's is not found."""
    report = session.get(DataPrepReport, report_id)
    return report if report is not None and report.connection_id == the_page().connection.id else None


def sentence(error: Exception) -> str:
    """What an error says, as a sentence."""
    return f"{str(error).rstrip('.')}."


def _outcome(session: Session, connection: Connection) -> dict[str, Any] | None:
    """What the switch did (`consumer.upgrade.switch.Outcome`)."""
    row = session.get(VersionUpgrade, connection.id)
    return orjson.loads(row.outcome) if row is not None and row.outcome else None
