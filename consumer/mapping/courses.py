"""A SIS course becomes a course, with a code that is unique in the organisation (C-59 … C-63)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from consumer.client.shapes import CourseRecord
from consumer.mapping.choices import Choices, Kind
from consumer.mapping.identity import fold
from consumer.mapping.outcome import GONE, Code, Gone, Skipped


@dataclass(frozen=True, slots=True)
class MappedCourse:
    """`code` is the SIS's; `number` that of its school, for `unique_codes`."""

    sis_id: str
    title: str
    code: str
    school_id: int
    number: str


def map_course(record: CourseRecord, choices: Choices) -> MappedCourse | Skipped | Gone:
    """`Gone` also for a course that the SIS says belongs to another year (C-19)."""
    year = choices.years.get(record.school_year or "", choices.active_year)
    if not record.active or year != choices.active_year:
        return GONE
    school = choices.schools.get(record.org or "")
    if school is None:
        return Skipped(Code.SCHOOL_UNMAPPED, record.org or "no school given")
    if Kind.COURSES not in school.ticked:
        return Skipped(Code.SCHOOL_NOT_TICKED, school.name)
    return MappedCourse(
        record.sourced_id, record.title, record.code or record.sourced_id, school.school_id, school.number
    )


def unique_codes(courses: Iterable[MappedCourse]) -> dict[str, str]:
    """sourcedId -> code: the SIS's own; where several courses share it, with the school number in front; where
    even that is shared, with the sourcedId behind (C-62).
    """
    codes = {course.sis_id: (course.code, f"{course.number}-{course.code}") for course in courses}
    plain = _shared(plain for plain, _ in codes.values())
    numbered = _shared(numbered for _, numbered in codes.values())
    chosen: dict[str, str] = {}
    for sis_id, (short, long) in codes.items():
        if fold(short) not in plain:
            chosen[sis_id] = short
        else:
            chosen[sis_id] = f"{long}-{sis_id}" if fold(long) in numbered else long
    return chosen


def _shared(codes: Iterable[str]) -> set[str]:
    counts: dict[str, int] = defaultdict(int)
    for code in codes:
        counts[fold(code)] += 1
    return {code for code, count in counts.items() if count > 1}
