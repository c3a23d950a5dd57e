"""The rostering entities: orgs, academicSessions, courses, classes, users, enrollments, demographics.

Sources: `oneroster-1.1.md` section 11, `oneroster-1.2.md` section 9, `oneroster-csv.md` sections 3 and 5.
"""

from shared.oneroster.kinds import (
    BOOLEAN,
    DATE,
    DATETIME,
    ID,
    METADATA,
    PROFILE,
    ROLE,
    TEXT,
    USER_ID,
    YEAR,
    enum,
    ref,
)  # fmt: skip
from shared.oneroster.resources.model import ABSENT, REQUIRED, Column, Field, Resource

USER_ROLES_11 = (
    "administrator", "aide", "guardian", "parent", "proctor", "relative", "student", "teacher",
)  # fmt: skip

BASE = (
    Field("sourcedId", ID, v11=REQUIRED, v12=REQUIRED, column=Column("sourcedId", REQUIRED, REQUIRED), indexed=True),
    Field("status", enum("active", "tobedeleted"), v11=REQUIRED, v12=REQUIRED, column=Column("status")),
    Field("dateLastModified", DATETIME, v11=REQUIRED, v12=REQUIRED, column=Column("dateLastModified")),
)
EXTENSION = (Field("metadata", METADATA),)


def req(header: str) -> Column:
    return Column(header, REQUIRED, REQUIRED)


academic_sessions = Resource("academicSession", "academicSessions", "rostering", (
    *BASE,
    Field("title", TEXT, v11=REQUIRED, v12=REQUIRED, column=req("title")),
    Field("type", enum("gradingPeriod", "semester", "schoolYear", "term", ext=True), v11=REQUIRED, v12=REQUIRED,
          column=req("type"), indexed=True),
    Field("startDate", DATE, v11=REQUIRED, v12=REQUIRED, column=req("startDate")),
    Field("endDate", DATE, v11=REQUIRED, v12=REQUIRED, column=req("endDate")),
    Field("parent", ref("academicSessions"), column=Column("parentSourcedId"), indexed=True),
    Field("children", ref("academicSessions"), many=True),
    Field("schoolYear", YEAR, v11=REQUIRED, v12=REQUIRED, column=req("schoolYear")),
    *EXTENSION,
), file="academicSessions")  # fmt: skip

orgs = Resource("org", "orgs", "rostering", (
    *BASE,
    Field("name", TEXT, v11=REQUIRED, v12=REQUIRED, column=req("name")),
    Field("type", enum("department", "district", "local", "national", "school", "state", ext=True),
          v11=REQUIRED, v12=REQUIRED, column=req("type"), indexed=True),
    Field("identifier", TEXT, v12=REQUIRED, column=Column("identifier")),
    Field("parent", ref("orgs"), column=Column("parentSourcedId"), indexed=True),
    Field("children", ref("orgs"), many=True),
    *EXTENSION,
), file="orgs")  # fmt: skip

courses = Resource("course", "courses", "rostering", (
    *BASE,
    Field("schoolYear", ref("academicSessions"), column=Column("schoolYearSourcedId")),
    Field("title", TEXT, v11=REQUIRED, v12=REQUIRED, column=req("title")),
    Field("courseCode", TEXT, v11=REQUIRED, v12=REQUIRED, column=Column("courseCode"), indexed=True),
    Field("grades", TEXT, many=True, column=Column("grades")),
    Field("org", ref("orgs"), column=req("orgSourcedId"), indexed=True),
    Field("subjects", TEXT, many=True, column=Column("subjects")),
    Field("subjectCodes", TEXT, many=True, column=Column("subjectCodes")),
    Field("resources", ref("resources"), many=True, indexed=True),
    *EXTENSION,
), file="courses")  # fmt: skip

classes = Resource("class", "classes", "rostering", (
    *BASE,
    Field("title", TEXT, v11=REQUIRED, v12=REQUIRED, column=req("title")),
    Field("grades", TEXT, many=True, column=Column("grades")),
    Field("course", ref("courses"), v11=REQUIRED, v12=REQUIRED, column=req("courseSourcedId"), indexed=True),
    Field("classCode", TEXT, column=Column("classCode"), indexed=True),
    Field("classType", enum("homeroom", "scheduled", ext=True), v11=REQUIRED, column=req("classType")),
    Field("location", TEXT, column=Column("location")),
    Field("school", ref("orgs"), v11=REQUIRED, v12=REQUIRED, column=req("schoolSourcedId"), indexed=True),
    Field("terms", ref("academicSessions"), many=True, v11=REQUIRED, v12=REQUIRED, column=req("termSourcedIds"),
          indexed=True),
    Field("subjects", TEXT, many=True, column=Column("subjects")),
    Field("subjectCodes", TEXT, many=True, column=Column("subjectCodes")),
    Field("periods", TEXT, many=True, column=Column("periods")),
    Field("resources", ref("resources"), many=True, indexed=True),
    *EXTENSION,
), file="classes")  # fmt: skip

