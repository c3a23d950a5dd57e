"""The forms of a connection: what stands in their fields, and the options that they make (P-94 … P-104).

What goes together is decided in `provider.access`; here a text becomes a number or a day, and an option its field.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from provider.access.changing import DEFAULT_LIMIT, Changes
from provider.access.connections import Options
from provider.access.models import Connection
from provider.eligibility.edition import SHARE
from provider.sis.models import School
from shared.web.forms import Form

ALL, SOME = "all", "some"
#: Switches of a connection that are ticks in its forms.
_TICKS = ("roster", "gradebook", "assessments", "secondary_email")
#: The data-to-share switches, with what each leaves out (P-104).
SHARE_WORDS = {
    "demographics": ("Demographics", "Birth date, sex, race and where somebody was born."),
    "guardians": ("Guardians", "Guardians as users, and who they are to a student."),
    "relatives": ("Relatives", "Other people of a household as users."),
    "staff": ("Non-teaching staff", "Counselors, principals, aides and other staff who teach no section."),
    "phone": ("Phone numbers", "The phone numbers of users."),
    "email": ("Email addresses", "The email addresses of users."),
}


class SchoolChoice(NamedTuple):
    """A school that a connection can be limited to; `field` is its tick."""

    field: str
    number: str
    name: str


def school_choices(session: Session) -> list[SchoolChoice]:
    """Every school, by name."""
    rows = session.execute(select(School.id, School.number, School.name).order_by(School.name, School.id))
    return [SchoolChoice(f"school-{school_id}", number, name) for school_id, number, name in rows]


def stored_values(session: Session, connection: Connection) -> dict[str, str]:
    """What stands in the fields of a connection's options; a box that is not ticked is ""."""
    chosen = {row.school_id for row in connection.schools}
    return {
        **{name: _tick(getattr(connection, name)) for name in _TICKS},
        **{f"share-{item}": _tick(item in connection.share) for item in SHARE},
        **{one.field: _tick(int(one.field.removeprefix("school-")) in chosen) for one in school_choices(session)},
        "unsupported": _tick(not connection.supported),
        "scope": ALL if connection.all_schools else SOME,
        "at_a_time": str(connection.at_a_time or ""),
        "a_minute": str(connection.a_minute or ""),
    }


def first_values() -> dict[str, str]:
    """What stands in the form of a new connection: all data, the roster alone."""
    return {
        "version": "1.2",
        "oauth": "oauth2",
        "scope": ALL,
        "roster": "1",
        **{f"share-{item}": "1" for item in SHARE},
    }


def _tick(on: bool) -> str:
    return "1" if on else ""


def read_options(form: Form, schools: Sequence[SchoolChoice]) -> tuple[Options | None, dict[str, list[str]]]:
    """The options of a new connection; the errors by field."""
    numbers, errors = _limits(form)
    last_day, told = read_last_day(form)
    errors |= told
    if errors:
        return None, errors
    return Options(
        oauth=form.value("oauth"), last_day=last_day, schools=chosen_schools(form, schools), share=_shared(form),
        roster=form.has("roster", "1"), gradebook=form.has("gradebook", "1"), assessments=form.has("assessments", "1"),
        supported=not form.has("unsupported", "1"), secondary_email=form.has("secondary_email", "1"),
        vendor_key=form.has("vendor_key", "1"), at_a_time=numbers["at_a_time"], a_minute=numbers["a_minute"],
    ), {}  # fmt: skip


def read_changes(form: Form) -> tuple[Changes | None, dict[str, list[str]]]:
    """What a form makes of a connection's options, but for its schools; the errors by field."""
    numbers, errors = _limits(form)
    if errors:
        return None, errors
    shared = _shared(form)
    return Changes(
        roster=form.has("roster", "1"), gradebook=form.has("gradebook", "1"), assessments=form.has("assessments", "1"),
        supported=not form.has("unsupported", "1"), secondary_email=form.has("secondary_email", "1"),
        share=shared, no_share=frozenset(SHARE) - shared,
        at_a_time=numbers["at_a_time"] or DEFAULT_LIMIT, a_minute=numbers["a_minute"] or DEFAULT_LIMIT,
    ), {}  # fmt: skip


def chosen_schools(form: Form, schools: Sequence[SchoolChoice]) -> list[str] | None:
    """The numbers of the schools that are ticked; None for all of them (P-96)."""
    return [one.number for one in schools if form.has(one.field, "1")] if form.value("scope") == SOME else None


def read_last_day(form: Form) -> tuple[date | None, dict[str, list[str]]]:
    """The last day of an OAuth 1 key (P-99); None where the field is empty."""
    text = form.value("last_day").strip()
    if not text:
        return None, {}
    try:
        return date.fromisoformat(text), {}
    except ValueError:
        return None, {"last_day": ["This is a day such as 2026-08-31"]}


def in_form(wrong: Mapping[str, str]) -> dict[str, list[str]]:
    """What `provider.access` refuses, by the fields of these forms."""
    names = {"supported": "unsupported"}
    return {names.get(name, name): [told] for name, told in wrong.items()}


def _shared(form: Form) -> frozenset[str]:
    return frozenset(item for item in SHARE if form.has(f"share-{item}", "1"))


def _limits(form: Form) -> tuple[dict[str, int | None], dict[str, list[str]]]:
    numbers: dict[str, int | None] = {}
    errors: dict[str, list[str]] = {}
    for name in ("at_a_time", "a_minute"):
        text = form.value(name).strip()
        if text and not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) > 0):
            errors[name] = ["This is a whole number from 1 on; left empty, the district's own limit holds"]
        else:
            numbers[name] = int(text) if text else None
    return numbers, errors
