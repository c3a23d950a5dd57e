"""Puts a `SmallDistrict` into the SIS tables, so that what is loaded can be held against what was built."""

from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from provider.eligibility import rows
from provider.publishing.loading.reading import MODELS
from provider.sis import models
from tests.provider.eligibility.districts import SmallDistrict

#: Parents first.
ORDER = (
    rows.School, rows.SchoolYear, rows.Calendar, rows.Structure, rows.TermSchedule, rows.Term, rows.Trial, rows.Master,
    rows.Course, rows.Section, rows.Person, rows.Identity, rows.Contact, rows.Account, rows.Enrollment, rows.Assignment,
    rows.Relationship, rows.SectionStaff, rows.Roster, rows.Resource, rows.CourseResource, rows.SectionResource,
    rows.PersonResource,
)  # fmt: skip

#: Columns that rules do not read and tables insist on.
OWNERS = {rows.School: {"district_id": 1}, rows.SchoolYear: {"district_id": 1}, rows.Master: {"district_id": 1},
          rows.TermSchedule: {"name": "Semesters"}}  # fmt: skip


def store(session: Session, district: SmallDistrict) -> None:
    """Write all rows; the caller commits."""
    session.execute(insert(models.District), [district.district._asdict() | {"time_zone": "UTC"}])
    for kind in ORDER:
        found = [row._asdict() | OWNERS.get(kind, {}) for row in district.tables[kind].values()]
        if kind is rows.Structure:
            session.flush()
        _insert(session, MODELS[kind], found)
        if kind is rows.Structure:
            _store_grade_levels(session, district)
    tasks = district.tables[rows.GradingTask].values()
    _insert(session, models.GradingTask, [row._asdict() | {"code": f"T{row.id}"} for row in tasks])
    _insert(session, models.SectionGradingTask, [row._asdict() for row in district.tables[rows.SectionTask].values()])
    _insert(session, models.SectionPlacement, [row._asdict() for row in district.placements])
    for name in type(district.switches).__dataclass_fields__:
        value = getattr(district.switches, name)
        text = str(value).lower() if isinstance(value, bool) else value
        session.execute(insert(models.Setting), [{"name": name, "value": text}])


def _store_grade_levels(session: Session, district: SmallDistrict) -> None:
    levels = district.tables[rows.GradeLevel].values()
    codes = {level.state_grade_code: level.nces_grade for level in levels if level.state_grade_code}
    _insert(session, models.StateGrade, [{"code": code, "nces_grade": nces} for code, nces in codes.items()])
    columns = [{k: v for k, v in level._asdict().items() if k != "nces_grade"} for level in levels]
    _insert(session, models.GradeLevel, columns)


def _insert(session: Session, model: Any, found: list[dict[str, Any]]) -> None:
    if found:
        session.execute(insert(model), found)
