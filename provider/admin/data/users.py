"""Users: who signs in to the district's pages, as what. Nobody is removed: what somebody did stays told of them."""

from collections.abc import Mapping
from datetime import UTC, date, datetime

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from provider.access.user_tables import ADMINISTRATOR, ROLES, SisUser
from provider.access.users import BadUser, add_user, set_password, set_user
from provider.admin.guards import for_administrators, who
from provider.admin.names import Name, names_of
from provider.database import db
from provider.refreshing import district_zone
from shared.database import will_write
from shared.web.forms import Form, stored_form, typed_form
from shared.web.lists import SIZE, Listing, read_asked
from shared.web.saving import Stored, save_form

users = Blueprint("users", __name__, template_folder="templates", url_prefix="/users")
for_administrators(users)

SORTS = {
    "username": (SisUser.username_key,),
    "name": (SisUser.name, SisUser.username_key),
    "role": (SisUser.role, SisUser.username_key),
}
_ACTIVE = {"active": True, "inactive": False}
ROLE_OPTIONS = [(role, role.capitalize()) for role in ROLES]


@users.get("/")
def show() -> str:
    """The users, by words in usernames and names."""
    session = db.session()
    asked = read_asked(request.args, tuple(SORTS), ("role", "state"))
    columns = (SisUser.username, SisUser.name)
    where = [or_(*(column.icontains(word, autoescape=True) for column in columns)) for word in asked.search.split()[:5]]
    if asked.filters.get("role"):
        where.append(SisUser.role == asked.filters["role"])
    if asked.filters.get("state") in _ACTIVE:
        where.append(SisUser.active.is_(_ACTIVE[asked.filters["state"]]))
    order = [column.desc() if asked.descending else column for column in SORTS[asked.sort]]
    total = session.scalar(select(func.count()).select_from(SisUser).where(*where)) or 0
    rows = session.scalars(select(SisUser).where(*where).order_by(*order).limit(SIZE).offset(asked.offset)).all()
    names = names_of(session, (row.person_id for row in rows if row.person_id), _today(session))
    return render_template(
        "data/users.html", listing=Listing(rows, total, asked), names=names, roles=[("", "All"), *ROLE_OPTIONS],
        states=[("", "All"), ("active", "May sign in"), ("inactive", "May not sign in")],
    )  # fmt: skip


@users.get("/add")
def new() -> str:
    """The form for somebody new."""
    return _new_page(Form({"role": ADMINISTRATOR}))


@users.post("/add")
def add() -> ResponseReturnValue:
    """Add somebody."""
    session, form = db.session(), typed_form(request.form)
    session.commit()
    will_write(session)
    try:
        user = add_user(
            session, form.value("username"), form.value("name"), form.value("password"), datetime.now(UTC),
            form.value("role"), form.value("person").strip() or None, _by(session),
        )  # fmt: skip
    except BadUser as error:
        session.rollback()
        return _new_page(form.refused(_sentences(error))), 422
    session.commit()
    flash(f"{user.username} may sign in.", "good")
    return redirect(url_for("users.show"), 303)


@users.get("/<int:user_id>/")
def one(user_id: int) -> str:
    """A user."""
    return _page(user_id, stored_form(_stored(_user(db.session(), user_id))))


@users.post("/<int:user_id>/")
def change(user_id: int) -> ResponseReturnValue:
    """Change name, role, person, and whether somebody may sign in."""

    def save(session: Session, form: Form, _stored: Stored) -> Mapping[str, list[str]]:
        active = form.has("active", "1")
        try:
            set_user(
                session, _user(session, user_id), datetime.now(UTC), active, form.value("role"),
                form.value("person").strip(), form.value("name"), _by(session),
            )  # fmt: skip
        except BadUser as error:
            return _sentences(error)
        return {}

    return save_form(
        lambda session: _stored(_user(session, user_id)), save, lambda form: _page(user_id, form),
        url_for("users.one", user_id=user_id),
    )  # fmt: skip


@users.post("/<int:user_id>/password")
def password(user_id: int) -> ResponseReturnValue:
    """Give somebody a new password, which ends their sessions."""
    session, form = db.session(), typed_form(request.form)
    session.commit()
    will_write(session)
    user = _user(session, user_id)
    try:
        set_password(session, user, form.value("password"), datetime.now(UTC), _by(session))
    except BadUser as error:
        session.rollback()
        return _page(user_id, stored_form(_stored(_user(session, user_id))), Form({}, _sentences(error))), 422
    session.commit()
    flash("The password is changed, and the sessions of before have ended.", "good")
    return redirect(url_for("users.one", user_id=user_id), 303)


def _page(user_id: int, form: Form, password_form: Form | None = None) -> str:
    session = db.session()
    user = _user(session, user_id)
    return render_template(
        "data/user.html", form=form, password_form=password_form or Form({}), user=user, roles=ROLE_OPTIONS,
        linked=_name(session, user.person_id), is_self=user_id == who()[0],
    )  # fmt: skip


def _new_page(form: Form) -> str:
    return render_template("data/new_user.html", form=form, roles=ROLE_OPTIONS)


def _stored(user: SisUser) -> Stored:
    person = "" if user.person_id is None else str(user.person_id)
    return {"name": user.name, "role": user.role, "person": person, "active": "1" if user.active else ""}


def _user(session: Session, user_id: int) -> SisUser:
    """A user; 404 where there is none."""
    return session.get(SisUser, user_id) or abort(404)


def _by(session: Session) -> SisUser:
    return session.get_one(SisUser, who()[0])


def _name(session: Session, person_id: int | None) -> Name | None:
    return None if person_id is None else names_of(session, [person_id], _today(session)).get(person_id)


def _today(session: Session) -> date:
    return datetime.now(UTC).astimezone(district_zone(session)).date()


def _sentences(error: BadUser) -> dict[str, list[str]]:
    return {field: [f"{sentence}."] for field, sentence in error.fields.items()}
