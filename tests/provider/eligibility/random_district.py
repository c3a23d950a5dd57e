"""Random small districts in which everything that a rule looks at varies: for properties that hold for all."""

import random
from datetime import date, timedelta
from typing import Any

from provider.eligibility import rows
from tests.provider.eligibility.districts import SmallDistrict

_MARKS = ("teacher", "counselor", "program", "fram_processor")


def random_district(rng: random.Random) -> SmallDistrict:
    """Up to three schools, some twenty people, sections and relations, each with some chance of every mark and date."""
    district = SmallDistrict(date(2025, 7, 1) + timedelta(days=rng.randrange(420)))
    for name in ("Oak", "Elm")[: rng.randrange(3)]:
        district.school(name, calendar=rng.random() < 0.8)
    calendars = sorted(district.tables[rows.Calendar])
    people = [_person(district, rng, calendars) for _ in range(16)]
    _relations(district, rng, people)
    sections = _sections(district, rng, calendars)
    for section in sections:
        for person in rng.sample(people, 6):
            district.roster(section, person, **_dates(rng))
        for person in rng.sample(people, 3):
            role = rng.choice(("Primary Teacher", "Teacher", "Section Staff"))
            district.staff(section, person, role, **_dates(rng))
    _excludes(district, rng)
    _resources(district, rng, people, sections)
    tasks = [district.add(rows.GradingTask, name=name) for name in ("Term", "Effort", "Exam")[: rng.randrange(4)]]
    for section in sections:
        district.grade_by(section, *rng.sample(tasks, rng.randrange(len(tasks) + 1)))
    return district


def _dates(rng: random.Random, *, blank_start: bool = True) -> dict[str, date | None]:
    start = date(2025, 6, 1) + timedelta(days=rng.randrange(300))
    end = start + timedelta(days=rng.randrange(300))
    return {
        "start_date": None if blank_start and rng.random() < 0.5 else start,
        "end_date": None if rng.random() < 0.6 else end,
    }


def _person(district: SmallDistrict, rng: random.Random, calendars: list[int]) -> int:
    imported: dict[str, Any] = {}
    if rng.random() < 0.2:
        imported = {"sourced_id": f"in-{rng.randrange(10**9)}", "imported_role": rng.choice(("s", "t", "g", None))}
    person = district.person(
        "Kim Ash", username=None if rng.random() < 0.2 else "-", kind=rng.choice(("student", "staff", "portal")),
        security_role=rng.random() < 0.2, **imported,
    )  # fmt: skip
    for _ in range(rng.choice((0, 1, 1, 2))):
        district.enroll(person, rng.choice(calendars), service_type=rng.choice("PPSN"), no_show=rng.random() < 0.1,
                        external_lms_exclude=rng.random() < 0.1, **_dates(rng, blank_start=False))  # fmt: skip
    for _ in range(rng.choice((0, 0, 1, 2))):
        district.assign(person, rng.choice(sorted(district.tables[rows.School])),
                        *(mark for mark in _MARKS if rng.random() < 0.5), external_lms_exclude=rng.random() < 0.1,
                        **_dates(rng, blank_start=False))  # fmt: skip
    return person


def _relations(district: SmallDistrict, rng: random.Random, people: list[int]) -> None:
    for _ in range(16):
        adult, student = rng.sample(people, 2)
        district.relate(adult, student, guardian=rng.random() < 0.5, portal=rng.random() < 0.8,
                        end_date=None if rng.random() < 0.8 else date(2025, 12, 1))  # fmt: skip


def _sections(district: SmallDistrict, rng: random.Random, calendars: list[int]) -> list[int]:
    sections = []
    for _ in range(4):
        course = district.course(rng.choice(calendars), active=rng.random() < 0.9, grades=rng.choice((None, "9th")),
                                 course_master_id=district.master(external_lms_exclude=rng.random() < 0.1))  # fmt: skip
        for _ in range(2):
            sections.append(district.section(course, placed=rng.random() < 0.7, active=rng.random() < 0.9,
                                             number=str(len(sections) + 1)))  # fmt: skip
    return sections


def _excludes(district: SmallDistrict, rng: random.Random) -> None:
    for kind in (rows.School, rows.Calendar, rows.Structure, rows.GradeLevel, rows.Course, rows.Section):
        for key in district.tables[kind]:
            if rng.random() < 0.08:
                district.change(kind, key, external_lms_exclude=True)


def _resources(district: SmallDistrict, rng: random.Random, people: list[int], sections: list[int]) -> None:
    """Resources that courses, sections and people use, several kinds of them or none."""
    schools = sorted(district.tables[rows.School])
    for number in range(6):
        resource = district.resource(
            sourced_id=rng.choice((None, f"res/{number}")), importance=rng.choice((None, "primary")),
            roles=rng.choice((None, "teacher, student", "ext:tutor")),
            vendor_resource_id="" if rng.random() < 0.1 else f"vendor-{number}",
        )  # fmt: skip
        for course in rng.sample(sorted(district.tables[rows.Course]), rng.choice((0, 0, 1))):
            district.use(resource, course=course)
        for section in rng.sample(sections, rng.choice((0, 0, 2))):
            district.use(resource, section=section)
        for person in rng.sample(people, rng.choice((0, 1, 3))):
            district.use(resource, person=person, at_school=rng.choice((None, rng.choice(schools))),
                         in_section=rng.choice((None, rng.choice(sections))))  # fmt: skip
