"""Signing in and out, the first administrator, and one's own password. The same in both programs."""

from datetime import UTC, datetime
from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import EXCLUDE, Schema, fields, validate

from shared.web import sessions
from shared.web.forms import Form, read_form, typed_form
from shared.web.people import Refused
from shared.web.redirects import own_path

pages = Blueprint("frame", __name__, template_folder="templates", static_folder="static", url_prefix="/frame")
sessions.open_to_all(pages)


def _text(most: int = 255) -> fields.String:
    needed = "Fill this in"
    return fields.String(
        required=True, error_messages={"required": needed}, validate=validate.Length(1, most, error=needed)
    )


class SignIn(Schema):
    """Username and password."""

    class Meta:
        unknown = EXCLUDE

    username = _text()
    password = _text(1000)


class FirstAccount(SignIn):
    """The first administrator."""

    name = _text()


class OwnPassword(Schema):
    """One's own password, replaced."""

    class Meta:
        unknown = EXCLUDE

    present = _text(1000)
    chosen = _text(1000)


@pages.get("/sign-in")
def sign_in() -> ResponseReturnValue:
    """The sign-in page; while nobody can sign in, the page that makes the first administrator."""
    if person := sessions.current_person():
        return redirect(_next(current_app.extensions["homeroom_frame"].home(person)))
    if not sessions.accounts().has_administrator():
        return redirect(url_for("frame.first_account"))
    return render_template("frame/sign_in.html", form=Form({}))


@pages.post("/sign-in")
def do_sign_in() -> ResponseReturnValue:
    """Check username and password; the answer never says which of them was wrong."""
    form = typed_form(request.form)
    typed, errors = read_form(SignIn(), form)
    if errors:
        return _again("frame/sign_in.html", form, errors)
    frame, now = current_app.extensions["homeroom_frame"], datetime.now(UTC)
    name, address, db = typed["username"], request.remote_addr or "", frame.db.session
    if frame.throttle.is_shut(db, name, address, now):
        abort(429)
    person = sessions.accounts().check(name, typed["password"])
    db.rollback()  # SQLite may refuse to let a transaction write that has read before others wrote
    if person is None:
        frame.throttle.note_failure(db, name, address, now)
        db.commit()
        return _again("frame/sign_in.html", form, {"": ["Username or password is wrong"]})
    frame.throttle.forgive(db, name, address)
    db.commit()
    target = _next(frame.home(person))
    sessions.begin(person, now)
    return redirect(target, 303)


@pages.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """End the session of this browser."""
    sessions.end()
    return redirect(url_for("frame.sign_in"), 303)


@pages.get("/first-account")
def first_account() -> ResponseReturnValue:
    """The page that makes the first administrator, from this machine only."""
    _only_at_first()
    return render_template("frame/first_account.html", form=Form({}), here=_from_here())


@pages.post("/first-account")
def add_first_account() -> ResponseReturnValue:
    """Make the first administrator and sign in."""
    _only_at_first()
    if not _from_here():
        abort(403)
    form = typed_form(request.form)
    typed, errors = read_form(FirstAccount(), form)
    if errors:
        return _again("frame/first_account.html", form, errors, here=True)
    frame = current_app.extensions["homeroom_frame"]
    try:
        person = sessions.accounts().add_administrator(typed["username"], typed["name"], typed["password"])
    except Refused as error:
        frame.db.session.rollback()
        return _again("frame/first_account.html", form, {error.field: [str(error)]}, here=True)
    frame.db.session.commit()
    sessions.begin(person, datetime.now(UTC))
    return redirect(frame.home(person), 303)


@pages.get("/password")
def password() -> ResponseReturnValue:
    """The page where people change their own password."""
    if not sessions.current_person():
        return redirect(url_for("frame.sign_in", next=url_for("frame.password")))
    return render_template("frame/password.html", form=Form({}))


@pages.post("/password")
def change_password() -> ResponseReturnValue:
    """Change one's own password. Every other session of the account ends."""
    person = sessions.the_person()
    form = typed_form(request.form)
    typed, errors = read_form(OwnPassword(), form)
    if errors:
        return _again("frame/password.html", form, errors)
    frame = current_app.extensions["homeroom_frame"]
    try:
        renewed = sessions.accounts().choose_password(person.id, typed["present"], typed["chosen"])
    except Refused as error:
        frame.db.session.rollback()
        return _again("frame/password.html", form, {error.field: [str(error)]})
    frame.db.session.commit()
    sessions.begin(renewed, datetime.now(UTC))
    flash("Your password is changed. You are signed out everywhere else.", "good")
    return redirect(frame.home(renewed), 303)


def _again(template: str, form: Form, errors: dict[str, list[str]], **known: object) -> ResponseReturnValue:
    return render_template(template, form=form.refused(errors), **known), 422


def _next(otherwise: str) -> str:
    return own_path(request.args.get("next"), otherwise, request.script_root)


def _only_at_first() -> None:
    if sessions.accounts().has_administrator():
        abort(404)


def _from_here() -> bool:
    """Whether the request comes from this machine itself: not through a proxy, at an address of this machine, and for a
    program whose public address is one too.
    """
    forwarded = any(name in request.headers for name in ("Forwarded", "X-Forwarded-For", "X-Real-Ip", "Via"))
    public = urlsplit(current_app.extensions["homeroom_frame"].public_url).hostname or ""
    asked = urlsplit(f"//{request.host}").hostname or ""
    return not forwarded and all(map(_is_loopback, (request.remote_addr or "", public, asked)))


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
