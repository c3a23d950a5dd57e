"""`homeroom consumer map`: which SIS schools, terms and roles become what here."""

import json
from dataclasses import asdict, dataclass
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from sqlalchemy import select
from sqlalchemy.orm import Session

from consumer.connections import Connection
from consumer.context import ConsumerContext
from consumer.database import db
from consumer.mapping.choices import Group, Kind
from consumer.mapping.suggest import terms_to_map
from consumer.platform.models import GradingPeriod, School
from consumer.runs.peer import open_client
from consumer.sync.choices import Places, active_year, load_places
from consumer.sync.commands import choose_connection, now, today
from consumer.sync.mapping import (
    BadChoice,
    map_everything,
    map_role,
    map_school,
    map_term,
    set_option,
    tick,
    unmap,
)
from consumer.sync.places import NotRead, read_places
from consumer.sync.tables import RoleMapping, SchoolMapping, TermMapping
from consumer.sync.years import BadYear, choose_year
from shared.database import LARGEST_ID, will_write

SKIP, NEW = "skip", "NEW"


@click.command("map")
@click.argument("name", required=False, metavar="[CONNECTION]")
@click.option("--auto", is_flag=True, help="Map every school, term and role that is not mapped yet.")
@click.option("--year", type=int, help="The active year: the year in which the school year ends.")
@click.option("--school", "schools", multiple=True, metavar="SIS=NEW|ID|skip", help="Map a school.")
@click.option("--term", "terms", multiple=True, metavar="SIS=NEW|ID|skip", help="Map a term.")
@click.option("--role", "roles", nargs=3, multiple=True, metavar="SIS GROUP ROLE|skip", help="Map a role of a school.")
@click.option("--tick", "ticks", multiple=True, metavar="SIS=users,courses,sections", help="What a school syncs.")
@click.option("--set", "options", multiple=True, metavar="NAME=VALUE", help="A setting of the sync.")
@click.option("--list", "listing", is_flag=True, help="Show what is mapped (also shown after every change).")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@click.pass_obj
def map_command(context: ConsumerContext, name: str | None, listing: bool, as_json: bool, **chosen: Any) -> None:
    """Map schools, terms and roles of a provider. Reads its schools and terms first.

    \b
    homeroom consumer map springfield --auto
    homeroom consumer map springfield --school 12=NEW --term 7=NEW --role 12 Student student
    """
    with context.app.app_context():
        session = db.session()
        connection = choose_connection(session, name)
        if not listing:
            _read_places(context, session, connection)
        will_write_anew(session)
        places = load_places(session, connection)
        try:
            if chosen["year"] is not None:
                choose_year(session, connection, chosen["year"])
            _store(session, connection, places, chosen)
        except (BadChoice, BadYear) as error:
            session.rollback()
            raise click.ClickException(str(error)) from error
        session.commit()
        shown = mapped(session, connection, places)
    click.echo(json.dumps(asdict(shown), indent=2)) if as_json else _print(shown)


def will_write_anew(session: Session) -> None:
    """End what was read, and begin a unit of work that writes."""
    session.commit()
    will_write(session)


def _read_places(context: ConsumerContext, session: Session, connection: Connection) -> None:
    client = open_client(connection, context.app.extensions["homeroom"]["sealer"], context.settings.allow_private)
    try:
        read_places(session, client, connection, now(), _tell_broken)
    except NotRead as error:
        raise click.ClickException(str(error)) from error
    finally:
        client.close()


def _tell_broken(sis_id: str | None, why: str) -> None:
    click.echo(f"A record was left out ({sis_id or 'without id'}): {why}", err=True)


def _store(session: Session, connection: Connection, places: Places, chosen: dict[str, Any]) -> None:
    for sis_id, target in map(_split, chosen["schools"]):
        if target == SKIP:
            unmap(session, connection, SchoolMapping, sis_id)
        else:
            map_school(session, connection, _offered(places.orgs, sis_id, "school"), _target(target))
    for sis_id, target in map(_split, chosen["terms"]):
        if target == SKIP:
            unmap(session, connection, TermMapping, sis_id)
        else:
            map_term(session, connection, _offered(places.sessions, sis_id, "term"), _target(target))
    for sis_id, group, role in chosen["roles"]:
        _offered(places.orgs, sis_id, "school")
        map_role(session, connection, sis_id, _group(group), None if role == SKIP else role)
    if chosen["auto"]:
        year = active_year(connection, places, today(session))
        if year is None:
            raise BadChoice("The SIS offers no term: ask the district whether its school year is active")
        map_everything(session, connection, places, year)
    for sis_id, kinds in map(_split, chosen["ticks"]):
        tick(session, connection, sis_id, _kinds(kinds))
    for name, text in map(_split, chosen["options"]):
        set_option(session, connection, name, text)


