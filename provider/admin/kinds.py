"""What people call the collections of OneRoster."""

from collections.abc import Mapping

#: Collection -> what its records are to a district.
WORDS: Mapping[str, str] = {
    "orgs": "Schools and the district",
    "academicSessions": "Terms and grading periods",
    "resources": "Resources",
    "courses": "Courses",
    "classes": "Sections",
    "users": "People",
    "demographics": "Demographics",
    "enrollments": "Enrollments",
}
