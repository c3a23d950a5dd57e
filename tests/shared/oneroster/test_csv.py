"""The CSV binding: columns in the order of the standard, rows read one by one, faults told by line and column."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.oneroster.csv import CsvReader, Row, header, write_rows
from shared.oneroster.csv_tables import FILES, csv_tables
from shared.oneroster.versions import Version

V1P1, V1P2 = Version.V1P1, Version.V1P2

#: `oneroster-csv.md` sections 3 and 5, after sourcedId, status, dateLastModified; * marks required ones.
DEMOGRAPHICS = (
    "birthDate sex americanIndianOrAlaskaNative asian blackOrAfricanAmerican nativeHawaiianOrOtherPacificIslander white"
    " demographicRaceTwoOrMoreRaces hispanicOrLatinoEthnicity countryOfBirthCode stateOfBirthAbbreviation cityOfBirth"
    " publicSchoolResidenceStatus"
)
SAME = {
    "academicSessions": "title* type* startDate* endDate* parentSourcedId schoolYear*",
    "orgs": "name* type* identifier parentSourcedId",
    "courses": "schoolYearSourcedId title* courseCode grades orgSourcedId* subjects subjectCodes",
    "classes": "title* grades courseSourcedId* classCode classType* location schoolSourcedId* termSourcedIds* subjects"
    " subjectCodes periods",
    "enrollments": "classSourcedId* schoolSourcedId* userSourcedId* role* primary beginDate endDate",
    "demographics": DEMOGRAPHICS,
    "resources": "vendorResourceId* title roles importance vendorId applicationId",
    "classResources": "title classSourcedId* resourceSourcedId*",
    "courseResources": "title courseSourcedId* resourceSourcedId*",
}
COLUMNS = {
    V1P1: SAME
    | {
        "users": "enabledUser* orgSourcedIds* role* username* userIds givenName* familyName* middleName identifier"
        " email sms phone agentSourcedIds grades password",
        "categories": "title*",
        "lineItems": "title* description assignDate* dueDate* classSourcedId* categorySourcedId*"
        " gradingPeriodSourcedId* resultValueMin* resultValueMax*",
        "results": "lineItemSourcedId* studentSourcedId* scoreStatus* score* scoreDate* comment",
    },
    V1P2: SAME
    | {
        "users": "enabledUser* username* userIds givenName* familyName* middleName identifier email sms phone"
        " agentSourcedIds grades password userMasterIdentifier preferredGivenName preferredMiddleName"
        " preferredFamilyName primaryOrgSourcedId pronouns",
        "roles": "userSourcedId* roleType* role* beginDate endDate orgSourcedId* userProfileSourcedId",
        "userProfiles": "userSourcedId* profileType* vendorId* applicationId description credentialType* username*"
        " password",
        "userResources": "userSourcedId* orgSourcedId classSourcedId resourceSourcedId*",
        "categories": "title* weight",
        "lineItems": "title* description assignDate* dueDate* classSourcedId* categorySourcedId*"
        " academicSessionSourcedId* resultValueMin resultValueMax schoolSourcedId*",
        "results": "lineItemSourcedId* studentSourcedId* scoreStatus* score scoreDate* comment textScore classSourcedId"
        " inProgress incomplete late missing",
        "scoreScales": "title* type* orgSourcedId* courseSourcedId* classSourcedId* scoreScaleValue*",
        "lineItemScoreScales": "title lineItemSourcedId* scoreScaleSourcedId*",
        "resultScoreScales": "title resultSourcedId* scoreScaleSourcedId*",
        "lineItemLearningObjectiveIds": "lineItemSourcedId* source* learningObjectiveId*",
        "resultLearningObjectiveIds": "resultSourcedId* source* learningObjectiveId* score textScore",
    },
}
ORGS = csv_tables(V1P2)["orgs"]
ORG_HEADER = b"sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId\r\n"


def read(body, table=ORGS):
    reader = CsvReader(io.BytesIO(body), table, f"{table.file}.csv")
    return reader, list(reader)


def orgs(*lines):
    return read(ORG_HEADER + b"".join(line + b"\r\n" for line in lines))[1]


# Columns


@pytest.mark.parametrize("version", list(Version))
def test_the_columns_are_those_of_the_standard_in_its_order(version):
    ours = {
        name: " ".join(c.header + "*" * c.required for c in table.columns[3:])
        for name, table in csv_tables(version).items()
    }
    assert ours == COLUMNS[version]
    for table in csv_tables(version).values():
        assert header(table)[:3] == ["sourcedId", "status", "dateLastModified"]
        assert [column.required for column in table.columns[:3]] == [True, False, False]


def test_a_manifest_lists_13_files_in_1p1_and_21_in_1p2():
    assert (len(FILES[V1P1]), len(FILES[V1P2])) == (13, 21)
    assert all(set(csv_tables(version)) <= set(FILES[version]) for version in Version)


# Good rows


def test_a_row_is_keyed_by_the_properties_of_the_table():
    table = csv_tables(V1P2)["users"]
    body = (
        ",".join(header(table, ["house"]))
        + '\r\nu-1,,,true,mira,"{SIS:90211},{LDAP:mo}",Mira,Okafor,,,,,,"u-2,u-3",09,,,Mimi,,,s-10,she/her,blue\r\n'
    ).encode()
    reader, rows = read(body, table)
    assert reader.problems == []
    assert rows == [
        Row(
            2,
            {
                "sourcedId": "u-1",
                "enabledUser": "true",
                "username": "mira",
                "userIds": [{"type": "SIS", "identifier": "90211"}, {"type": "LDAP", "identifier": "mo"}],
                "givenName": "Mira",
                "familyName": "Okafor",
                "agents": ["u-2", "u-3"],
                "grades": ["09"],
                "preferredFirstName": "Mimi",
                "primaryOrg": "s-10",
                "pronouns": "she/her",
                "metadata": {"house": "blue"},
            },
        )
    ]


def test_a_byte_order_mark_is_skipped_and_any_line_end_taken():
    reader, rows = read(b"\xef\xbb\xbf" + ORG_HEADER.rstrip() + b"\nd,,,District,district,,\n\n\ns,,,S,school,,d")
    assert reader.problems == []
    assert [(row.line, row.values["sourcedId"]) for row in rows] == [(2, "d"), (5, "s")]
    assert not any(row.problems for row in rows)


def test_quoted_commas_and_quotes_are_part_of_the_value():
    (row,) = orgs(b'd,,,"The ""best"", school",school,,')
    assert row.values["name"] == 'The "best", school'
    assert row.problems == ()


# Faults


def test_one_bad_row_never_loses_a_good_one():
    rows = orgs(
        b"a,,,A,school,,",
        b'b,,,"not closed,school,,',
        b"c,,,C,school,,",
        b"d,,,\xff\xfe,school,,",
        b"e,,,E,palace,,",
        b",,,F,school,,",
        b"g,,,   ,school,,",
        b"h,,,H,school,,,surplus",
        b'i,,,"I"x,school,,',
        b"j,,,J,school,,",
    )
    assert [row.values["sourcedId"] for row in rows if not row.refused] == ["a", "c", "j"]
    told = [str(row.problems[0]) for row in rows if row.refused]
    assert told == [
        "orgs.csv line 3: a quoted field is not closed on its line; no field may hold a line break",
        "orgs.csv line 5: byte 5 is not UTF-8",
        "orgs.csv line 6, column type: 'palace': it is not one of department, district, local, national, school, state",
        "orgs.csv line 7, column sourcedId: it is required and blank",
        "orgs.csv line 8, column name: it is required and blank",
        "orgs.csv line 9: the line has 8 fields where the header has 7",
        "orgs.csv line 10: the quotes are not as RFC 4180 wants them: ',' expected after '\"'",
    ]


def test_what_is_plainly_meant_is_mended_and_told():
    (row,) = orgs(b"d,Active,2026-05-01, D ,School")
    assert not row.refused
    assert row.values["status"] == "active"
    assert row.values["type"] == "school"
    assert row.values["dateLastModified"] == "2026-05-01T00:00:00.000Z"
    assert [(problem.column, problem.refuses) for problem in row.problems] == [
        (None, False), ("status", False), ("dateLastModified", False), ("type", False),
    ]  # fmt: skip


def test_an_unreadable_date_last_modified_loses_nobody():
    (row,) = orgs(b"d,active,1/05/2023,D,district,,")
    assert not row.refused
    assert "dateLastModified" not in row.values
    assert row.problems[0].column == "dateLastModified"


def test_a_required_list_of_nothing_is_blank():
    table = csv_tables(V1P1)["classes"]
    body = ",".join(header(table)) + '\r\nc,,,C,,co,,scheduled,,s," , ",,,\r\n'
    _, (row,) = read(body.encode(), table)
    assert row.refused
    assert row.problems[0].column == "termSourcedIds"


def test_headers_that_are_not_as_the_standard_wants_them_are_read_by_name_and_told():
    reader, (row,) = read(b"sourcedID,name,type,metadata.x,shoeSize,status,name,\r\nd,D,district,1,9,active,E,\r\n")
    assert row.values == {
        "sourcedId": "d", "name": "D", "type": "district", "status": "active", "metadata": {"x": "1"},
    }  # fmt: skip
    assert [(problem.column, problem.refuses) for problem in reader.problems] == [
        ("sourcedID", False),
        ("shoeSize", False),
        ("name", False),
        ("number 8", False),
        (None, False),
        (None, False),
    ]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "required column is missing"),
        (b"name,type\r\nD,district\r\n", "required column is missing"),
        (b"\xff\xfes\x00o\x00", "UTF-16"),
        (b'"sourcedId,name\r\nd,D\r\n', "not closed"),
        (b"sourcedId,n\xe9\r\n", "not UTF-8"),
    ],
)
def test_a_file_without_a_usable_header_has_no_rows_and_says_why(body, reason):
    reader, rows = read(body)
    assert rows == []
    assert any(problem.refuses and reason in problem.reason for problem in reader.problems)


def test_a_missing_required_column_refuses_no_row_twice():
    reader, (row,) = read(b"sourcedId,status,dateLastModified,name\r\nd,,,D\r\n")
    assert [problem.column for problem in reader.problems if "missing" in problem.reason] == ["type"]
    assert not row.refused, "the header told it; the importer decides"


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_no_file_can_stop_the_reader(body):
    read(body)
    for row in read(ORG_HEADER + body)[1]:
        assert row.refused or {"sourcedId", "name", "type"} <= row.values.keys()


# Writing

CELLS = st.text(alphabet=st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1).filter(str.strip)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "sourcedId": st.text(alphabet="abcXYZ019.-_/@", min_size=1, max_size=20),
                "title": CELLS,
                "classType": st.sampled_from(["homeroom", "scheduled"]),
                "course": st.just("co-1"),
                "school": st.just("s-1"),
                "terms": st.lists(st.sampled_from(["t-1", "t-2"]), min_size=1, max_size=2),
            },
            optional={"location": CELLS, "metadata": st.fixed_dictionaries({"house": CELLS})},
        ),
        max_size=4,
    )
)
def test_rows_that_are_written_read_back_the_same(records):
    table = csv_tables(V1P2)["classes"]
    out = io.StringIO(newline="")
    assert write_rows(out, table, records, extensions=("house",)) == len(records)
    reader, rows = read(out.getvalue().encode(), table)
    assert reader.problems == []
    assert [row.values for row in rows] == records
    assert not any(row.problems for row in rows)


def test_json_records_are_written_with_ids_for_references_and_without_line_breaks():
    table = csv_tables(V1P1)["courses"]
    out = io.StringIO(newline="")
    record = {
        "sourcedId": "co-1",
        "title": "Two\nlines",
        "org": {"href": "https://sis.example/orgs/s", "sourcedId": "s", "type": "org"},
        "subjects": ["Arts, visual", "Music"],
    }
    write_rows(out, table, [record])
    assert out.getvalue().splitlines()[1] == 'co-1,,,,Two lines,,,s,"Arts visual,Music",'


# Grade book


def table_row(table, line):
    header_line = ",".join(header(table)).encode() + b"\r\n"
    (row,) = read(header_line + line + b"\r\n", table)[1]
    return row


def test_values_of_a_score_scale_are_pairs_in_braces():
    table = csv_tables(V1P2)["scoreScales"]
    row = table_row(table, b's-1,,,Letters,letter,o-1,c-1,k-1,"{A+:100},{60-69:B}"')
    assert row.problems == ()
    assert row.values["scoreScaleValue"] == [
        {"itemValueLHS": "A+", "itemValueRHS": "100"},
        {"itemValueLHS": "60-69", "itemValueRHS": "B"},
    ]
    out = io.StringIO()
    write_rows(out, table, [row.values])
    assert out.getvalue().splitlines()[1] == 's-1,,,Letters,letter,o-1,c-1,k-1,"{A+:100},{60-69:B}"'
    broken = table_row(table, b"s-1,,,Letters,letter,o-1,c-1,k-1,A=100")
    assert [(problem.column, problem.refuses) for problem in broken.problems] == [("scoreScaleValue", True)]


@given(
    st.lists(
        st.tuples(*[st.text(st.characters(exclude_characters="{}:,", exclude_categories=["C", "Z"]), min_size=1)] * 2),
        min_size=1,
    )
)
def test_values_of_a_score_scale_come_back_as_they_were(pairs):
    table = csv_tables(V1P2)["scoreScales"]
    values = [{"itemValueLHS": left, "itemValueRHS": right} for left, right in pairs]
    row = {
        "sourcedId": "s",
        "title": "t",
        "type": "x",
        "org": "o",
        "course": "c",
        "class": "k",
        "scoreScaleValue": values,
    }
    out = io.StringIO()
    write_rows(out, table, [row])
    (back,) = read(out.getvalue().encode(), table)[1]
    assert back.values["scoreScaleValue"] == values


def test_a_weight_is_a_whole_percent():
    out = io.StringIO()
    write_rows(out, csv_tables(V1P2)["categories"], [{"sourcedId": "c-1", "title": "Tests", "weight": 33.4}])
    assert out.getvalue().splitlines()[1] == "c-1,,,Tests,33"


def test_only_what_nobody_can_make_up_may_be_missing_from_a_row():
    results = csv_tables(V1P1)["results"]
    assert not table_row(results, b"r-1,,,l-1,u-1,exempt,,2026-09-01,").refused
    assert table_row(results, b"r-1,,,l-1,,exempt,1,2026-09-01,").refused
