"""The first start: a teacher approves that grades go to the SIS in their name; can be withdrawn (C-121)."""

from datetime import UTC, datetime

from flask import flash, redirect
from flask.typing import ResponseReturnValue

from consumer.database import db
from consumer.passback.approval import approve as store_approval
from consumer.passback.approval import withdraw as take_back
from consumer.platform.audit import audit
from consumer.web.course_app.app import address, course_app, the_page
from shared.database import will_write


@course_app.post("/approve")
def approve() -> ResponseReturnValue:
    """Approve access, for this and every other section that the teacher is course admin of."""
    session, account, now = db.session(), the_page().account, datetime.now(UTC)
    session.commit()
    will_write(session)
    store_approval(session, account.id, now)
    audit(session, now, account, "approve course app", account.username)
    session.commit()
    flash("Access is approved. Nothing is sent before you press a button.", "good")
    return redirect(address("course_app.show"), 303)


@course_app.post("/withdraw")
def withdraw() -> ResponseReturnValue:
    """Take it back: what is in the SIS stays there, nothing more goes out."""
    session, account, now = db.session(), the_page().account, datetime.now(UTC)
    session.commit()
    will_write(session)
    take_back(session, account.id)
    audit(session, now, account, "withdraw course app", account.username)
    session.commit()
    flash("Access is withdrawn. Grades that are in the SIS stay there; nothing more is sent.", "good")
    return redirect(address("course_app.show"), 303)
