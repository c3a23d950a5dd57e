"""Home, Settings & Management and School Years over HTTP: a published district of 260 students, and who runs it.

ada_min is an administrator, tess a teacher. School year 2 ("2026-27") has a calendar and a section of its own, and is
not active.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from provider.access.user_tables import AuditEntry
from provider.access.users import add_user
from provider.database import db
from provider.publishing.models import RefreshAlert, RefreshRun
from provider.publishing.runs import RunResult
from provider.refreshing import DistrictRefresh
from provider.sis import models
from provider.sis.changes import SisChange
from provider.working import work_on_jobs
from tests.provider.admin.conftest import NOW, PASSWORD, Window
from tests.provider.publishing.conftest import Published, published, published_template

__all__ = ["published", "published_template"]


@dataclass
class Managed:
    """The published district with its administrators."""

    published: Published

    @property
    def app(self) -> Any:
        return self.published.app

    def window(self, username: str = "ada_min") -> Window:
        """A window, signed in."""
        opened = Window(self.app.test_client())
        assert opened.sign_in(username).status_code == 303
        return opened

    def add_user(self, username: str, role: str = "administrator", person: str | None = None) -> None:
        with self.app.app_context():
            add_user(db.session(), username, username.title(), PASSWORD, NOW, role, person)
            db.session.commit()

    def tick(self, now: datetime) -> list[RunResult]:
        """What a worker does at a moment."""
        with self.app.app_context():
            return DistrictRefresh(self.app, lambda: now).tick()

    def work(self) -> str | None:
        """What a worker does with the line of jobs; how the job ended."""
        with self.app.app_context():
            return work_on_jobs(self.app)

    def hold(self, share: float = 0.5) -> RunResult:
        """A refresh that is held: many of the students have not come."""
        with self.app.app_context():
            most = int(260 * share)
            absent = select(models.Enrollment.id).order_by(models.Enrollment.id).limit(most)
            db.session.execute(update(models.Enrollment).where(models.Enrollment.id.in_(absent)).values(no_show=True))
            db.session.commit()
        result = self.published.refresh()
        assert result.state == "held"
        return result

    def students(self) -> int:
        """How many students a platform is given."""
        return len([one for one in self.published.read("users") if one["role"] == "student"])

    def audited(self) -> list[AuditEntry]:
        with self.app.app_context():
            return list(db.session.scalars(select(AuditEntry).order_by(AuditEntry.id)))

    def actions(self) -> list[tuple[str, str, str]]:
        return [(row.action, row.who, row.subject) for row in self.audited() if row.action != "add user"]

    def runs(self) -> list[tuple[str, str]]:
        """Trigger and state of every refresh, the oldest first."""
        with self.app.app_context():
            rows = db.session.scalars(select(RefreshRun).order_by(RefreshRun.id))
            return [(row.trigger, row.state) for row in rows]


def add_next_year(session: Any) -> None:
    """The year after, with a calendar of the school and one course, section and student."""
    add = session.add
    add(models.SchoolYear(id=2, district_id=1, name="2026-27", start_year=2026, end_year=2027, guid="year-2"))
    session.flush()
    first, last = date(2026, 8, 17), date(2027, 6, 4)
    add(models.Calendar(id=20, school_id=1, school_year_id=2, name="Next 26-27", start_date=first, end_date=last))
    session.flush()
    add(models.ScheduleStructure(id=20, calendar_id=20, name="Main"))
    session.flush()
    add(models.Trial(id=20, structure_id=20, name="Main", active=True))
    add(models.GradeLevel(id=20, structure_id=20, name="10th"))
    add(models.Course(id=20, calendar_id=20, number="2001", name="Next course", active=True))
    session.flush()
    add(models.Section(id=20, course_id=20, trial_id=20, number="1", active=True))
    add(models.Enrollment(
        id=9000, person_id=2, calendar_id=20, grade_level_id=20, start_date=first, service_type="P", no_show=False
    ))  # fmt: skip


@pytest.fixture
def managed(published: Published) -> Iterator[Managed]:
    """The district above."""
    found = Managed(published)
    found.add_user("ada_min")
    found.add_user("tess", "teacher", "Tom Reed")
    with published.app.app_context():
        add_next_year(db.session())
        db.session.flush()
        # Nothing waits, and nothing is to be read.
        db.session.execute(delete(SisChange))
        db.session.execute(delete(RefreshAlert))
        db.session.commit()
    yield found
