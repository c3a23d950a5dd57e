"""The facts of a keyed refresh: what is needed to decide and to render the records of some people, sections, courses
and resources.

1. The wanted sections: the keyed ones and those of the keyed courses.
2. The wanted people: the keyed ones; with `teacher_requires_section` also the staff of wanted sections (P-31).
3. The people whose user records are wanted: those, everybody related to them, whose `agents` name them, and those who
   are said to use a resource in a wanted section.
4. The people to decide about: those, everybody related to *them* (a sibling may be what makes a guardian available),
   and everybody on the rosters and in the staff history of wanted sections.
5. The sections, courses and calendars that all of these mention, and the calendars of the active year.
6. The wanted resources: the keyed ones and those that a wanted course, section or user uses. Who else uses them is not
   read: what is published tells that (`provider.publishing.scope`).
"""

from collections.abc import Collection, Iterable, Mapping
from itertools import chain
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from provider.eligibility import rows
from provider.eligibility.facts import Keys, Switches, Wanted
from provider.publishing.loading.reading import by_id, grouped, read_either, read_in
from provider.sis import models


def keyed(session: Session, year: rows.SchoolYear | None, switches: Switches, keys: Keys) -> dict[str, Any]:
    """The fields of `Facts` for some keys, `wanted` among them."""
    wanted_sections = set(keys.sections) | {
        row.id for row in read_in(session, rows.Section, models.Section.course_id, keys.courses)
    }
    people = set(keys.people)
    staff = _either(session, rows.SectionStaff, models.SectionStaff, people, wanted_sections)
    if switches.teacher_requires_section:
        people |= {row.person_id for row in staff if row.section_id in wanted_sections}
    rosters = _either(session, rows.Roster, models.Roster, people, wanted_sections)
    users = people | _related(_relationships(session, people))
    users |= {
        row.person_id
        for row in read_in(session, rows.PersonResource, models.PersonResource.section_id, wanted_sections)
    }
    relationships = _relationships(session, users)
    decided = users | _related(relationships)
    decided |= {row.person_id for row in (*rosters, *staff) if row.section_id in wanted_sections}
    if switches.teacher_requires_section:
        staff = _either(session, rows.SectionStaff, models.SectionStaff, decided, wanted_sections)
    uses = _uses(session, keys.courses, wanted_sections, users)
    section_ids = wanted_sections | {row.section_id for row in (*rosters, *staff)}
    section_ids |= {row.section_id for row in uses.people if row.section_id is not None}
    resources = keys.resources | uses.resources
    them = _people(session, decided)
    return {
        "section_tasks": grouped(
            read_in(session, rows.SectionTask, models.SectionGradingTask.section_id, wanted_sections),
            lambda row: row.section_id,
        ),
        "section_staff": staff,
        "rosters": lambda: rosters,
        "relationships_of_adult": grouped(relationships, lambda row: row.person_id),
        "relationships_of_student": grouped(relationships, lambda row: row.student_id),
        "resources": by_id(read_in(session, rows.Resource, models.Resource.id, resources)),
        "course_resources": grouped(uses.courses, lambda row: row.course_id),
        "section_resources": grouped(uses.sections, lambda row: row.section_id),
        "person_resources": grouped(uses.people, lambda row: row.person_id),
        "wanted": Wanted(
            frozenset(users), frozenset(people), frozenset(wanted_sections), keys.courses, frozenset(resources)
        ),
        **them,
        **_school(session, year, them["enrollments"], section_ids, keys.courses),
    }


class _Uses(NamedTuple):
    """What some courses, sections and people use."""

    courses: list[rows.CourseResource]
    sections: list[rows.SectionResource]
    people: list[rows.PersonResource]

    @property
    def resources(self) -> set[int]:
        return {row.resource_id for uses in self for row in uses}


