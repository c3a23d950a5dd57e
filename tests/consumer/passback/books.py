"""A grade book on a platform that was synced with the small district: its items, scores, and what the SIS has of them."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from consumer.connections import Connection
from consumer.passback.facts import SectionFacts, facts_of, item_facts, score_facts
from consumer.passback.tables import CategoryMapping, ItemState, LedgerItem, LedgerScore, SisCategory
from consumer.passback.values import digest, line_item_body, result_body
from consumer.platform.gradebook.books import Book, book_of
from consumer.platform.gradebook.linking import link
from consumer.platform.models import Account, AccountSisId, GradeCategory, GradeItem, Score, Section
from consumer.platform.settings import read_settings
from shared.oneroster.versions import Version

NOW = datetime(2026, 10, 5, 15, 0, tzinfo=UTC)
DUE = datetime(2026, 10, 12, 20, 0, tzinfo=UTC)


class GradeBook:
    """The book of section K1, Algebra 1, with students U1 … U4."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.head = self.section("K1")
        self.version = Version(self.connection.version)

    @property
    def connection(self) -> Connection:
        return self.session.scalars(select(Connection)).one()

    def section(self, sis_id: str) -> Section:
        return self.session.scalars(select(Section).where(Section.sis_id == sis_id)).one()

    @property
    def book(self) -> Book:
        found = book_of(self.session, self.head.id)
        assert found is not None
        return found

    def facts(self, section: Section | None = None) -> SectionFacts:
        return facts_of(self.session, (section or self.head).id, read_settings(self.session))

    def link(self, sis_id: str = "K2") -> Section:
        """Let another section of teacher T-1 share the book."""
        other = self.section(sis_id)
        link(self.session, self.book, other.id, self.account("T-1").id)
        self.session.refresh(other)
        return other

    def account(self, sis_id: str) -> Account:
        return self.session.scalars(select(Account).join(AccountSisId).where(AccountSisId.sis_id == sis_id)).one()

    def category(self, name: str, sis_id: str | None = None, *sections: Section) -> GradeCategory:
        """A category that goes to `sis_id` in the sections that are named, or in the head."""
        category = GradeCategory(section_id=self.head.id, name=name, name_key=name.casefold())
        self.session.add(category)
        self.session.flush()
        if sis_id is not None:
            for section in sections or (self.head,):
                self.session.merge(SisCategory(section_id=section.id, sis_id=sis_id, title=f"SIS {name}", read_at=NOW))
                self.session.add(
                    CategoryMapping(
                        section_id=section.id, category_id=category.id, sis_id=sis_id, sis_title=f"SIS {name}"
                    )
                )
        self.session.flush()
        return category

    def item(self, title: str = "Fractions", category: GradeCategory | None = None, **values: Any) -> GradeItem:
        values = {"points": 20.0, "due_at": DUE, "published": True, "kind": "assignment"} | values
        item = GradeItem(
            section_id=self.head.id, title=title, created_at=NOW - timedelta(days=3),
            category_id=category.id if category else None, **values,
        )  # fmt: skip
        self.session.add(item)
        self.session.flush()
        return item

    def score(self, item: GradeItem, student: str, points: float | None = None, **marks: Any) -> Score:
        score = Score(
            item_id=item.id, account_id=self.account(student).id, points=points, changed_at=NOW,
            **{"exempt": False, "missing": False, "late": False, "submitted": False} | marks,
        )  # fmt: skip
        self.session.add(score)
        self.session.flush()
        return score

    def sent(self, item: GradeItem, section: Section | None = None, at: datetime = NOW) -> LedgerItem:
        """The SIS has taken the item and its scores as they are now."""
        facts = self.facts(section)
        row = LedgerItem(
            item_id=item.id, section_id=facts.section_id, sis_id=str(uuid.uuid4()), sent_at=at,
            state=ItemState.SUCCESSFUL, request_id="call-1",
        )  # fmt: skip
        row.digest = digest(line_item_body(item_facts(facts, item, row.sis_id, at), self.version))
        self.session.add(row)
        self.session.flush()
        for score in self.session.scalars(select(Score).where(Score.item_id == item.id)):
            made = str(uuid.uuid4())
            known = score_facts(facts, row.sis_id, score, made)
            body = None if known is None else result_body(known, self.version, facts.settings)
            if body is not None:
                self.session.add(
                    LedgerScore(
                        ledger_item_id=row.id,
                        account_id=score.account_id,
                        made_id=made,
                        sis_id=made,
                        digest=digest(body),
                        sent_at=at,
                    )
                )
        self.session.flush()
        return row
