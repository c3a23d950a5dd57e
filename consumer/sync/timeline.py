"""What a time line of one person is made of (`consumer.sync.follow`)."""

from dataclasses import dataclass
from datetime import date, datetime

from consumer.sync.lines import Detail
from consumer.sync.wording import FieldChange


class Unknown(LookupError):
    """Nobody here is meant; the message says so."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened. `source`: pull, plan or hand; `at` is aware UTC, None when it was before what is kept.

    entity, sis_id   the record: user, enrollment, parent link
    state            of a plan row, how it stands; `code`, `text`, `remedy`, `where` of a skip or failure (C-112)
    """

    at: datetime | None
    source: str
    what: str
    connection: str = ""
    run: int | None = None
    entity: str = ""
    sis_id: str = ""
    name: str = ""
    state: str = ""
    code: str = ""
    text: str = ""
    remedy: str = ""
    where: str = ""
    changes: tuple[FieldChange, ...] = ()


@dataclass(frozen=True, slots=True)
class EnrollmentNow:
    """An enrollment on the platform as it is."""

    section: str
    section_sis_id: str
    school: str
    role: str
    primary: bool
    origin: str
    begin: date | None
    end: date | None


@dataclass(frozen=True, slots=True)
class AccountNow:
    """The account as it is."""

    id: int
    username: str
    email: str | None
    name: str
    role: str
    school: str
    active: bool
    left_sis: bool
    parents: tuple[str, ...]
    children: tuple[str, ...]
    enrollments: tuple[EnrollmentNow, ...]


@dataclass(frozen=True, slots=True)
class SisRecord:
    """A users record of the person: its connection and sourcedId. `former`: known by it before an upgrade."""

    connection_id: int
    connection: str
    sis_id: str
    former: bool


@dataclass(frozen=True, slots=True)
class TimeLine:
    """A person's time line, oldest first; `account` is None for somebody who has none here, `skipped` says why."""

    name: str
    records: tuple[SisRecord, ...]
    account: AccountNow | None
    events: tuple[Event, ...]
    skipped: tuple[Detail, ...]
