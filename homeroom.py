"""The command `homeroom`: the front door, and the only module that may know both programs."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from shared.commands import CommandTable, LazyGroup
from shared.settings import Settings, read_settings

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from consumer.passback.follow import GradeSent
    from consumer.sync.timeline import TimeLine
    from provider.access.follow import Followed

COMMANDS: CommandTable = {
    "demo": ("shared.demo.command:demo_command", "Both programs with a demo district, and a first sync."),
    "provider": ("provider.cli:provider", "The provider: a district's records, published as OneRoster."),
    "consumer": ("consumer.cli:consumer", "The consumer: a learning platform that pulls OneRoster."),
    "follow": ("homeroom:follow_command", "One person's way from the district's records to the platform's."),
    "generate": ("provider.sis.generate_command:generate_command", "Make a synthetic district of any size."),
}


@click.group(cls=LazyGroup, table=COMMANDS)
@click.version_option(package_name="homeroom")
def main() -> None:
    """Move school rosters and grades between systems: a OneRoster 1.1 and 1.2 provider and consumer."""


@click.command("follow")
@click.argument("person")
@click.option("--data", type=click.Path(path_type=Path), help="The data folder (default HOMEROOM_DATA, else ./var).")
@click.option("--connection", "name", help="Only this connection of the consumer; all when left out.")
@click.option("--district", help="The provider's district, by its appName; by default the one that is connected.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def follow_command(person: str, data: Path | None, name: str | None, district: str | None, as_json: bool) -> None:
    """Tell what happened to one PERSON: what each sync brought and did, which grades were sent by whom, and, where the
    provider's database is at hand too, its rules, what it publishes, who asked for it, and its rows of those grades.

    PERSON is a username, SIS id, email address or a part of the name. Exit status 2 when it means several people.
    """
    settings = read_settings(data=data)
    line, grades, links = _consumer_half(settings, person, name)
    halves = list(_provider_half(settings, links, district))
    if line is None and not halves:
        raise click.ClickException(f"There is no person {person!r} here")
    if as_json:
        platform = None if line is None else asdict(line)
        found = {
            "platform": platform, "grades": [asdict(grade) for grade in grades],
            "provider": [half.as_json() for half in halves],
        }  # fmt: skip
        click.echo(json.dumps(found, indent=2, default=lambda value: value.isoformat()))
        return
    from consumer.passback.follow import grade_lines
    from consumer.sync.printing import timeline_lines
    from provider.access.follow import lines_of

    for text in timeline_lines(line) if line else [f"The platform knows no person {person!r}"]:
        click.echo(text)
    for text in grade_lines(grades):
        click.echo(text)
    for half in halves:
        click.echo()
        for text in lines_of(half):
            click.echo(text)


#: How the consumer is connected to a district: base URL, client id, and the person's SIS id there, or what was asked.
Link = tuple[str, str, str]


def _consumer_half(
    settings: Settings, person: str, name: str | None
) -> "tuple[TimeLine | None, tuple[GradeSent, ...], list[Link]]":
    """The platform's time line, None for somebody whom it does not know, the grades that it sent, and where the
    provider can be asked.
    """
    from sqlalchemy import select

    from consumer.app import create_app
    from consumer.connections import Connection
    from consumer.database import db
    from consumer.passback.follow import follow_grades
    from consumer.sync.commands import choose_connection
    from consumer.sync.follow import follow
    from consumer.sync.subjects import candidates, find_people

    with create_app(settings).app_context():
        session = db.session()
        connection_id = choose_connection(session, name).id if name else None
        people = find_people(session, person, connection_id)
        if len({one.account_id or (one.connection_id, one.sis_id) for one in people}) > 1:
            several = "".join(f"\n  {text}" for text in candidates(people))
            raise click.UsageError(f"{person!r} means several people, say which by username or SIS id:{several}")
        if not people:
            known = session.scalars(select(Connection).where(Connection.id == (connection_id or Connection.id)))
            return None, (), [(row.base_url, row.client_id, person) for row in known]
        one = people[0]
        line = follow(session, one.account_id, one.sis_id if one.account_id is None else None, connection_id)
        links = []
        for record in line.records:
            connection = session.get_one(Connection, record.connection_id)
            if not record.former and connection_id in (None, connection.id):
                links.append((connection.base_url, connection.client_id, record.sis_id))
        grades = () if one.account_id is None else follow_grades(session, one.account_id, connection_id)
        return line, grades, links


def _provider_half(settings: Settings, links: list[Link], district: str | None) -> "Iterator[Followed]":
    """What the provider tells, for each connection whose district is on this machine."""
    from provider.app import close_app, create_app
    from provider.database import db
    from provider.host import APP_NAME

    for base_url, client_id, sis_id in links:
        app_name = district or base_url.rpartition("/")[2]
        if not APP_NAME.fullmatch(app_name) or not settings.provider_folder(app_name).is_dir():
            continue
        app = create_app(settings, app_name)
        with app.app_context():
            half = _asked(db.session(), client_id, sis_id)
        close_app(app)
        if half is not None:
            yield half


def _asked(session: "Session", client_id: str, sis_id: str) -> "Followed | None":
    from provider.access.follow import connection_of_client, follow
    from provider.publishing.finding import NotFound
    from provider.refreshing import district_zone

    connection = connection_of_client(session, client_id)
    if connection is None:
        return None
    today = datetime.now(UTC).astimezone(district_zone(session)).date()
    try:
        return follow(session, today, connection, sis_id)
    except NotFound:
        return None


if __name__ == "__main__":
    main()
