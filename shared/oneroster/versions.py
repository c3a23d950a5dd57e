"""The two versions of the standard that Homeroom speaks, and their base paths."""

from enum import StrEnum


class Version(StrEnum):
    """A version of OneRoster; the value is what people, files and settings call it."""

    V1P1 = "1.1"
    V1P2 = "1.2"


#: Path of a service below the address that a platform is given (P-105, C-07).
BASE_PATHS: dict[tuple[Version, str], str] = {
    (Version.V1P1, "rostering"): "/ims/oneroster/v1p1",
    (Version.V1P1, "gradebook"): "/ims/oneroster/v1p1",
    (Version.V1P1, "resources"): "/ims/oneroster/v1p1",
    (Version.V1P2, "rostering"): "/ims/oneroster/rostering/v1p2",
    (Version.V1P2, "gradebook"): "/ims/oneroster/gradebook/v1p2",
    (Version.V1P2, "resources"): "/ims/oneroster/resources/v1p2",
}
