"""A small district as a OneRoster provider would send it, in both versions, for tests to edit.

District D, schools S1 and S2, school year Y (ends 2027) with terms T1 and T2, courses C1 and C2, classes K1 and K2 in
S1 and K3 in S2, students U1 ... U6, teachers T-1 and T-2, guardian G1 of U1, enrollments E1 ...
Every id is the same in both versions; in 1.1 the guardian belongs to the district, in 1.2 to the school (C-50).
"""

from typing import Any

from shared.oneroster.versions import Version

Record = Any
MODIFIED = "2026-08-01T00:00:00.000Z"
STUDENTS = ("Ada", "Ben", "Cleo", "Dan", "Eve", "Finn")


def small_district(version: Version) -> dict[str, list[Record]]:
    """Records by collection, in the order in which they are served."""
    return {
        "orgs": _orgs(),
        "academicSessions": _sessions(),
        "courses": [
            _record("C1", title="Algebra", courseCode="MA1", org=ref("D"), schoolYear=ref("Y")),
            _record("C2", title="Biology", courseCode="SC1", org=ref("D"), schoolYear=ref("Y")),
        ],
        "classes": [
            _class("K1", "Algebra 1", "C1", "S1", "T1", "T2"),
            _class("K2", "Biology 1", "C2", "S1", "T1"),
            _class("K3", "Algebra 2", "C1", "S2", "T2"),
        ],
        "users": _users(version),
        "enrollments": _enrollments(),
    }


def ref(sourced_id: str) -> Record:
    """A reference with nothing but its id, as careless providers send it."""
    return {"sourcedId": sourced_id}


def enrollment(sourced_id: str, user: str, class_id: str, school: str, role: str = "student") -> Record:
    """An enrollment for the whole year."""
    return _record(
        sourced_id,
        **{"user": ref(user), "class": ref(class_id), "school": ref(school), "role": role},
        primary="true" if role == "teacher" else "false",
        beginDate="2026-08-15",
        endDate="2027-06-01",
    )


def user(version: Version, sourced_id: str, given: str, role: str, school: str, **more: Any) -> Record:
    """A user with one role in one org."""
    place: dict[str, Any] = {"role": role, "orgs": [ref(school)]}
    if version is Version.V1P2:
        place = {"roles": [{"roleType": "primary", "role": role, "org": ref(school)}]}
    return _record(
        sourced_id,
        username=f"{given}.{sourced_id}".lower(),
        email=f"{given}.{sourced_id}@example.org".lower(),
        enabledUser="true",
        givenName=given,
        familyName="Example",
        **place,
        **more,
    )


def _record(sourced_id: str, **fields: Any) -> Record:
    return {"sourcedId": sourced_id, "status": "active", "dateLastModified": MODIFIED, **fields}


def _orgs() -> list[Record]:
    return [
        _record("D", name="Example District", type="district", identifier="0001"),
        _record("S1", name="North School", type="school", identifier="101", parent=ref("D")),
        _record("S2", name="South School", type="school", identifier="102", parent=ref("D")),
    ]


def _sessions() -> list[Record]:
    def session(sourced_id: str, title: str, kind: str, start: str, end: str, **more: Any) -> Record:
        dates = {"startDate": start, "endDate": end, "schoolYear": "2027"}
        return _record(sourced_id, title=title, type=kind, **dates, **more)

    return [
        session("Y", "2026-2027", "schoolYear", "2026-08-15", "2027-06-01"),
        session("T1", "Fall", "term", "2026-08-15", "2027-01-10", parent=ref("Y")),
        session("T2", "Spring", "term", "2027-01-10", "2027-06-01", parent=ref("Y")),
    ]


def _class(sourced_id: str, title: str, course: str, school: str, *terms: str) -> Record:
    return _record(
        sourced_id,
        title=title,
        classCode=sourced_id,
        classType="scheduled",
        course=ref(course),
        school=ref(school),
        terms=[ref(term) for term in terms],
        periods=["1"],
    )


def _users(version: Version) -> list[Record]:
    students = [
        user(version, f"U{n}", name, "student", "S1" if n <= 4 else "S2", grades=["09"], identifier=f"10{n}")
        for n, name in enumerate(STUDENTS, 1)
    ]
    students[0]["agents"] = [ref("G1")]
    home = "D" if version is Version.V1P1 else "S1"
    return [
        *students,
        user(version, "T-1", "Tess", "teacher", "S1"),
        user(version, "T-2", "Theo", "teacher", "S2"),
        user(version, "G1", "Gail", "guardian", home, agents=[ref("U1")]),
    ]


def _enrollments() -> list[Record]:
    places = [("U1", "K1", "S1"), ("U2", "K1", "S1"), ("U3", "K1", "S1"), ("U4", "K1", "S1"), ("U1", "K2", "S1"),
              ("U2", "K2", "S1"), ("U5", "K3", "S2"), ("U6", "K3", "S2")]  # fmt: skip
    teachers = [("T-1", "K1", "S1"), ("T-1", "K2", "S1"), ("T-2", "K3", "S2")]
    students = [enrollment(f"E{n}", *place) for n, place in enumerate(places, 1)]
    return [*students, *(enrollment(f"ET{n}", *place, role="teacher") for n, place in enumerate(teachers, 1))]
