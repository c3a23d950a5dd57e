"""One change of many rows: those that a list's filter finds, or those of them that are ticked.

A list page shows `bulk.choose(table, action)` of "records/bulk.html" inside a form that posts its ticks (fields called
`id`) to a view of its own, which calls `answer_bulk` with the query of what its filter finds:

    @enrollments.post("/bulk")
    def bulk() -> ResponseReturnValue:
        return answer_bulk("enrollment", ids_found(session, asked), url_for("enrollments.show", **request.args))

1. The first POST leads to a page that says how many rows and which; of an exclude also what it would hide.
2. The second, with the stamp of that page, changes them: at once, or as a job where they are many.
"""

from typing import Any

from flask import abort
from flask.typing import ResponseReturnValue
from sqlalchemy import Select


def answer_bulk(table: str, found: Select[Any], back: str) -> ResponseReturnValue:
    """Answer the POST of a list's bulk form.

    found   a query of the ids of the rows that the list's filter finds, all pages of it
    back    the list, with its filter: where the person comes back to
    """
    abort(404)
