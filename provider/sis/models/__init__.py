"""The tables of the SIS by theme: district and schools, school time, people, staff, courses, settings."""

from provider.sis.models.courses import (
    Course,
    CourseMaster,
    Roster,
    Section,
    SectionPlacement,
    SectionStaff,
)  # fmt: skip
from provider.sis.models.districts import District, School, Setting
from provider.sis.models.people import Contact, Enrollment, Identity, Person, Relationship, UserAccount
from provider.sis.models.staff import Assignment, Employment
from provider.sis.models.time import (
    Calendar,
    GradeLevel,
    ScheduleStructure,
    SchoolYear,
    StateGrade,
    Term,
    TermSchedule,
    Trial,
)  # fmt: skip

__all__ = [
    "Assignment", "Calendar", "Contact", "Course", "CourseMaster", "District", "Employment", "Enrollment",
    "GradeLevel", "Identity", "Person", "Relationship", "Roster", "ScheduleStructure", "School", "SchoolYear",
    "Section", "SectionPlacement", "SectionStaff", "Setting", "StateGrade", "Term", "TermSchedule", "Trial",
    "UserAccount",
]  # fmt: skip
