"""How filters read and compare, by example: the cases that clients send."""

import pytest

from shared.oneroster.errors import Failure, OneRosterError
from shared.oneroster.filters import (
    And,
    Clause,
    Equality,
    Or,
    compile_filter,
    equalities,
    index_values,
    parse_filter,
    render,
    sort_key,
)
from shared.oneroster.resources.rostering import academic_sessions, classes, enrollments, orgs, users
from shared.oneroster.versions import Version

V1P1, V1P2 = Version.V1P1, Version.V1P2
BOTH = pytest.mark.parametrize("version", list(Version))


def ref(sourced_id, kind="org"):
    return {"href": f"https://sis.example/{sourced_id}", "sourcedId": sourced_id, "type": kind}


ENROLLMENT = {
    "sourcedId": "e-1",
    "status": "active",
    "dateLastModified": "2026-01-01T00:00:00.000Z",
    "class": ref("c-1", "class"),
    "school": ref("s-1"),
    "user": ref("u-1", "user"),
    "role": "teacher",
    "primary": "true",
    "beginDate": "2025-08-18",
}
TEACHER_1P2 = {
    "sourcedId": "u-1",
    "status": "active",
    "dateLastModified": "2026-01-01T00:00:00.000Z",
    "familyName": "O'Hara",
    "givenName": "Zoë",
    "grades": ["09", "10"],
    "userIds": [{"type": "SIS", "identifier": "90211"}],
    "roles": [
        {"roleType": "primary", "role": "teacher", "org": ref("s-1")},
        {"roleType": "secondary", "role": "aide", "org": ref("s-2")},
    ],
    "metadata": {"ic.legacySourcedId": "T7", "level": 3, "tags": ["red", "blue"]},
}
TEACHER_1P1 = {**TEACHER_1P2, "role": "teacher", "orgs": [ref("s-1"), ref("s-2")]}


def holds(text, record, resource=users, version=V1P2):
    return compile_filter(parse_filter(text, resource, version), resource, version)(record)


def failure(text, resource=users, version=V1P2):
    with pytest.raises(OneRosterError) as caught:
        parse_filter(text, resource, version)
    return caught.value


# The grammar


@BOTH
def test_a_blank_filter_is_no_filter(version):
    assert parse_filter("", users, version) is None
    assert parse_filter(" \t", users, version) is None


def test_and_binds_before_or_in_any_case_and_number():
    a, b, c = (Clause(("status",), "=", letter) for letter in "abc")
    assert parse_filter("status='a' OR status='b' and status='c'", users, V1P1) == Or((a, And((b, c))))
    assert parse_filter("status='a' AND status='b' aNd status='c' oR status='a'", users, V1P1) == Or(
        (And((a, b, c)), a)
    )


def test_blanks_around_the_parts_are_free():
    assert parse_filter("  status  !=  'a'  ", users, V1P1) == Clause(("status",), "!=", "a")
    assert parse_filter("status='a'AND status='b'", users, V1P1) == parse_filter(
        "status = 'a' AND status = 'b'", users, V1P1
    )


def test_a_doubled_quote_is_a_quote():
    assert parse_filter("familyName='O''Hara'", users, V1P1) == Clause(("familyName",), "=", "O'Hara")
    assert holds("familyName='o''hara'", TEACHER_1P2)


def test_operators_of_two_characters_are_read_as_one():
    for op in ("=", "!=", ">", ">=", "<", "<=", "~"):
        assert parse_filter(f"title{op}'x'", classes, V1P1).op == op


@pytest.mark.parametrize(
    "text",
    [
        "status",
        "status=",
        "status=active",
        'status="active"',
        "status='active",
        "='active'",
        "status='active' AND",
        "AND status='active'",
        "status='a' status='b'",
        "(status='active')",
        "status='a' AND (status='b' OR status='c')",
        "status=='a'",
        "status<>'a'",
        "status LIKE 'a'",
        "status='a' XOR status='b'",
        "NOT status='a'",
        "'active'=status",
    ],
)
@BOTH
def test_what_is_no_filter_is_400_invalid_data(text, version):
    error = failure(text, version=version)
    assert error.failure is Failure.INVALID_DATA
    assert error.description.startswith("filter")


