"""What each version makes of limit, offset, sort, orderBy, filter and fields."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.oneroster.errors import Failure, OneRosterError
from shared.oneroster.filters import Clause
from shared.oneroster.query import Query, parse_query
from shared.oneroster.resources.rostering import enrollments, users
from shared.oneroster.versions import Version
from tests.shared.oneroster.records import RESOURCES, VERSIONS

V1P1, V1P2 = Version.V1P1, Version.V1P2
BOTH = pytest.mark.parametrize("version", list(Version))


def ask(*args, version=V1P1, resource=users, single=False):
    return parse_query([tuple(arg.split("=", 1)) for arg in args], resource, version, single)


def failure(*args, version=V1P1, **more):
    with pytest.raises(OneRosterError) as caught:
        ask(*args, version=version, **more)
    return caught.value


@BOTH
def test_nothing_asked_is_the_first_hundred(version):
    assert ask(version=version) == Query(limit=100, offset=0)


# limit and offset (real-clients 6, 9; P-108, P-109)


@BOTH
def test_limits_up_to_50000_are_honoured_and_larger_ones_cut(version):
    assert ask("limit=1", version=version).limit == 1
    assert ask("limit=50000", version=version).limit == 50_000
    assert ask("limit=50001", version=version).limit == 50_000
    assert ask(f"limit={2**63 - 1}", version=version).limit == 50_000
    assert ask("limit=0100", version=version).limit == 100
    assert ask("offset=390000", version=version).offset == 390_000
    assert ask("offset=0", version=version).offset == 0


@pytest.mark.parametrize(
    "text",
    ["0", "-1", "abc", "1e3", "1.0", "", " 5", "5 ", "+5", "0x10", "1_000", "٣", "²", "5\n", str(2**63), "9" * 5000],
)  # fmt: skip
@BOTH
def test_a_limit_that_is_no_count_is_400_invalid_data(text, version):
    error = failure(f"limit={text}", version=version)
    assert error.failure is Failure.INVALID_DATA
    assert error.failure.status == 400
    assert error.description.startswith("limit:")
    assert len(error.description) < 200


@pytest.mark.parametrize("text", ["-1", "abc", "1e3", "", " 5", str(2**63)])
def test_an_offset_that_is_no_count_is_400_invalid_data(text):
    error = failure(f"offset={text}")
    assert error.failure is Failure.INVALID_DATA
    assert error.description.startswith("offset:")


@pytest.mark.parametrize("name", ["limit", "offset", "sort", "orderBy", "filter"])
@BOTH
def test_a_repeated_parameter_is_400_and_named(name, version):
    value = {"sort": "familyName", "orderBy": "asc", "filter": "status='active'"}.get(name, "5")
    error = failure(f"{name}={value}", f"{name}={value}", version=version)
    assert error.failure is Failure.INVALID_DATA
    assert error.description.startswith(f"{name}:")


# sort and orderBy


def test_an_unknown_sort_field_is_a_warning_in_1p1():
    query = ask("sort=shoeSize", "orderBy=desc")
    assert query.sort is None
    (warning,) = query.warnings
    assert warning.minor == "invalid_sort_field"
    assert "shoeSize" in warning.description


def test_an_unknown_sort_field_is_ignored_in_1p2():
    query = ask("sort=shoeSize", version=V1P2)
    assert query.sort is None
    assert query.warnings == ()


@BOTH
def test_sort_fields_are_matched_without_regard_to_case(version):
    assert ask("sort=FAMILYNAME", version=version).sort == "familyName"
    assert ask("sort=class", version=version, resource=enrollments).sort == "class.sourcedId"
    assert ask("sort=", version=version) == Query()


@BOTH
def test_order_by_is_asc_or_desc_in_any_case_and_stands_without_sort(version):
    assert ask("orderBy=DESC", version=version).descending
    assert not ask("orderBy=Asc", version=version).descending
    assert not ask("sort=familyName", version=version).descending
    error = failure("orderBy=down", version=version)
    assert error.failure is Failure.INVALID_DATA
    assert error.description.startswith("orderBy:")


# filter


@BOTH
def test_a_blank_filter_is_no_filter(version):
    assert ask("filter=", "limit=5000", version=version).filter is None


@BOTH
def test_a_filter_is_parsed_for_its_version(version):
    assert ask("filter=status='active'", version=version).filter == Clause(("status",), "=", "active")
    error = failure("filter=shoeSize='9'", version=version)
    assert error.failure is Failure.INVALID_FILTER_FIELD
    assert error.failure.status == 400


# fields


@BOTH
def test_fields_come_comma_separated_repeated_or_both_and_sourced_id_always_comes_along(version):
    for args in (["fields=givenName,familyName"], ["fields=givenName", "fields=familyName"],
                 ["fields= GivenName , FAMILYNAME,"], ["fields=givenName,familyName", "fields=givenName"]):  # fmt: skip
        assert ask(*args, version=version).fields == ("sourcedId", "givenName", "familyName")
    assert ask("fields=sourcedId", version=version).fields == ("sourcedId",)


def test_an_unknown_selected_field_means_all_data_and_a_warning_in_1p1():
    query = ask("fields=givenName,shoeSize,roles")
    assert query.fields is None
    (warning,) = query.warnings
    assert warning.minor == "invalid_selection_field"
    assert "shoeSize, roles" in warning.description


def test_an_unknown_selected_field_is_400_in_1p2():
    error = failure("fields=givenName,shoeSize", version=V1P2)
    assert error.failure is Failure.INVALID_SELECTION_FIELD
    assert "shoeSize" in error.description
    assert failure("fields=role", version=V1P2).failure is Failure.INVALID_SELECTION_FIELD


@pytest.mark.parametrize("text", ["", " ", ",", " , "])
@BOTH
def test_blank_fields_are_400_in_the_words_of_the_version(text, version):
    error = failure(f"fields={text}", version=version)
    assert error.failure is Failure.INVALID_BLANK_SELECTION_FIELD
    expected = "invalid_blank_selection_field" if version is V1P1 else "invalid_selection_field"
    assert error.failure.minor(version) == expected


# One record, and our own parameter


@BOTH
def test_paging_filter_and_sort_of_a_single_record_are_ignored(version):
    args = ["limit=abc", "limit=0", "offset=-1", "filter=shoeSize", "sort=shoeSize", "orderBy=down", "fields=email"]
    assert ask(*args, version=version, single=True) == Query(fields=("sourcedId", "email"))


def test_a_single_record_warns_of_unknown_fields_too():
    assert ask("fields=shoeSize", single=True).warnings[0].minor == "invalid_selection_field"
    assert failure("fields=shoeSize", version=V1P2, single=True).failure is Failure.INVALID_SELECTION_FIELD


@BOTH
def test_a_malformed_revision_is_ignored(version):
    assert ask("revision=7", version=version).revision == 7
    for text in ("", "x", "-1", "1e3", "9" * 30):
        assert ask(f"revision={text}", version=version).revision is None
    assert ask("revision=7", "revision=8", version=version).revision is None


@BOTH
def test_parameters_that_the_standard_does_not_have_are_ignored(version):
    assert ask("appName=demo", "x=y", "LIMIT=abc", version=version) == Query()


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["limit", "offset", "sort", "orderBy", "filter", "fields", "revision", "other"]),
            st.one_of(st.text(max_size=20), st.sampled_from(["10", "sourcedId", "status='active'", "asc"])),
        ),
        max_size=6,
    ),
    RESOURCES,
    VERSIONS,
    st.booleans(),
)
def test_no_query_does_worse_than_an_error_of_the_standard(args, resource, version, single):
    try:
        query = parse_query(args, resource, version, single)
    except OneRosterError as error:
        assert error.failure.status == 400
        return
    assert 1 <= query.limit <= 50_000
    assert query.offset >= 0
    assert query.fields is None or query.fields[0] == "sourcedId"
    assert version is V1P1 or query.warnings == ()
