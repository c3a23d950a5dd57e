"""One address for many districts: picks the district by the appName in the path or in the token URL (P-106, P-107).

/campus/oauth2/token?appName=APP        the token endpoint
/campus/oneroster/APP/…                 the OneRoster service of both versions, and below / the status page
/campus/api/oneroster/v1p2/APP/…        the same, at the address that 1.2 clients of the field know
/                                       which districts there are

A district is there once `homeroom provider init` has made its folder. Its application is made when first asked for.
"""

import re
from collections.abc import Callable, Iterable
from html import escape
from threading import Lock
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import orjson
from flask import Flask

from shared.settings import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

#: What an appName may be: it is part of URLs, of a folder's name and of a database's name.
APP_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")

TOKEN_PATH = "/campus/oauth2/token"  # noqa: S105 - a path

#: Where districts are mounted: everything up to the appName.
MOUNTS = ("/campus/oneroster/", "/campus/api/oneroster/v1p2/")


def districts(settings: Settings) -> list[str]:
    """The appNames of the districts that have been made on this host."""
    folder = settings.data / "provider"
    found = folder.iterdir() if folder.is_dir() else ()
    return sorted(path.name for path in found if path.is_dir() and APP_NAME.fullmatch(path.name))


class Host:
    """A WSGI application that hands each request to the application of its district."""

    def __init__(
        self, settings: Settings, create_app: Callable[[Settings, str], Flask], close_app: Callable[[Flask], None]
    ) -> None:
        self._settings = settings
        self._create_app = create_app
        self._close_app = close_app
        self._apps: dict[str, Flask] = {}
        self._lock = Lock()

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        return self._pick(environ)(environ, start_response)

    def close(self) -> None:
        """Close what the applications of all districts hold."""
        for app in self._apps.values():
            self._close_app(app)

    def _pick(self, environ: "WSGIEnvironment") -> "WSGIApplication":
        """The application that answers; `environ` is changed to what it expects: it lives at its mount."""
        path = environ["PATH_INFO"]
        if path == TOKEN_PATH:
            app = self._district(_app_name(environ))
            if app is None:
                return _unknown_client
            _mount(environ, "/campus")
            return app
        for mount in MOUNTS:
            if path.startswith(mount):
                app_name = path[len(mount) :].partition("/")[0]
                app = self._district(app_name)
                if app is None:
                    return _not_found
                _mount(environ, mount + app_name)
                return app
        return self._index if path == "/" else _not_found

    def _district(self, app_name: str) -> Flask | None:
        """The application of a district that is there."""
        app = self._apps.get(app_name)
        if app is not None:
            return app
        if not APP_NAME.fullmatch(app_name) or not self._settings.provider_folder(app_name).is_dir():
            return None
        with self._lock:
            if app_name not in self._apps:
                self._apps[app_name] = self._create_app(self._settings, app_name)
            return self._apps[app_name]

    def _index(self, _environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """A page that names the districts, for people."""
        rows = "".join(
            f'<li><a href="{MOUNTS[0]}{escape(name)}/">{escape(name)}</a></li>' for name in districts(self._settings)
        )
        page = (
            '<!doctype html><html lang="en"><meta charset="utf-8"><title>Homeroom provider</title>'
            f"<h1>Homeroom provider</h1><p>Districts on this host:</p><ul>{rows}</ul></html>"
        )
        return _answer(start_response, "200 OK", "text/html; charset=utf-8", page.encode())


def _app_name(environ: "WSGIEnvironment") -> str:
    """The appName of a token URL; "" when there is none or more than one."""
    names = parse_qs(environ.get("QUERY_STRING", "")).get("appName", [])
    return names[0] if len(names) == 1 else ""


def _mount(environ: "WSGIEnvironment", prefix: str) -> None:
    environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + prefix
    environ["PATH_INFO"] = environ["PATH_INFO"][len(prefix) :] or "/"


def _unknown_client(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    """The token endpoint of a district that is not there (P-107): the same words as for an unknown client."""
    if environ["REQUEST_METHOD"] != "POST":
        return _answer(start_response, "405 Method Not Allowed", "text/plain", b"POST only\n", ("Allow", "POST"))
    body = {
        "error": "invalid_client",
        "error_description": "The client id or secret is wrong, or the connection is disabled.",
    }
    challenge = ("WWW-Authenticate", 'Basic realm="OneRoster"')
    return _answer(start_response, "401 Unauthorized", "application/json", orjson.dumps(body), challenge)


def _not_found(_environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    return _answer(start_response, "404 Not Found", "text/plain", b"There is nothing here\n")


def _answer(
    start_response: "StartResponse", status: str, content_type: str, body: bytes, *headers: tuple[str, str]
) -> Iterable[bytes]:
    length = ("Content-Length", str(len(body)))
    start_response(status, [("Content-Type", content_type), length, ("Cache-Control", "no-store"), *headers])
    return [body]
