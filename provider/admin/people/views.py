"""People: the list, and the page of one person."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from provider.admin.guards import for_administrators

people = Blueprint("people", __name__, template_folder="templates", url_prefix="/people")
for_administrators(people)


@people.get("/")
def show() -> ResponseReturnValue:
    """The list."""
    return render_template("people/people.html")


@people.get("/<int:person_id>/")
def person(person_id: int) -> ResponseReturnValue:
    """Everything of a person."""
    return render_template("people/person.html")
