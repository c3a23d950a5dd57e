"""Adding and finding connections, what a connection can be, and what it opens (P-94 … P-104). Nothing here commits."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload
from sqlalchemy.orm.attributes import flag_modified

from provider.access.credentials import digest, new_client_id, new_secret
from provider.access.expiry import BadExpiry, expiry
from provider.access.limits import MOST_AT_A_TIME
from provider.access.models import Connection, ConnectionSchool
from provider.eligibility.edition import SHARE, Edition
from provider.sis.models import School
from provider.sis.settings import read_settings
from shared.oneroster.versions import Version
from shared.sealing import Sealer

#: How a platform proves itself. OAuth 1 is for 1.1 only.
OAUTH = ("oauth2", "oauth1")

#: More requests in a minute are no limit any more.
MOST_A_MINUTE = 1_000_000


class BadConnection(ValueError):
    """A connection that cannot be, or that is not there. `fields`: names of `Options`, version or name -> what and why;
    the message is all of them."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__("; ".join(fields.values()))
        self.fields = dict(fields)


@dataclass(frozen=True, slots=True)
class Options:
    """What a new connection may have.

    schools               school numbers, None for all of them (P-96)
    last_day              of an OAuth 1 key; None: as long as keys are good by default (P-99)
    at_a_time, a_minute   its own limits; None: as the district says (P-112)
    """

    oauth: str = "oauth2"
    last_day: date | None = None
    schools: Collection[str] | None = None
    share: frozenset[str] = frozenset(SHARE)  # P-104
    roster: bool = True
    gradebook: bool = False  # P-97
    assessments: bool = False
    supported: bool = True  # P-102
    secondary_email: bool = False  # P-62
    vendor_key: bool = False  # P-98: make a vendor key and secret
    at_a_time: int | None = None
    a_minute: int | None = None


def add_connection(
    session: Session, sealer: Sealer, name: str, version: Version, options: Options, now: datetime
) -> tuple[Connection, str]:
    """A new, enabled connection and its secret. Raises BadConnection."""
    _check_new(session, name, options)
    secret = new_secret()
    connection = Connection(
        name=name, version=version.value, oauth=options.oauth, client_id=new_client_id(), created_at=now,
        expires_at=end_of_key(options.oauth, now, options.last_day),
        secret_hash=digest(secret), secret_sealed=sealer.seal(secret),
        all_schools=options.schools is None,
        roster=options.roster, gradebook=options.gradebook, assessments=options.assessments,
        supported=options.supported, secondary_email=options.secondary_email,
        at_a_time=options.at_a_time, a_minute=options.a_minute,
        **{f"share_{item}": item in options.share for item in SHARE},
    )  # fmt: skip
    check(connection)
    if options.vendor_key:
        give_vendor_key(connection, sealer)
    if options.schools is not None:
        connection.schools = _scope(session, options.schools)
    session.add(connection)
    try:
        session.flush()
    except IntegrityError as error:  # somebody else has just given another one this name
        raise BadConnection({"name": _taken(name)}) from error
    return connection, secret


def _check_new(session: Session, name: str, options: Options) -> None:
    if not name.strip() or len(name) > 100:
        raise BadConnection({"name": "A connection's name has 1 to 100 characters"})
    if session.scalar(select(Connection.id).where(Connection.name == name)):
        raise BadConnection({"name": _taken(name)})
    if unknown := options.share - set(SHARE):
        told = f"There is no data to share called {', '.join(sorted(unknown))}: only {', '.join(SHARE)}"
        raise BadConnection({"share": told})
    if options.oauth == "oauth1" and not read_settings(session).allow_new_oauth1:
        raise BadConnection({
            "oauth": "New OAuth 1 connections are forbidden here (P-100): use OAuth 2, or allow them first, on the "
            "page Settings & Management or with `homeroom provider setting set allow_new_oauth1 true`"
        })  # fmt: skip


def _taken(name: str) -> str:
    return f"There is a connection {name!r} already"


def check(connection: Connection) -> None:
    """Raises BadConnection for options that do not go together, with all that is wrong."""
    wrong: dict[str, str] = {}
    if connection.oauth == "oauth1" and connection.version != Version.V1P1:
        wrong["oauth"] = "OAuth 1 is for OneRoster 1.1 only (P-99): a 1.2 connection uses OAuth 2"
    elif connection.oauth == "oauth1" and not connection.all_schools:
        wrong["schools"] = "A 1.1 connection can be limited to schools with OAuth 2 only (P-96)"
    if connection.secondary_email and connection.version != Version.V1P2:
        wrong["secondary_email"] = (
            "Secondary email is an option of 1.2 connections (P-62); "
            "for 1.1 set the district's switch secondary_email_1p1"
        )
    if not connection.supported and (connection.gradebook or connection.assessments):
        wrong["supported"] = "An unsupported vendor may have the roster only, no grade book or assessments (P-102)"
    for name, most, of in (("at_a_time", MOST_AT_A_TIME, "at a time"), ("a_minute", MOST_A_MINUTE, "in a minute")):
        limit = getattr(connection, name)
        if limit is not None and not 1 <= limit <= most:
            wrong[name] = f"A connection may have 1 to {most:,} requests answered {of} (P-112)"
    if wrong:
        raise BadConnection(wrong)


def end_of_key(oauth: str, now: datetime, last_day: date | None) -> datetime | None:
    """When the key of a connection ends; None: OAuth 2 credentials do not (P-99). Raises BadConnection."""
    if oauth == "oauth1":
        try:
            return expiry(now, last_day)
        except BadExpiry as error:
            raise BadConnection({"last_day": str(error)}) from error
    if last_day is not None:
        told = "The credentials of OAuth 2 connections do not expire: only OAuth 1 keys do (P-99)"
        raise BadConnection({"last_day": told})
    return None


def give_vendor_key(connection: Connection, sealer: Sealer) -> None:
    """A new vendor key and secret; grade book and assessment calls need them from the commit on (P-98)."""
    secret = new_secret()
    connection.vendor_key = new_client_id()
    connection.vendor_secret_hash = digest(secret)
    connection.vendor_secret_sealed = sealer.seal(secret)


def _scope(session: Session, numbers: Collection[str]) -> list[ConnectionSchool]:
    """Rows for the schools with these numbers. Raises BadConnection for a number that no school has, and for none."""
    found = session.execute(select(School.number, School.id).where(School.number.in_(numbers)))
    ids = {number: school_id for number, school_id in found}  # noqa: C416 - dict() would take a Result for a mapping
    if missing := [number for number in numbers if number not in ids]:
        raise BadConnection({"schools": f"There is no school with number {', '.join(missing)}"})
    if not ids:
        raise BadConnection({"schools": "A connection has all schools, or at least one"})
    return [ConnectionSchool(school_id=school_id) for school_id in sorted(ids.values())]


def set_schools(session: Session, connection: Connection, numbers: Collection[str] | None) -> None:
    """Change the school scope; None for all schools. Raises BadConnection."""
    connection.all_schools = numbers is None
    with session.no_autoflush:
        check(connection)
        connection.schools = [] if numbers is None else _scope(session, numbers)
    # Rows of another table changed: this makes the connection's revision move even so.
    flag_modified(connection, "all_schools")
    session.flush()


def find_connection(session: Session, name: str) -> Connection:
    """The connection of that name. Raises BadConnection."""
    connection = session.scalar(select(Connection).where(Connection.name == name))
    if connection is None:
        raise BadConnection({"name": f"There is no connection {name!r}"})
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
