"""Every read of the rostering and resources services: path, operationId, what it answers, which scopes open it. Routes
come from it.

First the 41 operations of both versions (`oneroster-1.1.md` section 2.1, `oneroster-1.2.md` section 2.1; paths and
operationIds are the same), then what clients ask of Campus beyond the standard (real-clients 22, P-111), then the
resources (sections 2.2 of both).
"""

import re
from dataclasses import dataclass

from shared.oneroster import scopes
from shared.oneroster.resources.learning import resources
from shared.oneroster.resources.model import Resource
from shared.oneroster.resources.rostering import (
    academic_sessions,
    classes,
    courses,
    demographics,
    enrollments,
    orgs,
    users,
)
from shared.oneroster.resources.views import Every, Match, MatchParam, RoleAt, Via, View, Whole
from shared.oneroster.versions import Version

BOTH = frozenset(Version)
WHOLE = Whole()


@dataclass(frozen=True, slots=True)
class Parent:
    """An object that the path names: unless `param` is the sourcedId of a record of `view`, the answer is 404."""

    param: str
    resource: Resource
    view: View = WHOLE


@dataclass(frozen=True, slots=True)
class Operation:
    """One GET.

    path     with `{parameter}` segments, below the base path of the service
    single   answers one record, whose sourcedId is the path parameter `sourcedId`, if it belongs to `view`
    scopes   short names; any one of them opens it
    parents  checked in order before the collection is read
    """

    path: str
    operation_id: str
    resource: Resource
    single: bool
    scopes: frozenset[str]
    view: View = WHOLE
    parents: tuple[Parent, ...] = ()
    versions: frozenset[Version] = BOTH

    @property
    def params(self) -> tuple[str, ...]:
        """The names of the path parameters, in order."""
        return tuple(re.findall(r"{(\w+)}", self.path))


def _values(path: str, *values: str) -> Match:
    return Match(path, frozenset(values))


ACTIVE = _values("status", "active")
SCHOOLS, DISTRICTS = _values("type", "school"), _values("type", "district")
TERMS, GRADING_PERIODS = _values("type", "term"), _values("type", "gradingPeriod")

#: The user roles that each collection of people stands for: of 1.1, of 1.2. A parent is a guardian to those who ask.
_PEOPLE: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "student": (frozenset({"student"}), frozenset({"student"})),
    "teacher": (frozenset({"teacher"}), frozenset({"teacher"})),
    "administrator": (frozenset({"administrator", "aide"}), frozenset({
        "aide", "counselor", "principal", "siteAdministrator", "districtAdministrator", "systemAdministrator",
    })),
    "guardian": (frozenset({"guardian", "parent"}), frozenset({"guardian", "parent"})),
    "relative": (frozenset({"relative"}), frozenset({"relative"})),
}  # fmt: skip


def _people(role: str, org_param: str | None = None) -> RoleAt:
    return RoleAt(*_PEOPLE[role], org_param)


def _enrolled(role: str) -> Match:
    return _values("role", role)


def _users_of_class(role: str) -> Via:
    # An enrollment that has ended no longer makes anybody a member of the class.
    return Via("enrollments", (MatchParam("class", "classSourcedId"), _enrolled(role), ACTIVE), "user.sourcedId")


def _classes_of_user(param: str, role: str | None) -> Via:
    roles = () if role is None else (_enrolled(role),)
    return Via("enrollments", (MatchParam("user", param), *roles, ACTIVE), "class.sourcedId")


SCHOOL = Parent("schoolSourcedId", orgs, SCHOOLS)
CLASS = Parent("classSourcedId", classes)
#: A class of another school is no class of this one: 404.
CLASS_IN_SCHOOL = Parent("classSourcedId", classes, MatchParam("school", "schoolSourcedId"))
TERM = Parent("termSourcedId", academic_sessions, TERMS)


def student_of_class() -> Parent:
    """The student of the path `/classes/{classSourcedId}/students/{studentSourcedId}/…`."""
    return Parent("studentSourcedId", users, _people("student"))


def _all_and_one(
    plural: str, many_id: str, one_id: str, resource: Resource, view: View = WHOLE,
    opened_by: frozenset[str] = scopes.ROSTER_CORE,
) -> tuple[Operation, Operation]:  # fmt: skip
    """The two reads that every collection has: all of it, and one record."""
    return (
        Operation(f"/{plural}", many_id, resource, False, opened_by, view),
        Operation(f"/{plural}/{{sourcedId}}", one_id, resource, True, opened_by, view),
    )


