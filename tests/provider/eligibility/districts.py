"""Small districts for tests of the rules: build one row by row, then ask for its `Facts` or put it into a database.

Unless said otherwise today is 10 January 2026, the school year 2025-26 has blank dates, and every school has a calendar
from 18 August to 5 June with two semesters, grade level 09 and an active trial: the district of the decision table.
"""

import uuid
from collections import defaultdict
from dataclasses import replace
from datetime import date
from typing import Any

from provider.eligibility import rows
from provider.eligibility.edition import Edition
from provider.eligibility.facts import Facts, Switches
from provider.publishing.project import Projected, project
from shared.oneroster.versions import Version

TODAY = date(2026, 1, 10)
FIRST_DAY = date(2025, 8, 18)
LAST_DAY = date(2026, 6, 5)
BASE_URL = "http://sis.example/campus/oneroster/demo"
V11 = Edition(Version.V1P1)
V12 = Edition(Version.V1P2)

Records = dict[str, dict[str, Projected]]


def guid(kind: str, number: int) -> str:
    """A GUID that is the same in every run."""
    return str(uuid.UUID(int=int.from_bytes(f"{kind}{number}".encode().ljust(16, b".")[:16], "big"), version=4))


class SmallDistrict:
    """Rows by type and id. Every method that adds a row returns its id; `change` replaces columns of a row."""

    def __init__(self, today: date = TODAY) -> None:
        self.today = today
        self.switches = Switches()
        self.tables: dict[type[Any], dict[int, Any]] = defaultdict(dict)
        self.placements: list[rows.Placement] = []
        self.district = rows.District(1, "0900", "Clearwater", guid("district", 1), None)
        self.add(rows.SchoolYear, name="2025-26", start_year=2025, end_year=2026, start_date=None, end_date=None,
                 active=True, guid=guid("year", 1), sourced_id=None)  # fmt: skip
        self.main = self.school("Lincoln High")

    def add(self, kind: type[Any], /, **values: Any) -> int:
        key = values.pop("id", None) or len(self.tables[kind]) + 1
        self.tables[kind][key] = kind(**values) if "id" not in kind._fields else kind(id=key, **values)
        return key

    def change(self, kind: type[Any], key: int, /, **values: Any) -> None:
        self.tables[kind][key] = self.tables[kind][key]._replace(**values)

    def get(self, kind: type[Any], key: int) -> Any:
        return self.tables[kind][key]

    # School time: a school, its calendar, structure, grade level, term schedule and trial all have the same id.

    def school(self, name: str, *, calendar: bool = True, year: int = 1) -> int:
        key = len(self.tables[rows.School]) + 1
        self.add(rows.School, number=f"{100 + key}", name=name, org_type="school", guid=guid("school", key),
                 sourced_id=None, external_lms_exclude=False)  # fmt: skip
        if calendar:
            self.add(rows.Calendar, id=key, school_id=key, school_year_id=year, name=f"{name} 25-26",
                     start_date=FIRST_DAY, end_date=LAST_DAY, external_lms_exclude=False)  # fmt: skip
            self.add(rows.Structure, id=key, calendar_id=key, name="Main", external_lms_exclude=False)
            self.add(rows.GradeLevel, id=key, structure_id=key, name="9th", state_grade_code="09",
                     external_lms_exclude=False, nces_grade="09")  # fmt: skip
            self.add(rows.TermSchedule, id=key, structure_id=key)
            self.term(key, 1, "Semester 1", FIRST_DAY, date(2025, 12, 19))
            self.term(key, 2, "Semester 2", date(2026, 1, 5), LAST_DAY)
            self.add(rows.Trial, id=key, structure_id=key, name="Main", active=True)
        return key

    def term(self, schedule: int, sequence: int, name: str, start: date, end: date) -> int:
        key = len(self.tables[rows.Term]) + 1
        return self.add(rows.Term, term_schedule_id=schedule, sequence=sequence, name=name, start_date=start,
                        end_date=end, guid=guid("term", key), sourced_id=None)  # fmt: skip

    # People

    def person(
        self, name: str = "Ada Lake", *, username: str | None = "-", kind: str = "student", **values: Any
    ) -> int:
        """A person with an identity and a contact; `username` "-" means one made from the id, None no account."""
        key = len(self.tables[rows.Person]) + 1
        given, family = name.split(" ")
        row = {"guid": guid("person", key), "sourced_id": None, "imported_role": None, "student_number": None,
               "staff_number": None, "security_role": False}  # fmt: skip
        self.add(rows.Person, **(row | values))
        self.identity(key, first_name=given, last_name=family)
        self.tables[rows.Contact][key] = rows.Contact(key, f"p{key}@school.example", None, None, None)
        if username is not None:
            self.account(key, f"user{key}" if username == "-" else username, kind)
        return key

    def identity(self, person: int, **values: Any) -> int:
        blank = dict.fromkeys(rows.Identity._fields)
        flags = {name: False for name, kind in rows.Identity.__annotations__.items() if kind is bool}
        key = len(self.tables[rows.Identity]) + 1
        self.tables[rows.Identity][key] = rows.Identity(**(blank | flags | {"person_id": person} | values))
        return key

    def account(self, person: int, username: str, kind: str = "student", *, disabled: bool = False) -> int:
        return self.add(rows.Account, person_id=person, kind=kind, username=username, disabled=disabled)

    def contact(self, person: int, **values: Any) -> None:
        self.change(rows.Contact, person, **values)

    def enroll(self, person: int, school: int | None = None, **values: Any) -> int:
        """An open enrollment from the first day of school, Primary, grade 09."""
        school = school or self.main
        row = {"calendar_id": school, "grade_level_id": school, "start_date": FIRST_DAY, "end_date": None,
               "service_type": "P", "no_show": False, "external_lms_exclude": False}  # fmt: skip
        return self.add(rows.Enrollment, person_id=person, **(row | values))

    def student(self, name: str = "Ada Lake", **values: Any) -> int:
        person = self.person(name, **values)
        self.enroll(person)
        return person

    def assign(self, person: int, school: int | None = None, *marks: str, **values: Any) -> int:
        """An open assignment from 2019 with the named role marks."""
        row: dict[str, Any] = dict.fromkeys(rows.Assignment._fields[7:], False) | dict.fromkeys(marks, True)
        row |= {"school_id": school or self.main, "title": None, "start_date": date(2019, 8, 1), "end_date": None,
                "external_lms_exclude": False}  # fmt: skip
        return self.add(rows.Assignment, person_id=person, **(row | values))

    def teacher(self, name: str = "Tom Reed", school: int | None = None) -> int:
        person = self.person(name, kind="staff")
        self.assign(person, school, "teacher")
        return person

    def relate(self, adult: int, student: int, *, guardian: bool = True, portal: bool = True, **values: Any) -> int:
        row = {"guardian": guardian, "portal": portal, "start_date": None, "end_date": None}
        return self.add(rows.Relationship, person_id=adult, student_id=student, **(row | values))

    # Courses

    def course(self, school: int | None = None, **values: Any) -> int:
        key = len(self.tables[rows.Course]) + 1
        row = {"calendar_id": school or self.main, "course_master_id": None, "number": f"{1000 + key}",
               "name": f"Course {key}", "active": True, "external_lms_exclude": False, "subjects": None,
               "subject_codes": None, "grades": None, "sourced_id": None}  # fmt: skip
        return self.add(rows.Course, **(row | values))

    def master(self, **values: Any) -> int:
        return self.add(rows.Master, **({"number": "M1", "name": "Master", "external_lms_exclude": False} | values))

    def section(self, course: int | None = None, *, placed: bool = True, **values: Any) -> int:
        """A section in the first term of its school, first period, of a new course unless one is named."""
        course = course or self.course()
        school = self.get(rows.Course, course).calendar_id
        row = {"course_id": course, "trial_id": school, "number": "1", "name": None, "active": True,
               "external_lms_exclude": False, "homeroom": False, "room": None, "sourced_id": None}  # fmt: skip
        key = self.add(rows.Section, **(row | values))
        if placed:
            term = next(t.id for t in self.tables[rows.Term].values() if t.term_schedule_id == school)
            self.place(key, term)
        return key

    def place(self, section: int, term: int, period: str = "1") -> None:
        self.placements.append(rows.Placement(section, term, period))

    def grade_by(self, section: int, *tasks: int) -> None:
        """The section has these grading tasks of its own."""
        for task in tasks:
            self.add(rows.SectionTask, section_id=section, grading_task_id=task)

    def staff(self, section: int, person: int, role: str = "Primary Teacher", **values: Any) -> int:
        row = {"section_id": section, "person_id": person, "role": role, "start_date": None, "end_date": None}
        return self.add(rows.SectionStaff, **(row | {"sourced_id": None} | values))

    def roster(self, section: int, person: int, **values: Any) -> int:
        row = {"section_id": section, "person_id": person, "start_date": None, "end_date": None, "sourced_id": None}
        return self.add(rows.Roster, **(row | values))

    # Resources

    def resource(self, **values: Any) -> int:
        key = len(self.tables[rows.Resource]) + 1
        row = {"title": f"Resource {key}", "roles": None, "importance": None, "vendor_resource_id": f"vendor-{key}",
               "vendor_id": None, "application_id": None, "sourced_id": None}  # fmt: skip
        return self.add(rows.Resource, **(row | values))

    def use(
        self, resource: int, *, course: int | None = None, section: int | None = None, person: int | None = None,
        at_school: int | None = None, in_section: int | None = None,
    ) -> None:  # fmt: skip
        """The course, the section and the person that are named each use the resource."""
        if course:
            self.add(rows.CourseResource, course_id=course, resource_id=resource)
        if section:
            self.add(rows.SectionResource, section_id=section, resource_id=resource)
        if person:
            self.add(rows.PersonResource, person_id=person, resource_id=resource, school_id=at_school,
                     section_id=in_section)  # fmt: skip

    # What comes of it

    def set(self, **switches: Any) -> None:
        self.switches = replace(self.switches, **switches)

    def _grouped(self, kind: type[Any], owner: str) -> dict[int, list[Any]]:
        groups: dict[int, list[Any]] = defaultdict(list)
        for row in self.tables[kind].values():
            groups[getattr(row, owner)].append(row)
        return dict(groups)

    def facts(self) -> Facts:
        placements: dict[int, list[rows.Placement]] = defaultdict(list)
        for placement in self.placements:
            placements[placement.section_id].append(placement)
        table = self.tables
        return Facts(
            today=self.today, switches=self.switches, district=self.district,
            year=next((year for year in table[rows.SchoolYear].values() if year.active), None),
            years=dict(table[rows.SchoolYear]), schools=dict(table[rows.School]),
            calendars=dict(table[rows.Calendar]), structures=dict(table[rows.Structure]),
            grade_levels=dict(table[rows.GradeLevel]), term_schedules=dict(table[rows.TermSchedule]),
            terms=dict(table[rows.Term]), trials=dict(table[rows.Trial]), masters=dict(table[rows.Master]),
            courses=dict(table[rows.Course]), sections=dict(table[rows.Section]), placements=dict(placements),
            grading_tasks=dict(table[rows.GradingTask]),
            section_tasks=self._grouped(rows.SectionTask, "section_id"),
            section_staff=list(table[rows.SectionStaff].values()),
            rosters=lambda: list(table[rows.Roster].values()), people=dict(table[rows.Person]),
            identities=self._grouped(rows.Identity, "person_id"), contacts=dict(table[rows.Contact]),
            accounts=self._grouped(rows.Account, "person_id"), enrollments=self._grouped(rows.Enrollment, "person_id"),
            assignments=self._grouped(rows.Assignment, "person_id"),
            relationships_of_adult=self._grouped(rows.Relationship, "person_id"),
            relationships_of_student=self._grouped(rows.Relationship, "student_id"),
            resources=dict(table[rows.Resource]), course_resources=self._grouped(rows.CourseResource, "course_id"),
            section_resources=self._grouped(rows.SectionResource, "section_id"),
            person_resources=self._grouped(rows.PersonResource, "person_id"),
        )  # fmt: skip

    def publish(self, edition: Edition = V11) -> Records:
        return published(self.facts(), edition)


def published(facts: Facts, edition: Edition) -> Records:
    """Everything an edition publishes: collection -> sourcedId -> record. No sourcedId comes twice."""
    found: Records = {}
    for collection, records in project(facts, edition, BASE_URL):
        found[collection] = {}
        for record in records:
            assert record.sourced_id not in found[collection], f"{collection} {record.sourced_id} comes twice"
            found[collection][record.sourced_id] = record
    return found


def ids(references: list[dict[str, str]]) -> list[str]:
    return [reference["sourcedId"] for reference in references]
