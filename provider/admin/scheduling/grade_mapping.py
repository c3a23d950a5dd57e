"""The mapping of grade levels: local name → State Grade Level Code → NCES grade, saved as a whole (P-58, P-60).

Schools of a district call their grades alike, so that a line is a name, for all schools or for the one that is chosen.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from provider.access.audit import audit
from provider.sis.changes import EVERYTHING
from provider.sis.importing.oneroster.levels import NCES
from provider.sis.models import Calendar, Enrollment, GradeLevel, ScheduleStructure, School, StateGrade

#: What the field of a name has while its grade levels are mapped differently: leave each as it is.
AS_THEY_ARE = "*"
LEVEL, GRADE = "level-", "grade-"


class Scope(NamedTuple):
    """Whose grade levels are mapped: of a year (None: of all), of all schools or of one."""

    year_id: int | None
    school_id: int | None


class Line(NamedTuple):
    """The grade levels of one name. `codes`: State Grade Level Code → how many have it, None for no code; `students`
    by the enrollments that name them."""

    name: str
    codes: Mapping[str | None, int]
    excluded: int
    students: int

    @property
    def field(self) -> str:
        return LEVEL + self.name

    @property
    def chosen(self) -> str:
        """What its field has."""
        return AS_THEY_ARE if len(self.codes) > 1 else next(iter(self.codes)) or ""

    @property
    def number(self) -> int:
        return sum(self.codes.values())


class Code(NamedTuple):
    """A State Grade Level Code, its NCES grade ("" for none), and how many grade levels of any year have it."""

    code: str
    nces: str
    used: int

    @property
    def field(self) -> str:
        return GRADE + self.code


def lines_of(session: Session, scope: Scope) -> list[Line]:
    """The names that grade levels have, in the order of the grades that they stand for, unmapped ones first."""
    counted = session.execute(
        _levels(scope, GradeLevel.name, GradeLevel.state_grade_code, GradeLevel.external_lms_exclude, func.count())
        .group_by(GradeLevel.name, GradeLevel.state_grade_code, GradeLevel.external_lms_exclude)
    )  # fmt: skip
    students = dict(
        session.execute(
            _levels(scope, GradeLevel.name, func.count())
            .join(Enrollment, Enrollment.grade_level_id == GradeLevel.id)
            .group_by(GradeLevel.name)
        ).all()
    )
    codes: dict[str, dict[str | None, int]] = defaultdict(lambda: defaultdict(int))
    excluded: dict[str, int] = defaultdict(int)
    for name, code, marked, number in counted:
        codes[name][code] += number
        excluded[name] += number if marked else 0
    lines = [Line(name, dict(found), excluded[name], students.get(name, 0)) for name, found in codes.items()]
    return sorted(
        lines, key=lambda line: (None not in line.codes, min(filter(None, line.codes), default=""), line.name)
    )


def codes_of(session: Session) -> list[Code]:
    """Every State Grade Level Code."""
    found = session.execute(
        select(StateGrade.code, StateGrade.nces_grade, func.count(GradeLevel.id))
        .outerjoin(GradeLevel, GradeLevel.state_grade_code == StateGrade.code)
        .group_by(StateGrade.code, StateGrade.nces_grade)
        .order_by(StateGrade.code)
    )
    return [Code(code, (nces or "").strip(), used) for code, nces, used in found]


def nces_options(codes: list[Code]) -> list[tuple[str, str]]:
    """The NCES grades that a code can stand for, and what stands there already."""
    grades = sorted(NCES | {code.nces for code in codes if code.nces}, key=lambda grade: (grade.isdigit(), grade))
    return [("", "None: no grade is told"), *((grade, grade) for grade in grades)]


def stored_mapping(session: Session, scope: Scope) -> dict[str, str]:
    """The fields of the form with what is stored."""
    lines = {line.field: line.chosen for line in lines_of(session, scope)}
    return lines | {code.field: code.nces for code in codes_of(session)}


def save_mapping(
    session: Session, scope: Scope, typed: Mapping[str, str], stored: Mapping[str, str], words: str, now: datetime,
    by: tuple[int, str],
) -> dict[str, list[str]]:  # fmt: skip
    """Store what was changed, all of it or nothing; the errors by field. `words`: the scope as people call it."""
    codes, grades = {code.code for code in codes_of(session)}, {value for value, _ in nces_options(codes_of(session))}
    changed = {name: typed[name] for name, was in stored.items() if name in typed and typed[name] != was}
    errors = {}
    for name, value in changed.items():
        if name.startswith(LEVEL) and value not in codes | {"", AS_THEY_ARE}:
            errors[name] = ["There is no such State Grade Level Code (any more): choose one of the list."]
        if name.startswith(GRADE) and value not in grades:
            errors[name] = ["This is no NCES grade: choose one of the list."]
    kept = {name for name, value in changed.items() if value == AS_THEY_ARE}
    changed = {name: value for name, value in changed.items() if name not in kept}
    if errors or not changed:
        return errors
    for name, value in changed.items():
        if name.startswith(GRADE):
            session.get_one(StateGrade, name.removeprefix(GRADE)).nces_grade = value or None
        else:
            rows = _levels(scope, GradeLevel).where(GradeLevel.name == name.removeprefix(LEVEL))
            for level in session.scalars(rows):
                level.state_grade_code = value or None
    before = {_named(name): stored[name] for name in changed}
    after = {_named(name): value for name, value in changed.items()}
    audit(session, now, by, "map grade levels", words, before, after, [EVERYTHING])
    return {}


def _named(field: str) -> str:
    """A field as the audit trail calls it."""
    if field.startswith(LEVEL):
        return f"grade level {field.removeprefix(LEVEL)}"
    return f"State Grade Level Code {field.removeprefix(GRADE)}"


def _levels(scope: Scope, *columns: Any) -> Any:
    found = (
        select(*columns)
        .select_from(GradeLevel)
        .join(ScheduleStructure, ScheduleStructure.id == GradeLevel.structure_id)
        .join(Calendar, Calendar.id == ScheduleStructure.calendar_id)
        .join(School, School.id == Calendar.school_id)
    )
    chosen = ((Calendar.school_year_id, scope.year_id), (School.id, scope.school_id))
    return found.where(*(column == value for column, value in chosen if value is not None))