def _split(text: str) -> tuple[str, str]:
    """ "SIS=what"; a SIS id may hold the sign itself."""
    left, sign, right = text.rpartition("=")
    if not sign or not left:
        raise BadChoice(f"{text!r} is not of the form A=B")
    return left, right


def _target(text: str) -> int | None:
    if text == NEW:
        return None
    if not (text.isascii() and text.isdigit()):
        raise BadChoice(f"{text!r} is neither NEW nor a number nor skip")
    if len(text) > len(str(LARGEST_ID)) or int(text) > LARGEST_ID:
        raise BadChoice(f"There is nothing here with the number {text}")
    return int(text)


def _offered(found: dict[str, Any], sis_id: str, what: str) -> Any:
    if sis_id not in found:
        raise BadChoice(f"The SIS has no {what} {sis_id!r}")
    return found[sis_id]


def _group(text: str) -> Group:
    try:
        return Group(text.capitalize())
    except ValueError:
        raise BadChoice(f"There is no role group {text!r}: {', '.join(Group)}") from None


def _kinds(text: str) -> frozenset[Kind]:
    try:
        return frozenset(Kind(part) for part in text.split(",") if part)
    except ValueError:
        raise BadChoice(f"{text!r} is not a list of {', '.join(Kind)}") from None


@dataclass(frozen=True, slots=True)
class Mapped:
    """What is offered and what it is mapped to, as shown (C-25, C-32, C-39)."""

    connection: str
    year: int | None
    schools: list[dict[str, Any]]
    terms: list[dict[str, Any]]


def mapped(session: Session, connection: Connection, places: Places) -> Mapped:
    year = active_year(connection, places, today(session))
    schools = _schools(session, connection, places)
    return Mapped(connection.name, year, schools, _terms(session, connection, places, year))


def _schools(session: Session, connection: Connection, places: Places) -> list[dict[str, Any]]:
    names = dict(session.execute(select(School.id, School.name)).all())
    roles: dict[str, dict[str, str]] = {}
    for row in session.scalars(select(RoleMapping).where(RoleMapping.connection_id == connection.id)):
        roles.setdefault(row.sis_id, {})[row.role_group] = row.role
    shown = []
    for org in sorted(places.orgs.values(), key=lambda org: (org.name, org.sourced_id)):
        choice = session.get(SchoolMapping, (connection.id, org.sourced_id))
        shown.append(
            {
                "sis_id": org.sourced_id,
                "name": org.name,
                "type": org.type,
                "school_id": choice.school_id if choice else None,
                "school": names[choice.school_id] if choice else None,
                "ticked": [kind.value for kind in Kind if choice and getattr(choice, kind.value)],
                "roles": {group.value: roles.get(org.sourced_id, {}).get(group.value) for group in Group},
            }
        )
    return shown


def _terms(session: Session, connection: Connection, places: Places, year: int | None) -> list[dict[str, Any]]:
    periods = dict(session.execute(select(GradingPeriod.id, GradingPeriod.name)).all())
    shown = []
    for term in sorted(terms_to_map(places.sessions.values(), year or 0), key=lambda t: (str(t.start), t.title)):
        choice = session.get(TermMapping, (connection.id, term.sourced_id))
        shown.append(
            {
                "sis_id": term.sourced_id,
                "title": term.title,
                "type": term.type,
                "start": str(term.start),
                "end": str(term.end),
                "grading_period_id": choice.grading_period_id if choice else None,
                "grading_period": periods[choice.grading_period_id] if choice else None,
            }
        )
    return shown


def _print(shown: Mapped) -> None:
    console = Console()
    schools = Table("SIS school", "name", "here", "syncs", *Group, title=f"{shown.connection}: schools")
    for row in shown.schools:
        here = f"{row['school']} ({row['school_id']})" if row["school"] else "not mapped"
        roles = (role or "Do Not Sync" for role in row["roles"].values())
        schools.add_row(row["sis_id"], row["name"], here, ", ".join(row["ticked"]), *roles)
    console.print(schools)
    terms = Table("SIS term", "title", "dates", "grading period", title=f"Map terms, school year {shown.year}")
    for row in shown.terms:
        here = f"{row['grading_period']} ({row['grading_period_id']})" if row["grading_period"] else "not mapped"
        terms.add_row(row["sis_id"], row["title"], f"{row['start']} to {row['end']}", here)
    console.print(terms)
