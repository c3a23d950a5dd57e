"""Records as they look on the wire, for msgspec: the fields that the consumer reads, typed as widely as providers
in the field are careless. Fields that are not here are skipped without being looked at.
"""

from typing import Any

from msgspec import Struct

from consumer.client.values import Scalar

Flag = bool | str | int | None


class Reference(Struct, gc=False):
    """A GUIDRef; href and type do not matter."""

    sourcedId: Scalar = None


Ref = Reference | str | None
Refs = list[Reference | str | None] | None
Texts = list[Scalar] | str | int | float | None


class Base(Struct, gc=False):
    """What every record has."""

    sourcedId: Scalar = None
    status: Scalar = None


class Org(Base, gc=False):
    name: Scalar = None
    type: Scalar = None
    identifier: Scalar = None
    parent: Ref = None


class Session(Base, gc=False):
    title: Scalar = None
    type: Scalar = None
    startDate: str | None = None
    endDate: str | None = None
    parent: Ref = None
    schoolYear: str | int | None = None


class Course(Base, gc=False):
    title: Scalar = None
    courseCode: Scalar = None
    org: Ref = None
    schoolYear: Ref = None
    grades: Texts = None
    subjects: Texts = None


class Class(Base, gc=False):
    title: Scalar = None
    classCode: Scalar = None
    classType: Scalar = None
    location: Scalar = None
    course: Ref = None
    school: Ref = None
    terms: Refs = None
    periods: Texts = None
    grades: Texts = None
    subjects: Texts = None


class Role(Struct, gc=False):
    """An entry of a 1.2 user's `roles`."""

    roleType: Scalar = None
    role: Scalar = None
    org: Ref = None
    beginDate: str | None = None
    endDate: str | None = None


class UserMetadata(Struct, gc=False, rename={"legacySourcedId": "ic.legacySourcedId"}):
    legacySourcedId: Scalar = None


class User(Base, gc=False):
    """A user of either version: 1.1 says `role` and `orgs`, 1.2 says `roles`."""

    username: Scalar = None
    email: Scalar = None
    givenName: Scalar = None
    familyName: Scalar = None
    middleName: Scalar = None
    preferredFirstName: Scalar = None
    enabledUser: Flag = None
    identifier: Scalar = None
    role: Scalar = None
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
    role: Scalar = None
    primary: Flag = None
    beginDate: str | None = None
    endDate: str | None = None