users = Resource("user", "users", "rostering", (
    *BASE,
    Field("enabledUser", BOOLEAN, v11=REQUIRED, v12=REQUIRED, column=req("enabledUser")),
    Field("orgs", ref("orgs"), many=True, v11=REQUIRED, v12=ABSENT,
          column=Column("orgSourcedIds", REQUIRED, ABSENT), indexed=True),
    Field("role", enum(*USER_ROLES_11), v11=REQUIRED, v12=ABSENT, column=Column("role", REQUIRED, ABSENT),
          indexed=True),
    Field("roles", ROLE, many=True, v11=ABSENT, v12=REQUIRED),
    Field("username", TEXT, v11=REQUIRED, column=req("username"), indexed=True),
    Field("userIds", USER_ID, many=True, column=Column("userIds")),
    Field("givenName", TEXT, v11=REQUIRED, v12=REQUIRED, column=req("givenName")),
    Field("familyName", TEXT, v11=REQUIRED, v12=REQUIRED, column=req("familyName"), indexed=True),
    Field("middleName", TEXT, column=Column("middleName")),
    Field("identifier", TEXT, column=Column("identifier"), indexed=True),
    Field("email", TEXT, column=Column("email"), indexed=True),
    Field("sms", TEXT, column=Column("sms")),
    Field("phone", TEXT, column=Column("phone")),
    Field("agents", ref("users"), many=True, column=Column("agentSourcedIds")),
    Field("grades", TEXT, many=True, column=Column("grades")),
    Field("password", TEXT, column=Column("password")),
    Field("userMasterIdentifier", TEXT, v11=ABSENT, column=Column("userMasterIdentifier", ABSENT)),
    Field("preferredFirstName", TEXT, v11=ABSENT, column=Column("preferredGivenName", ABSENT)),
    Field("preferredMiddleName", TEXT, v11=ABSENT, column=Column("preferredMiddleName", ABSENT)),
    Field("preferredLastName", TEXT, v11=ABSENT, column=Column("preferredFamilyName", ABSENT)),
    Field("primaryOrg", ref("orgs"), v11=ABSENT, column=Column("primaryOrgSourcedId", ABSENT)),
    Field("pronouns", TEXT, v11=ABSENT, column=Column("pronouns", ABSENT)),
    Field("userProfiles", PROFILE, many=True, v11=ABSENT),
    Field("resources", ref("resources"), many=True, v11=ABSENT, indexed=True),
    *EXTENSION,
), file="users")  # fmt: skip

enrollments = Resource("enrollment", "enrollments", "rostering", (
    *BASE,
    Field("class", ref("classes"), v11=REQUIRED, v12=REQUIRED, column=req("classSourcedId"), indexed=True),
    Field("school", ref("orgs"), v11=REQUIRED, v12=REQUIRED, column=req("schoolSourcedId"), indexed=True),
    Field("user", ref("users"), v11=REQUIRED, v12=REQUIRED, column=req("userSourcedId"), indexed=True),
    Field("role", enum("administrator", "proctor", "student", "teacher", ext=True), v11=REQUIRED, v12=REQUIRED,
          column=req("role")),
    Field("primary", BOOLEAN, column=Column("primary")),
    Field("beginDate", DATE, column=Column("beginDate")),
    Field("endDate", DATE, column=Column("endDate")),
    *EXTENSION,
), file="enrollments")  # fmt: skip

_RACES = (
    "americanIndianOrAlaskaNative", "asian", "blackOrAfricanAmerican", "nativeHawaiianOrOtherPacificIslander",
    "white", "demographicRaceTwoOrMoreRaces", "hispanicOrLatinoEthnicity",
)  # fmt: skip

demographics = Resource("demographics", "demographics", "rostering", (
    *BASE,
    Field("birthDate", DATE, column=Column("birthDate")),
    Field("sex", enum("female", "male", "other", "unspecified", v11=("female", "male"), ext=True),
          column=Column("sex")),
    *(Field(race, BOOLEAN, column=Column(race)) for race in _RACES),
    *(Field(name, TEXT, column=Column(name)) for name in (
        "countryOfBirthCode", "stateOfBirthAbbreviation", "cityOfBirth", "publicSchoolResidenceStatus",
    )),
    *EXTENSION,
), file="demographics")  # fmt: skip

ROSTERING = (orgs, academic_sessions, courses, classes, users, enrollments, demographics)
