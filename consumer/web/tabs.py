"""The tabs of a connection: one blueprint each, guarded alike, and what every one of their pages shows.

System administrators see them; the Acting User alone changes anything (C-15).
"""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from consumer.connections import Connection
from consumer.connections.acting import may_change, warning
from consumer.database import db
from consumer.platform.models import Account
from consumer.platform.settings import read_settings
from consumer.sync.tables import RoleMapping, SchoolMapping, TermMapping
from consumer.web.accounts import ADMINISTRATOR
from shared.web.people import Person
from shared.web.sessions import guard, the_person


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab; its blueprint has the same name, and a view called `show`."""

    name: str
    words: str


TABS = (
    Tab("configuration", "Configuration"),
    Tab("schools", "Schools"),
    Tab("terms", "Terms"),
    Tab("users", "Users"),
    Tab("courses", "Courses"),
    Tab("sections", "Sections"),
    Tab("logs", "Logs"),
    Tab("data_prep", "Data Prep"),
)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the way to the first sync (C-14): done or not, and where it is done."""

    words: str
    done: bool
    address: str


@dataclass(frozen=True, slots=True)
class Page:
    """What every page of a connection knows.

    account      who looks at it; may_change: whether that is the Acting User (C-15)
    acting       the Acting User; warning: what is wrong about them (C-18)
    steps        the order gate; ready: whether users, courses and sections can be synced
    zone         the organisation's time zone
    """

    connection: Connection
    account: Account
    may_change: bool
    acting: Account | None
    warning: str | None
    steps: tuple[Step, ...]
    zone: str

    @property
    def ready(self) -> bool:
        return all(step.done for step in self.steps)


def is_administrator(person: Person) -> bool:
    return ADMINISTRATOR in person.roles


def tab(name: str) -> Blueprint:
    """The blueprint of a tab, below /connections/<id>/. Views find the page in `the_page()`; whoever is not the Acting
    User can send no form of it.
    """
    path = name.replace("_", "-")
    blueprint = Blueprint(
        name, __name__, template_folder="templates", url_prefix=f"/connections/<int:connection_id>/{path}"
    )

    @blueprint.url_value_preprocessor
    def take_connection(_endpoint: str | None, values: dict[str, Any] | None) -> None:
        g.connection_id = values.pop("connection_id") if values else None

    guard(blueprint, is_administrator)

    @blueprint.before_request
    def load() -> ResponseReturnValue | None:
        connection = db.session.get(Connection, g.connection_id)
        if connection is None:
            abort(404)
        g.page = _page(db.session(), connection)
        if request.method != "GET" and not g.page.may_change:
            return refuse_change()
        return None

    @blueprint.context_processor
    def known() -> dict[str, Any]:
        if "page" not in g:  # a page of an error: the guard let nobody in
            return {}
        return {"page": g.page, "tabs": TABS, "current_tab": name, "connection": g.page.connection}

    return blueprint


def the_page() -> Page:
    """The page of this request, in a view of a tab."""
    page: Page = g.page
    return page


def refuse_change() -> ResponseReturnValue:
    """Whoever is not the Acting User is told who is (C-15); nothing is changed."""
    return render_template("roster/refused.html", page=g.page, connection=g.page.connection), 403


def address(endpoint: str, **values: Any) -> str:
    """The address of a view of a tab of this request's connection."""
    return url_for(endpoint, connection_id=g.connection_id, **values)


def _page(session: Session, connection: Connection) -> Page:
    account = session.get_one(Account, the_person().id)
    acting = session.get(Account, connection.acting_account_id) if connection.acting_account_id else None
    return Page(
        connection=connection,
        account=account,
        may_change=may_change(account, connection),
        acting=acting,
        warning=warning(connection, acting),
        steps=_steps(session, connection),
        zone=read_settings(session).time_zone,
    )


def _steps(session: Session, connection: Connection) -> tuple[Step, ...]:
    def mapped(table: Any) -> bool:
        return bool(session.scalar(select(func.count()).where(table.connection_id == connection.id)))

    return (
        Step("Configuration is saved", True, address("configuration.show")),
        Step("At least one school is mapped", mapped(SchoolMapping), address("schools.show")),
        Step("At least one term is mapped", mapped(TermMapping), address("terms.show")),
        Step("At least one role is mapped", mapped(RoleMapping), address("users.show")),
    )
