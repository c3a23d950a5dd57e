"""The facts of a full refresh: everything that hangs on the calendars of the active year, and everybody."""

from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from provider.eligibility import rows
from provider.publishing.loading.reading import by_id, grouped, read, stream
from provider.publishing.loading.spool import Spool
from provider.sis import models


def whole(session: Session, year: rows.SchoolYear) -> dict[str, Any]:
    """The fields of `Facts` that depend on the active year. Rosters are set aside in a file, not held."""
    calendars = select(models.Calendar.id).where(models.Calendar.school_year_id == year.id)
    structures = select(models.ScheduleStructure.id).where(models.ScheduleStructure.calendar_id.in_(calendars))
    schedules = select(models.TermSchedule.id).where(models.TermSchedule.structure_id.in_(structures))
    courses = select(models.Course.id).where(models.Course.calendar_id.in_(calendars))
    sections = select(models.Section.id).where(models.Section.course_id.in_(courses))
    return {
        "calendars": by_id(read(session, rows.Calendar, models.Calendar.school_year_id == year.id)),
        "structures": by_id(read(session, rows.Structure, models.ScheduleStructure.calendar_id.in_(calendars))),
        "grade_levels": by_id(read(session, rows.GradeLevel, models.GradeLevel.structure_id.in_(structures))),
        "term_schedules": by_id(read(session, rows.TermSchedule, models.TermSchedule.structure_id.in_(structures))),
        "terms": by_id(read(session, rows.Term, models.Term.term_schedule_id.in_(schedules))),
        "trials": by_id(read(session, rows.Trial, models.Trial.structure_id.in_(structures))),
        "masters": by_id(read(session, rows.Master)),
        "courses": by_id(read(session, rows.Course, models.Course.calendar_id.in_(calendars))),
        "sections": by_id(read(session, rows.Section, models.Section.course_id.in_(courses))),
        "placements": grouped(
            read(session, rows.Placement, models.SectionPlacement.section_id.in_(sections)), lambda row: row.section_id
        ),
        "section_tasks": grouped(
            read(session, rows.SectionTask, models.SectionGradingTask.section_id.in_(sections)),
            lambda row: row.section_id,
        ),
        "section_staff": read(session, rows.SectionStaff, models.SectionStaff.section_id.in_(sections)),
        "rosters": Spool(rows.Roster, stream(session, rows.Roster, models.Roster.section_id.in_(sections))).__iter__,
        **_people(session, calendars),
        **_resources(session),
    }


def _people(session: Session, calendars: Select[int]) -> dict[str, Any]:
    relationships = read(session, rows.Relationship)
    return {
        "people": by_id(read(session, rows.Person)),
        "identities": grouped(read(session, rows.Identity), lambda row: row.person_id),
        "contacts": {row.person_id: row for row in read(session, rows.Contact)},
        "accounts": grouped(read(session, rows.Account), lambda row: row.person_id),
        "enrollments": grouped(
            read(session, rows.Enrollment, models.Enrollment.calendar_id.in_(calendars)), lambda row: row.person_id
        ),
        "assignments": grouped(read(session, rows.Assignment), lambda row: row.person_id),
        "relationships_of_adult": grouped(relationships, lambda row: row.person_id),
        "relationships_of_student": grouped(relationships, lambda row: row.student_id),
    }


def _resources(session: Session) -> dict[str, Any]:
    """All of them: what uses them outside the active year is not loaded, and so not published (P-01)."""
    return {
        "resources": by_id(read(session, rows.Resource)),
        "course_resources": grouped(read(session, rows.CourseResource), lambda row: row.course_id),
        "section_resources": grouped(read(session, rows.SectionResource), lambda row: row.section_id),
        "person_resources": grouped(read(session, rows.PersonResource), lambda row: row.person_id),
    }
