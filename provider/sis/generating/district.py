"""A whole synthetic district: schools by level, their year, courses and sections, then people and rosters.

Proportions are those of a real district: for 50,000 students and 60 schools 4,000 staff, 12,000 sections of 33,
400,000 roster rows (8 for each student) and 1.2 guardians for each student; a line item in each section is 400,000
scores.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import NamedTuple

from provider.sis.generating.files import DistrictFiles
from provider.sis.generating.grades import GradeBooks, GradedTerm
from provider.sis.generating.names import SCHOOL_NAMES
from provider.sis.generating.people import People

STUDENTS_PER_SCHOOL = 833
STUDENTS_PER_STAFF = 12.5
STUDENTS_PER_SECTION = 100 / 3
#: Of every four members of staff three teach.
TEACHERS_OF_FOUR = 3
SUBJECTS = ("Mathematics", "English", "Science", "Social Studies", "Physical Education", "Art", "Music", "Spanish")
GRADES = ("KG", *(f"{number:02d}" for number in range(1, 13)))

FIRST_DAY, LAST_DAY = "Y0-08-18", "Y1-06-05"
SEMESTERS = (("Semester 1", FIRST_DAY, "Y0-12-20"), ("Semester 2", "Y1-01-05", LAST_DAY))
QUARTERS = (
    ("Quarter 1", FIRST_DAY, "Y0-10-17"), ("Quarter 2", "Y0-10-20", "Y0-12-20"),
    ("Quarter 3", "Y1-01-05", "Y1-03-13"), ("Quarter 4", "Y1-03-16", LAST_DAY),
)  # fmt: skip
#: The months in which assignments are due, by term.
MONTHS = {
    "Semester 1": ("Y0-09", "Y0-10", "Y0-11"), "Semester 2": ("Y1-02", "Y1-03", "Y1-04"),
    "Quarter 1": ("Y0-09",), "Quarter 2": ("Y0-11",), "Quarter 3": ("Y1-02",), "Quarter 4": ("Y1-04",),
}  # fmt: skip


class Level(NamedTuple):
    """A kind of school and its grades as indexes into GRADES."""

    name: str
    grades: range


LEVELS = (Level("Elementary", range(0, 6)), Level("Middle", range(6, 9)), Level("High", range(9, 13)))
ALL_GRADES = Level("Community", range(0, 13))
#: Of ten schools six are elementary, two middle and two high schools.
MIX = (0, 1, 0, 2, 0, 0, 1, 0, 2, 0)


@dataclass(frozen=True, slots=True)
class Plan:
    """What to make; `line_items` for each section. Raises ValueError for numbers that make no district."""

    students: int
    schools: int
    seed: int = 1
    line_items: int = 0

    def __post_init__(self) -> None:
        if self.line_items < 0:
            raise ValueError("A section has no fewer than 0 line items")
        if self.students < 1 or self.schools < 1 or self.schools > self.students:
            raise ValueError("A district has at least one school, and each school at least one student")

    @classmethod
    def of(cls, students: int, schools: int | None, seed: int, line_items: int = 0) -> "Plan":
        """A plan with as many schools as such a district would have, unless told."""
        return cls(students, schools or max(1, round(students / STUDENTS_PER_SCHOOL)), seed, line_items)


class School(NamedTuple):
    """What the people of a school need to know of it."""

    id: int
    calendar: int
    grade_levels: dict[int, int]
    terms: tuple[GradedTerm, ...]
    trial: int
    masters: dict[tuple[int, str], int]


def generate(plan: Plan, folder: Path, progress: Callable[[int], None] = lambda _students: None) -> int:
    """Write the district's files to `folder`; returns the number of rows. `progress` is told of students done."""
    random = Random(plan.seed)  # noqa: S311  (names and numbers for tests, no secret)
    with DistrictFiles(folder, grades=plan.line_items > 0) as files:
        levels = [ALL_GRADES] if plan.schools < 3 else [LEVELS[MIX[n % len(MIX)]] for n in range(plan.schools)]
        levels = levels * plan.schools if len(levels) == 1 else levels
        _district(files)
        masters = _masters(files)
        people = People(files, random)
        books = GradeBooks(files, plan.line_items, plan.seed)
        counts = _head_counts(plan, levels)
        done = 0
        for number, (level, grades) in enumerate(zip(levels, counts, strict=True), start=1):
            school = _school(files, number, level, masters)
            _fill(files, people, books, random, school, grades, done)
            done += sum(grades.values())
            progress(done)
        return files.rows


def _district(files: DistrictFiles) -> None:
    files.add("district", "9000", "Meridian Unified School District", "America/Chicago")
    files.add("school_year", 1, "{Y0}-{Y1}", "Y0", "Y1", "Y0-08-01", "Y1-07-31", 1)
    files.add_all("state_grade", ((grade, grade) for grade in GRADES))


