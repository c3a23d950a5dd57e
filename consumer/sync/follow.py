"""One person followed through the platform: what each pull brought, what each plan did and why, what people changed,
and how things stand now, as one time line (C-112, C-113). Reads rows that an index finds, however large the district.

1. whose records: the account's SIS ids, those of before an upgrade among them, or the one SIS id of somebody skipped;
2. what pulls brought about these users records, and about the enrollments that name them;
3. the plan rows about them, with what was skipped or failed;
4. what people changed by hand, from the audit trail;
5. the account, its enrollments and links, and what is skipped at present.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from consumer.client.records import BadRecord, read_class, read_org
from consumer.connections import Connection
from consumer.platform.models import Account, AccountSisId, AuditEntry, FormerSisId
from consumer.sync.details import SHOWN
from consumer.sync.histories import Brought, Names, Saying, brought, versions_of
from consumer.sync.lines import Detail, plan_line, skipped_line
from consumer.sync.staged import read_all, read_these
from consumer.sync.staging import Pull
from consumer.sync.standing import account_now
from consumer.sync.subjects import Subjects, plan_rows_about, skipped_about
from consumer.sync.tables import PlanChange, SkippedRecord, StagedEnrollment, SyncRun
from consumer.sync.timeline import Event, SisRecord, TimeLine, Unknown
from consumer.sync.wording import FieldChange, person_names, wording_of
from shared.oneroster.versions import Version

#: Plan rows of a person that are told, the newest of them.
MOST_ROWS = 2_000

_BROUGHT = {
    ("users", "new"): "The SIS sent the person's record",
    ("users", "changed"): "The SIS changed the person's record",
    ("users", "gone"): "The SIS no longer sends the person's record",
    ("users", "back"): "The SIS sends the person's record again",
    ("enrollments", "new"): "The SIS sent an enrollment",
    ("enrollments", "changed"): "The SIS changed an enrollment",
    ("enrollments", "gone"): "The SIS no longer sends an enrollment",
    ("enrollments", "back"): "The SIS sends an enrollment again",
}


def follow(
    session: Session, account_id: int | None = None, sis_id: str | None = None, connection_id: int | None = None
) -> TimeLine:
    """The time line of an account, or of whoever a SIS id stands for (of one connection, where that is given).

    Raises Unknown.
    """
    account = session.get(Account, account_id) if account_id is not None else None
    names = dict(session.execute(select(Connection.id, Connection.name)).all())
    if account is None and sis_id is not None:
        account = _owner(session, sis_id, [connection_id] if connection_id else names)
    records = _records_of(session, account, names)
    if sis_id is not None and account is None:
        records = tuple(_staged_as(session, sis_id, {connection_id: names[connection_id]} if connection_id else names))
    if account is None and not records:
        raise Unknown(f"There is no person {sis_id or account_id} here")
    subjects = _subjects(records, account)
    events: list[Event] = []
    for connection in {record.connection_id: record.connection for record in records}.items():
        events += _brought(session, *connection, [r.sis_id for r in records if r.connection_id == connection[0]])
    planned = list(_planned(session, subjects, records, names, account))
    events += planned
    if account is not None:
        events += _by_hand(session, account, planned)
    skipped = _skipped(session, subjects, records)
    now = account_now(session, account) if account is not None else None
    return TimeLine(
        now.name if now else _called(skipped, planned), records, now, tuple(sorted(events, key=_order)), tuple(skipped)
    )


def _called(skipped: Sequence[Detail], planned: Sequence[Event]) -> str:
    """What somebody without an account was called last."""
    names = [line.name for line in skipped if line.entity == "user"]
    return next(iter([*names, *(event.name for event in reversed(planned) if event.entity == "user")]), "")


def _order(event: Event) -> tuple[datetime, int]:
    """Oldest first; of one moment what came in before what was done with it."""
    return event.at or datetime.min.replace(tzinfo=UTC), ("pull", "plan", "hand").index(event.source)


def _owner(session: Session, sis_id: str, connection_ids: Iterable[int]) -> Account | None:
    owners = select(Account).join(AccountSisId, AccountSisId.account_id == Account.id)
    for connection_id in connection_ids:
        where = (AccountSisId.connection_id == connection_id, AccountSisId.sis_id == sis_id)
        if (found := session.scalar(owners.where(*where))) is not None:
            return found
    return None


def _records_of(session: Session, account: Account | None, names: Mapping[int, str]) -> tuple[SisRecord, ...]:
    if account is None:
        return ()
    found = []
    for table, former in ((FormerSisId, True), (AccountSisId, False)):
        rows = select(table.connection_id, table.sis_id).where(table.account_id == account.id).order_by(table.id)
        found += [SisRecord(c, names.get(c, ""), sis_id, former) for c, sis_id in session.execute(rows)]
    return tuple(found)


def _staged_as(session: Session, sis_id: str, names: Mapping[int, str]) -> Iterator[SisRecord]:
    """The users records with this sourcedId, though nobody here has it."""
    for connection_id, name in names.items():
        if versions_of(session, connection_id, "users", [sis_id]):
            yield SisRecord(connection_id, name, sis_id, False)


def _subjects(records: Sequence[SisRecord], account: Account | None) -> Subjects:
    people = {record.sis_id for record in records}
    return Subjects(frozenset(people | ({f"account {account.id}"} if account else set())), frozenset(), frozenset())


def _brought(session: Session, connection_id: int, connection: str, sis_ids: list[str]) -> Iterator[Event]:
    """What pulls of one connection brought about the person and their enrollments."""
    version = Version(session.get_one(Connection, connection_id).version)
    enrolled = select(StagedEnrollment.sis_id).where(
        StagedEnrollment.connection_id == connection_id, StagedEnrollment.user_id.in_(sis_ids)
    )
    users = versions_of(session, connection_id, "users", sis_ids)
    enrollments = versions_of(session, connection_id, "enrollments", session.scalars(enrolled).all())
    names = _names(session, connection_id, version, users, enrollments)
    found = [*brought("users", users, version, names), *brought("enrollments", enrollments, version, names)]
    moments = {
        pull_id: (started_at, run_id)
        for pull_id, started_at, run_id in session.execute(
            select(Pull.id, Pull.started_at, Pull.run_id).where(Pull.id.in_({one.pull_id for one in found}))
        )
    }
    for one in found:
        at, run_id = moments.get(one.pull_id, (None, None))
        yield _brought_event(one, at, run_id, connection, sis_ids)


def _brought_event(one: Brought, at: datetime | None, run_id: int | None, connection: str, sis_ids: list[str]) -> Event:
    entity = "user" if one.collection == "users" else "enrollment"
    return Event(
        at, "pull", _BROUGHT[one.collection, one.what], connection, run_id, entity, one.sis_id, changes=one.changes
    )


def _names(
    session: Session,
    connection_id: int,
    version: Version,
    users: Mapping[str, list[Saying]],
    enrollments: Mapping[str, list[Saying]],
) -> Names:
    """What these records mention: orgs, of which there are few, all of them; classes and people by their ids."""
    orgs = {}
    for staged in read_all(session, connection_id, "orgs"):
        try:
            orgs[staged.sis_id] = read_org(staged.raw, version).name
        except BadRecord:
            continue
    class_ids = _mentioned(enrollments, "class")
    classes = {}
    for staged in read_these(session, connection_id, "classes", class_ids):
        try:
            classes[staged.sis_id] = read_class(staged.raw, version).title
        except BadRecord:
            continue
    people = _mentioned(users, "agents") | _mentioned(enrollments, "user")
    return Names(orgs, classes, person_names(session, connection_id, people))


def _mentioned(versions: Mapping[str, list[Saying]], member: str) -> set[str]:
    """sourcedIds that these records refer to."""
    found: set[str] = set()
    for saying in (saying for sayings in versions.values() for saying in sayings if saying.raw is not None):
        said = _member(saying.raw or b"", member) or ()
        for ref in said if isinstance(said, list) else [said]:
            sis_id = ref.get("sourcedId") if isinstance(ref, dict) else ref
            if isinstance(sis_id, str):
                found.add(sis_id)
    return found


def _member(raw: bytes, name: str) -> Any:
    try:
        said = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return None
    return said.get(name) if isinstance(said, dict) else None


def _planned(
    session: Session,
    subjects: Subjects,
    records: Sequence[SisRecord],
    names: Mapping[int, str],
    account: Account | None,
) -> Iterator[Event]:
    """What plans did, or would have done."""
    connections = {record.connection_id for record in records}
    rows = (
        select(PlanChange, SyncRun)
        .join(SyncRun, SyncRun.id == PlanChange.run_id)
        .where(PlanChange.id.in_(plan_rows_about(session, subjects)), PlanChange.action.in_(SHOWN))
        .order_by(PlanChange.id.desc())
        .limit(MOST_ROWS)
    )
    if connections:
        rows = rows.where(SyncRun.connection_id.in_(connections))
    found = session.execute(rows).all()[::-1]
    wording = wording_of(session, [change for change, _ in found])
    for change, run in found:
        line = plan_line(change, wording)
        what = f"Dry run: {line.event}" if run.dry_run else line.event[:1].upper() + line.event[1:]
        yield Event(
            _utc(run.finished_at or run.started_at or run.queued_at), "plan", what, names.get(run.connection_id, ""),
            run.id, line.entity, line.sis_id, line.name, line.state, line.code, line.text, line.remedy, line.where,
            line.changes,
        )  # fmt: skip


def _utc(moment: datetime) -> datetime:
    """SQLite gives moments without their zone, which is UTC."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _by_hand(session: Session, account: Account, planned: Iterable[Event]) -> Iterator[Event]:
    """What people changed: the audit trail names an account by its username, which may have been another."""
    usernames = {account.username}
    for event in planned:
        usernames |= {one.before for one in event.changes if one.name == "username" and one.before}
    entries = select(AuditEntry).where(AuditEntry.subject.in_(sorted(usernames))).order_by(AuditEntry.id)
    for entry in session.scalars(entries):
        before, after = (orjson.loads(text) if text else {} for text in (entry.before, entry.after))
        changes = tuple(
            FieldChange(name.replace("_", " "), _shown(before.get(name)), _shown(after.get(name)))
            for name in dict.fromkeys((*before, *after))
        )
        who = entry.who or "a command"
        yield Event(entry.at, "hand", f"{entry.action}, by {who}", entity="user", name=entry.subject, changes=changes)


def _shown(value: object) -> str | None:
    return None if value is None else "yes" if value is True else "no" if value is False else str(value)


def _skipped(session: Session, subjects: Subjects, records: Sequence[SisRecord]) -> list[Detail]:
    """What is skipped at present of the person, their enrollments among it."""
    connections = {record.connection_id for record in records}
    rows = select(SkippedRecord).where(SkippedRecord.connection_id.in_(connections), skipped_about(subjects))
    return [skipped_line(row) for row in session.scalars(rows)]