def test_a_filter_of_more_than_10000_characters_is_refused():
    fits = "status='" + "a" * (10_000 - len("status=''")) + "'"
    assert parse_filter(fits, users, V1P1) is not None
    assert failure(fits + " ").failure is Failure.INVALID_DATA


def test_an_or_below_an_and_cannot_be_written():
    with pytest.raises(ValueError, match="OR below an AND"):
        render(And((Or((Clause(("status",), "=", "a"),)),)))


# Fields


@BOTH
def test_an_unknown_field_is_400_invalid_filter_field_and_named(version):
    for text in ("shoeSize='9'", "status='active' OR shoeSize='9'", "shoeSize.sourcedId='9'"):
        error = failure(text, version=version)
        assert error.failure is Failure.INVALID_FILTER_FIELD
        assert "shoeSize" in error.description


def test_descriptions_stay_short_whatever_was_sent():
    for text in ("x" * 9_000 + "='1'", "metadata." + "x" * 9_000 + "='1'", "dateLastModified='" + "1" * 9_000 + "'"):
        assert len(failure(text).description) < 300


def test_fields_are_those_of_the_version():
    assert failure("roles.role='teacher'", version=V1P1).failure is Failure.INVALID_FILTER_FIELD
    assert failure("preferredFirstName='x'", version=V1P1).failure is Failure.INVALID_FILTER_FIELD
    assert parse_filter("preferredFirstName='x'", users, V1P2) is not None


def test_a_member_that_a_field_does_not_have_is_unknown():
    for text in ("class.title='x'", "role.name='x'", "class.sourcedId.x='1'", "class.='x'", ".class='x'"):
        assert failure(text, enrollments, V1P1).failure is Failure.INVALID_FILTER_FIELD
    assert failure("metadata='x'").failure is Failure.INVALID_FILTER_FIELD


def test_field_names_are_matched_without_regard_to_case_and_answered_as_the_table_spells_them():
    assert parse_filter("FAMILYNAME='x'", users, V1P1) == Clause(("familyName",), "=", "x")
    assert parse_filter("Class.SourcedID='x'", enrollments, V1P1) == Clause(("class", "sourcedId"), "=", "x")


def test_a_reference_without_a_member_is_its_sourced_id():
    assert parse_filter("class='c-1'", enrollments, V1P1) == Clause(("class", "sourcedId"), "=", "c-1")
    assert holds("class='c-1'", ENROLLMENT, enrollments)
    assert holds("class.type='class'", ENROLLMENT, enrollments)


def test_role_and_orgs_of_1p1_are_understood_in_1p2():
    assert parse_filter("role='teacher'", users, V1P2) == Clause(("roles", "role"), "=", "teacher")
    for text in ("orgs='s-2'", "orgs.sourcedId='s-2'", "roles.org='s-2'", "roles.org.sourcedId='s-2'"):
        assert parse_filter(text, users, V1P2) == Clause(("roles", "org", "sourcedId"), "=", "s-2")
    assert holds("role='teacher'", TEACHER_1P2)
    assert holds("role='teacher'", TEACHER_1P1, version=V1P1)


def test_everything_after_metadata_is_one_name():
    assert parse_filter("metadata.ic.legacySourcedId='T7'", users, V1P2).path == ("metadata", "ic.legacySourcedId")
    assert holds("metadata.ic.legacySourcedId='t7'", TEACHER_1P2)
    assert holds("Metadata.IC.LegacySourcedId='T7'", TEACHER_1P2)
    assert holds("metadata.level='3'", TEACHER_1P2)
    assert holds("metadata.tags='blue'", TEACHER_1P2)
    assert not holds("metadata.nothing='x'", TEACHER_1P2)


# Values


