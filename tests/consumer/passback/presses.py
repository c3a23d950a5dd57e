"""Pressing, and working on a press, for tests: the small district's book against a plain SIS that a test tells what to do."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from consumer.passback.approval import approve
from consumer.passback.closing import Counts, counts_of
from consumer.passback.press import press
from consumer.passback.run import execute
from consumer.passback.tables import LedgerItem, LedgerScore, PassbackMessage, PassbackRun, Send
from consumer.passback.work import PressAtWork
from consumer.platform.models import Account, AccountSisId, Enrollment, GradeItem, Score, Section
from consumer.runs.line import take_up
from shared.database import will_write
from shared.oneroster.versions import Version
from shared.owner import begin_work, end_work
from tests.consumer.passback.books import NOW, GradeBook
from tests.faults.gradebook import PlainSis


class Teacher:
    """Teacher T-1 with the book of Algebra 1, who may press; an hour passes before each press."""

    def __init__(self, book: GradeBook, sis: PlainSis) -> None:
        self.book, self.sis = book, sis
        self.session: Session = book.session
        self.now = NOW
        self.waits: list[float] = []
        self.account = book.account("T-1")
        approve(self.session, self.account.id, NOW)
        self.category = None if book.version is Version.V1P1 else book.category("Homework", "cat-1")
        self.session.commit()

    def item(self, title: str = "Fractions", **values: Any) -> GradeItem:
        """An item that can be sent."""
        item = self.book.item(title, self.category, **values)
        self.session.commit()
        return item

    def score(self, item: GradeItem, student: str, points: float | None = None, **marks: Any) -> None:
        """Give a student this score, or change it."""
        self.now += timedelta(minutes=1)
        score = self.session.get(Score, (item.id, self.book.account(student).id))
        if score is None:
            score = self.book.score(item, student)
        values = {"exempt": False, "missing": False, "late": False, "submitted": False, "comment": None} | marks
        for name, value in (values | {"points": points, "changed_at": self.now}).items():
            setattr(score, name, value)
        self.session.commit()

    def queue(self, items: Collection[GradeItem] | None = None, send: Send = Send.CHANGES) -> int:
        """A press that waits."""
        self.now += timedelta(hours=1)
        ids = None if items is None else [item.id for item in items]
        self.session.commit()
        will_write(self.session)
        run_id = press(self.session, self.book.book, self.account, ids, send, self.now).id
        self.session.commit()
        return run_id

    def press(self, items: Collection[GradeItem] | None = None, send: Send = Send.CHANGES) -> PassbackRun:
        """A press from its beginning to its end."""
        return self.work(self.queue(items, send))

    def sync_all(self) -> PassbackRun:
        return self.press(None, Send.EVERYTHING)

    def work(self, run_id: int, owner: str | None = None, **more: Any) -> PassbackRun:
        """Take a press up and work on it."""
        owner = owner or begin_work()
        try:
            assert take_up(self.session, self.session.get_one(PassbackRun, run_id), owner, self.now)
            self.session.commit()
            execute(self.at_work(run_id, owner, **more))
        finally:
            end_work(owner)
        return self.session.get_one(PassbackRun, run_id, populate_existing=True)

    def at_work(self, run_id: int, owner: str, **more: Any) -> PressAtWork:
        client, roster = (self.sis.client(service, self.sleep, self.clock) for service in ("gradebook", "rostering"))
        watch = more.pop("watch", lambda *_: None)
        return PressAtWork(self.session, client, run_id, self.clock, watch, roster=roster, owner=owner, **more)

    def clock(self) -> datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += timedelta(seconds=seconds)

    def state(self, item: GradeItem, section: Section | None = None) -> tuple[str, str | None]:
        """(how it stands, the code of what is wrong) in a section."""
        row = self.ledger(item, section)
        return row.state, row.code

    def ledger(self, item: GradeItem, section: Section | None = None) -> LedgerItem:
        rows = select(LedgerItem).where(
            LedgerItem.item_id == item.id, LedgerItem.section_id == (section or self.book.head).id
        )
        return self.session.scalars(rows.execution_options(populate_existing=True)).one()

    def ledger_scores(self, item: GradeItem) -> list[LedgerScore]:
        rows = select(LedgerScore).join(LedgerItem).where(LedgerItem.item_id == item.id)
        return list(self.session.scalars(rows.execution_options(populate_existing=True)))

    def log(self, run: PassbackRun) -> list[tuple[str, str, str | None]]:
        """(level, code, the SIS's own words) of every line of a press, in order."""
        rows = select(PassbackMessage).where(PassbackMessage.run_id == run.id).order_by(PassbackMessage.id)
        return [(row.level, row.code, row.said) for row in self.session.scalars(rows)]

    def counts(self, run: PassbackRun) -> dict[str, int]:
        """The numbers of a press that are not 0."""
        counts: Counts = counts_of(run)
        return {name: getattr(counts, name) for name in counts.__slots__ if getattr(counts, name)}

    def leaves(self, student: str, section: Section | None = None) -> None:
        """The SIS takes a student out of a section."""
        account = self.book.account(student)
        where = Enrollment.section_id == (section or self.book.head).id, Enrollment.account_id == account.id
        self.session.delete(self.session.scalars(select(Enrollment).where(*where)).one())
        self.session.commit()

    def joins(self, student: str, section: Section) -> None:
        """The SIS enrols a student in a section."""
        account = self.book.account(student)
        self.session.add(
            Enrollment(
                section_id=section.id, account_id=account.id, role="member", origin="sync", sis_id=f"new-{student}"
            )
        )
        self.session.commit()

    def new_students(self, count: int) -> list[str]:
        """So many more students in the section; their SIS ids."""
        made = []
        for number in range(count):
            name = f"N{number:03}"
            account = Account(
                username=name, username_key=name.lower(), given_name="New", family_name=name, role="student",
                origin="sync",
            )  # fmt: skip
            self.session.add(account)
            self.session.flush()
            self.session.add(AccountSisId(account_id=account.id, connection_id=self.book.connection.id, sis_id=name))
            self.session.flush()
            made.append(name)
        for name in made:
            self.joins(name, self.book.head)
        return made