def _masters(files: DistrictFiles) -> dict[tuple[int, str], int]:
    """Course masters by (grade, subject)."""
    return {
        (grade, subject): files.add("course_master", 1, f"{subject[:3].upper()}{GRADES[grade]}",
                                    f"{subject} {GRADES[grade].lstrip('0')}")
        for grade in range(len(GRADES)) for subject in SUBJECTS
    }  # fmt: skip


def _head_counts(plan: Plan, levels: list[Level]) -> list[dict[int, int]]:
    """Students by grade for each school: each grade has its share of the district, split over its schools."""
    offered = sorted({grade for level in levels for grade in level.grades})
    counts: list[dict[int, int]] = [{} for _ in levels]
    for place, grade in enumerate(offered):
        in_grade = plan.students // len(offered) + (place < plan.students % len(offered))
        homes = [number for number, level in enumerate(levels) if grade in level.grades]
        for turn, number in enumerate(homes):
            counts[number][grade] = in_grade // len(homes) + (turn < in_grade % len(homes))
    return counts


def _school(files: DistrictFiles, number: int, level: Level, masters: dict[tuple[int, str], int]) -> School:
    name = SCHOOL_NAMES[(number - 1) % len(SCHOOL_NAMES)]
    more = f" {(number - 1) // len(SCHOOL_NAMES) + 1}" if number > len(SCHOOL_NAMES) else ""
    school = files.add("school", 1, f"{number:03d}", f"{name}{more} {level.name} School")
    calendar = files.add("calendar", school, 1, f"{{Y0}}-{{Y1}} {name}{more}", FIRST_DAY, LAST_DAY)
    structure = files.add("schedule_structure", calendar, "Main")
    grades = {grade: files.add("grade_level", structure, GRADES[grade], GRADES[grade]) for grade in level.grades}
    terms = QUARTERS if level.name == "High" else SEMESTERS
    schedule = files.add("term_schedule", structure, "Quarters" if terms is QUARTERS else "Semesters")
    graded = tuple(
        GradedTerm(files.add("term", schedule, place, *term), MONTHS[term[0]])
        for place, term in enumerate(terms, start=1)
    )
    return School(school, calendar, grades, graded, files.add("trial", structure, "Master schedule", 1), masters)


def _fill(
    files: DistrictFiles, people: People, books: GradeBooks, random: Random, school: School, grades: dict[int, int],
    before: int,
) -> None:  # fmt: skip
    """Staff, students, sections, rosters and grade books of one school; `before` students came in earlier schools."""
    size = sum(grades.values())
    teachers = list(_staff(files, people, school, before, before + size))
    number = before
    turn = 0
    for grade, count in grades.items():
        if not count:
            continue
        students = []
        for _ in range(count):
            number += 1
            student = people.student(grade, number)
            students.append(student)
            files.add("enrollment", student, school.calendar, school.grade_levels[grade], FIRST_DAY)
        for period, subject in enumerate(SUBJECTS, start=1):
            random.shuffle(students)
            turn = _course(files, books, school, grade, subject, period, students, teachers, turn)


def _staff(files: DistrictFiles, people: People, school: School, before: int, after: int) -> Iterator[int]:
    """Writes the school's staff (as many as the district's share up to here asks for) and yields its teachers."""
    first, last = int(before / STUDENTS_PER_STAFF), int(after / STUDENTS_PER_STAFF)
    for number in range(first + 1, max(last, first + 1) + 1):
        person = people.staff(number)
        teaches = (number - first) % 4 <= TEACHERS_OF_FOUR - 1 or last == first
        counsels = not teaches and (number - first) % 8 == TEACHERS_OF_FOUR
        title = "Teacher" if teaches else "Counselor" if counsels else "Office staff"
        files.add("assignment", person, school.id, title, "Y-1-08-01", int(teaches), int(counsels),
                  int(not teaches and not counsels))  # fmt: skip
        if teaches:
            yield person


def _course(
    files: DistrictFiles, books: GradeBooks, school: School, grade: int, subject: str, period: int,
    students: list[int], teachers: list[int], turn: int,
) -> int:  # fmt: skip
    """A course of a grade, its sections, their rosters and grade books; returns whose turn to teach is next."""
    name = f"{subject} {GRADES[grade].lstrip('0')}"
    number = f"{subject[:3].upper()}{GRADES[grade]}"
    course = files.add("course", school.calendar, school.masters[grade, subject], number, name, subject, GRADES[grade])
    sections = max(1, round(len(students) / STUDENTS_PER_SECTION))
    for place in range(sections):
        section = files.add("section", course, school.trial, str(place + 1), f"{100 + turn % 60}", int(period == 1))
        files.add_all("section_placement", ((section, term.id, str(period)) for term in school.terms))
        files.add("section_staff", section, teachers[turn % len(teachers)], "Primary Teacher", FIRST_DAY)
        turn += 1
        here = students[place::sections]
        for student in here:
            files.add("roster", section, student, FIRST_DAY, LAST_DAY)
        books.section(section, school.terms, here)
    return turn
