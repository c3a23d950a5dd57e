"""Which tables and columns of the SIS people edit by hand: a row for each table, in words for people.

What a column can hold, which it must, and what it refers to is not said here: the models say it
(`provider.sis.importing.shapes`). What is made up or managed by the program stands in no row: ids, guids, sourcedIds,
what an import brought as it was sent.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

Words = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Field:
    """A column that is edited.

    label   what people call it
    hint    what it does, where the label does not tell
    words   its values in words; a column whose table names no vocabulary takes these values alone
    once    is chosen when the row is made and does not change afterwards; all columns of keys are
    hr      is under the control of the HR system for those whom it manages (B-132)
    """

    column: str
    label: str
    hint: str = ""
    words: Words = field(default_factory=dict)
    once: bool = False
    hr: bool = False


@dataclass(frozen=True, slots=True)
class Editable:
    """A table that is edited.

    one, many   what people call a row, and rows
    owner       the column of the row that its rows belong to; "" for none
    fields      in the order of the form
    marks       flags that the form shows together, and what they are called
    person      the column that says whose row it is, for the control by HR (B-131); "" where HR controls none
    hr_rows     such rows are neither made nor removed by hand for those whom HR manages
    alone       there is one row, which is neither made nor removed
    many_at_once  columns that can be changed in many rows at once; HR controls none of them
    """

    table: str
    one: str
    many: str
    fields: tuple[Field, ...]
    owner: str = ""
    marks: tuple[str, tuple[str, ...]] = ("", ())
    person: str = ""
    hr_rows: bool = False
    alone: bool = False
    many_at_once: tuple[str, ...] = ()

    @property
    def a_row(self) -> str:
        """ "an enrollment", "a user account"."""
        return f"{'an' if self.one[0] in 'aeio' else 'a'} {self.one}"

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(one.column for one in self.fields)

    def field_of(self, column: str) -> Field:
        return next(one for one in self.fields if one.column == column)


EXCLUDE = "external_lms_exclude"


def _exclude(inherited: str = "") -> Field:
    return Field(EXCLUDE, "External LMS Exclude", f"Nothing of it goes to any platform{inherited}.")


_INCLUSIVE = "The last day: it counts."
_START = Field("start_date", "Start date")
_END = Field("end_date", "End date", f"{_INCLUSIVE} Blank: it is open.")
_HR_START, _HR_END = replace(_START, hr=True), replace(_END, hr=True)
_ACTIVE = "What is not active is not published."

_RACES = {
    "american_indian_or_alaska_native": "American Indian or Alaska Native",
    "asian": "Asian",
    "black_or_african_american": "Black or African American",
    "native_hawaiian_or_other_pacific_islander": "Native Hawaiian or Other Pacific Islander",
    "white": "White",
    "hispanic_or_latino": "Hispanic or Latino",
}
#: The marks of a District Assignment that make roles, in words (P-24, P-39).
ROLE_MARKS: Words = {
    "teacher": "Teacher",
    "special_education": "Special Education",
    "program": "Program",
    "behavior": "Behavior",
    "health": "Health",
    "response_approver": "Response Approver",
    "rti": "RTI",
    "advisor": "Advisor",
    "supervisor": "Supervisor",
    "counselor": "Counselor",
    "food_service": "Food Service",
    "approver": "Approver",
    "fram_processor": "FRAM Processor",
}

_PEOPLE = (
    Editable("person", "person", "people", (
        Field("student_number", "Student number"),
        Field("staff_number", "Staff number", "The HR system knows staff by it.", hr=True),
        Field("security_role", "SIS product security role", "Can make a system administrator of OneRoster 1.2."),
    ), person="id", many_at_once=("security_role",)),
    Editable("identity", "identity", "identities", (
        Field("person_id", "Person", once=True),
        Field("first_name", "First name", hr=True),
        Field("middle_name", "Middle name", hr=True),
        Field("last_name", "Last name", hr=True),
        Field("suffix", "Suffix"),
        Field("preferred_first_name", "Preferred first name"),
        Field("preferred_middle_name", "Preferred middle name"),
        Field("preferred_last_name", "Preferred last name"),
        Field("pronouns", "Pronouns"),
        Field("start_date", "Start date", "Blank: always.", hr=True),
        _HR_END,
        Field("birth_date", "Birth date", hr=True),
        Field("sex", "Sex", words={
            "female": "Female", "male": "Male", "other": "Other", "unspecified": "Unspecified",
        }, hr=True),
        *(Field(column, label) for column, label in _RACES.items()),
        Field("country_of_birth_code", "Country of birth, code"),
        Field("state_of_birth", "State of birth, abbreviation"),
        Field("city_of_birth", "City of birth"),
        Field("public_school_residence_status", "Public school residence status, code"),
    ), owner="person_id", marks=("Race and ethnicity", tuple(_RACES)), person="person_id", hr_rows=True),
    Editable("contact", "contact data", "contact data", (
        Field("person_id", "Person", once=True),
        Field("email", "Email", hr=True),
        Field("secondary_email", "Secondary email", "Published instead of Email where the settings say so.", hr=True),
        Field("other_phone", "Other phone", hr=True),
        Field("cell_phone", "Cell phone", hr=True),
        Field("home_phone", "Home phone", "Never published."),
        Field("work_phone", "Work phone", "Never published.", hr=True),
    ), owner="person_id", person="person_id"),
    Editable("user_account", "user account", "user accounts", (
        Field("person_id", "Person", once=True),
        Field("kind", "Kind", words={"staff": "Staff", "student": "Student", "portal": "Portal"}),
        Field("username", "Username", "Platforms of OneRoster 1.1 see nobody without one."),
        Field("disabled", "Disabled", "Nobody can sign in with it; the person is published all the same."),
    ), owner="person_id", many_at_once=("disabled",)),
    Editable("enrollment", "enrollment", "enrollments", (
        Field("person_id", "Student", once=True),
        Field("calendar_id", "School and year"),
        Field("grade_level_id", "Grade level"),
        _START,
        _END,
        Field("service_type", "Service type", words={
            "P": "Primary", "S": "Partial", "N": "Special education services",
        }),
        Field("no_show", "No Show", "The enrollment does not count."),
        _exclude(),
    ), owner="person_id", many_at_once=("no_show", EXCLUDE)),
    Editable("relationship", "relationship", "relationships", (
        Field("person_id", "Adult", once=True),
        Field("student_id", "Student", once=True),
        Field("name", "Relationship", "Mother, Father, Aunt …"),
        Field("guardian", "Guardian"),
        Field("portal", "Portal", "Without it the relationship is not published."),
        Field("start_date", "Start date", "Blank: always."),
        _END,
    ), owner="person_id", many_at_once=("guardian", "portal")),
    Editable("employment", "district employment", "district employments", (
        Field("person_id", "Person", once=True),
        _HR_START,
        _HR_END,
    ), owner="person_id", person="person_id", hr_rows=True),
    Editable("assignment", "district assignment", "district assignments", (
        Field("person_id", "Person", once=True),
        Field("school_id", "School", hr=True),
        Field("title", "Title", hr=True),
        _HR_START,
        _HR_END,
        *(Field(column, label) for column, label in ROLE_MARKS.items()),
        _exclude(),
    ), owner="person_id", marks=("Roles", tuple(ROLE_MARKS)), person="person_id", hr_rows=True,
       many_at_once=(*ROLE_MARKS, EXCLUDE)),
)  # fmt: skip

_SCHEDULING = (
    Editable("district", "district", "district", (
        Field("number", "Number"),
        Field("name", "Name"),
        Field("time_zone", "Time zone", "Decides what today is: America/Chicago."),
    ), alone=True),
    Editable("school", "school", "schools", (
        Field("district_id", "District", once=True),
        Field("number", "Number"),
        Field("name", "Name"),
        Field("org_type", "Kind", words={"school": "School", "department": "Department"}),
        _exclude(", with all its calendars, courses and sections"),
    ), owner="district_id", many_at_once=(EXCLUDE,)),
    Editable("school_year", "school year", "school years", (
        Field("district_id", "District", once=True),
        Field("name", "Name"),
        Field("start_year", "Starts in the year"),
        Field("end_year", "Ends in the year"),
        Field("start_date", "First day", "Blank: 1 January of the year in which it starts."),
        Field("end_date", "Last day", "Blank: 31 December of the year in which it ends."),
    ), owner="district_id"),
    Editable("calendar", "calendar", "calendars", (
        Field("school_id", "School", once=True),
        Field("school_year_id", "School year", once=True),
        Field("name", "Name"),
        Field("start_date", "First day of school"),
        Field("end_date", "Last day of school", _INCLUSIVE),
        _exclude(", with its courses, sections and enrollments"),
    ), owner="school_id", many_at_once=(EXCLUDE,)),
    Editable("schedule_structure", "schedule structure", "schedule structures", (
        Field("calendar_id", "Calendar", once=True),
        Field("name", "Name"),
        _exclude(", with its grade levels and their enrollments"),
    ), owner="calendar_id", many_at_once=(EXCLUDE,)),
    Editable("state_grade", "State Grade Level Code", "State Grade Level Codes", (
        Field("code", "Code", once=True),
        Field("nces_grade", "NCES grade", "PK, KG, 01 … 12, UG …: the grade that platforms are told."),
    )),
    Editable("grade_level", "grade level", "grade levels", (
        Field("structure_id", "Schedule structure", once=True),
        Field("name", "Name"),
        Field("state_grade_code", "State Grade Level Code", "Without one platforms are told no grade."),
        _exclude(", with its enrollments"),
    ), owner="structure_id", many_at_once=("state_grade_code", EXCLUDE)),
    Editable("term_schedule", "term schedule", "term schedules", (
        Field("structure_id", "Schedule structure", once=True),
        Field("name", "Name"),
    ), owner="structure_id"),
    Editable("term", "term", "terms", (
        Field("term_schedule_id", "Term schedule", once=True),
        Field("sequence", "Place in its schedule", "1 for the first."),
        Field("name", "Name"),
        Field("start_date", "First day"),
        Field("end_date", "Last day", _INCLUSIVE),
    ), owner="term_schedule_id"),
    Editable("trial", "trial", "trials", (
        Field("structure_id", "Schedule structure", once=True),
        Field("name", "Name"),
        Field("active", "Active", "Sections of the active trial alone are published; marking one unmarks the other."),
    ), owner="structure_id"),
    Editable("course_master", "course master", "course masters", (
        Field("district_id", "District", once=True),
        Field("number", "Number"),
        Field("name", "Name"),
        _exclude(", with its courses and their sections"),
    ), owner="district_id", many_at_once=(EXCLUDE,)),
    Editable("course", "course", "courses", (
        Field("calendar_id", "Calendar", once=True),
        Field("course_master_id", "Course master"),
        Field("number", "Number"),
        Field("name", "Name"),
        Field("active", "Active", _ACTIVE + " Neither are its sections."),
        Field("subjects", "Subjects", "With commas between them."),
        Field("subject_codes", "Subject codes", "SCED codes in the order of the subjects, as many of them."),
        Field("grades", "Grades", "Local grade names with commas between them."),
        _exclude(", with its sections"),
    ), owner="calendar_id", many_at_once=("active", EXCLUDE)),
    Editable("section", "section", "sections", (
        Field("course_id", "Course", once=True),
        Field("trial_id", "Trial"),
        Field("number", "Number"),
        Field("name", "Name", "Blank: that of the course."),
        Field("active", "Active", _ACTIVE),
        Field("homeroom", "Homeroom"),
        Field("room", "Room"),
        _exclude(),
    ), owner="course_id", many_at_once=("active", "homeroom", EXCLUDE)),
    Editable("section_placement", "placement", "placements", (
        Field("section_id", "Section", once=True),
        Field("term_id", "Term", once=True),
        Field("period", "Period", "Blank: none is known.", once=True),
    ), owner="section_id"),
    Editable("section_staff", "row of Section Staff History", "Section Staff History", (
        Field("section_id", "Section", once=True),
        Field("person_id", "Person", once=True),
        Field("role", "Role", words={
            "Primary Teacher": "Primary Teacher", "Teacher": "Teacher", "Section Staff": "Section Staff",
        }),
        Field("start_date", "Start date", "Blank: always."),
        _END,
    ), owner="section_id"),
    Editable("roster", "roster row", "roster rows", (
        Field("section_id", "Section", once=True),
        Field("person_id", "Student", once=True),
        Field("start_date", "Start date", "Blank: when the section's first term starts."),
        Field("end_date", "End date", f"{_INCLUSIVE} Blank: when the section's last term ends."),
    ), owner="section_id"),
)  # fmt: skip

_GRADE_BOOK = (
    Editable("grading_task", "grading task", "grading tasks", (
        Field("code", "Code"),
        Field("name", "Name"),
        Field(EXCLUDE, "External LMS Exclude", "Platforms are not told of it and send no scores for it."),
    )),
    Editable("section_grading_task", "grading task of a section", "grading tasks of sections", (
        Field("section_id", "Section", once=True),
        Field("grading_task_id", "Grading task", once=True),
    ), owner="section_id"),
    Editable("grading_window", "grading window", "grading windows", (
        Field("grading_task_id", "Grading task", once=True),
        Field("term_id", "Term", once=True),
        Field("opens_on", "Opens on"),
        Field("closes_on", "Closes on", _INCLUSIVE),
    ), owner="grading_task_id"),
    Editable("score_group", "score group", "score groups", (
        Field("name", "Name"),
        Field("kind", "Kind", "letter, pass …"),
    )),
    Editable("score_group_item", "score", "scores", (
        Field("score_group_id", "Score group", once=True),
        Field("score", "Score", once=True),
        Field("min_percent", "From this percent on", "Blank: it is given by hand alone."),
    ), owner="score_group_id"),
)  # fmt: skip

#: The tables by what they are about.
GROUPS = (("People", _PEOPLE), ("Scheduling", _SCHEDULING), ("Grade book set-up", _GRADE_BOOK))
#: Every table that is edited, by name.
EDITABLE: Mapping[str, Editable] = {row.table: row for row in (*_PEOPLE, *_SCHEDULING, *_GRADE_BOOK)}