def test_sourced_ids_are_equal_to_the_letter_other_text_without_regard_to_case():
    assert not holds("sourcedId='U-1'", TEACHER_1P2)
    assert not holds("class='C-1'", ENROLLMENT, enrollments)
    assert holds("givenName='zOË'", TEACHER_1P2)
    assert holds("status='ACTIVE'", TEACHER_1P2)
    assert holds("primary='TRUE'", ENROLLMENT, enrollments)


def test_contains_ignores_case():
    assert holds("familyName~'hAR'", TEACHER_1P2)
    assert not holds("familyName~'xy'", TEACHER_1P2)
    assert holds("sourcedId~'U-'", TEACHER_1P2)
    assert holds("dateLastModified~'2026-01'", TEACHER_1P2)


def test_text_is_ordered_by_unicode():
    assert holds("familyName>'Nobody'", TEACHER_1P2)
    assert holds("givenName>'Zoe'", TEACHER_1P2)
    assert holds("givenName<'zoë'", TEACHER_1P2)
    assert holds("givenName>='zoë'", TEACHER_1P2), "equal without regard to case"


def test_a_value_outside_the_vocabulary_matches_nothing():
    assert not holds("status='bogus'", TEACHER_1P2)
    assert not holds("primary='maybe'", ENROLLMENT, enrollments)


def test_not_equal_holds_where_equal_does_not_also_for_missing_fields():
    assert holds("email!='x@y'", TEACHER_1P2)
    assert not holds("email='x@y'", TEACHER_1P2)
    for op in (">", "<", ">=", "<=", "~"):
        assert not holds(f"email{op}'a'", TEACHER_1P2)


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-01",
        "2026-01-01T00:00:00Z",
        "2026-01-01T00:00:00.000Z",
        "2026-01-01T00:00:00",
        "2026-01-01 00:00:00",
        "2026-01-01T00:00Z",
        "2026-01-01T02:00:00+02:00",
        "2026-01-01T02:00:00 02:00",
        "2026-01-01T02:00:00+0200",
        "2026-01-01T02:00:00.000 02:00",
        "2025-12-31T19:00:00-05:00",
    ],
)
def test_date_times_compare_as_instants_however_they_are_written(text):
    assert holds(f"dateLastModified='{text}'", ENROLLMENT, enrollments)
    assert holds(f"dateLastModified>='{text}'", ENROLLMENT, enrollments)
    assert not holds(f"dateLastModified>'{text}'", ENROLLMENT, enrollments)
    later = {**ENROLLMENT, "dateLastModified": "2026-01-01T00:00:00.001Z"}
    assert holds(f"dateLastModified>'{text}'", later, enrollments)


def test_records_with_offsets_and_finer_fractions_compare_as_instants_too():
    moved = {**ENROLLMENT, "dateLastModified": "2026-01-01T02:00:00+02:00"}
    assert holds("dateLastModified='2026-01-01'", moved, enrollments)
    finer = {**ENROLLMENT, "dateLastModified": "2026-01-01T00:00:00.000500Z"}
    assert holds("dateLastModified>'2026-01-01' AND dateLastModified<'2026-01-01T00:00:00.001Z'", finer, enrollments)


def test_dates_compare_as_dates():
    assert holds("beginDate='2025-08-18'", ENROLLMENT, enrollments)
    assert holds("beginDate<'2025-08-18T00:00:01Z'", ENROLLMENT, enrollments)
    assert holds("beginDate>='2025-08-18' AND beginDate<'2025-08-19'", ENROLLMENT, enrollments)


def test_years_compare_as_numbers():
    session = {"sourcedId": "t", "schoolYear": "2026"}
    assert holds("schoolYear>'999'", session, academic_sessions)
    assert holds("schoolYear='2026'", session, academic_sessions)


@pytest.mark.parametrize(
    "text",
    [
        "dateLastModified>'yesterday'",
        "dateLastModified>''",
        "dateLastModified>'2026-02-30'",
        "dateLastModified>'2026-01-01T25:00:00Z'",
        "dateLastModified='0001-01-01T00:00:00+10:00'",
        "dateLastModified>'01/05/2026'",
        "beginDate='18.8.2025'",
    ],
)
def test_a_value_that_cannot_be_a_date_is_400_invalid_data(text):
    error = failure(text, enrollments, V1P1)
    assert error.failure is Failure.INVALID_DATA
    assert failure("schoolYear='soon'", academic_sessions).failure is Failure.INVALID_DATA


