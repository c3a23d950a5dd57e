"""Who is signed in: a signed cookie that names the account, and guards that blueprints carry.

A session ends after hours of silence, when the password changes, and when the account may no longer sign in.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from flask import Blueprint, Response, abort, current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFProtect

from shared.web.headers import secure
from shared.web.people import Accounts, Person

#: A session that nobody used for so long is over.
SILENCE = timedelta(hours=2)
#: The time of last use is written anew this often, not with every answer.
_WRITE_AGAIN = timedelta(minutes=5)

#: The largest body that a page takes, in bytes. A page that takes files sets another, before its guard reads the form.
LARGEST_FORM = 1_000_000

csrf = CSRFProtect()


def accounts() -> Accounts:
    """The accounts of the program that this request is for."""
    found: Accounts = current_app.extensions["homeroom_frame"].accounts
    return found


def begin(person: Person, now: datetime) -> None:
    """Sign a person in. Nothing of a session of before is kept."""
    session.clear()
    session.update(person=person.id, series=person.series, used=int(now.timestamp()))
    g.person = person


def end() -> None:
    """Sign out."""
    session.clear()
    g.person = None


def current_person() -> Person | None:
    """Who is signed in, looked up once a request; None also when the session has ended."""
    if "person" not in g:
        g.person = _look_up(datetime.now(UTC))
    found: Person | None = g.person
    return found


def _look_up(now: datetime) -> Person | None:
    number, used = session.get("person"), session.get("used")
    if not isinstance(number, int) or not isinstance(used, int):
        return None
    silent = now.timestamp() - used
    person = None if silent > SILENCE.total_seconds() else accounts().find(number)
    if person is None or person.series != session.get("series"):
        session.clear()
        return None
    if silent > _WRITE_AGAIN.total_seconds():
        session["used"] = int(now.timestamp())
    return person


def the_person() -> Person:
    """Who is signed in, in a view behind a guard."""
    person = current_person()
    if person is None:
        abort(401)
    return person


def guard(blueprint: Blueprint, allow: Callable[[Person], bool]) -> None:
    """Let only people who are signed in and whom `allow` names into a blueprint; its forms must carry our token."""
    open_to_all(blueprint)

    @blueprint.before_request
    def check() -> ResponseReturnValue | None:
        person = current_person()
        if person is None:
            return _to_sign_in()
        if not allow(person):
            abort(403)
        return None


def open_to_all(blueprint: Blueprint) -> None:
    """A blueprint of pages that anybody may open; its forms must carry our token all the same."""

    @blueprint.before_request
    def check_token() -> None:
        if request.max_content_length is None:
            request.max_content_length = LARGEST_FORM
        csrf.protect()

    @blueprint.after_request
    def add_headers(response: Response) -> Response:
        return secure(response, current_app.extensions["homeroom_frame"].https)


def _to_sign_in() -> ResponseReturnValue:
    """To the sign-in page, and from there on to where a person wanted to go. A part of a page sends all of it."""
    asked = f"{request.script_root}{request.full_path}".rstrip("?")
    wanted = asked if request.method == "GET" and "HX-Request" not in request.headers else ""
    address = url_for("frame.sign_in", next=wanted or None)
    if "HX-Request" in request.headers:
        return Response(status=401, headers={"HX-Redirect": address})
    return redirect(address, 303)
