"""What is loaded from the tables is published exactly as the same rows built in memory: whole and by keys."""

import random
from datetime import date
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from provider.eligibility import rows
from provider.eligibility.edition import Edition
from provider.eligibility.facts import Keys
from provider.publishing.load import load_facts
from provider.publishing.loading import reading
from provider.publishing.project import in_question, project
from shared.oneroster.versions import Version
from tests.provider.eligibility.districts import BASE_URL, TODAY, V11, V12, SmallDistrict, published
from tests.provider.eligibility.random_district import random_district
from tests.provider.eligibility.stored import store

EDITIONS = [V11, V12, Edition(Version.V1P2, schools=frozenset({1}))]


@pytest.mark.parametrize("edition", EDITIONS, ids=lambda edition: edition.key)
def test_a_whole_load_publishes_what_the_rows_say(session: Session, edition: Edition) -> None:
    district = random_district(random.Random(4))
    store(session, district)
    assert published(load_facts(session, district.today), edition) == district.publish(edition)


def keyed_equals_whole(session: Session, district: SmallDistrict, keys: Keys, edition: Edition) -> None:
    """The keyed records are the whole ones of those keys, and everything published of the keys is in question."""
    facts = load_facts(session, district.today, keys)
    whole, asked = district.publish(edition), in_question(facts, edition)

    def used_elsewhere(key: int) -> bool:
        sourced_id = district.get(rows.Resource, key).sourced_id or str(key)
        return any(
            reference["sourcedId"] == sourced_id
            for name in ("courses", "classes", "users")
            for record in whole[name].values()
            for reference in record.rest.get("resources", ())
            if record.sourced_id not in getattr(asked, name)
        )

    for collection, records in project(facts, edition, BASE_URL, used_elsewhere):
        found = {record.sourced_id: record for record in records}
        if collection == "enrollments":
            expected = {
                key: record
                for key, record in whole[collection].items()
                if record.rest["user"]["sourcedId"] in asked.enrollment_users
                or record.rest["class"]["sourcedId"] in asked.enrollment_classes
            }
        else:
            expected = {k: v for k, v in whole[collection].items() if k in getattr(asked, collection)}
        assert found == expected


@pytest.mark.parametrize("edition", EDITIONS, ids=lambda edition: edition.key)
@pytest.mark.parametrize("strict", [False, True], ids=["plain", "teacher_requires_section"])
def test_a_keyed_load_publishes_the_same_for_its_keys(session: Session, edition: Edition, *, strict: bool) -> None:
    district = random_district(random.Random(7))
    district.set(teacher_requires_section=strict)
    store(session, district)
    for person in district.tables[rows.Person]:
        keyed_equals_whole(session, district, Keys(people=frozenset({person})), edition)
    for section in district.tables[rows.Section]:
        keyed_equals_whole(session, district, Keys(sections=frozenset({section})), edition)
    for course in district.tables[rows.Course]:
        keyed_equals_whole(session, district, Keys(courses=frozenset({course})), edition)
    for resource in district.tables[rows.Resource]:
        keyed_equals_whole(session, district, Keys(resources=frozenset({resource})), edition)