# Fields with many values


def test_equal_on_many_wants_every_listed_value_present():
    assert holds("grades='09'", TEACHER_1P2)
    assert holds("grades='10,09'", TEACHER_1P2)
    assert holds("grades='10, 09'", TEACHER_1P2)
    assert not holds("grades='09,11'", TEACHER_1P2)
    assert not holds("grades='0'", TEACHER_1P2)
    assert holds("grades!='09,11'", TEACHER_1P2)


def test_contains_on_many_wants_any_listed_value_present():
    assert holds("grades~'11,10'", TEACHER_1P2)
    assert not holds("grades~'11,12'", TEACHER_1P2)
    assert not holds("grades~'1'", TEACHER_1P2), "a value, not a part of one"


def test_many_reaches_into_objects():
    assert holds("roles.role='teacher,aide'", TEACHER_1P2)
    assert holds("roles.org.sourcedId='s-2'", TEACHER_1P2)
    assert not holds("roles.org.sourcedId='S-2'", TEACHER_1P2)
    assert holds("userIds.identifier='90211' AND userIds.type='sis'", TEACHER_1P2)
    assert holds("orgs='s-1,s-2'", TEACHER_1P1, version=V1P1)


# The index


def test_only_equalities_joined_by_and_on_indexed_fields_are_answered_by_the_index():
    def found(text, resource=enrollments, version=V1P1):
        return equalities(parse_filter(text, resource, version), resource, version)

    assert found("class='c-1' AND role='student' AND user.sourcedId='u-1'") == (
        Equality("class.sourcedId", "c-1"),
        Equality("user.sourcedId", "u-1"),
    )
    for text in ("class!='c-1'", "class~'c'", "class='c-1' OR user='u-1'", "class.type='class'", "role='student'"):
        assert found(text) == ()
    assert equalities(None, enrollments, V1P1) == ()
    assert found("roles.role='Teacher'", users, V1P2) == (Equality("roles.role", "teacher"),)
    assert found("username='Mira'", users, V1P1) == (Equality("username", "mira"),)


def test_the_index_of_a_record_names_its_values():
    assert list(index_values(enrollments, V1P1, ENROLLMENT)) == [
        ("sourcedId", "e-1"),
        ("class.sourcedId", "c-1"),
        ("school.sourcedId", "s-1"),
        ("user.sourcedId", "u-1"),
    ]
    entries = set(index_values(users, V1P2, TEACHER_1P2))
    assert {("roles.role", "teacher"), ("roles.role", "aide"), ("roles.org.sourcedId", "s-2")} <= entries
    assert ("familyName", "o'hara") in entries


def test_an_index_value_longer_than_the_index_keeps_is_cut_on_both_sides():
    long = "x" * 300
    (entry,) = [e for e in index_values(users, V1P1, {"familyName": long}) if e[0] == "familyName"]
    assert equalities(Clause(("familyName",), "=", long), users, V1P1) == (entry,)
    assert len(entry[1]) == 255


# Sorting


def test_sorting_follows_unicode_with_missing_values_last_and_the_first_of_many():
    rows = [{"sourcedId": s, "name": n} if n else {"sourcedId": s} for s, n in (("1", "é"), ("2", ""), ("3", "Z"))]
    assert [r["sourcedId"] for r in sorted(rows, key=sort_key(orgs, V1P1, "name"))] == ["3", "1", "2"]
    assert sort_key(users, V1P2, "roles.role")(TEACHER_1P2) == (False, "teacher")
    assert sort_key(enrollments, V1P2, "class.sourcedId")(ENROLLMENT) == (False, "c-1")
    with pytest.raises(KeyError):
        sort_key(users, V1P1, "shoeSize")
