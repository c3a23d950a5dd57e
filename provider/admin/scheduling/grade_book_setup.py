"""What the grade book is set up with."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from provider.admin.guards import for_administrators

grade_book_setup = Blueprint("grade_book_setup", __name__, template_folder="templates", url_prefix="/grade-book-setup")
for_administrators(grade_book_setup)


@grade_book_setup.get("/")
def show() -> ResponseReturnValue:
    """What the grade book is set up with."""
    return render_template("scheduling/grade_book_setup.html")