def _nested(path: str, operation_id: str, resource: Resource, view: View, *parents: Parent,
            versions: frozenset[Version] = BOTH) -> Operation:  # fmt: skip
    return Operation(path, operation_id, resource, False, scopes.ROSTER, view, parents, versions)


STANDARD: tuple[Operation, ...] = (
    *_all_and_one("academicSessions", "getAllAcademicSessions", "getAcademicSession", academic_sessions),
    *_all_and_one("classes", "getAllClasses", "getClass", classes),
    *_all_and_one("courses", "getAllCourses", "getCourse", courses),
    *_all_and_one("demographics", "getAllDemographics", "getDemographics", demographics,
                  opened_by=scopes.DEMOGRAPHICS),
    *_all_and_one("enrollments", "getAllEnrollments", "getEnrollment", enrollments),
    *_all_and_one("gradingPeriods", "getAllGradingPeriods", "getGradingPeriod", academic_sessions, GRADING_PERIODS),
    *_all_and_one("orgs", "getAllOrgs", "getOrg", orgs),
    *_all_and_one("schools", "getAllSchools", "getSchool", orgs, SCHOOLS),
    *_all_and_one("students", "getAllStudents", "getStudent", users, _people("student")),
    *_all_and_one("teachers", "getAllTeachers", "getTeacher", users, _people("teacher")),
    *_all_and_one("terms", "getAllTerms", "getTerm", academic_sessions, TERMS),
    *_all_and_one("users", "getAllUsers", "getUser", users),
    _nested("/schools/{schoolSourcedId}/courses", "getCoursesForSchool", courses,
            MatchParam("org", "schoolSourcedId"), SCHOOL),
    _nested("/schools/{schoolSourcedId}/classes", "getClassesForSchool", classes,
            MatchParam("school", "schoolSourcedId"), SCHOOL),
    _nested("/schools/{schoolSourcedId}/enrollments", "getEnrollmentsForSchool", enrollments,
            MatchParam("school", "schoolSourcedId"), SCHOOL),
    _nested("/schools/{schoolSourcedId}/students", "getStudentsForSchool", users,
            _people("student", "schoolSourcedId"), SCHOOL),
    _nested("/schools/{schoolSourcedId}/teachers", "getTeachersForSchool", users,
            _people("teacher", "schoolSourcedId"), SCHOOL),
    _nested("/schools/{schoolSourcedId}/terms", "getTermsForSchool", academic_sessions,
            Every((TERMS, Via("classes", (MatchParam("school", "schoolSourcedId"), ACTIVE), "terms.sourcedId"))),
            SCHOOL),
    _nested("/schools/{schoolSourcedId}/classes/{classSourcedId}/enrollments", "getEnrollmentsForClassInSchool",
            enrollments, MatchParam("class", "classSourcedId"), SCHOOL, CLASS_IN_SCHOOL),
    _nested("/schools/{schoolSourcedId}/classes/{classSourcedId}/students", "getStudentsForClassInSchool",
            users, _users_of_class("student"), SCHOOL, CLASS_IN_SCHOOL),
    _nested("/schools/{schoolSourcedId}/classes/{classSourcedId}/teachers", "getTeachersForClassInSchool",
            users, _users_of_class("teacher"), SCHOOL, CLASS_IN_SCHOOL),
    _nested("/terms/{termSourcedId}/classes", "getClassesForTerm", classes, MatchParam("terms", "termSourcedId"), TERM),
    _nested("/terms/{termSourcedId}/gradingPeriods", "getGradingPeriodsForTerm", academic_sessions,
            Every((GRADING_PERIODS, MatchParam("parent", "termSourcedId"))), TERM),
    _nested("/courses/{courseSourcedId}/classes", "getClassesForCourse", classes,
            MatchParam("course", "courseSourcedId"), Parent("courseSourcedId", courses)),
    _nested("/students/{studentSourcedId}/classes", "getClassesForStudent", classes,
            _classes_of_user("studentSourcedId", "student"), Parent("studentSourcedId", users, _people("student"))),
    _nested("/teachers/{teacherSourcedId}/classes", "getClassesForTeacher", classes,
            _classes_of_user("teacherSourcedId", "teacher"), Parent("teacherSourcedId", users, _people("teacher"))),
    _nested("/users/{userSourcedId}/classes", "getClassesForUser", classes,
            _classes_of_user("userSourcedId", None), Parent("userSourcedId", users)),
    _nested("/classes/{classSourcedId}/students", "getStudentsForClass", users, _users_of_class("student"), CLASS),
    _nested("/classes/{classSourcedId}/teachers", "getTeachersForClass", users, _users_of_class("teacher"), CLASS),
)  # fmt: skip


