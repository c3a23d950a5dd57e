"""What a package looks like: files, headers, cells, manifest, bytes; and what is in it: exactly what a connection sees."""

import csv
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest

from provider.access.connections import Options
from provider.exporting.export import ExportFailed
from provider.sis import models as sis
from shared.oneroster.csv_tables import FILES, csv_tables
from shared.oneroster.versions import Version
from tests.provider.exporting.conftest import NewSystem, System, assert_same, files_of
from tests.provider.exporting.small import ALGEBRA, ANN, BEA, CAL, DISTRICT_DAY, fill

V1P1, V1P2 = Version.V1P1, Version.V1P2
BOTH = pytest.mark.parametrize("version", list(Version), ids=str)


@pytest.fixture
def system(new_system: NewSystem) -> System:
    return fill(new_system("sqlite", today=DISTRICT_DAY))


def table(path: Path, name: str) -> list[dict[str, str]]:
    with zipfile.ZipFile(path) as archive:
        return list(csv.DictReader(archive.read(f"{name}.csv").decode().splitlines()))


@BOTH
def test_headers_are_in_the_order_of_the_standard_and_bulk_has_neither_status_nor_date(
    system: System, version: Version, tmp_path: Path
) -> None:
    system.write(tmp_path / "p.zip", version)
    for name, lines in files_of(tmp_path / "p.zip").items():
        if name != "manifest.csv":
            columns = csv_tables(version)[name.removesuffix(".csv")].columns
            assert lines[0] == ",".join(column.header for column in columns)
            assert len(lines) > 1, "a file without rows is not allowed"
            assert {cells[1] + cells[2] for cells in csv.reader(lines[1:])} == {""}


@BOTH
def test_the_manifest_lists_every_file_of_the_version(system: System, version: Version, tmp_path: Path) -> None:
    report = system.write(tmp_path / "p.zip", version)
    lines = files_of(tmp_path / "p.zip")["manifest.csv"]
    assert lines[:3] == ["propertyName,value", "manifest.version,1.0", f"oneroster.version,{version}"]
    assert lines[3:-1] == [f"file.{name},{'bulk' if name in report.rows else 'absent'}" for name in FILES[version]]
    assert lines[-1] == "source.systemName,Homeroom"


@BOTH
def test_the_same_data_make_the_same_bytes(system: System, version: Version, tmp_path: Path) -> None:
    one, other = tmp_path / "one.zip", tmp_path / "other.zip"
    system.write(one, version)
    system.now += timedelta(hours=3)
    system.write(other, version)
    assert_same(one, other)
    with zipfile.ZipFile(one) as archive:
        for member in archive.infolist():
            assert "/" not in member.filename
            assert (member.date_time, member.compress_type) == ((1980, 1, 1, 0, 0, 0), zipfile.ZIP_DEFLATED)


def test_cells_are_quoted_where_they_must_be_and_never_changed(system: System, tmp_path: Path) -> None:
    system.edit(sis.District, 1, time_zone="America/Chicago")
    system.write(tmp_path / "p.zip", V1P1)
    lines = files_of(tmp_path / "p.zip")
    assert lines["lineItems.csv"][1:] == [
        'first,,,"The ""first"" test",Line one line two,2025-09-01,2025-09-05,1,tests,gp1,0,10',
        f"second,,,=SUM(A1:A9),,2025-09-01,2025-09-05,1,tests,{YEAR},0,100",
    ], "no line breaks; days in the district's zone; a formula stays what it is"
    assert lines["categories.csv"][1:] == ['tests,,,"Tests, large"']
    assert {row["agentSourcedIds"] for row in table(tmp_path / "p.zip", "users")} >= {"s1,s2", "g7,r8"}


YEAR = "79656172-312e-4e2e-ae2e-2e2e2e2e2e2e"


def test_what_1_2_has_of_the_grade_book(system: System, tmp_path: Path) -> None:
    system.write(tmp_path / "p.zip", V1P2)
    lines = files_of(tmp_path / "p.zip")
    school = lines["classes.csv"][1].split(",")[9]
    assert lines["categories.csv"][1:] == ['tests,,,"Tests, large",60']
    assert lines["scoreScales.csv"][1:] == [f"scale,,,Letters,letter,{school},1,1,{{50:Pass}}"]
    assert lines["results.csv"][1].endswith(',fully graded,9.5,2025-09-08,"Well done, Ann",,1,,,false,')
    assert [row["learningObjectiveId"] for row in table(tmp_path / "p.zip", "lineItemLearningObjectiveIds")] == [
        "o-2",
        "o-1",
    ]
    (said,) = table(tmp_path / "p.zip", "resultLearningObjectiveIds")
    assert (said["resultSourcedId"], said["source"], said["score"]) == ("r-1", "case", "3")
    assert [row["resultSourcedId"] for row in table(tmp_path / "p.zip", "resultScoreScales")] == ["r-2"]
    assert [row["lineItemSourcedId"] for row in table(tmp_path / "p.zip", "lineItemScoreScales")] == ["first"]