def test_many_keys_are_read_in_parts(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """All keys at once, in queries of two ids: the whole of the keyed collections."""
    monkeypatch.setattr(reading, "CHUNK", 2)
    district = random_district(random.Random(3))
    store(session, district)
    keys = Keys(*(frozenset(district.tables[kind]) for kind in (rows.Person, rows.Section, rows.Course, rows.Resource)))
    whole = district.publish(V12)
    found = published(load_facts(session, district.today, keys), V12)
    assert found == {name: records for name, records in whole.items() if name not in ("orgs", "academicSessions")}


def test_everybody_related_to_a_keyed_person_is_in_question(session: Session) -> None:
    """A guardian of a keyed student is rendered again, for `agents` name the student (P-49)."""
    district = SmallDistrict()
    student, sibling = district.student(), district.student("Ben Lake")
    adult = district.person("Gina Lake", kind="portal")
    district.relate(adult, student)
    district.relate(adult, sibling)
    store(session, district)
    asked = in_question(load_facts(session, TODAY, Keys(people=frozenset({student}))), V11)
    assert {f"s{student}", f"g{adult}"} <= asked.users
    assert f"s{sibling}" not in asked.users
    assert asked.enrollment_users == {f"{letter}{student}" for letter in "stagr"}


def test_a_keyed_section_asks_for_its_teachers_when_teachers_need_one(session: Session) -> None:
    """P-31: a section that closes takes the teacher who has no other along, and leaves the one who has."""
    district = SmallDistrict()
    district.set(teacher_requires_section=True)
    closed, other = district.section(active=False), district.section()
    single, double = district.teacher(), district.teacher()
    district.staff(closed, single)
    district.staff(closed, double)
    district.staff(other, double)
    store(session, district)
    facts = load_facts(session, TODAY, Keys(sections=frozenset({closed})))
    assert {f"t{single}", f"t{double}"} <= in_question(facts, V11).users
    records = published(facts, V11)
    assert list(records["users"]) == [f"t{double}"]
    assert list(records["enrollments"]) == ["t3"]


def test_what_no_longer_exists_is_in_question_by_its_number(session: Session) -> None:
    store(session, SmallDistrict())
    keys = Keys(people=frozenset({77}), sections=frozenset({88}), courses=frozenset({99}),
                resources=frozenset({66}))  # fmt: skip
    facts = load_facts(session, TODAY, keys)
    asked = in_question(facts, V11)
    assert "s77" in asked.users
    assert asked.classes == asked.enrollment_classes == {"88"}
    assert asked.courses == {"99"}
    assert asked.resources == {"66"}
    assert all(not list(records) for _, records in project(facts, V11, BASE_URL))


def test_whole_facts_have_nothing_in_question(session: Session) -> None:
    store(session, SmallDistrict())
    with pytest.raises(ValueError, match="whole facts"):
        in_question(load_facts(session, TODAY), V11)


def test_without_an_active_year_every_collection_is_empty(session: Session) -> None:
    """P-03, whole and keyed."""
    district = SmallDistrict()
    student = district.student(security_role=True)
    district.set(publish_security_role_admins=True)
    district.change(rows.SchoolYear, 1, active=False)
    store(session, district)
    for keys in (None, Keys(people=frozenset({student}))):
        assert not any(published(load_facts(session, TODAY, keys), V12).values())


def test_a_keyed_person_of_a_former_year_is_explained_by_that_year(session: Session) -> None:
    """The keyed load brings enrollments of other years too, so that P-01 can say which year they are of."""
    district = SmallDistrict()
    district.add(rows.SchoolYear, name="2024-25", start_year=2024, end_year=2025, start_date=None, end_date=None,
                 active=False, guid="00000000-0000-4000-8000-000000000001", sourced_id=None)  # fmt: skip
    former = district.add(rows.Calendar, school_id=1, school_year_id=2, name="Lincoln 24-25",
                          start_date=date(2024, 8, 19), end_date=date(2025, 6, 6),
                          external_lms_exclude=False)  # fmt: skip
    student = district.person()
    district.enroll(student, calendar_id=former, grade_level_id=None, start_date=date(2024, 8, 19))
    store(session, district)
    facts = load_facts(session, TODAY, Keys(people=frozenset({student})))
    assert facts.calendars[former].school_year_id == 2
    assert not published(facts, V11)["users"]


def test_one_person_takes_few_queries(session: Session) -> None:
    """A keyed load asks a number of queries that does not depend on the district."""
    district = random_district(random.Random(1))
    store(session, district)
    statements: list[Any] = []
    event.listen(session.get_bind(), "before_cursor_execute", lambda *args: statements.append(args[2]))
    load_facts(session, district.today, Keys(people=frozenset({1})))
    assert len(statements) <= 40
