"""What each kind of value takes, and that CSV gives back what it was given."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.oneroster import instants
from shared.oneroster.kinds import BOOLEAN, DATE, DATETIME, FLOAT, ID, METADATA, ROLE, TEXT, USER_ID, YEAR, enum, ref
from shared.oneroster.versions import Version

V1P1, V1P2 = Version.V1P1, Version.V1P2
SEX = enum("female", "male", "other", v11=("female", "male"), ext=True)
ORG = {"href": "https://sis.example/orgs/s", "sourcedId": "s", "type": "org"}


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (TEXT, ["", "x"], [1, None, True, ["x"]]),
        (ID, ["a", "x" * 255], ["", "x" * 256, 7]),
        (DATE, ["2026-08-15", "2024-02-29"], ["2026-8-15", "2025-02-29", "2026-08-15T00:00:00Z", 20260815]),
        (
            DATETIME,
            ["2026-08-15T10:00:00.000Z", "2026-08-15T10:00:00Z", "2026-08-15T10:00:00+02:00"],
            ["2026-08-15", "2026-08-15T10:00:00", "2026-08-15 10:00:00Z", "2026-08-15T25:00:00Z", 0],
        ),
        (YEAR, ["2026"], ["26", 2026, "2025-26", "２０２６"]),
        (BOOLEAN, ["true", "false"], ["True", "yes", "", 1]),
        (FLOAT, [0, 1.5, -3], ["1.5", True, float("nan"), float("inf")]),
        (METADATA, [{}, {"a": {"b": [1]}}], ["x", [1]]),
        (USER_ID, [{"type": "SIS", "identifier": "1"}], [{"type": "SIS"}, {"type": "S", "identifier": 1}, "x"]),
        (ref("orgs"), [ORG], [{"sourcedId": "s"}, {**ORG, "type": "school"}, {**ORG, "name": "x"}, "s"]),
        (
            ROLE,
            [{"roleType": "primary", "role": "teacher", "org": ORG}],
            [{"roleType": "primary", "role": "administrator", "org": ORG}, {"roleType": "primary", "role": "teacher"}],
        ),
    ],
)
def test_what_1p2_takes_and_refuses(kind, good, bad):
    for value in good:
        kind.check(value, V1P2)
    for value in bad:
        with pytest.raises(ValueError, match=r".+"):
            kind.check(value, V1P2)


def test_vocabularies_are_those_of_the_version_and_extensions_are_of_1p2_alone():
    SEX.check("other", V1P2)
    SEX.check("ext:two-spirit", V1P2)
    for word in ("other", "ext:two-spirit"):
        with pytest.raises(ValueError, match="not one of female, male"):
            SEX.check(word, V1P1)
    with pytest.raises(ValueError, match="not one of"):
        enum("active").check("ext:x", V1P2)


def test_1p1_takes_json_booleans_open_objects_and_its_own_reference_types():
    BOOLEAN.check(True, V1P1)
    with pytest.raises(ValueError, match="not text"):
        BOOLEAN.check(True, V1P2)
    ref("orgs").check({**ORG, "name": "x"}, V1P1)
    ref("users").check({**ORG, "type": "student"}, V1P1)


def _csv(kind):
    match kind.name:
        case "date":
            return st.dates().map(lambda day: day.isoformat())
        case "datetime":
            return st.datetimes().map(lambda moment: moment.isoformat(timespec="milliseconds") + "Z")
        case "year":
            return st.integers(1000, 9999).map(str)
        case "float":
            return st.floats(allow_nan=False, allow_infinity=False)
        case "id" | "ref":
            return st.text(alphabet="abzAZ019.-_/@", min_size=1, max_size=255)
        case "userId":
            part = st.text(alphabet="abc ,é90211", min_size=1)
            return st.fixed_dictionaries({"type": part, "identifier": part})
        case "text":
            return st.text(min_size=1)
        case _:
            return st.sampled_from(sorted(kind.values))


@pytest.mark.parametrize(
    "kind", [TEXT, ID, DATE, DATETIME, YEAR, BOOLEAN, FLOAT, USER_ID, SEX, ref("orgs")], ids=lambda kind: kind.name
)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_csv_cell_gives_back_the_value_that_was_written(kind, data):
    value = data.draw(_csv(kind))
    assert kind.from_csv(kind.to_csv(value), V1P2) == value


@pytest.mark.parametrize(
    ("kind", "cell", "meant"),
    [
        (BOOLEAN, "TRUE", "true"),
        (SEX, " Female ", "female"),
        (enum("active", "tobedeleted"), "inactive", "tobedeleted"),
        (DATETIME, "2026-05-01", "2026-05-01T00:00:00.000Z"),
        (DATETIME, "2026-05-01T02:00:00+02:00", "2026-05-01T00:00:00.000Z"),
        (DATETIME, "1/05/2026", None),
        (DATE, "2026-05-01T10:00:00Z", "2026-05-01"),
        (DATE, "05/01/2026", None),
        (ID, "österreich", "österreich"),
        (ID, "x" * 256, None),
        (SEX, "x", None),
    ],
)
def test_a_cell_that_is_not_to_the_letter_is_mended_where_its_meaning_is_plain(kind, cell, meant):
    with pytest.raises(ValueError, match=r".+"):
        kind.from_csv(cell, V1P2)
    assert kind.mend_csv(cell, V1P2) == meant


@given(st.text(max_size=30))
def test_any_text_is_an_instant_or_a_value_error(text):
    try:
        found = instants.instant(text)
    except ValueError:
        return
    assert len(found) >= 23


@given(st.datetimes(), st.datetimes())
def test_instants_are_ordered_as_the_moments_they_name(first, second):
    left, right = (instants.instant(moment.isoformat() + "Z") for moment in (first, second))
    assert (left < right) is (first < second)
    assert (left == right) is (first == second)
