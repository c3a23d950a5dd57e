"""Other people's clients, unmodified, against our 1.1 service.

strongmind-oneroster-client: generated from 1EdTech's early 1.1 OpenAPI document; typed models, strict about required
properties. It does not ask for tokens itself, follows no Link and walks by limit and offset. The other packages of
PyPI cannot be run here: oneroster-api and timeback-oneroster want Python 3.12, oneroster signs with OAuth 1 and brings a
top-level package `tests` that would hide ours.
"""

import importlib
import os
from collections.abc import Callable, Iterator
from datetime import date, datetime
from types import ModuleType
from typing import Any

import pytest
import requests

from shared.oneroster.versions import BASE_PATHS, Version
from tests.contract.conftest import Demo
from tests.contract.derivations import DERIVATIONS, World
from tests.contract.platform import APP_NAME, PUBLIC, Record, ids

V1P1 = Version.V1P1


@pytest.fixture(scope="module")
def strongmind() -> ModuleType:
    """The client's package, which the extra [dev] installs."""
    if os.environ.get("CI"):
        return importlib.import_module("oneroster_client")
    return pytest.importorskip("oneroster_client", reason="strongmind-oneroster-client is not installed (extra [dev])")


@pytest.fixture
def api(strongmind: ModuleType, demo: Demo) -> Any:
    """The client, told the address and a token."""
    platform = demo.lms(V1P1)
    configuration = strongmind.Configuration()
    configuration.host = f"{platform.address}/campus/oneroster/{APP_NAME}{BASE_PATHS[V1P1, 'rostering']}"
    configuration.access_token = platform.token()
    return strongmind.ApiClient(configuration)


@pytest.fixture
def records(demo: Demo) -> dict[str, list[Record]]:
    return demo.everything("lms", V1P1)


def walk(read: Callable[..., Any], limit: int = 500) -> Iterator[Any]:
    """Every object of a collection, by limit and offset until a short page, as users of this client do."""
    offset = 0
    while True:
        (page,) = (value for value in read(limit=limit, offset=offset).to_dict().values() if value is not None)
        yield from page
        offset += len(page)
        if len(page) < limit:
            return


@pytest.mark.parametrize(
    ("group", "method", "path"),
    [
        ("AcademicSessionsManagementApi", "get_academic_sessions", "/academicSessions"),
        ("ClassesManagementApi", "get_classes", "/classes"),
        ("CoursesManagementApi", "get_courses", "/courses"),
        ("DemographicsManagementApi", "get_demographics", "/demographics"),
        ("EnrollmentsManagementApi", "get_enrollments", "/enrollments"),
        ("GradingPeriodsManagementApi", "get_grading_periods", "/gradingPeriods"),
        ("OrgsManagementApi", "get_orgs", "/orgs"),
        ("SchoolsManagementApi", "get_schools", "/schools"),
        ("StudentsManagementApi", "get_students", "/students"),
        ("TeachersManagementApi", "get_teachers", "/teachers"),
        ("TermsManagementApi", "get_terms", "/terms"),
        ("UsersManagementApi", "get_users", "/users"),
    ],
)
def test_it_walks_every_collection_to_its_end(strongmind, api, records, group, method, path):
    read = getattr(getattr(strongmind, group)(api), method)
    found = [one["sourced_id"] for one in walk(read)]
    assert set(found) == DERIVATIONS[path](World(V1P1, records))
    assert len(found) == len(set(found))


def test_its_models_take_our_users(strongmind, api, records):
    stored = {user["sourcedId"]: user for user in records["users"]}
    for user in walk(strongmind.UsersManagementApi(api).get_users):
        record = stored[user["sourced_id"]]
        assert isinstance(user["date_last_modified"], datetime)
        assert (user["username"], user["role"], user["status"]) == (
            record["username"],
            record["role"],
            record["status"],
        )
        assert [org["sourced_id"] for org in user["orgs"]] == [org["sourcedId"] for org in record["orgs"]]
        assert str(user["enabled_user"]).lower() == record["enabledUser"]


def test_its_models_take_our_enrollments_and_classes(strongmind, api):
    for one in walk(strongmind.EnrollmentsManagementApi(api).get_enrollments, limit=5_000):
        assert isinstance(one["begin_date"], date) and isinstance(one["end_date"], date)
        assert one["_class"]["type"] == "class" and one["user"]["type"] == "user"
    for one in walk(strongmind.ClassesManagementApi(api).get_classes):
        assert one["terms"] and one["school"]["type"] == "org"


def test_it_filters_sorts_and_selects(strongmind, api, records):
    users = strongmind.UsersManagementApi(api)
    (found,) = users.get_users(filter="givenName='Rita' AND familyName='Regular'").to_dict()["users"]
    assert found["family_name"] == "Regular"
    names = [
        user["family_name"] for user in walk(lambda **page: users.get_users(sort="familyName", order_by="asc", **page))
    ]
    assert names == sorted(user["familyName"] for user in records["users"])


def test_it_reads_nested_collections_and_single_records(strongmind, api, records):
    team = next(one for one in records["classes"] if one["title"] == "Team Taught Algebra")
    school, one = team["school"]["sourcedId"], team["sourcedId"]
    students = strongmind.StudentsManagementApi(api).get_students_for_class_in_school(school, one).to_dict()["users"]
    assert {student["family_name"] for student in students} == {"Team-Student"}
    teacher = strongmind.TeachersManagementApi(api).get_teachers_for_class(one).to_dict()["users"][0]
    classes = strongmind.ClassesManagementApi(api).get_classes_for_teacher(teacher["sourced_id"]).to_dict()["classes"]
    assert one in {found["sourced_id"] for found in classes}
    org = strongmind.OrgsManagementApi(api).get_org(school).to_dict()["org"]
    assert org["identifier"] == "300"


def test_it_sees_our_errors_as_errors(strongmind, api):
    with pytest.raises(requests.HTTPError) as unknown:
        strongmind.UsersManagementApi(api).get_user("nobody")
    assert unknown.value.response.status_code == 404
    with pytest.raises(requests.HTTPError) as bad:
        strongmind.UsersManagementApi(api).get_users(filter="shoeSize='44'")
    assert bad.value.response.json()["statusInfoSet"][0]["imsx_codeMinor"] == "invalid_filter_field"


# A client in the manner of Moodle's enrol_oneroster: a full pull with Basic credentials and every quirk of
# real-clients 1, 5, 6, 7 at once.


def test_a_pull_in_the_manner_of_a_learning_platform_plugin(demo, version):
    platform = demo.lms(version)
    token = requests.post(
        f"{platform.address}/campus/oauth2/token?appName={APP_NAME}",
        data={"grant_type": "client_credentials", "scope": ""},
        auth=(platform.client_id, platform.secret),
    ).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    for collection, records in demo.everything("lms", version).items():
        base = platform.base_of(f"/{collection}").replace(PUBLIC, platform.address)
        found: list[Record] = []
        while True:
            url = f"{base}/{collection}?filter=&limit=1200&offset={len(found)}&orderBy=asc"
            (page,) = requests.get(url, headers=headers).json().values()
            found += page
            if len(page) < 1_200:
                break
        assert ids(found) == ids(records) and len(found) == len(records)
