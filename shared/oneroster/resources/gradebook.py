"""The gradebook entities: categories, lineItems, results, scoreScales, and the assessments of 1.2.

Sources: `oneroster-1.1.md` section 11, `oneroster-1.2.md` section 9, `oneroster-csv.md` sections 3 and 5.
"""

from shared.oneroster.kinds import (
    BOOLEAN,
    DATE,
    DATETIME,
    FLOAT,
    OBJECTIVES,
    RESULT_OBJECTIVES,
    SCALE_VALUE,
    TEXT,
    enum,
    ref,
)  # fmt: skip
from shared.oneroster.resources.model import ABSENT, REQUIRED, Column, Field, Resource
from shared.oneroster.resources.rostering import BASE, EXTENSION, req

_STATUS = enum("exempt", "fully graded", "not submitted", "partially graded", "submitted", ext=True)
_FLAGS = ("inProgress", "incomplete", "late", "missing")

categories = Resource("category", "categories", "gradebook", (
    *BASE,
    Field("title", TEXT, v11=REQUIRED, v12=REQUIRED, column=req("title")),
    Field("weight", FLOAT, v11=ABSENT, column=Column("weight", ABSENT)),
    *EXTENSION,
), file="categories")  # fmt: skip

line_items = Resource("lineItem", "lineItems", "gradebook", (
    *BASE,
    Field("title", TEXT, v11=REQUIRED, v12=REQUIRED, column=req("title")),
    Field("description", TEXT, column=Column("description")),
    Field("assignDate", DATETIME, v11=REQUIRED, v12=REQUIRED, column=Column("assignDate", REQUIRED, REQUIRED, DATE)),
    Field("dueDate", DATETIME, v11=REQUIRED, v12=REQUIRED, column=Column("dueDate", REQUIRED, REQUIRED, DATE)),
    Field("class", ref("classes"), v11=REQUIRED, v12=REQUIRED, column=req("classSourcedId"), indexed=True),
    Field("category", ref("categories"), v11=REQUIRED, v12=REQUIRED, column=req("categorySourcedId"), indexed=True),
    Field("gradingPeriod", ref("academicSessions"), v11=REQUIRED,
          column=Column("gradingPeriodSourcedId", REQUIRED, ABSENT)),
    Field("academicSession", ref("academicSessions"), v11=ABSENT,
          column=Column("academicSessionSourcedId", ABSENT, REQUIRED)),
    Field("resultValueMin", FLOAT, v11=REQUIRED, column=Column("resultValueMin", REQUIRED)),
    Field("resultValueMax", FLOAT, v11=REQUIRED, column=Column("resultValueMax", REQUIRED)),
    Field("school", ref("orgs"), v11=ABSENT, v12=REQUIRED, column=Column("schoolSourcedId", ABSENT, REQUIRED),
          indexed=True),
    Field("scoreScale", ref("scoreScales"), v11=ABSENT),
    Field("learningObjectiveSet", OBJECTIVES, many=True, v11=ABSENT),
    *EXTENSION,
), file="lineItems")  # fmt: skip

results = Resource("result", "results", "gradebook", (
    *BASE,
    Field("lineItem", ref("lineItems"), v11=REQUIRED, v12=REQUIRED, column=req("lineItemSourcedId"), indexed=True),
    Field("student", ref("users"), v11=REQUIRED, v12=REQUIRED, column=req("studentSourcedId"), indexed=True),
    Field("scoreStatus", _STATUS, v11=REQUIRED, v12=REQUIRED, column=req("scoreStatus")),
    # 1.1 asks for a score always, but one that was never given cannot be invented: it would read as a zero.
    Field("score", FLOAT, column=Column("score", REQUIRED)),
    Field("scoreDate", DATE, v11=REQUIRED, v12=REQUIRED, column=req("scoreDate")),
    Field("comment", TEXT, column=Column("comment")),
    Field("textScore", TEXT, v11=ABSENT, column=Column("textScore", ABSENT)),
    Field("class", ref("classes"), v11=ABSENT, column=Column("classSourcedId", ABSENT), indexed=True),
    *(Field(flag, BOOLEAN, v11=ABSENT, column=Column(flag, ABSENT)) for flag in _FLAGS),
    Field("scoreScale", ref("scoreScales"), v11=ABSENT),
    Field("learningObjectiveSet", RESULT_OBJECTIVES, many=True, v11=ABSENT),
    *EXTENSION,
), file="results")  # fmt: skip

score_scales = Resource("scoreScale", "scoreScales", "gradebook", (
    *BASE,
    Field("title", TEXT, v12=REQUIRED, v11=ABSENT),
    Field("type", TEXT, v12=REQUIRED, v11=ABSENT),
    Field("course", ref("courses"), v11=ABSENT),
    Field("class", ref("classes"), v12=REQUIRED, v11=ABSENT, indexed=True),
    Field("scoreScaleValue", SCALE_VALUE, many=True, v12=REQUIRED, v11=ABSENT),
    *EXTENSION,
))  # fmt: skip

assessment_line_items = Resource("assessmentLineItem", "assessmentLineItems", "gradebook", (
    *BASE,
    Field("title", TEXT, v12=REQUIRED, v11=ABSENT),
    Field("description", TEXT, v11=ABSENT),
    Field("class", ref("classes"), v11=ABSENT, indexed=True),
    Field("parentAssessmentLineItem", ref("assessmentLineItems"), v11=ABSENT),
    Field("scoreScale", ref("scoreScales"), v11=ABSENT),
    Field("resultValueMin", FLOAT, v11=ABSENT),
    Field("resultValueMax", FLOAT, v11=ABSENT),
    Field("learningObjectiveSet", OBJECTIVES, many=True, v11=ABSENT),
    *EXTENSION,
))  # fmt: skip

assessment_results = Resource("assessmentResult", "assessmentResults", "gradebook", (
    *BASE,
    Field("assessmentLineItem", ref("assessmentLineItems"), v12=REQUIRED, v11=ABSENT, indexed=True),
    Field("student", ref("users"), v12=REQUIRED, v11=ABSENT, indexed=True),
    Field("score", FLOAT, v11=ABSENT),
    Field("textScore", TEXT, v11=ABSENT),
    Field("scoreDate", DATE, v12=REQUIRED, v11=ABSENT),
    Field("scoreScale", ref("scoreScales"), v11=ABSENT),
    Field("scorePercentile", FLOAT, v11=ABSENT),
    Field("scoreStatus", _STATUS, v12=REQUIRED, v11=ABSENT),
    Field("comment", TEXT, v11=ABSENT),
    *(Field(flag, BOOLEAN, v11=ABSENT) for flag in _FLAGS),
    Field("learningObjectiveSet", RESULT_OBJECTIVES, many=True, v11=ABSENT),
    *EXTENSION,
))  # fmt: skip

GRADEBOOK = (categories, line_items, results, score_scales)
ASSESSMENTS = (assessment_line_items, assessment_results)
