"""OneRoster CSV packages for tests: a small 1.1 and a small 1.2 one, of which a test changes what it is about."""

import zipfile
from pathlib import Path

from shared.oneroster.csv_tables import FILES
from shared.oneroster.versions import Version

ORGS = """sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId
d-1,,,Lake District,district,900,
s-1,,,Lake School,school,10,d-1
s-2,,,Hill School,school,20,d-1
"""
SESSIONS = """sourcedId,status,dateLastModified,title,type,startDate,endDate,parentSourcedId,schoolYear
y-27,,,2026-2027,schoolYear,2026-08-01,2027-07-01,,2027
t-1,,,Fall,term,2026-08-15,2027-01-01,y-27,2027
t-2,,,Spring,term,2027-01-01,2027-06-06,y-27,2027
"""
COURSES = """sourcedId,status,dateLastModified,schoolYearSourcedId,title,courseCode,grades,orgSourcedId,subjects,subjectCodes
c-1,,,y-27,Algebra,ALG,09,s-1,Mathematics,02
c-2,,,y-27,Art,ART,,d-1,,
"""
CLASSES = """sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId,\
termSourcedIds,subjects,subjectCodes,periods
k-1,,,Algebra blue,09,c-1,ALG-1,scheduled,101,s-1,"t-1,t-2",,,"1,2"
k-2,,,Art at Hill,,c-2,ART-1,scheduled,,s-2,t-1,,,
"""
USERS_11 = """sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userIds,givenName,familyName,\
middleName,identifier,email,sms,phone,agentSourcedIds,grades,password
u-1,,,true,s-1,student,ada,,Ada,Byron,,1001,ada@example.org,,,u-3,9,
u-2,,,true,"s-1,s-2",teacher,ben,,Ben,Okoro,,E7,ben@example.org,,555,,,
u-3,,,false,d-1,guardian,cleo,,Cleo,Byron,,,cleo@example.org,,,u-1,,
u-4,,,true,s-1,administrator,dan,,Dan,Head,,,,,,,,
"""
USERS_12 = """sourcedId,status,dateLastModified,enabledUser,username,userIds,givenName,familyName,middleName,identifier,\
email,sms,phone,agentSourcedIds,grades,password,userMasterIdentifier,preferredGivenName,preferredMiddleName,\
preferredFamilyName,primaryOrgSourcedId,pronouns
u-1,,,true,ada,,Ada,Byron,,1001,ada@example.org,,,u-3,K,,,Addie,,,s-1,she/her
u-2,,,true,ben,,Ben,Okoro,,E7,ben@example.org,,555,,,,,,,,,
u-3,,,true,cleo,,Cleo,Byron,,,cleo@example.org,,,,,,,,,,,
"""
ROLES = """sourcedId,status,dateLastModified,userSourcedId,roleType,role,beginDate,endDate,orgSourcedId,userProfileSourcedId
r-1,,,u-1,primary,student,2026-08-20,2027-06-06,s-1,
r-2,,,u-2,primary,teacher,,,s-1,
r-3,,,u-2,secondary,counselor,,,s-1,
r-4,,,u-3,primary,relative,,,s-1,
"""
ENROLLMENTS = """sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate
e-1,,,k-1,s-1,u-1,student,,2026-08-15,2027-06-06
e-2,,,k-1,s-1,u-2,teacher,true,,
"""
DEMOGRAPHICS = """sourcedId,status,dateLastModified,birthDate,sex,americanIndianOrAlaskaNative,asian,\
blackOrAfricanAmerican,nativeHawaiianOrOtherPacificIslander,white,demographicRaceTwoOrMoreRaces,\
hispanicOrLatinoEthnicity,countryOfBirthCode,stateOfBirthAbbreviation,cityOfBirth,publicSchoolResidenceStatus
u-1,,,2012-03-04,female,false,true,false,false,false,false,false,US,IL,Chicago,
"""

_SHARED = {
    "orgs": ORGS, "academicSessions": SESSIONS, "courses": COURSES, "classes": CLASSES, "enrollments": ENROLLMENTS,
    "demographics": DEMOGRAPHICS,
}  # fmt: skip
FILES_OF = {
    Version.V1P1: _SHARED | {"users": USERS_11},
    Version.V1P2: _SHARED | {"users": USERS_12, "roles": ROLES},
}


def manifest(version: Version, present: set[str], mode: str = "bulk") -> str:
    """A manifest that lists `present` in a mode and everything else as absent."""
    lines = [f"file.{name},{mode if name in present else 'absent'}" for name in FILES[version]]
    return "\n".join(["propertyName,value", "manifest.version,1.0", f"oneroster.version,{version}", *lines, ""])


def package(path: Path, version: Version = Version.V1P1, drop: tuple[str, ...] = (), **changed: str | bytes) -> Path:
    """A zip of the small package, with some files dropped and others replaced; `manifest=""` leaves it out."""
    files: dict[str, str | bytes] = {n: text for n, text in FILES_OF[version].items() if n not in drop}
    files |= {name: text for name, text in changed.items() if name != "manifest"}
    told = changed.get("manifest", manifest(version, set(files)))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        if told:
            archive.writestr("manifest.csv", told)
        for name, text in files.items():
            archive.writestr(f"{name}.csv", text)
    return path
