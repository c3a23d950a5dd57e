"""Adding, finding and changing connections (P-94 … P-104). Nothing here commits."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload
from sqlalchemy.orm.attributes import flag_modified

from provider.access.credentials import digest, new_client_id, new_secret
from provider.access.models import Connection, ConnectionSchool
from provider.eligibility.edition import SHARE, Edition
from provider.sis.models import School
from shared.oneroster.versions import Version
from shared.sealing import Sealer


class BadConnection(ValueError):
    """A connection that cannot be, or that is not there; the message says what and why."""


@dataclass(frozen=True, slots=True)
class Options:
    """What a new connection may have. `schools` are school numbers, None for all of them (P-96)."""

    schools: Collection[str] | None = None
    share: frozenset[str] = frozenset(SHARE)  # P-104
    roster: bool = True
    gradebook: bool = False  # P-97
    assessments: bool = False
    secondary_email: bool = False  # P-62
    vendor_key: bool = False  # P-98: make a vendor key and secret


def add_connection(
    session: Session, sealer: Sealer, name: str, version: Version, options: Options, now: datetime
) -> tuple[Connection, str]:
    """A new, enabled OAuth 2 connection and its secret. Raises BadConnection."""
    _check(session, name, version, options)
    secret = new_secret()
    connection = Connection(
        name=name, version=version.value, client_id=new_client_id(), created_at=now,
        secret_hash=digest(secret), secret_sealed=sealer.seal(secret),
        all_schools=options.schools is None,
        roster=options.roster, gradebook=options.gradebook, assessments=options.assessments,
        secondary_email=options.secondary_email,
        **{f"share_{item}": item in options.share for item in SHARE},
    )  # fmt: skip
    if options.vendor_key:
        vendor_secret = new_secret()
        connection.vendor_key = new_client_id()
        connection.vendor_secret_hash = digest(vendor_secret)
        connection.vendor_secret_sealed = sealer.seal(vendor_secret)
    session.add(connection)
    if options.schools is not None:
        connection.schools = _scope(session, options.schools)
    session.flush()
    return connection, secret


def _check(session: Session, name: str, version: Version, options: Options) -> None:
    if not name.strip() or len(name) > 100:
        raise BadConnection("A connection's name has 1 to 100 characters")
    if session.scalar(select(Connection.id).where(Connection.name == name)):
        raise BadConnection(f"There is a connection {name!r} already")
    if options.secondary_email and version is not Version.V1P2:
        raise BadConnection(
            "Secondary email is an option of 1.2 connections (P-62); "
            "for 1.1 set the district's switch secondary_email_1p1"
        )
    if unknown := options.share - set(SHARE):
        raise BadConnection(f"There is no data to share called {', '.join(sorted(unknown))}: only {', '.join(SHARE)}")


def _scope(session: Session, numbers: Collection[str]) -> list[ConnectionSchool]:
    """Rows for the schools with these numbers. Raises BadConnection for a number that no school has, and for none."""
    found = session.execute(select(School.number, School.id).where(School.number.in_(numbers)))
    ids = {number: school_id for number, school_id in found}  # noqa: C416 - dict() would take a Result for a mapping
    if missing := [number for number in numbers if number not in ids]:
        raise BadConnection(f"There is no school with number {', '.join(missing)}")
    if not ids:
        raise BadConnection("A connection has all schools, or at least one")
    return [ConnectionSchool(school_id=school_id) for school_id in sorted(ids.values())]


def set_schools(session: Session, connection: Connection, numbers: Collection[str] | None) -> None:
    """Change the school scope; None for all schools. Raises BadConnection."""
    connection.schools = [] if numbers is None else _scope(session, numbers)
    connection.all_schools = numbers is None
    # Rows of another table changed: this makes the connection's revision move even so.
    flag_modified(connection, "all_schools")
    session.flush()


def find_connection(session: Session, name: str) -> Connection:
    """The connection of that name. Raises BadConnection."""
    connection = session.scalar(select(Connection).where(Connection.name == name))
    if connection is None:
        raise BadConnection(f"There is no connection {name!r}")
    return connection


def list_connections(session: Session) -> list[Connection]:
    """Every connection, by name."""
    return list(session.scalars(select(Connection).options(selectinload(Connection.schools)).order_by(Connection.name)))


def regenerate_secret(connection: Connection, sealer: Sealer) -> str:
    """A new secret: the old one and every token issued under it end with the commit (P-101)."""
    secret = new_secret()
    connection.secret_hash = digest(secret)
    connection.secret_sealed = sealer.seal(secret)
    connection.secret_generation += 1
    return secret


def editions_in_use(session: Session) -> list[Edition]:
    """The editions of enabled connections, each once, in a stable order: what a refresh has to build."""
    editions = {one.edition() for one in list_connections(session) if one.enabled}
    return sorted(editions, key=lambda edition: edition.key)


def allowed_scopes(connection: Connection) -> frozenset[str]:
    """The short names of the scopes that its functions open (P-97, P-102, P-104). Resources go with the roster."""
    names: set[str] = set()
    if connection.roster:
        names |= {"roster-core.readonly", "roster.readonly", "resource.readonly"}
        if connection.version == Version.V1P2:
            names.add("resource-core.readonly")
        if connection.share_demographics:
            names.add("roster-demographics.readonly")
    if connection.gradebook:
        names |= {"gradebook.readonly", "gradebook.createput", "gradebook.delete"}
        if connection.version == Version.V1P2:
            names |= {"gradebook-core.readonly", "gradebook.createpost"}
    if connection.assessments and connection.version == Version.V1P2:
        names |= {"assessment.readonly", "assessment.createput", "assessment.delete"}
    return frozenset(names)
