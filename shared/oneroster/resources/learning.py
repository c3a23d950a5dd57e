"""The entity of the resources service (`oneroster-1.1.md` section 11, `oneroster-1.2.md` section 9)."""

from shared.oneroster.kinds import TEXT, enum
from shared.oneroster.resources.model import REQUIRED, Column, Field, Resource
from shared.oneroster.resources.rostering import BASE, EXTENSION, USER_ROLES_11, req

resources = Resource("resource", "resources", "resources", (
    *BASE,
    Field("vendorResourceId", TEXT, v11=REQUIRED, v12=REQUIRED, column=req("vendorResourceId"), indexed=True),
    Field("title", TEXT, column=Column("title")),
    Field("roles", enum(*USER_ROLES_11, ext=True), many=True, column=Column("roles")),
    Field("importance", enum("primary", "secondary"), column=Column("importance")),
    Field("vendorId", TEXT, column=Column("vendorId"), indexed=True),
    Field("applicationId", TEXT, column=Column("applicationId")),
    *EXTENSION,
), file="resources")  # fmt: skip
