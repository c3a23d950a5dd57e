"""The explorer: a page of each district that documents the API and calls GET as a connection (P-113).

The page is static. It reads the discovery documents and calls the API as any platform does, with credentials that
whoever uses it types in and that never leave the page's memory but to the token endpoint; so it can show nothing that
the connection could not read anyway. It sends reads alone; writes are described.
"""

from flask import Blueprint, Response, current_app, render_template

from provider.oneroster.discovery import address
from shared.oneroster.openapi import DOCUMENTS

#: Everything comes from this address, and nothing is run or styled that stands in the page itself.
_POLICY = "; ".join(
    (
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "base-uri 'none'",
        "form-action 'none'", "frame-ancestors 'none'",
    )
)  # fmt: skip
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}

explorer = Blueprint(
    "explorer", __name__, template_folder="templates", static_folder="static", static_url_path="/explorer/static"
)


@explorer.get("/explorer")
def show() -> str:
    """The page. Its addresses are relative, so that it works wherever the district is mounted."""
    documents = [(described.title, address(described, described.files[0]).lstrip("/")) for described in DOCUMENTS]
    app_name = current_app.extensions["homeroom"]["app_name"]
    return render_template("explorer.html", app_name=app_name, documents=documents)


@explorer.after_request
def protect(response: Response) -> Response:
    """The page and its files come with a strict policy."""
    response.headers.update(_HEADERS)
    return response
