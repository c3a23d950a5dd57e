"""View Error: why an item did not go to the SIS, section by section, in the SIS's own words too (C-123, C-138)."""

from flask import abort, render_template
from flask.typing import ResponseReturnValue

from consumer.database import db
from consumer.passback.standing import standing
from consumer.web.course_app.app import course_app, the_page


@course_app.get("/items/<int:item_id>/")
def problems(item_id: int) -> ResponseReturnValue:
    """What stands in the way of one item, and the students whose scores did not arrive."""
    items = standing(db.session(), the_page().book)
    item = next((item for item in items if item.item_id == item_id), None)
    if item is None:
        abort(404)
    return render_template("course_app/problems.html", current_tab="course_app.show", item=item)
