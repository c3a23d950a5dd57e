"""Resources (OneRoster 1.1 section 11, 1.2 section 9): published with what uses them, never without."""

import pytest

from provider.eligibility.edition import SHARE, Edition
from provider.eligibility.rows import Course, Resource, Section
from shared.oneroster.versions import Version
from tests.provider.eligibility.districts import BASE_URL, V11, V12, SmallDistrict, guid, ids

BOTH = pytest.mark.parametrize("edition", [V11, V12], ids=["1.1", "1.2"])


@pytest.fixture
def district() -> SmallDistrict:
    return SmallDistrict()


def published(district: SmallDistrict, edition: Edition) -> set[str]:
    return set(district.publish(edition)["resources"])


@BOTH
def test_a_resource_that_nothing_uses_is_not_published(district: SmallDistrict, edition: Edition) -> None:
    """It must be tied to a course or a class, or in 1.2 to a user."""
    of_course, of_class, unused = (str(district.resource()) for _ in range(3))
    district.use(int(of_course), course=district.course())
    district.use(int(of_class), section=district.section())
    assert published(district, edition) == {of_course, of_class}
    assert unused not in published(district, edition)


def test_what_only_a_person_has_is_published_in_1p2(district: SmallDistrict) -> None:
    resource = district.resource()
    district.use(resource, person=district.student())
    assert published(district, V11) == set()
    assert published(district, V12) == {str(resource)}


@BOTH
def test_courses_classes_and_in_1p2_users_name_their_resources(district: SmallDistrict, edition: Edition) -> None:
    section, person = district.section(), district.student()
    course = district.get(Section, section).course_id
    first, second = district.resource(sourced_id="b/2"), district.resource()
    district.use(first, course=course, section=section, person=person)
    district.use(second, section=section)
    records = district.publish(edition)
    service = "/resources/v1p2" if edition is V12 else "/v1p1"
    (reference,) = records["courses"][str(course)].rest["resources"]
    assert reference == {
        "href": f"{BASE_URL}/ims/oneroster{service}/resources/b%2F2", "sourcedId": "b/2", "type": "resource",
    }  # fmt: skip
    assert ids(records["classes"][str(section)].rest["resources"]) == [str(second), "b/2"], "by sourcedId"
    user = records["users"][guid("person", person) if edition is V12 else f"s{person}"]
    assert ids(user.rest.get("resources", [])) == (["b/2"] if edition is V12 else [])


@BOTH
def test_a_record_says_what_the_table_has(district: SmallDistrict, edition: Edition) -> None:
    resource = district.resource(
        title="Algebra eText", roles="student, teacher,ext:tutor", importance="primary", vendor_resource_id="MB-1",
        vendor_id="mathbooks", application_id=" ",
    )  # fmt: skip
    district.use(resource, course=district.course())
    record = district.publish(edition)["resources"][str(resource)]
    roles = ["student", "teacher", "ext:tutor"] if edition is V12 else ["student", "teacher"]
    assert record.status == "active"
    assert list(record.rest.items()) == [
        ("vendorResourceId", "MB-1"), ("title", "Algebra eText"), ("roles", roles), ("importance", "primary"),
        ("vendorId", "mathbooks"),
    ]  # fmt: skip


@BOTH
def test_without_a_vendor_resource_id_it_is_neither_published_nor_named(
    district: SmallDistrict, edition: Edition
) -> None:
    course = district.course()
    district.use(district.resource(vendor_resource_id=" "), course=course)
    records = district.publish(edition)
    assert not records["resources"]
    assert "resources" not in records["courses"][str(course)].rest


@BOTH
def test_what_is_left_out_hides_the_resource_that_it_alone_uses(district: SmallDistrict, edition: Edition) -> None:
    """P-68, P-69: and one that something else uses as well stays."""
    hidden, shown = district.course(), district.course()
    alone, shared = district.resource(), district.resource()
    district.use(alone, course=hidden)
    district.use(shared, course=hidden)
    district.use(shared, section=district.section(shown))
    assert published(district, edition) == {str(alone), str(shared)}
    district.change(Course, hidden, external_lms_exclude=True)
    assert published(district, edition) == {str(shared)}


@BOTH
def test_a_resource_of_what_is_to_be_deleted_stays_active(district: SmallDistrict, edition: Edition) -> None:
    """P-75: the record that is to be deleted still names it, and every reference resolves (P-81)."""
    district.set(tombstone_on_exclude=True)
    course, resource = district.course(external_lms_exclude=True), district.resource()
    district.use(resource, course=course)
    records = district.publish(edition)
    assert records["courses"][str(course)].status == "tobedeleted"
    assert records["resources"][str(resource)].status == "active"


@pytest.mark.parametrize("version", Version)
def test_the_school_scope_hides_what_only_other_schools_use(district: SmallDistrict, version: Version) -> None:
    """P-96."""
    other = district.school("Oak")
    here, there, both = district.resource(), district.resource(), district.resource()
    district.use(here, course=district.course())
    district.use(there, section=district.section(district.course(other)))
    district.use(both, course=district.course())
    district.use(both, course=district.course(other))
    scoped = Edition(version, schools=frozenset({district.main}))
    assert published(district, scoped) == {str(here), str(both)}
    elsewhere = Edition(version, schools=frozenset({other}))
    assert published(district, elsewhere) == {str(there), str(both)}


def test_a_person_of_two_schools_shows_each_only_what_is_used_there(district: SmallDistrict) -> None:
    """P-96: the school or the section where a person has a resource must be in scope, when it is named."""
    other = district.school("Oak")
    student = district.student()
    district.enroll(student, other, service_type="S")
    anywhere, there, in_class = district.resource(), district.resource(), district.resource()
    district.use(anywhere, person=student)
    district.use(there, person=student, at_school=other)
    district.use(in_class, person=student, in_section=district.section(district.course(other)))
    key = guid("person", student)
    scoped = district.publish(Edition(Version.V1P2, schools=frozenset({district.main})))
    assert ids(scoped["users"][key].rest["resources"]) == [str(anywhere)]
    assert set(scoped["resources"]) == {str(anywhere)}
    assert set(district.publish(V12)["resources"]) == {str(anywhere), str(there), str(in_class)}


def test_data_that_is_not_shared_takes_its_resources_along(district: SmallDistrict) -> None:
    """P-104: without non-teacher staff, what only they have is not published."""
    person = district.person("Sam Ash", kind="staff")
    district.assign(person, None, "counselor")
    resource = district.resource()
    district.use(resource, person=person)
    assert published(district, V12) == {str(resource)}
    assert published(district, Edition(Version.V1P2, share=frozenset(SHARE) - {"staff"})) == set()


def test_a_resource_keeps_its_id_in_every_edition(district: SmallDistrict) -> None:
    """P-83b: stable, and the same for every connection."""
    district.use(district.resource(sourced_id="came-in"), course=district.course())
    district.use(district.resource(), course=district.course())
    assert published(district, V11) == published(district, V12) == {"came-in", "2"}
    district.change(Resource, 2, title="Renamed")
    assert published(district, V11) == {"came-in", "2"}