def _family_at_school(role: str, operation_id: str) -> tuple[Operation, Operation]:
    """Guardians or relatives of a school's students. In 1.1 their org is the district (P-48): seek `agents`."""
    path = f"/schools/{{schoolSourcedId}}/{role}s"
    agents = Via("users", (_people("student", "schoolSourcedId"),), "agents.sourcedId")
    through_students = Every((_people(role), agents))
    return (
        _nested(path, operation_id, users, through_students, SCHOOL, versions=frozenset({Version.V1P1})),
        _nested(path, operation_id, users, _people(role, "schoolSourcedId"), SCHOOL,
                versions=frozenset({Version.V1P2})),
    )  # fmt: skip


CAMPUS: tuple[Operation, ...] = (
    *_all_and_one("administrators", "getAllAdministrators", "getAdministrator", users, _people("administrator")),
    *_all_and_one("guardians", "getAllGuardians", "getGuardian", users, _people("guardian")),
    *_all_and_one("relatives", "getAllRelatives", "getRelative", users, _people("relative")),
    *_all_and_one("districts", "getAllDistricts", "getDistrict", orgs, DISTRICTS),
    *_all_and_one("studentEnrollments", "getAllStudentEnrollments", "getStudentEnrollment", enrollments,
                  _enrolled("student")),
    *_all_and_one("teacherEnrollments", "getAllTeacherEnrollments", "getTeacherEnrollment", enrollments,
                  _enrolled("teacher")),
    _nested("/classes/{classSourcedId}/enrollments", "getEnrollmentsForClass", enrollments,
            MatchParam("class", "classSourcedId"), CLASS),
    _nested("/schools/{schoolSourcedId}/administrators", "getAdministratorsForSchool", users,
            _people("administrator", "schoolSourcedId"), SCHOOL),
    *_family_at_school("guardian", "getGuardiansForSchool"),
    *_family_at_school("relative", "getRelativesForSchool"),
    _nested("/schools/{schoolSourcedId}/studentEnrollments", "getStudentEnrollmentsForSchool", enrollments,
            Every((MatchParam("school", "schoolSourcedId"), _enrolled("student"))), SCHOOL),
    _nested("/schools/{schoolSourcedId}/teacherEnrollments", "getTeacherEnrollmentsForSchool", enrollments,
            Every((MatchParam("school", "schoolSourcedId"), _enrolled("teacher"))), SCHOOL),
)  # fmt: skip

_IN_1P2 = frozenset({Version.V1P2})


def _resources_of(path: str, operation_id: str, view: View, parent: Parent,
                  versions: frozenset[Version] = BOTH) -> Operation:  # fmt: skip
    return Operation(path, operation_id, resources, False, scopes.RESOURCE, view, (parent,), versions)


RESOURCES: tuple[Operation, ...] = (
    *_all_and_one("resources", "getAllResources", "getResource", resources, opened_by=scopes.RESOURCE_CORE),
    _resources_of("/classes/{classSourcedId}/resources", "getResourcesForClass",
                  Via("classes", (MatchParam("sourcedId", "classSourcedId"),), "resources.sourcedId"), CLASS),
    _resources_of("/courses/{courseSourcedId}/resources", "getResourcesForCourse",
                  Via("courses", (MatchParam("sourcedId", "courseSourcedId"),), "resources.sourcedId"),
                  Parent("courseSourcedId", courses)),
    _resources_of("/users/{userSourcedId}/resources", "getResourcesForUser",
                  Via("users", (MatchParam("sourcedId", "userSourcedId"),), "resources.sourcedId"),
                  Parent("userSourcedId", users), _IN_1P2),
)  # fmt: skip

OPERATIONS: tuple[Operation, ...] = STANDARD + CAMPUS


#: The services that are read by these operations alone.
SERVICES: dict[str, tuple[Operation, ...]] = {"rostering": OPERATIONS, "resources": RESOURCES}


def operations_of(version: Version, service: str = "rostering") -> tuple[Operation, ...]:
    """The operations of a service that `version` serves; each path once."""
    return tuple(operation for operation in SERVICES[service] if version in operation.versions)
