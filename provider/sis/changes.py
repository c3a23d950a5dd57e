"""Change tracking: what was edited waits here until a refresh has seen it (P-90), written along with the edit.

Edits through the ORM are noticed by themselves. An import writes past it: after one comes a full refresh.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Connection, String, event, inspect, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import InstanceState, Mapped, Session, mapped_column

from provider.database import db
from provider.sis import models

Change = tuple[str, int]

#: Not one record but all of them: the active year, calendars, excludes on schools, settings … (P-90).
EVERYTHING: Change = ("everything", 0)


class SisChange(db.Model):
    """Something that was edited: kind person, section, course or resource with its SIS id, or everything with 0."""

    __tablename__ = "sis_change"

    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    key: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


#: Tables of which a row concerns the records of one person.
_OF_A_PERSON = (models.Identity, models.Contact, models.UserAccount, models.Enrollment, models.Assignment)
#: Tables of which a row decides about many records.
_OF_EVERYBODY = (
    models.Calendar, models.CourseMaster, models.District, models.GradeLevel, models.GradingTask,
    models.ScheduleStructure, models.School, models.SchoolYear, models.Setting, models.StateGrade, models.Term,
    models.TermSchedule, models.Trial,
)  # fmt: skip
#: Tables of who uses a resource, and what the users are.
_USES = {models.CourseResource: "course", models.SectionResource: "section", models.PersonResource: "person"}


def changes_of(row: Any, connection: Connection) -> Iterator[Change]:
    """What has to be refreshed when this row was added, changed or deleted."""
    if isinstance(row, _OF_EVERYBODY):
        yield EVERYTHING
    elif isinstance(row, models.Person):
        yield "person", row.id
    elif isinstance(row, _OF_A_PERSON):
        yield "person", row.person_id
    elif isinstance(row, models.Relationship):
        yield from (("person", row.person_id), ("person", row.student_id))
    elif isinstance(row, models.Roster | models.SectionStaff):
        yield from (("person", row.person_id), ("section", row.section_id))
    elif isinstance(row, models.SectionPlacement | models.SectionGradingTask):
        yield "section", row.section_id
    elif isinstance(row, models.Section):
        yield "section", row.id
    elif isinstance(row, models.Course):
        yield "course", row.id
        sections = select(models.Section.id).where(models.Section.course_id == row.id)
        yield from (("section", number) for number in connection.execute(sections).scalars())
    elif isinstance(row, models.Resource):
        yield EVERYTHING if _known_otherwise(row) else ("resource", row.id)
    elif isinstance(row, tuple(_USES)):
        yield from (("resource", number) for number in _now_and_before(row, "resource_id"))
        kind = _USES[type(row)]
        yield from ((kind, number) for number in _now_and_before(row, f"{kind}_id"))


def _now_and_before(row: Any, name: str) -> set[int]:
    """The value of a column, and the one that it had before."""
    return {getattr(row, name), *inspect(row).attrs[name].history.deleted}


def _known_otherwise(row: models.Resource) -> bool:
    """Whether everybody who refers to a resource must name it otherwise, or its published record cannot be found by its
    number: its sourcedId has changed, or it is gone with one."""
    state: InstanceState[models.Resource] = inspect(row)
    gone = state.session is not None and row in state.session.deleted
    return bool(row.sourced_id) if gone else state.persistent and state.attrs.sourced_id.history.has_changes()


def note_changes(connection: Connection, changes: Iterable[Change]) -> None:
    """Remember changes; one that waits already waits once."""
    rows = [{"kind": kind, "key": key} for kind, key in sorted(set(changes))]
    if rows:
        dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
        connection.execute(dialect.insert(SisChange.__table__).on_conflict_do_nothing(), rows)


@event.listens_for(Session, "after_flush")
def _note(session: Session, _context: object) -> None:
    edited = [*session.new, *session.deleted, *(row for row in session.dirty if session.is_modified(row))]
    edited = [row for row in edited if isinstance(row, db.Model)]
    if edited:
        connection = session.connection(bind_arguments={"mapper": SisChange.__mapper__})
        note_changes(connection, (change for row in edited for change in changes_of(row, connection)))
