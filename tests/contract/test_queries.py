"""filter, sort, orderBy and fields over HTTP, in the spellings of the field (real-clients 5, 7, 8, 10; P-110)."""

from urllib.parse import quote, quote_plus

import pytest

from shared.oneroster.versions import Version
from tests.contract.platform import RESOURCES, ids, minor

# Filters (real-clients 8).


@pytest.mark.parametrize(
    "written",
    [
        "givenName='Rita' AND familyName='Regular'",
        quote("givenName='Rita' AND familyName='Regular'", safe=""),
        quote_plus("givenName='Rita' AND familyName='Regular'"),
        "givenName%20=%20'Rita'+AND+familyName+=+'Regular'",
        "givenname='rita' and FAMILYNAME='REGULAR'",
    ],
    ids=["raw", "percent", "plus", "mixed", "case"],
)
def test_a_filter_is_read_raw_percent_encoded_and_with_plus(lms, written):
    (user,) = lms.read(f"/users?filter={written}")
    assert user["familyName"] == "Regular"


def test_a_blank_in_a_value_is_found(lms):
    """Moodle's runner signs a request with a blank inside a parameter value."""
    for blank in (" ", "%20", "+"):
        assert len(lms.read(f"/classes?filter=title='Case{blank}Study{blank}Hall'")) == 1


def test_every_operator_does_what_it_says(lms, everything):
    users = everything["users"]
    for operator, holds in {
        "=": lambda name: name == "Regular", "!=": lambda name: name != "Regular",
        ">": lambda name: name > "Regular", ">=": lambda name: name >= "Regular",
        "<": lambda name: name < "Regular", "<=": lambda name: name <= "Regular",
        "~": lambda name: "regular" in name.lower(),
    }.items():  # fmt: skip
        expected = ids(user for user in users if holds(user["familyName"]))
        assert ids(lms.walk(f"/users?filter=familyName{quote(operator)}'Regular'")) == expected, operator


def test_or_joins_and_and_binds_before_it(lms):
    found = lms.read("/users?filter=familyName='Regular' OR familyName='Noshow-And-Regular' AND givenName='Rita'")
    assert {user["familyName"] for user in found} == {"Regular"}


@pytest.mark.parametrize(
    "text",
    [
        "2026-10-05T12:00:00.123Z", "2026-10-05T12:00:00.123000Z", "2026-10-05T07:00:00.123-05:00",
        "2026-10-05T14:00:00.123%2B02:00", "2026-10-05T14:00:00.123+02:00", "2026-10-05T12:00:00.123",
    ],
)  # fmt: skip
def test_date_last_modified_is_compared_as_an_instant(lms, everything, text):
    total = len(everything["orgs"])
    assert len(lms.read(f"/orgs?filter=dateLastModified='{text}'")) == total
    assert len(lms.read(f"/orgs?filter=dateLastModified>='{text}'")) == total
    assert lms.read(f"/orgs?filter=dateLastModified>'{text}'") == []


@pytest.mark.parametrize("name", list(RESOURCES))
def test_status_and_date_filters_work_on_every_collection(lms, everything, name):
    """P-110: bare date, without and with milliseconds."""
    total = len(everything[name])
    for text in ("2026-10-05", "2026-10-05T12:00:00", "2026-10-05T12:00:00Z"):
        assert len(lms.walk(f"/{name}?filter=dateLastModified>'{text}'")) == total
        assert lms.walk(f"/{name}?filter=dateLastModified<'{text}'") == []
    for status in ("active", "tobedeleted"):
        expected = ids(record for record in everything[name] if record["status"] == status)
        assert ids(lms.walk(f"/{name}?filter=status='{status}'")) == expected


def test_a_delta_read_shows_what_changed_and_what_is_to_be_deleted(district, version):
    """P-93: also what changed only because a day has passed."""
    platform, files = district.lms(version), district.files
    files.edit("contact", files.one("contact", person_id=files.person("Rita Regular")), email="rita.new@example.org")
    since = max(user["dateLastModified"] for user in platform.walk("/users"))
    files.edit("enrollment", files.one("enrollment", person_id=files.person("Dina Disabled-Account")),
               end_date="Y0-09-20")  # fmt: skip
    district.publish()
    changed = platform.walk(f"/users?filter=dateLastModified>'{since}'")
    assert {(user["familyName"], user["status"]) for user in changed} == {
        ("Regular", "active"), ("Disabled-Account", "tobedeleted"),
    }  # fmt: skip
    gone = platform.walk(f"/enrollments?filter=dateLastModified>'{since}' AND status='tobedeleted'")
    (dina,) = (user["sourcedId"] for user in changed if user["status"] == "tobedeleted")
    assert gone and {one["user"]["sourcedId"] for one in gone} == {dina}
    assert platform.read(f"/users/{dina}")["status"] == "tobedeleted"


