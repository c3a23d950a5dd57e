"""The plain rows that the rules read: one NamedTuple per SIS table, fields named like the table's columns.

Owns shapes only. Dates are `datetime.date`, end dates inclusive as in the SIS; None means blank.
"""

from datetime import date, datetime
from typing import NamedTuple


class District(NamedTuple):
    id: int
    number: str
    name: str
    guid: str
    sourced_id: str | None


class School(NamedTuple):
    id: int
    number: str
    name: str
    org_type: str
    guid: str
    sourced_id: str | None
    external_lms_exclude: bool


class SchoolYear(NamedTuple):
    id: int
    name: str
    start_year: int
    end_year: int
    start_date: date | None
    end_date: date | None
    active: bool
    guid: str
    sourced_id: str | None


class Calendar(NamedTuple):
    id: int
    school_id: int
    school_year_id: int
    name: str
    start_date: date
    end_date: date
    external_lms_exclude: bool


class Structure(NamedTuple):
    """A schedule structure of a calendar."""

    id: int
    calendar_id: int
    name: str
    external_lms_exclude: bool


class GradeLevel(NamedTuple):
    """A local grade level; `nces_grade` comes through its State Grade Level Code, None when unmapped (P-60)."""

    id: int
    structure_id: int
    name: str
    state_grade_code: str | None
    external_lms_exclude: bool
    nces_grade: str | None


class TermSchedule(NamedTuple):
    id: int
    structure_id: int


class Term(NamedTuple):
    id: int
    term_schedule_id: int
    sequence: int
    name: str
    start_date: date
    end_date: date
    guid: str
    sourced_id: str | None
    grading_period_sourced_id: str | None = None


class Trial(NamedTuple):
    id: int
    structure_id: int
    name: str
    active: bool


class Master(NamedTuple):
    """A course master."""

    id: int
    number: str
    name: str
    external_lms_exclude: bool


class Course(NamedTuple):
    """A course; `subjects`, `subject_codes` and `grades` are comma-separated texts."""

    id: int
    calendar_id: int
    course_master_id: int | None
    number: str
    name: str
    active: bool
    external_lms_exclude: bool
    subjects: str | None
    subject_codes: str | None
    grades: str | None
    sourced_id: str | None


class Section(NamedTuple):
    id: int
    course_id: int
    trial_id: int
    number: str
    name: str | None
    active: bool
    external_lms_exclude: bool
    homeroom: bool
    room: str | None
    sourced_id: str | None


class Placement(NamedTuple):
    """A section meets in a term, in a period ("" when none is known)."""

    section_id: int
    term_id: int
    period: str


class GradingTask(NamedTuple):
    """What is graded in a term."""

    id: int
    name: str
    external_lms_exclude: bool = False


class SectionTask(NamedTuple):
    """A section is graded by a task."""

    section_id: int
    grading_task_id: int


class SectionStaff(NamedTuple):
    """A row of Section Staff History; `role` is Primary Teacher, Teacher or Section Staff."""

    id: int
    section_id: int
    person_id: int
    role: str
    start_date: date | None
    end_date: date | None
    sourced_id: str | None


class Roster(NamedTuple):
    id: int
    section_id: int
    person_id: int
    start_date: date | None
    end_date: date | None
    sourced_id: str | None


class Person(NamedTuple):
    id: int
    guid: str
    sourced_id: str | None
    imported_role: str | None
    student_number: str | None
    staff_number: str | None
    security_role: bool
    identifier: str | None = None
    user_ids: str | None = None
    hr_managed_since: datetime | None = None


class Identity(NamedTuple):
    person_id: int
    start_date: date | None
    end_date: date | None
    first_name: str
    middle_name: str | None
    last_name: str
    suffix: str | None
    preferred_first_name: str | None
    preferred_middle_name: str | None
    preferred_last_name: str | None
    pronouns: str | None
    birth_date: date | None
    sex: str | None
    american_indian_or_alaska_native: bool
    asian: bool
    black_or_african_american: bool
    native_hawaiian_or_other_pacific_islander: bool
    white: bool
    hispanic_or_latino: bool
    country_of_birth_code: str | None
    state_of_birth: str | None
    city_of_birth: str | None
    public_school_residence_status: str | None


class Contact(NamedTuple):
    """The contact data that may be published; the rest is not even read (P-66)."""

    person_id: int
    email: str | None
    secondary_email: str | None
    other_phone: str | None
    cell_phone: str | None


class Account(NamedTuple):
    """A sign-in; `kind` is staff, student or portal."""

    id: int
    person_id: int
    kind: str
    username: str
    disabled: bool


class Enrollment(NamedTuple):
    """A student's enrollment in a calendar; `service_type` is P, S or N."""

    id: int
    person_id: int
    calendar_id: int
    grade_level_id: int | None
    start_date: date
    end_date: date | None
    service_type: str
    no_show: bool
    external_lms_exclude: bool


class Relationship(NamedTuple):
    """`person_id` is the adult."""

    id: int
    person_id: int
    student_id: int
    guardian: bool
    portal: bool
    start_date: date | None
    end_date: date | None


class Assignment(NamedTuple):
    """A District Assignment with its role marks."""

    id: int
    person_id: int
    school_id: int
    title: str | None
    start_date: date
    end_date: date | None
    external_lms_exclude: bool
    teacher: bool
    special_education: bool
    program: bool
    behavior: bool
    health: bool
    response_approver: bool
    rti: bool
    advisor: bool
    supervisor: bool
    counselor: bool
    food_service: bool
    approver: bool
    fram_processor: bool


class Resource(NamedTuple):
    """A learning resource; `roles` is comma-separated text."""

    id: int
    title: str | None
    roles: str | None
    importance: str | None
    vendor_resource_id: str
    vendor_id: str | None
    application_id: str | None
    sourced_id: str | None


class CourseResource(NamedTuple):
    """A course uses a resource."""

    course_id: int
    resource_id: int


class SectionResource(NamedTuple):
    """A section uses a resource."""

    section_id: int
    resource_id: int


class PersonResource(NamedTuple):
    """A person has a resource; `school_id` and `section_id` say where, when that is known."""

    person_id: int
    resource_id: int
    school_id: int | None
    section_id: int | None
