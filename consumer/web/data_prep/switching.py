"""The upgrade itself: the way to 1.2, the switch, the dry run's approval, roles that are held (C-99, C-105, C-107)."""

from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import UTC, datetime

from flask import abort, current_app, flash, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from consumer.client.addresses import why_refused
from consumer.connections import Connection
from consumer.database import db
from consumer.platform.audit import audit
from consumer.platform.models import Account
from consumer.platform.settings import read_settings
from consumer.sync.timetable import local_date
from consumer.upgrade.gates import NotYet, good_report
from consumer.upgrade.prepare import BadTarget, set_target
from consumer.upgrade.reading import CannotRead, read_offer
from consumer.upgrade.switch import switch
from consumer.upgrade.trial import allow_role, approve_trial
from consumer.web.data_prep.report import client_of
from consumer.web.data_prep.tab import data_prep, sentence, show_page, stored_target
from consumer.web.filters import number_of
from consumer.web.saving import save_whole
from consumer.web.tabs import address, the_page
from shared.database import will_write
from shared.oneroster.versions import Version
from shared.sealing import CannotUnseal
from shared.web.forms import Form
from shared.web.saving import Stored

CONFIRM = "Tick this: there is no way back to 1.1"


@data_prep.post("/target")
def save_target() -> ResponseReturnValue:
    """Store what differs in 1.2 from what the connection has."""
    return save_whole(stored_target, _save_target, lambda form: show_page(target_form=form), address("data_prep.show"))


@data_prep.post("/switch")
def do_switch() -> ResponseReturnValue:
    """Switch to 1.2, for good: read it whole, then change everything at once or nothing (C-99)."""
    session, connection = db.session(), the_page().connection
    if request.form.get("confirmed") != "1":
        return show_page(switch_form=Form({}, {"confirmed": [CONFIRM]})), 422
    try:
        good_report(session, connection)
        with closing(client_of(session, connection, Version.V1P2)) as client:
            session.commit()  # no transaction is held open while the provider takes its time
            offer = read_offer(client)
        will_write(session)
        now = datetime.now(UTC)
        switch(session, connection, offer, now, local_date(session, now), the_page().account)
    except (NotYet, BadTarget, CannotRead, CannotUnseal) as error:
        session.rollback()
        return show_page(refused=sentence(error)), 422
    session.commit()
    flash("The connection reads OneRoster 1.2 now. Queue a dry run of everything next.", "good")
    return redirect(address("data_prep.show"), 303)


@data_prep.post("/approve")
def approve() -> ResponseReturnValue:
    """Approve the first dry run after the switch (C-105)."""
    run_id = number_of(request.form.get("run")) or 0

    def do(session: Session, connection: Connection, account: Account) -> str:
        approve_trial(session, connection, run_id, account, datetime.now(UTC))
        return "Approved: syncs change things again."

    return _do(do)


@data_prep.post("/roles/<int:account_id>")
def allow(account_id: int) -> ResponseReturnValue:
    """Let the next sync raise one account's role (C-107)."""

    def do(session: Session, connection: Connection, account: Account) -> str:
        whom = session.get(Account, account_id) or abort(404)
        allow_role(session, connection, whom, account, datetime.now(UTC))
        return f"The next sync gives {whom.username} the role of the SIS."

    return _do(do)


def _do(do: Callable[[Session, Connection, Account], str]) -> ResponseReturnValue:
    """Do it, whole or not at all, and say what was done."""
    session = db.session()
    session.commit()
    will_write(session)
    try:
        words = do(session, the_page().connection, the_page().account)
    except NotYet as error:
        session.rollback()
        return show_page(refused=sentence(error)), 422
    session.commit()
    flash(words, "good")
    return redirect(address("data_prep.show"), 303)


def _save_target(session: Session, connection: Connection, form: Form, _stored: Stored) -> Mapping[str, list[str]]:
    if not read_settings(session).release_1_2:
        return {"": ["OneRoster 1.2 is not released here: the operator does that."]}
    homeroom = current_app.extensions["homeroom"]
    before = stored_target(session, connection)
    typed = {name: form.value(name).strip() for name in before if form.value(name).strip() != before[name]}
    if secret := form.value("client_secret").strip():
        typed["client_secret"] = secret
    if not typed:
        return {}
    allow_private = homeroom["settings"].allow_private
    try:
        set_target(session, homeroom["sealer"], connection, lambda url: why_refused(url, allow_private), **typed)
    except BadTarget as error:
        return {name: [f"{why.rstrip('.')}."] for name, why in (error.fields or {"": str(error)}).items()}
    after = {name: "new" if name == "client_secret" else text for name, text in typed.items()}
    was = {name: before[name] for name in after if name in before}
    audit(session, datetime.now(UTC), the_page().account, "prepare upgrade", connection.name, was, after)
    return {}
