"""Saving a connection, and testing it (C-01 … C-13)."""

from collections.abc import Mapping
from contextlib import ExitStack, closing
from datetime import UTC, datetime

from flask import current_app, flash
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from consumer.client.addresses import why_refused
from consumer.client.caller import Client
from consumer.client.probe import Outcome, Step, check
from consumer.connections import BadConnection, Connection, Details, save_connection
from consumer.database import db
from consumer.platform.models import Account
from consumer.runs.peer import open_client
from consumer.sync.places import NotRead, read_places
from consumer.web.configuration.tab import configuration, show_page, stored_connection
from consumer.web.saving import save_whole
from consumer.web.tabs import address, the_page
from shared.oneroster.versions import Version
from shared.sealing import CannotUnseal
from shared.settings import Settings
from shared.web.forms import Form
from shared.web.saving import Stored
from shared.web.sessions import the_person

#: A person waits for the answer: one more try after a second is enough.
WAITS = (1.0,)


@configuration.post("/connection")
def save() -> ResponseReturnValue:
    """Save the connection."""
    return save_whole(
        lambda _session, connection: stored_connection(connection), _save,
        lambda form: show_page(connection_form=form), address("configuration.show"),
    )  # fmt: skip


@configuration.post("/test")
def test() -> ResponseReturnValue:
    """Test the connection, step by step; where it works, read its schools and terms for the mapping tabs."""
    session, connection = db.session(), the_page().connection
    steps = _test(session, connection)
    return show_page(steps=steps, works=all(step.ok for step in steps))


def read_details(form: Form, name: str, new_name: str | None) -> tuple[Details | None, dict[str, list[str]]]:
    """What was entered for the connection `name`, and what is no value of its field."""
    limit = form.value("page_limit").strip()
    if limit and not (limit.isascii() and limit.isdigit() and len(limit) < 10):
        return None, {"page_limit": ["This is a whole number"]}
    version = form.value("version")
    if version and version not in {str(each) for each in Version}:
        return None, {"version": ["Choose one of the list"]}
    return Details(
        name=name,
        new_name=new_name,
        base_url=form.value("base_url"),
        version=Version(version) if version else None,
        oauth="oauth2" if form.has("oauth2", "1") else "oauth1",
        token_url=form.value("token_url"),
        client_id=form.value("client_id"),
        client_secret=form.value("client_secret") or None,
        vendor_key=form.value("vendor_key"),
        vendor_secret=form.value("vendor_secret") or None,
        page_limit=int(limit) if limit else None,
        delta_reads=form.has("delta_reads", "1"),
        confirmed=form.has("confirmed", "1"),
    ), {}  # fmt: skip


def save_details(session: Session, details: Details) -> tuple[Connection | None, dict[str, list[str]]]:
    """Store them; the connection, and what is wrong by field. Tells what was changed in what was entered (C-06)."""
    homeroom = current_app.extensions["homeroom"]
    settings: Settings = homeroom["settings"]
    try:
        saved = save_connection(
            session, homeroom["sealer"], details, lambda url: why_refused(url, settings.allow_private),
            datetime.now(UTC), session.get_one(Account, the_person().id),
        )  # fmt: skip
    except BadConnection as error:
        fields = {"oauth": "oauth2"}
        return None, {fields.get(name, name): [said] for name, said in error.fields.items()}
    for note in saved.notes:
        flash(note, "warn")
    return saved.connection, {}


def _save(session: Session, connection: Connection, form: Form, _stored: Stored) -> Mapping[str, list[str]]:
    details, errors = read_details(form, connection.name, form.value("new_name"))
    return errors if details is None else save_details(session, details)[1]


def _test(session: Session, connection: Connection) -> list[Step]:
    with ExitStack() as stack:
        try:
            roster = stack.enter_context(closing(_client(connection, "rostering")))
            gradebook = stack.enter_context(closing(_client(connection, "gradebook")))
        except CannotUnseal as error:
            return [Step("Secrets", Outcome.FAILED, str(error))]
        session.commit()  # no transaction is held open while the provider takes its time
        steps = check(roster, gradebook)
        if all(step.ok for step in steps):
            steps.append(_read_places(session, roster, connection))
    return steps


def _client(connection: Connection, service: str) -> Client:
    homeroom = current_app.extensions["homeroom"]
    settings: Settings = homeroom["settings"]
    return open_client(connection, homeroom["sealer"], settings.allow_private, waits=WAITS, service=service)


def _read_places(session: Session, roster: Client, connection: Connection) -> Step:
    try:
        read_places(session, roster, connection, datetime.now(UTC))
    except NotRead as error:
        return Step("Schools and terms", Outcome.FAILED, str(error))
    return Step("Schools and terms", Outcome.OK, "They are read: map them in the tabs Schools and Terms")
