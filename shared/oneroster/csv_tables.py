"""Which CSV files each version has and which columns, made from the table of resources.

Sources: `oneroster-csv.md` sections 2, 3 and 5. Files whose rows are members of other records in REST (roles.csv,
classResources.csv …) exist in CSV only, and scoreScales.csv has other columns than REST has members: all of these are
listed here.
"""

from functools import lru_cache
from typing import NamedTuple

from shared.oneroster.csv_kinds import PERCENT, SCALE_ITEM
from shared.oneroster.kinds import DATE, DATETIME, FLOAT, ID, PROFILE, ROLE, TEXT, Kind, enum, ref
from shared.oneroster.resources.gradebook import GRADEBOOK
from shared.oneroster.resources.learning import resources
from shared.oneroster.resources.model import ABSENT, REQUIRED, Field, Resource
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


_SCORE_SCALES = CsvTable("scoreScales", Version.V1P2, (
    *_BASE,
    CsvColumn("title", "title", TEXT, False, True),
    CsvColumn("type", "type", TEXT, False, True),
    CsvColumn("orgSourcedId", "org", ref("orgs"), False, True),
    CsvColumn("courseSourcedId", "course", ref("courses"), False, True),
    CsvColumn("classSourcedId", "class", ref("classes"), False, True),
    CsvColumn("scoreScaleValue", "scoreScaleValue", SCALE_ITEM, True, True),
))  # fmt: skip


def _link(file: str, version: Version, *columns: CsvColumn) -> CsvTable:
    """A file whose rows say that one record has another."""
    return CsvTable(file, version, (*_BASE, *columns))


def _to(name: str, target: str, required: bool = True) -> CsvColumn:
    return CsvColumn(f"{name}SourcedId", name, ref(target), False, required)


_TITLE = CsvColumn("title", "title", TEXT, False, False)
_OBJECTIVE = (
    CsvColumn("source", "source", TEXT, False, True),
    CsvColumn("learningObjectiveId", "learningObjectiveId", TEXT, False, True),
)
_SCALE = _to("scoreScale", "scoreScales")
_RESULT = CsvColumn("resultSourcedId", "result", ID, False, True)


def _links(version: Version) -> list[CsvTable]:
    links = [
        _link("classResources", version, _TITLE, _to("class", "classes"), _to("resource", "resources")),
        _link("courseResources", version, _TITLE, _to("course", "courses"), _to("resource", "resources")),
    ]
    if version is Version.V1P1:
        return links
    score = (CsvColumn("score", "score", FLOAT, False, False), CsvColumn("textScore", "textScore", TEXT, False, False))
    return [
        *links,
        _link("userResources", version, _to("user", "users"), _to("org", "orgs", False),
              _to("class", "classes", False), _to("resource", "resources")),
        _link("lineItemScoreScales", version, _TITLE, _to("lineItem", "lineItems"), _SCALE),
        _link("resultScoreScales", version, _TITLE, _RESULT, _SCALE),
        _link("lineItemLearningObjectiveIds", version, _to("lineItem", "lineItems"), *_OBJECTIVE),
        _link("resultLearningObjectiveIds", version, _RESULT, *_OBJECTIVE, *score),
    ]  # fmt: skip


@lru_cache(maxsize=4)
def csv_tables(version: Version) -> dict[str, CsvTable]:
    """The data files of a version, by base name."""
    entities = (*ROSTERING, resources, *GRADEBOOK)
    tables = [_table(resource, version) for resource in entities if resource.file is not None]
    tables += _links(version)
    if version is Version.V1P2:
        tables += [_ROLES, _USER_PROFILES, _SCORE_SCALES]
    return {table.file: table for table in tables}


def _table(resource: Resource, version: Version) -> CsvTable:
    columns = tuple(
        CsvColumn(field.column.header, field.name, _kind(resource, field), field.many, presence is REQUIRED)
        for field in resource.fields
        if field.column is not None and (presence := field.column.presence(version)) is not ABSENT
    )
    return CsvTable(resource.file or resource.plural, version, columns)


def _kind(resource: Resource, field: Field) -> Kind:
    if (resource.file, field.name) == ("categories", "weight"):
        return PERCENT
    return (field.column.kind if field.column else None) or field.kind
