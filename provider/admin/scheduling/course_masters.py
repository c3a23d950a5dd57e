"""Course masters: the list."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from provider.admin.guards import for_administrators

course_masters = Blueprint("course_masters", __name__, template_folder="templates", url_prefix="/course-masters")
for_administrators(course_masters)


@course_masters.get("/")
def show() -> ResponseReturnValue:
    """Course masters: the list."""
    return render_template("scheduling/course_masters.html")