def _uses(session: Session, courses: Collection[int], sections: Collection[int], people: Collection[int]) -> _Uses:
    return _Uses(
        read_in(session, rows.CourseResource, models.CourseResource.course_id, courses),
        read_in(session, rows.SectionResource, models.SectionResource.section_id, sections),
        read_in(session, rows.PersonResource, models.PersonResource.person_id, people),
    )


def _either(session: Session, kind: Any, model: Any, people: set[int], sections: set[int]) -> list[Any]:
    """Rows of these people or of these sections, each once, by id."""
    return read_either(session, kind, model.person_id, people, model.section_id, sections)


def _relationships(session: Session, people: set[int]) -> list[rows.Relationship]:
    """The relationships in which any of these people is the adult or the student."""
    adult, student = models.Relationship.person_id, models.Relationship.student_id
    return read_either(session, rows.Relationship, adult, people, student, people)


def _related(relationships: Iterable[rows.Relationship]) -> set[int]:
    return {person for row in relationships for person in (row.person_id, row.student_id)}


def _people(session: Session, people: set[int]) -> dict[str, Any]:
    def of(kind: Any, model: Any) -> dict[int, list[Any]]:
        return grouped(read_in(session, kind, model.person_id, people), lambda row: row.person_id)

    return {
        "people": by_id(read_in(session, rows.Person, models.Person.id, people)),
        "identities": of(rows.Identity, models.Identity),
        "contacts": {person: found[0] for person, found in of(rows.Contact, models.Contact).items()},
        "accounts": of(rows.Account, models.UserAccount),
        "enrollments": of(rows.Enrollment, models.Enrollment),
        "assignments": of(rows.Assignment, models.Assignment),
    }


def _school(
    session: Session, year: rows.SchoolYear | None, enrollments: Mapping[int, list[rows.Enrollment]],
    sections: set[int], courses: frozenset[int],
) -> dict[str, Any]:  # fmt: skip
    """Sections, courses, and the school time that they and the enrollments (by person) hang on."""
    found = by_id(read_in(session, rows.Section, models.Section.id, sections))
    course_ids = courses | {row.course_id for row in found.values()}
    taught = by_id(read_in(session, rows.Course, models.Course.id, course_ids))
    used = {row.calendar_id for row in (*taught.values(), *chain.from_iterable(enrollments.values()))}
    active = {year.id} if year else set()
    calendars = by_id(
        read_either(session, rows.Calendar, models.Calendar.id, used, models.Calendar.school_year_id, active)
    )
    structures = by_id(read_in(session, rows.Structure, models.ScheduleStructure.calendar_id, used))
    schedules = by_id(read_in(session, rows.TermSchedule, models.TermSchedule.structure_id, structures))
    terms = by_id(read_in(session, rows.Term, models.Term.term_schedule_id, schedules))
    placements = read_in(session, rows.Placement, models.SectionPlacement.section_id, sections)
    # A section may meet in a term of another school's schedule, where a district shares its terms.
    if elsewhere := {row.term_id for row in placements} - terms.keys():
        terms.update(by_id(read_in(session, rows.Term, models.Term.id, elsewhere)))
        shared = {term.term_schedule_id for term in terms.values()} - schedules.keys()
        schedules.update(by_id(read_in(session, rows.TermSchedule, models.TermSchedule.id, shared)))
        owners = {schedule.structure_id for schedule in schedules.values()} - structures.keys()
        structures.update(by_id(read_in(session, rows.Structure, models.ScheduleStructure.id, owners)))
    return {
        "calendars": calendars,
        "structures": structures,
        "grade_levels": by_id(read_in(session, rows.GradeLevel, models.GradeLevel.structure_id, structures)),
        "term_schedules": schedules,
        "terms": terms,
        "trials": by_id(read_in(session, rows.Trial, models.Trial.structure_id, structures)),
        "masters": by_id(
            read_in(session, rows.Master, models.CourseMaster.id,
                    {row.course_master_id for row in taught.values() if row.course_master_id})
        ),
        "courses": taught,
        "sections": found,
        "placements": grouped(placements, lambda row: row.section_id),
    }  # fmt: skip
