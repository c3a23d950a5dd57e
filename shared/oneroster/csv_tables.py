"""Which CSV files each version has and which columns, made from the table of resources.

Sources: `oneroster-csv.md` sections 2, 3 and 5. roles.csv and userProfiles.csv exist in CSV only: in REST their rows
are members of users; their columns are listed here.
"""

from functools import lru_cache
from typing import NamedTuple

from shared.oneroster.kinds import DATE, DATETIME, ID, PROFILE, ROLE, TEXT, Kind, enum, ref
from shared.oneroster.resources.model import ABSENT, REQUIRED, Resource
from shared.oneroster.resources.rostering import ROSTERING
from shared.oneroster.versions import Version

MANIFEST = "manifest"

_FILES_11 = (
    "academicSessions", "categories", "classes", "classResources", "courses", "courseResources", "demographics",
    "enrollments", "lineItems", "orgs", "resources", "results", "users",
)  # fmt: skip
_NEW_IN_12 = (
    "lineItemLearningObjectiveIds", "lineItemScoreScales", "resultLearningObjectiveIds", "resultScoreScales", "roles",
    "scoreScales", "userProfiles", "userResources",
)  # fmt: skip

#: Every data file that a manifest of the version lists, by base name.
FILES: dict[Version, tuple[str, ...]] = {Version.V1P1: _FILES_11, Version.V1P2: _FILES_11 + _NEW_IN_12}


class CsvColumn(NamedTuple):
    """A column: its header, the name of its value in a row (that of the JSON property), and what a cell holds."""

    header: str
    name: str
    kind: Kind
    many: bool
    required: bool


class CsvTable(NamedTuple):
    """A file of one version: base name, and its columns in the order in which the standard wants them."""

    file: str
    version: Version
    columns: tuple[CsvColumn, ...]


def _kind_of(objects: Kind, member: str) -> Kind:
    found = objects.member(member)
    if found is None:
        raise KeyError(member)
    return found.kind


_BASE = (
    CsvColumn("sourcedId", "sourcedId", ID, False, True),
    CsvColumn("status", "status", enum("active", "tobedeleted"), False, False),
    CsvColumn("dateLastModified", "dateLastModified", DATETIME, False, False),
)
_ROLES = CsvTable("roles", Version.V1P2, (
    *_BASE,
    CsvColumn("userSourcedId", "user", ref("users"), False, True),
    CsvColumn("roleType", "roleType", _kind_of(ROLE, "roleType"), False, True),
    CsvColumn("role", "role", _kind_of(ROLE, "role"), False, True),
    CsvColumn("beginDate", "beginDate", DATE, False, False),
    CsvColumn("endDate", "endDate", DATE, False, False),
    CsvColumn("orgSourcedId", "org", ref("orgs"), False, True),
    CsvColumn("userProfileSourcedId", "userProfile", ID, False, False),
))  # fmt: skip
_USER_PROFILES = CsvTable("userProfiles", Version.V1P2, (
    *_BASE,
    CsvColumn("userSourcedId", "user", ref("users"), False, True),
    CsvColumn("profileType", "profileType", _kind_of(PROFILE, "profileType"), False, True),
    CsvColumn("vendorId", "vendorId", _kind_of(PROFILE, "vendorId"), False, True),
    CsvColumn("applicationId", "applicationId", _kind_of(PROFILE, "applicationId"), False, False),
    CsvColumn("description", "description", _kind_of(PROFILE, "description"), False, False),
    CsvColumn("credentialType", "credentialType", TEXT, False, True),
    CsvColumn("username", "username", TEXT, False, True),
    CsvColumn("password", "password", TEXT, False, False),
))  # fmt: skip


@lru_cache(maxsize=4)
def csv_tables(version: Version) -> dict[str, CsvTable]:
    """The rostering files of a version, by base name."""
    tables = [_table(resource, version) for resource in ROSTERING if resource.file is not None]
    if version is Version.V1P2:
        tables += [_ROLES, _USER_PROFILES]
    return {table.file: table for table in tables}


def _table(resource: Resource, version: Version) -> CsvTable:
    columns = tuple(
        CsvColumn(field.column.header, field.name, field.column.kind or field.kind, field.many, presence is REQUIRED)
        for field in resource.fields
        if field.column is not None and (presence := field.column.presence(version)) is not ABSENT
    )
    return CsvTable(resource.file or resource.plural, version, columns)
