"""A small district with everything that a package can hold, as SIS rows that a test can edit."""

from datetime import UTC, date, datetime

from provider.database import db
from provider.sis import models
from tests.provider.eligibility.districts import SmallDistrict
from tests.provider.eligibility.stored import store
from tests.provider.exporting.conftest import System

DISTRICT_DAY = SmallDistrict().today
MOMENT = datetime(2025, 9, 1, 15, tzinfo=UTC)

#: SIS ids of people.
ANN, BEA, CAL, DOT, TEACHER, AIDE, MOTHER, AUNT = range(1, 9)
ALGEBRA, ART = 1, 2


def build() -> SmallDistrict:
    """Two schools; Ann and Bea at the first, Cal at the second; Dot in no class; a mother, an aunt, a teacher, an aide."""
    district = SmallDistrict()
    hill = district.school("Hill School")
    for name in ("Ann Lake", "Bea Lake"):
        district.student(name)
    cal = district.person("Cal Wood")
    district.enroll(cal, hill)
    district.student("Dot Reed")
    teacher = district.teacher("Tom Reed")
    aide = district.person("Ida Vance", kind="staff")
    district.assign(aide, None, "health")
    mother, aunt = district.person("Mia Lake", kind="portal"), district.person("Una Lake", kind="portal")
    district.relate(mother, ANN)
    district.relate(mother, BEA)
    district.relate(mother, cal, guardian=False)
    district.relate(aunt, BEA, guardian=False)
    algebra = district.section(district.course(grades="9th", subjects="Mathematics", subject_codes="02"))
    art = district.section(district.course(hill), placed=False)
    for student in (ANN, BEA):
        district.roster(algebra, student)
    district.roster(art, cal)
    district.staff(algebra, teacher)
    book, plotter = district.resource(roles="student,teacher"), district.resource()
    district.use(book, course=1, section=algebra)
    district.use(plotter, person=ANN, at_school=district.main, in_section=algebra)
    return district


def grade_book() -> list[object]:
    """Two line items of algebra, three results, a scale with learning objectives."""
    made = {"modified_at": MOMENT, "deleted": False}
    day = {"assigned_at": MOMENT, "due_at": datetime(2025, 9, 6, 3, 59, tzinfo=UTC)}
    scale = models.ScoreScale(id=1, sourced_id="scale", section_id=ALGEBRA, title="Letters", kind="letter", **made)
    return [
        models.GradeCategory(id=1, sourced_id="tests", section_id=ALGEBRA, name="Tests, large", weight=60.0, **made),
        scale,
        models.ScoreScaleValue(score_scale_id=1, position=0, left="50", right="Pass"),
        models.LineItem(id=1, sourced_id="first", section_id=ALGEBRA, category_id=1, term_id=1, title='The "first" test',
                        description="Line one\nline two", value_min=0.0, value_max=10.0, score_scale_id=1,
                        objectives=[{"source": "case", "learningObjectiveIds": ["o-2", "o-1"]}], **day, **made),
        models.LineItem(id=2, sourced_id="second", section_id=ALGEBRA, category_id=1, title="=SUM(A1:A9)", **day, **made),
        models.Result(id=1, sourced_id="r-1", line_item_id=1, person_id=ANN, status="fully graded", score=9.5,
                      scored_on=date(2025, 9, 8), comment="Well done, Ann", late=False,
                      objectives=[{"source": "case", "learningObjectiveResults": [{"learningObjectiveId": "o-1", "score": 3.0}]}],
                      **made),
        models.Result(id=2, sourced_id="r-2", line_item_id=1, person_id=BEA, status="submitted", scored_on=date(2025, 9, 8),
                      score_scale_id=1, text_score="Pass", score=5.0, **made),
        models.Result(id=3, sourced_id="r-3", line_item_id=2, person_id=BEA, status="exempt", score=0.0,
                      scored_on=date(2025, 9, 9), missing=True, **made),
    ]  # fmt: skip


def fill(system: System) -> System:
    """Store and publish the district."""
    with system.app.app_context():
        store(db.session(), build())
        db.session.commit()
    # One after another: nothing tells the session which row refers to which.
    for row in grade_book():
        system.add(row)
    system.refresh()
    return system
