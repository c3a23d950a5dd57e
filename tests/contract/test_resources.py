"""The resources service over HTTP: who sees which resources of the demo district, and how they are asked for.

Of the demo's six resources the eText belongs to a course and a class of Cedar High (300) and the plotter to the class;
the answer keys belong to a teacher in that class and the reader to a student; the workbook belongs to an excluded course
and the atlas to nothing.
"""

from sqlalchemy import delete

from provider.sis.models import PersonResource
from shared.oneroster.versions import BASE_PATHS, Version
from tests.contract.conftest import Demo
from tests.contract.platform import PUBLIC, Platform, ids, minor

V1P1, V1P2 = Version.V1P1, Version.V1P2
UNKNOWN = {V1P1: "unknown object", V1P2: "unknownobject"}

OF_CLASSES = {"Algebra eText", "Function Plotter"}
OF_PEOPLE = {"Algebra Answer Keys", "Large Print Reader"}


def titles(platform: Platform, path: str = "/resources") -> set[str]:
    return {record["title"] for record in platform.walk(path)}


def resource(platform: Platform, title: str) -> str:
    """The sourcedId of a resource."""
    (found,) = platform.walk(f"/resources?filter=title='{title}'")
    return str(found["sourcedId"])


def test_what_is_used_is_there_and_what_is_not_used_is_not(lms, version):
    """In 1.1 people have no resources."""
    assert titles(lms) == (OF_CLASSES | OF_PEOPLE if version is V1P2 else OF_CLASSES)


def test_a_resource_tells_what_it_is(lms):
    record = lms.read(f"/resources/{resource(lms, 'Algebra eText')}")
    rest = {name: value for name, value in record.items() if name not in ("sourcedId", "dateLastModified")}
    assert rest == {
        "status": "active", "vendorResourceId": "MB-ALG-ETEXT", "title": "Algebra eText",
        "roles": ["student", "teacher"], "importance": "primary", "vendorId": "vendor.example.org",
        "applicationId": "shelf",
    }  # fmt: skip


def test_classes_courses_and_users_lead_to_their_resources_and_back(lms, version):
    study = next(one for one in lms.walk("/classes") if one["title"] == "Case Study Hall")
    assert titles(lms, f"/classes/{study['sourcedId']}/resources") == OF_CLASSES
    assert titles(lms, f"/courses/{study['course']['sourcedId']}/resources") == {"Algebra eText"}
    plotter = resource(lms, "Function Plotter")
    assert ids(lms.walk(f"/classes?filter=resources.sourcedId='{plotter}'")) == {study["sourcedId"]}
    rita = lms.user_named("Rita Regular")
    if version is V1P2:
        assert titles(lms, f"/users/{rita['sourcedId']}/resources") == {"Large Print Reader"}
        assert [reference["type"] for reference in rita["resources"]] == ["resource"]
    else:
        assert "resources" not in rita
        assert lms.get(f"/users/{rita['sourcedId']}/resources").status_code == 404


def test_the_address_of_a_resource_is_that_of_its_service(lms, version):
    """In 1.1 one base path serves everything; in 1.2 each service has its own, and answers for its paths only."""
    (etext,) = lms.read("/courses?filter=resources.sourcedId!=''&limit=1")[0]["resources"]
    assert etext["href"].startswith(f"{PUBLIC}/campus/oneroster/demo{BASE_PATHS[version, 'resources']}/resources/")
    elsewhere = lms.get(f"{lms.base}/resources")
    assert elsewhere.status_code == (200 if version is V1P1 else 404)
    wrong = lms.get(f"{lms.base_of('/resources')}/users")
    assert wrong.status_code == (200 if version is V1P1 else 404)
    if version is V1P2:
        assert (minor(elsewhere, version), minor(wrong, version)) == ("unknownobject", "unknownobject")


def test_filters_order_fields_and_pages_work_as_everywhere(lms):
    assert titles(lms, "/resources?filter=importance='primary'") == {"Algebra eText"}
    assert "Algebra eText" in titles(lms, "/resources?filter=roles='student,teacher'")
    assert titles(lms, "/resources?filter=vendorResourceId='MB-PLOT'") == {"Function Plotter"}
    ordered = [record["title"] for record in lms.walk("/resources?sort=title&orderBy=desc", limit=1)]
    assert ordered == sorted(ordered, reverse=True)
    assert set(ordered) == titles(lms)
    assert all(set(record) == {"sourcedId", "title"} for record in lms.read("/resources?fields=sourcedId,title"))
    answer = lms.get("/resources?limit=1")
    assert answer.headers["X-Total-Count"] == str(len(ordered))
    assert lms.base_of("/resources") in answer.links["next"]["url"]


def test_an_unknown_resource_or_parent_is_404(lms, version):
    for path in ("/resources/none", "/classes/none/resources", "/courses/none/resources"):
        answer = lms.get(path)
        assert (answer.status_code, minor(answer, version)) == (404, UNKNOWN[version]), path


def test_a_connection_sees_the_resources_of_its_schools_only(demo: Demo, version: Version):
    """P-96, P-104: `cedar` has the school that uses them; `bare` has two others."""
    assert titles(demo.platform("cedar", version)) == titles(demo.lms(version))
    bare = demo.platform("bare", version)
    assert titles(bare).isdisjoint(OF_CLASSES | {"Algebra Answer Keys"})
    assert bare.get(f"/resources/{resource(demo.lms(version), 'Algebra eText')}").status_code == 404


def test_what_only_a_person_has_goes_with_the_use(district):
    """It disappears from the service, and from the user, whom a delta read shows as changed."""
    platform, name = district.lms(V1P2), "Large Print Reader"
    reader = resource(platform, name)
    moment = max(record["dateLastModified"] for record in platform.walk("/users"))
    uses = delete(PersonResource).where(PersonResource.resource_id == int(reader))
    district.edit_sis(lambda session: session.execute(uses))
    district.refresh()
    assert name not in titles(platform)
    assert platform.get(f"/resources/{reader}").status_code == 404
    (changed,) = platform.walk(f"/users?filter=dateLastModified>'{moment}'")
    assert (changed["givenName"], changed["familyName"]) == ("Rita", "Regular")
    assert "resources" not in changed