def test_ids_of_rows_that_rest_does_not_have_stay(system: System, tmp_path: Path) -> None:
    system.write(tmp_path / "one.zip", V1P2)
    system.edit(sis.Identity, ANN, last_name="Other")
    system.refresh()
    system.write(tmp_path / "two.zip", V1P2)
    roles = table(tmp_path / "one.zip", "roles")
    assert [row["sourcedId"] for row in roles] == [row["sourcedId"] for row in table(tmp_path / "two.zip", "roles")]
    assert len({row["sourcedId"] for row in roles}) == len(roles)


@BOTH
@pytest.mark.parametrize(
    "options",
    [Options(gradebook=True), Options(schools=("101",), gradebook=True), Options(share=frozenset(("staff",)))],
    ids=["everything", "one school", "staff only"],
)
def test_everything_that_a_bulk_package_refers_to_is_in_it(
    new_system: NewSystem, version: Version, options: Options, tmp_path: Path
) -> None:
    """Also where a student has left whose mother has others, and one whose aunt has not (P-46)."""
    system = new_system("sqlite", today=DISTRICT_DAY, options=options)
    fill(system)
    gone = DISTRICT_DAY - timedelta(days=1)
    for student in (BEA, CAL):
        system.edit(sis.Enrollment, student, end_date=gone)
    system.refresh()
    system.write(tmp_path / "p.zip", version)
    ids: dict[str, set[str]] = {}
    for name in files_of(tmp_path / "p.zip"):
        if name != "manifest.csv":
            ids[name.removesuffix(".csv")] = {row["sourcedId"] for row in table(tmp_path / "p.zip", name[:-4])}
    for name in ids:
        for column in csv_tables(version)[name].columns:
            for row in table(tmp_path / "p.zip", name) if column.kind.target else ():
                named = set(filter(None, row[column.header].split(",")))
                assert named <= ids[str(column.kind.target)], (name, column.header)
    people = {row["username"] for row in table(tmp_path / "p.zip", "users")}
    assert "user2" not in people and "user8" not in people
    assert ("user7" in people) == ("guardians" in options.share)


def test_a_connection_without_grade_book_gets_none(new_system: NewSystem, tmp_path: Path) -> None:
    system = fill(new_system("sqlite", today=DISTRICT_DAY, options=Options()))
    report = system.write(tmp_path / "p.zip", V1P2)
    assert not {"categories", "lineItems", "results", "scoreScales"} & report.rows.keys()
    assert "resources" in report.rows


def test_what_the_standard_requires_and_nobody_has_stays_blank_and_is_told(system: System, tmp_path: Path) -> None:
    system.remove(sis.UserAccount, sis.UserAccount.person_id == ANN)
    system.edit(sis.Result, 2, score=None)
    system.refresh()
    assert system.write(tmp_path / "p.zip", V1P2).blanks == {("users", "username"): 1}
    assert system.write(tmp_path / "p.zip", V1P1).blanks == {("results", "score"): 1}


def test_nothing_is_left_behind_where_nothing_is_published(new_system: NewSystem, tmp_path: Path) -> None:
    system = new_system("sqlite", today=DISTRICT_DAY)
    there = tmp_path / "p.zip"
    there.write_bytes(b"what lay there before")
    with pytest.raises(ExportFailed, match="homeroom provider refresh"):
        system.write(there, V1P1)
    assert there.read_bytes() == b"what lay there before"
    assert [entry.name for entry in tmp_path.iterdir() if entry.is_file()] == ["p.zip"]


def test_a_deleted_row_of_the_grade_book_is_not_in_bulk(system: System, tmp_path: Path) -> None:
    system.edit(sis.Result, 1, deleted=True)
    system.edit(sis.Section, ALGEBRA, homeroom=True)
    system.write(tmp_path / "p.zip", V1P2)
    assert [row["sourcedId"] for row in table(tmp_path / "p.zip", "results")] == ["r-2", "r-3"]
    assert table(tmp_path / "p.zip", "classes")[0]["classType"] == "scheduled", "rostering is that of the last refresh"
