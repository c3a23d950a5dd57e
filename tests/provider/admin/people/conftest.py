"""People of the small district, made row by row, as the pages about people show them. Today is the wall's day: dates
that decide are counted from it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from provider.database import db
from provider.sis import models
from tests.provider.admin.conftest import Pages, Window


def today() -> date:
    """Today in the district, whose zone is UTC."""
    return datetime.now(UTC).date()


def days(number: int) -> date:
    """So many days from today."""
    return today() + timedelta(days=number)


def texts(page: str) -> str:
    """The words of a page, without tags, in one line."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.partition("<main")[2]))


def row_of(page: str, words: str) -> str:
    """The words of the one row of a table that has these."""
    rows = [
        texts(f"<main{one}") for one in re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL) if words in texts(f"<main{one}")
    ]
    assert len(rows) == 1, (words, rows)
    return rows[0]


def listed(page: str) -> list[str]:
    """The names in a list, in its order."""
    return re.findall(r'href="/people/\d+/">([^<]+)</a>', page)


@dataclass
class People:
    """Makes rows, and opens the pages as an administrator. Every method gives the id of its row."""

    session: Session
    window: Window

    def add(self, model: Any, **values: Any) -> int:
        last = self.session.scalar(select(func.max(model.id))) or 0
        row = model(**{"id": last + 1} | values)
        self.session.add(row)
        self.session.commit()
        return int(row.id)

    def change(self, model: Any, key: int, **values: Any) -> None:
        row = self.session.get_one(model, key)
        for name, value in values.items():
            setattr(row, name, value)
        self.session.commit()

    def person(self, name: str = "", username: str | None = None, kind: str = "student", **values: Any) -> int:
        """A person; with a name an identity, with a username an account."""
        number = (self.session.scalar(select(func.max(models.Person.id))) or 0) + 1
        key = self.add(models.Person, guid=f"00000000-0000-4000-8000-{number:012}", **values)
        if name:
            self.identity(key, name)
        if username is not None:
            self.account(key, username, kind)
        return key

    def identity(self, person: int, name: str, **values: Any) -> int:
        given, _, family = name.partition(" ")
        return self.add(models.Identity, person_id=person, first_name=given, last_name=family, **values)

    def account(self, person: int, username: str, kind: str = "student", disabled: bool = False) -> int:
        return self.add(models.UserAccount, person_id=person, username=username, kind=kind, disabled=disabled)

    def enroll(self, person: int, school: int = 1, **values: Any) -> int:
        given = {"start_date": date(2025, 8, 18), "grade_level_id": school, "service_type": "P"} | values
        return self.add(models.Enrollment, person_id=person, calendar_id=school, **given)

    def assign(self, person: int, *marks: str, school: int = 1, **values: Any) -> int:
        given = {"start_date": date(2019, 8, 1), **dict.fromkeys(marks, True)} | values
        return self.add(models.Assignment, person_id=person, school_id=school, **given)

    def relate(self, adult: int, student: int, **values: Any) -> int:
        return self.add(models.Relationship, person_id=adult, student_id=student, **values)

    def get(self, path: str) -> str:
        answer = self.window.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        return str(answer.text)

    def page(self, person: int) -> str:
        return self.get(f"/people/{person}/")


@pytest.fixture
def people(pages: Pages) -> Iterator[People]:
    """The district, whose school year is the one that is running, and an administrator's window."""
    with pages.app.app_context(), db.session() as session:
        year = session.get_one(models.SchoolYear, 1)
        year.start_date, year.end_date = days(-120), days(160)
        for calendar in session.scalars(select(models.Calendar)):
            calendar.start_date, calendar.end_date = days(-100), days(150)
        session.commit()
        yield People(session, pages.window("ada_min"))