def test_references_and_roles_can_be_filtered_by(lms, everything, version):
    one = everything["classes"][0]
    expected = ids(other for other in everything["classes"] if other["course"] == one["course"])
    for field in ("course.sourcedId", "course"):
        assert ids(lms.walk(f"/classes?filter={field}='{one['course']['sourcedId']}'")) == expected
    assert ids(lms.walk("/users?filter=role='teacher'")) == ids(lms.walk("/teachers"))
    if version is Version.V1P2:
        assert ids(lms.walk("/users?filter=roles.role='teacher'")) == ids(lms.walk("/teachers"))


def test_a_list_holds_all_of_the_values_or_any_of_them(lms, everything):
    def having(test) -> set[str]:
        return ids(course for course in everything["courses"] if test(set(course.get("grades", ()))))

    assert ids(lms.walk("/courses?filter=grades='09,10'")) == having({"09", "10"}.issubset)
    assert ids(lms.walk("/courses?filter=grades~'09,10'")) == having(lambda grades: bool(grades & {"09", "10"}))


@pytest.mark.parametrize(
    "text", ["familyName", "familyName=Regular", "familyName='x", "familyName=='x'", "='x'", "a='b' AND", "'", "%00"]
)
def test_a_filter_that_cannot_be_read_is_400(lms, version, text):
    answer = lms.get(f"/users?filter={text}")
    assert answer.status_code == 400
    minor(answer, version)


def test_a_value_that_is_no_date_is_400(lms, version):
    answer = lms.get("/users?filter=dateLastModified>'yesterday'")
    assert answer.status_code == 400
    minor(answer, version)


def test_a_filter_of_more_than_10000_characters_is_400_and_a_shorter_one_is_read(lms, version):
    def ask(length: int):
        return lms.get(f"/users?filter={'familyName=' + quote(repr('x' * (length - 13)))}")

    assert ask(10_000).json() == {"users": []}
    assert ask(10_001).status_code == 400
    minor(ask(10_001), version)


def test_many_clauses_are_read(lms, everything):
    names = sorted({user["familyName"] for user in everything["users"]})[:300]
    found = lms.walk("/users?filter=" + quote(" OR ".join(f"familyName='{name}'" for name in names)), limit=50_000)
    assert ids(found) == ids(user for user in everything["users"] if user["familyName"] in names)


@pytest.mark.parametrize("field", ["familyName", "sourcedId", "orgs", "role", "middleName", "status"])
def test_a_nul_in_a_value_matches_nothing(lms, field):
    """PostgreSQL refuses texts with one."""
    for operator in ("=", "~"):
        assert lms.read(f"/users?filter={field}{operator}'a%00b'") == []


def test_a_value_outside_a_vocabulary_matches_nothing(lms):
    assert lms.read("/users?filter=status='sleeping'") == []


@pytest.mark.parametrize("path", ["/users?filter=&limit=5000", "/users?filter=%20&limit=5000", "/users?filter"])
def test_a_blank_filter_is_no_filter(lms, path):
    """real-clients 5."""
    assert len(lms.read(path)) >= 100


def test_paging_parameters_and_a_blank_filter_on_a_single_record_are_ignored(lms, everything):
    """real-clients 5: some send `?filter=&limit=5000` on every call."""
    for name, resource in RESOURCES.items():
        record = everything[name][0]
        for query in ("filter=&limit=5000", "limit=abc&offset=-1&filter=nonsense&sort=x"):
            assert lms.get(f"/{name}/{record['sourcedId']}?{query}").json() == {resource.singular: record}


# Unknown names: each version's own behaviour.


def test_an_unknown_name_in_a_filter_is_400_in_both(lms, version):
    answer = lms.get("/users?filter=shoeSize='44'")
    assert (answer.status_code, minor(answer, version)) == (400, "invalid_filter_field")
    assert "shoeSize" in answer.text


def test_a_field_of_the_other_version_is_unknown(lms, version):
    field = {"1.1": "pronouns='x'", "1.2": "password.x='y'"}[version]
    assert lms.get(f"/users?filter={field}").status_code == 400


def test_an_unknown_name_in_fields_is_a_warning_in_1_1_and_an_error_in_1_2(lms, version):
    answer = lms.get("/users?fields=sourcedId,shoeSize&limit=2")
    if version is Version.V1P2:
        assert (answer.status_code, minor(answer, version)) == (400, "invalid_selection_field")
        return
    assert answer.status_code == 200
    (warning,) = answer.json()["statusInfoSet"]
    assert (warning["imsx_codeMajor"], warning["imsx_severity"]) == ("success", "warning")
    assert warning["imsx_codeMinor"] == "invalid_selection_field"
    assert "shoeSize" in warning["imsx_description"]
    assert all("familyName" in user for user in answer.json()["users"])


def test_an_unknown_name_in_sort_is_never_an_error(lms, version):
    plain, answer = lms.get("/users"), lms.get("/users?sort=shoeSize")
    assert answer.status_code == 200
    assert answer.json()["users"] == plain.json()["users"]
    warned = [status["imsx_codeMinor"] for status in answer.json().get("statusInfoSet", ())]
    assert warned == ({"1.1": ["invalid_sort_field"], "1.2": []}[version])


