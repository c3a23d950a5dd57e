"""Explaining: a record is found by what people have at hand, every rule is told, the verdict is what is published."""

import json
import random
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy.orm import Session

from provider.access.connections import Options, add_connection
from provider.context import ProviderContext
from provider.eligibility import rows
from provider.eligibility.explain import ENTITIES
from provider.explain_command import explain_command
from provider.publishing.explain import Explanation, explain
from provider.publishing.finding import NotFound
from shared.oneroster.versions import Version
from shared.settings import Settings
from tests.provider.eligibility.districts import LAST_DAY, TODAY, V11, V12, SmallDistrict
from tests.provider.eligibility.random_district import random_district
from tests.provider.eligibility.stored import store


def failed(explanation: Explanation, about: str) -> list[str]:
    """The numbers of the rules that fail in the blocks whose heading begins with `about`."""
    return [
        check.number
        for block in explanation.blocks
        if block.heading.startswith(about)
        for check in block.checks
        if check.passed is False
    ]


def test_a_person_is_found_by_what_people_have_at_hand(session: Session) -> None:
    district = SmallDistrict()
    district.student(student_number="S-100", staff_number="E-200")
    district.student("Ben Ash")
    store(session, district)
    guid = district.get(rows.Person, 1).guid
    for ref in ("1", "S-100", "E-200", "user1", "P1@school.example", "Ada Lake", "ada lake", "s1", "g1", guid):
        assert explain(session, TODAY, "users", ref, V11).subject == "person 1, Ada Lake"


def test_a_name_that_several_people_have_is_not_guessed(session: Session) -> None:
    district = SmallDistrict()
    district.student()
    district.student()
    store(session, district)
    with pytest.raises(NotFound, match="more than one person: give one of the ids 1, 2"):
        explain(session, TODAY, "users", "Ada Lake", V11)


def test_what_does_not_exist_is_said_not_to(session: Session) -> None:
    store(session, SmallDistrict())
    for entity in ENTITIES:
        for ref in ("nobody", "s999", "99999999999999999999", "", "a-b"):
            with pytest.raises(NotFound, match="There is no"):
                explain(session, TODAY, entity, ref, V11)


def test_every_reason_is_told_not_only_the_first(session: Session) -> None:
    district = SmallDistrict()
    person = district.person(username=None)
    district.enroll(person, no_show=True, external_lms_exclude=True)
    store(session, district)
    explanation = explain(session, TODAY, "users", str(person), V11)
    assert failed(explanation, "enrollment 1") == ["P-14", "P-15"]
    assert failed(explanation, "as student") == ["P-13", "P-07"]
    assert not explanation.as_json()["published"]


def test_a_rule_names_the_value_that_decided_and_where_to_change_it(session: Session) -> None:
    district = SmallDistrict()
    person = district.person()
    district.enroll(person, end_date=LAST_DAY.replace(month=1, day=9))
    store(session, district)
    explanation = explain(session, TODAY, "users", "user1", V11)
    (block,) = [block for block in explanation.blocks if block.heading.startswith("enrollment")]
    (left,) = [check for check in block.checks if check.number == "P-16"]
    assert left.value == "end date 2026-01-09, calendar ends 2026-06-05, today 2026-01-10"
    assert left.where.column == "enrollment.start_date, enrollment.end_date"
    assert str(explanation.verdicts[0]) == "published as student s1, tobedeleted (P-21)"


def test_only_the_status_rule_that_decided_is_told_as_deciding(session: Session) -> None:
    """An end date after the calendar's is also past: P-18 decides, P-16 does not. Of an omitted row none does."""
    district = SmallDistrict(LAST_DAY.replace(month=7))
    person = district.person()
    district.enroll(person, end_date=LAST_DAY.replace(day=9))
    district.enroll(person, end_date=LAST_DAY.replace(day=9), no_show=True)
    store(session, district)
    explanation = explain(session, district.today, "users", "1", V11)
    deciding = {
        block.heading.split(",")[0]: [check.number for check in block.checks if check.status and check.passed]
        for block in explanation.blocks
    }
    assert (deciding["enrollment 1"], deciding["enrollment 2"]) == (["P-18"], [])
    assert deciding["as student"] == deciding["as teacher"] == []


def test_an_enrollment_of_a_former_year_is_told_by_year(session: Session) -> None:
    """P-01."""
    district = SmallDistrict()
    district.add(rows.SchoolYear, name="2024-25", start_year=2024, end_year=2025, start_date=None, end_date=None,
                 active=False, guid="00000000-0000-4000-8000-000000000001", sourced_id=None)  # fmt: skip
    district.add(rows.Calendar, school_id=1, school_year_id=2, name="Lincoln 24-25", start_date=TODAY,
                 end_date=LAST_DAY, external_lms_exclude=False)  # fmt: skip
    district.enroll(district.person(), calendar_id=2, grade_level_id=None)
    store(session, district)
    explanation = explain(session, TODAY, "users", "1", V11)
    (block,) = [block for block in explanation.blocks if block.heading.startswith("enrollment")]
    assert block.decision.number == "P-01"
    assert block.checks[0].value == "calendar Lincoln 24-25 of 2024-25; active year 2025-26"


