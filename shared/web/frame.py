"""Installs the frame into a program: cookies, forms' tokens, layout, sign-in pages, pages of errors."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, current_app, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_sqlalchemy import SQLAlchemy
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.routing import IntegerConverter, Map

from shared.database import LARGEST_ID
from shared.web import sessions
from shared.web.people import Accounts, Person
from shared.web.throttle import Throttle
from shared.web.times import show_moment
from shared.web.views import pages

_STATIC = Path(__file__).parent / "static"


class _RowNumber(IntegerConverter):
    """The number of a row in an address: `<int:…>` of every page. Larger ones lead nowhere."""

    def __init__(self, map: Map) -> None:
        super().__init__(map, max=LARGEST_ID)


@dataclass(frozen=True, slots=True)
class Link:
    """A link of the menu. `current` says that the page that is shown belongs to it."""

    address: str
    words: str
    current: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """What a program gives its frame.

    name         of the program: "consumer" names its cookie
    title        what people call it, beside every page's own title
    public_url   its public address; with https, cookies are sent over https alone
    home         the address of the page that a person lands on
    menu         the links beside the title for a person
    command      after `homeroom`, how its commands begin; "" for `name`
    """

    name: str
    title: str
    public_url: str
    db: SQLAlchemy
    accounts: Accounts
    throttle: Throttle
    home: Callable[[Person], str]
    menu: Callable[[Person], Sequence[Link]]
    command: str = ""

    @property
    def https(self) -> bool:
        return self.public_url.startswith("https:")


def install(app: Flask, frame: Frame) -> None:
    """Make `app` a program with pages for people. Its SECRET_KEY signs the cookies."""
    app.extensions["homeroom_frame"] = frame
    app.config.update(
        SESSION_COOKIE_NAME=f"homeroom_{frame.name}",  # programs on one host share its cookies
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Strict",
        SESSION_COOKIE_SECURE=frame.https,
        SESSION_REFRESH_EACH_REQUEST=False,
        WTF_CSRF_CHECK_DEFAULT=False,  # guards ask, so that APIs have no part in it
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session
        WTF_CSRF_SSL_STRICT=False,  # the token and the strict cookie decide; proxies rewrite the referrer's host
    )
    app.url_map.converters["int"] = _RowNumber
    sessions.csrf.init_app(app)
    app.register_blueprint(pages)
    app.context_processor(_known_to_templates)
    app.add_template_filter(show_moment, "moment")


def error_pages(app: Flask) -> None:
    """Errors of every address become pages of the frame."""
    app.register_error_handler(HTTPException, show_error)


def show_error(error: HTTPException) -> ResponseReturnValue:
    """What went wrong and what to do, in plain words."""
    code = error.code or 500
    if code < 400:
        return error.get_response()
    title, advice = _FORM_TOO_OLD if isinstance(error, CSRFError) else _WORDS.get(code, _WORDS[500])
    return render_template("frame/error.html", code=code, heading=title, advice=advice), code


_FORM_TOO_OLD = (
    "This form cannot be sent any more",
    "You have signed in again since it was opened, or it was open for very long. Nothing was saved. Go back, reload "
    "the page and send it again.",
)

_WORDS: Mapping[int, tuple[str, str]] = {
    400: ("This request makes no sense", "Go back and try again. Nothing was saved."),
    401: ("Please sign in", "Your session has ended. Sign in and do it again."),
    403: ("This is not yours to see", "Your account may not open this page. Ask an administrator for it."),
    404: ("There is no such page", "Check the address, or start from the home page."),
    405: ("This address does not take that", "Go back and try again."),
    413: ("This is too large", "Nothing was saved. Send less at once."),
    429: ("Too many attempts", "Wait a quarter of an hour, then try again."),
    500: ("Something went wrong here", "Nothing was half saved. Try again; if it stays, tell the operator the time."),
}


def _known_to_templates() -> dict[str, Any]:
    person = sessions.current_person()
    frame: Frame = current_app.extensions["homeroom_frame"]
    return {
        "person": person,
        "program": frame.title,
        "command": frame.command or frame.name,
        "home": frame.home(person) if person else url_for("frame.sign_in"),
        "menu": frame.menu(person) if person else (),
        "asset": _asset,
    }


def _asset(name: str) -> str:
    """The address of a file of the frame, another one when its bytes change."""
    return url_for("frame.static", filename=name, v=_digest(name))


@cache
def _digest(name: str) -> str:
    return hashlib.blake2b((_STATIC / name).read_bytes(), digest_size=6).hexdigest()
