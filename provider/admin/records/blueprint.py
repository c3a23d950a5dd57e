"""The blueprint of the record editor."""

from flask import Blueprint

from provider.admin.guards import for_administrators

records = Blueprint("records", __name__, template_folder="templates", static_folder="static", url_prefix="/records")
for_administrators(records)


@records.get("/<table>/")
def rows(table: str) -> str:
    """The rows of a table."""
    return ""


@records.get("/<table>/<key>")
def show(table: str, key: str) -> str:
    """The form of a row."""
    return ""


@records.get("/<table>/add")
def add(table: str) -> str:
    """The form for a new row."""
    return ""
