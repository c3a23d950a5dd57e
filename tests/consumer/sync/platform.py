"""A learning platform connected to the misbehaving provider, for tests: map, sync, look at what is there."""

from collections.abc import Callable
from datetime import date
from typing import Any

from cryptography.fernet import Fernet
from sqlalchemy import select
from sqlalchemy.orm import Session

from consumer.client.caller import Client
from consumer.connections import Connection
from consumer.platform.models import (
    Account,
    AccountSisId,
    Course,
    Enrollment,
    GradingPeriod,
    ParentLink,
    School,
    Section,
    SectionGradingPeriod,
)  # fmt: skip
from consumer.runs.line import is_orphan, take_up
from consumer.runs.work import Watch
from consumer.sync.choices import load_places
from consumer.sync.mapping import map_everything
from consumer.sync.pull import pull
from consumer.sync.queue import open_run, queue_run
from consumer.sync.report import Line, Report
from consumer.sync.run import Work, execute
from consumer.sync.tables import SkippedRecord, SyncRun
from shared.owner import begin_work, end_work
from shared.sealing import Sealer
from tests.consumer.clients import NOW, client_of
from tests.faults.provider import FaultProvider

TODAY = date(2026, 9, 15)
YEAR = 2027
SEALER = Sealer([Fernet.generate_key().decode()])
Rows = dict[str, dict[str, Any]]


def ignore(_what: str, _done: int, _of: int | None) -> None:
    """Nobody watches."""


class Platform:
    """The platform's side of one connection."""

    def __init__(self, session: Session, provider: FaultProvider) -> None:
        self.session, self.provider = session, provider
        connection = Connection(
            name="demo", base_url=provider.base_url, version=str(provider.version), client_id="x",
            client_secret_sealed="x", token_url=provider.token_url, page_limit=4,
        )  # fmt: skip
        session.add(connection)
        session.commit()
        self.connection_id = connection.id

    @property
    def connection(self) -> Connection:
        return self.session.get_one(Connection, self.connection_id)

    def client(self) -> Client:
        """A client of the provider."""
        return client_of(self.provider)

    def map_all(self) -> None:
        for collection in ("orgs", "academicSessions"):
            pull(
                self.session, self.client(), self.connection, collection, None, NOW,
                lambda _n, _of: None, lambda *_: None, self.session.commit,
            )  # fmt: skip
        map_everything(self.session, self.connection, load_places(self.session, self.connection), YEAR)
        self.session.commit()

    def sync(
        self, kind: str = "all", today: date = TODAY, dry_run: bool = False, watch: Watch = ignore
    ) -> Report:
        """A run from its beginning to its end; one that was killed before is taken up instead."""
        run = open_run(self.session, self.connection_id)
        if run is None or not is_orphan(run, NOW):
            run = queue_run(self.session, self.connection, kind, "manual", NOW, today, dry_run)
        self.session.commit()
        return self.work(run.id, watch)

    def work(self, run_id: int, watch: Watch = ignore) -> Report:
        owner = begin_work()
        try:
            assert take_up(self.session, self.session.get_one(SyncRun, run_id), owner, NOW)
            self.session.commit()
            return execute(Work(self.session, self.client(), run_id, lambda: NOW, watch, sealer=SEALER))
        finally:
            end_work(owner)

    def account(self, sis_id: str) -> Account:
        return self.session.scalars(
            select(Account).join(AccountSisId).where(AccountSisId.sis_id == sis_id)
        ).one()

    def section(self, sis_id: str) -> Section:
        return self.session.scalars(select(Section).where(Section.sis_id == sis_id)).one()

    def roster(self, class_id: str) -> dict[str, str]:
        """Username -> role (with the origin, when not by the sync) in a section."""
        rows = self.session.execute(
            select(Account.username, Enrollment.role, Enrollment.origin)
            .join(Account, Account.id == Enrollment.account_id)
            .join(Section, Section.id == Enrollment.section_id)
            .where(Section.sis_id == class_id)
        )
        return {name: role if origin == "sync" else f"{role} by hand" for name, role, origin in rows}

    def skips(self) -> dict[str, str]:
        """sourcedId -> code of what is skipped."""
        return dict(self.session.execute(select(SkippedRecord.sis_id, SkippedRecord.code)).all())

    def rows(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every platform row, with natural keys for ids: what two platforms must have in common to be equal."""
        accounts = {a.id: a.username for a in self._all(Account)}
        schools = {s.id: s.name for s in self._all(School)} | {None: None}
        courses = {c.id: c.sis_id or c.code for c in self._all(Course)}
        sections = {s.id: s.sis_id or s.name for s in self._all(Section)}
        periods = {p.id: (p.name, p.start_date) for p in self._all(GradingPeriod)}
        found: dict[str, list[tuple[Any, ...]]] = {
            "schools": [(s.name, s.number, s.kind, s.sis_id) for s in self._all(School)],
            "periods": [(p.name, p.start_date, p.end_date, p.sis_id) for p in self._all(GradingPeriod)],
            "accounts": [
                (a.username, a.username_key, a.email, a.email_key, a.given_name, a.family_name, a.middle_name,
                 a.preferred_first_name, a.role, schools[a.school_id], a.left_sis, a.origin, a.touched)
                for a in self._all(Account)
            ],
            "sis ids": [(s.sis_id, accounts[s.account_id]) for s in self._all(AccountSisId)],
            "courses": [(c.title, c.code, c.code_key, schools[c.school_id], c.sis_id, c.touched)
                        for c in self._all(Course)],
            "sections": [(s.name, courses[s.course_id], schools[s.school_id], s.school_year, s.frozen, s.sis_id,
                          s.touched) for s in self._all(Section)],
            "placements": [(sections[p.section_id], periods[p.grading_period_id])
                           for p in self._all(SectionGradingPeriod)],
            "enrollments": [
                (sections[e.section_id], accounts[e.account_id], e.role, e.is_primary, e.origin, e.sis_id,
                 e.begin_date, e.end_date)
                for e in self._all(Enrollment)
            ],
            "links": [(accounts[x.parent_id], accounts[x.child_id], x.origin) for x in self._all(ParentLink)],
            "skipped": [(s.entity, s.sis_id, s.code, s.detail, s.name) for s in self._all(SkippedRecord)],
        }  # fmt: skip
        self.session.commit()
        return {name: sorted(rows, key=repr) for name, rows in found.items()}

    def _all(self, model: Any) -> Any:
        return self.session.scalars(select(model).execution_options(populate_existing=True)).all()


def line(report: Report, entity: str) -> Line:
    return next(line for line in report.lines if line.entity == entity)


def numbers(report: Report, entity: str) -> tuple[int, int, int, int, int]:
    """(created, updated, unchanged, removed, skipped)."""
    of = line(report, entity)
    return of.created, of.updated, of.unchanged, of.removed, of.skipped


def changed(report: Report) -> int:
    """How many rows were created, updated, removed, held or failed."""
    return sum(of.created + of.updated + of.removed + of.failed + of.held for of in report.lines)


Edit = Callable[[FaultProvider], None]