def test_blank_fields_are_400(lms, version):
    answer = lms.get("/users?fields=")
    code = {"1.1": "invalid_blank_selection_field", "1.2": "invalid_selection_field"}[version]
    assert (answer.status_code, minor(answer, version)) == (400, code)


def test_an_unknown_field_on_a_single_record_behaves_as_on_a_collection(lms, version, everything):
    path = f"/orgs/{everything['orgs'][0]['sourcedId']}?fields=name,shoeSize"
    assert lms.get(path).status_code == {"1.1": 200, "1.2": 400}[version]


# fields and sort.


def test_fields_selects_and_never_drops_the_id(lms):
    """real-clients 10. Comma-separated, repeated, in any case."""
    for query in (
        "fields=givenName,familyName",
        "fields=givenName&fields=familyName",
        "fields=GIVENNAME,%20familyname",
    ):
        for user in lms.read(f"/users?{query}&limit=5"):
            assert set(user) == {"sourcedId", "givenName", "familyName"}, query
    assert set(lms.read("/users?fields=email&limit=1&filter=email~'@'")[0]) == {"sourcedId", "email"}


def test_fields_work_on_a_single_record_and_on_filtered_and_sorted_reads(lms, everything):
    org = everything["orgs"][0]
    assert lms.read(f"/orgs/{org['sourcedId']}?fields=name") == {"sourcedId": org["sourcedId"], "name": org["name"]}
    found = lms.read("/users?fields=sourcedId&filter=status='active'&sort=familyName&limit=3")
    assert [set(user) for user in found] == [{"sourcedId"}] * 3


def test_sort_orders_by_unicode_with_the_id_last(lms, everything):
    expected = sorted(everything["users"], key=lambda user: (user["familyName"], user["sourcedId"]))
    assert lms.walk("/users?sort=familyName") == expected
    assert lms.walk("/users?sort=familyName&orderBy=asc") == expected
    falling = lms.walk("/users?sort=familyName&orderBy=desc")
    assert [user["familyName"] for user in falling] == [user["familyName"] for user in expected][::-1]


def test_records_without_the_value_are_sorted_too(lms, everything):
    assert ids(lms.walk("/users?sort=middleName")) == ids(everything["users"])


def test_order_by_without_sort_is_accepted(lms):
    """real-clients 10."""
    for direction in ("asc", "desc", "ASC"):
        assert lms.get(f"/users?orderBy={direction}").status_code == 200
    assert lms.get("/users?sort=familyName&orderBy=sideways").status_code == 400


# What comes with a GET and means nothing (real-clients 7).


def test_a_content_type_or_a_body_on_get_is_ignored(lms):
    plain = lms.get("/orgs").json()
    assert lms.get("/orgs", headers={"Content-Type": "application/json"}).json() == plain
    assert lms.get("/orgs", data={"grant_type": "client_credentials", "limit": "1"}).json() == plain
    assert lms.get("/orgs", data="{nonsense", headers={"Content-Type": "application/json"}).json() == plain


@pytest.mark.parametrize("accept", ["application/json", "*/*", "text/html", "application/xml"])
def test_the_answer_is_json_whatever_is_accepted(lms, accept):
    answer = lms.get("/orgs", headers={"Accept": accept})
    assert answer.headers["Content-Type"] == "application/json"


def test_a_parameter_that_the_standard_does_not_have_is_ignored(lms):
    assert lms.get("/orgs?page=2&per_page=1&access_token=x").json() == lms.get("/orgs").json()


# A sourcedId with a slash (`oneroster-1.1.md` section 1).


def test_a_sourced_id_with_a_slash_is_read_percent_encoded(district, version):
    files = district.files
    section = next(row for row in files.rows("section") if row["name"] == "Case Study Hall")
    files.edit("section", section, sourced_id="hall/study 7@x")
    files.edit(
        "person", files.one("person", id=files.person("Rita Regular")), sourced_id="rita/1%2F", imported_role="s"
    )
    district.publish()
    platform = district.lms(version)
    (one,) = platform.walk("/classes?filter=title='Case Study Hall'")
    assert one["sourcedId"] == "hall/study 7@x"
    path = f"/classes/{quote(one['sourcedId'], safe='')}"
    assert platform.read(path) == one
    assert platform.read(path.replace("%2F", "%2f")) == one
    answer = platform.get(f"{path}/students?limit=1")
    assert f"<{platform.base}{path}/students?limit=1&" in answer.headers["Link"]
    students = platform.walk(f"{path}/students", limit=1)
    assert "rita/1%2F" in ids(students)
    (enrollment,) = platform.walk("/enrollments?filter=user.sourcedId='rita/1%252F'")
    assert platform.read(enrollment["user"]["href"])["sourcedId"] == "rita/1%2F"
    assert platform.read(enrollment["class"]["href"]) == one
    assert platform.read(f"/users/{quote('rita/1%2F', safe='')}")["familyName"] == "Regular"
    assert platform.get("/classes/hall/study%207@x").status_code == 404
