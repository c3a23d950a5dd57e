"""Records as they look on the wire, for msgspec: the fields that the consumer reads, typed as widely as providers
in the field are careless, but no longer than the platform can keep. Fields that are not here are skipped without
being looked at.
"""

from typing import Annotated, Any

from msgspec import Meta, Struct

#: Text of at most so many characters, or a number.
Short = Annotated[str, Meta(max_length=255)] | int | float | None
ClassTitle = Annotated[str, Meta(max_length=300)] | int | float | None
CourseTitle = Annotated[str, Meta(max_length=500)] | int | float | None
Flag = bool | str | int | None


class Reference(Struct, gc=False):
    """A GUIDRef; href and type do not matter."""

    sourcedId: Short = None


Ref = Reference | Annotated[str, Meta(max_length=255)] | None
Refs = list[Ref] | None
Texts = list[Short] | str | int | float | None


class Base(Struct, gc=False):
    """What every record has."""

    sourcedId: Short = None
    status: Short = None


class Org(Base, gc=False):
    name: Short = None
    type: Short = None
    identifier: Short = None
    parent: Ref = None


class Session(Base, gc=False):
    title: Short = None
    type: Short = None
    startDate: str | None = None
    endDate: str | None = None
    parent: Ref = None
    schoolYear: str | int | None = None


class Course(Base, gc=False):
    title: CourseTitle = None
    courseCode: Short = None
    org: Ref = None
    schoolYear: Ref = None
    grades: Texts = None
    subjects: Texts = None


class Class(Base, gc=False):
    title: ClassTitle = None
    classCode: Short = None
    classType: Short = None
    location: Short = None
    course: Ref = None
    school: Ref = None
    terms: Refs = None
    periods: Texts = None
    grades: Texts = None
    subjects: Texts = None


class Role(Struct, gc=False):
    """An entry of a 1.2 user's `roles`."""

    roleType: Short = None
    role: Short = None
    org: Ref = None
    beginDate: str | None = None
    endDate: str | None = None


class UserMetadata(
    Struct, gc=False, rename={"legacySourcedId": "ic.legacySourcedId", "legacysourceId": "ic.legacysourceId"}
):
    """The 1.1 id without its letter, in both spellings that occur (P-83)."""

    legacySourcedId: Short = None
    legacysourceId: Short = None


class User(Base, gc=False):
    """A user of either version: 1.1 says `role` and `orgs`, 1.2 says `roles`."""

    username: Short = None
    email: Short = None
    givenName: Short = None
    familyName: Short = None
    middleName: Short = None
    preferredFirstName: Short = None
    enabledUser: Flag = None
    identifier: Short = None
    role: Short = None
    orgs: Refs = None
    roles: list[Role] | None = None
    primaryOrg: Ref = None
    agents: Refs = None
    grades: Texts = None
    metadata: UserMetadata | list[Any] | None = None  # an empty object is written [] by some


class Enrollment(Base, gc=False, rename={"class_": "class"}):
    user: Ref = None
    class_: Ref = None
    school: Ref = None
    role: Short = None
    primary: Flag = None
    beginDate: str | None = None
    endDate: str | None = None
