"""A sourcedId may hold a slash, which arrives percent-encoded; WSGI servers decode it and lose the difference."""

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import unquote

#: Stands for an encoded slash inside a path segment until the route has been found.
STAND_IN = "\x1f"

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def restore(segment: str) -> str:
    """The path parameter as the client meant it."""
    return segment.replace(STAND_IN, "/")


def sent_path(environ: dict[str, Any]) -> str:
    """The path of the request line as the client sent it; "" when the server does not tell."""
    raw: str = environ.get("RAW_URI") or environ.get("REQUEST_URI") or ""
    return raw.partition("?")[0] if raw.startswith("/") else ""


class KeepEncodedSlashes:
    """WSGI middleware: routes see one segment where the client sent one."""

    def __init__(self, application: Application) -> None:
        self._application = application

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = sent_path(environ)
        if "%2f" in path.lower():
            segments = [unquote(segment).replace("/", STAND_IN) for segment in path.split("/")]
            outside = environ.get("SCRIPT_NAME", "").count("/")
            inside = "/" + "/".join(segments[1 + outside :])
            # WSGI strings are bytes in latin-1 clothing.
            environ["PATH_INFO"] = inside.encode().decode("latin-1")
        return self._application(environ, start_response)