def test_classes_courses_enrollments_and_orgs_are_explained(session: Session) -> None:
    district = SmallDistrict()
    course = district.course(active=False)
    section = district.section(course)
    district.roster(section, district.student())
    district.staff(section, district.teacher(), "Section Staff")
    other = district.school("No Calendar", calendar=False)
    store(session, district)
    assert failed(explain(session, TODAY, "classes", "1001-1", V11), "section") == ["P-68"]
    assert failed(explain(session, TODAY, "classes", str(section), V11), "course") == ["P-69"]
    assert failed(explain(session, TODAY, "courses", "1001", V11), "course") == ["P-69"]
    assert failed(explain(session, TODAY, "enrollments", "s1", V11), "roster") == ["P-81"]
    assert failed(explain(session, TODAY, "enrollments", "t1", V11), "staff history") == ["P-29", "P-81"]
    assert failed(explain(session, TODAY, "orgs", f"10{other}", V12), "school") == ["P-06"]


def test_a_resource_is_explained_by_all_that_uses_it(session: Session) -> None:
    """Found by id, vendor resource id or title; who uses it is told, with what was decided about them."""
    district = SmallDistrict()
    resource, unused = district.resource(), district.resource(vendor_resource_id="MB-2")
    district.use(resource, course=district.course(active=False), person=district.student())
    store(session, district)
    for ref in (str(resource), "vendor-1", "resource 1"):
        old, new = (explain(session, TODAY, "resources", ref, edition) for edition in (V11, V12))
        assert str(new.verdicts[0]) == "published as resource 1, active"
        assert failed(old, "resource Resource 1") == ["SPEC"]
        assert old.blocks[0].checks[1].value == (
            "course 1: omitted by P-69: The course is active.; "
            "person 1: omitted by SPEC: The version is 1.2: in 1.1 users have no resources."
        )
    assert explain(session, TODAY, "resources", "MB-2", V12).blocks[0].checks[1].value == "nothing uses it"
    assert unused == 2


@pytest.mark.parametrize("edition", [V11, V12], ids=["1.1", "1.2"])
def test_the_verdict_is_what_is_published(session: Session, edition: object) -> None:
    """Explaining and publishing say the same of everything in a random district."""
    district = random_district(random.Random(11))
    store(session, district)
    records = district.publish(edition)

    def told(entity: str, ref: object) -> set[str]:
        verdicts = explain(session, district.today, entity, str(ref), edition).verdicts
        assert all(verdict.status is not None or verdict.number for verdict in verdicts)
        return {verdict.sourced_id for verdict in verdicts if verdict.status}

    assert set().union(*(told("users", key) for key in district.tables[rows.Person])) == records["users"].keys()
    assert set().union(*(told("classes", key) for key in district.tables[rows.Section])) == records["classes"].keys()
    assert set().union(*(told("orgs", row.guid) for row in district.tables[rows.School].values())) == (
        records["orgs"].keys() - {district.district.guid}
    )
    assert set().union(*(told("resources", key) for key in district.tables[rows.Resource])) == (
        records["resources"].keys()
    )
    enrollments = [f"s{key}" for key in district.tables[rows.Roster]]
    enrollments += [f"t{key}" for key in district.tables[rows.SectionStaff]]
    assert set().union(*(told("enrollments", ref) for ref in enrollments)) == records["enrollments"].keys()


@pytest.fixture
def context(provider_app: Flask, provider_settings: Settings, session: Session) -> ProviderContext:
    """A district with one student who is to be deleted, and connection `lms`."""
    district = SmallDistrict()
    district.enroll(district.person(), end_date=TODAY.replace(day=9))
    store(session, district)
    sealer = provider_app.extensions["homeroom"]["sealer"]
    add_connection(session, sealer, "lms", Version.V1P1, Options(), datetime(2026, 1, 1, tzinfo=UTC))
    session.commit()
    return ProviderContext(provider_settings, "demo", lambda *_: provider_app)


def run(context: ProviderContext, *words: str) -> tuple[int, str]:
    result = CliRunner().invoke(explain_command, [*words, "--on", "2026-01-10"], obj=context)
    return result.exit_code, result.output


def test_the_command_prints_rules_and_verdicts(context: ProviderContext) -> None:
    status, output = run(context, "users", "user1", "--connection", "lms")
    assert status == 0
    assert output.startswith("person 1, Ada Lake, to connection lms on 2026-01-10\n")
    assert "tobedeleted P-16  The end date is in the past." in output
    assert "change it at: Student: Enrollments, start and end date (enrollment.start_date, enrollment.end_d" in output
    assert "/campus/oneroster/demo/records/enrollment/1#field-start_date\n" in output
    assert "\npublished as student s1, tobedeleted (P-21)\n" in output
    assert "\nnot published as teacher, as this is not so: P-24 The person has an assignment that counts as teacher.\n" in output


def test_the_command_prints_json(context: ProviderContext) -> None:
    status, output = run(context, "users", "user1", "--connection", "lms", "--json")
    told = json.loads(output)
    assert (status, told["connection"], told["published"]) == (0, "lms", True)
    assert told["verdicts"][0]["sourcedId"] == "s1"
    assert {rule["rule"] for block in told["blocks"] for rule in block["rules"]} >= {"P-01", "P-07", "P-13", "P-24"}


def test_the_command_says_what_it_does_not_know(context: ProviderContext) -> None:
    assert run(context, "users", "nobody", "--connection", "lms") == (1, "Error: There is no person 'nobody'\n")
    assert run(context, "users", "1", "--connection", "x") == (1, "Error: There is no connection 'x'\n")
    assert run(context, "grades", "1", "--connection", "lms")[0] == 2
