"""Becoming the Acting User: offered to every system administrator (C-16, C-17)."""

from datetime import UTC, datetime

from flask import Blueprint, abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from consumer.connections import Connection
from consumer.connections.acting import NotAllowed, become_acting_user
from consumer.database import db
from consumer.platform.models import Account
from consumer.web.tabs import is_administrator
from shared.database import will_write
from shared.web.sessions import guard, the_person

#: Not part of the tab, whose forms the Acting User alone can send.
acting_user = Blueprint("acting_user", __name__, url_prefix="/connections/<int:connection_id>/acting-user")
guard(acting_user, is_administrator)


@acting_user.post("/")
def become(connection_id: int) -> ResponseReturnValue:
    """Make who asks the Acting User."""
    session, person_id = db.session(), the_person().id
    session.commit()
    will_write(session)
    connection = session.get(Connection, connection_id)
    if connection is None:
        abort(404)
    try:
        become_acting_user(session, connection, session.get_one(Account, person_id), datetime.now(UTC))
    except NotAllowed as error:
        session.rollback()
        flash(str(error), "bad")
    else:
        session.commit()
        flash(f"You are the Acting User of {connection.name} now.", "good")
    return redirect(url_for("configuration.show", connection_id=connection_id), 303)
