"""Packages of other people's making load, or are refused record by record with file, line, column and reason."""

import zipfile
from pathlib import Path

import pytest

from shared.oneroster.csv import CsvReader
from shared.oneroster.csv_tables import csv_tables
from shared.oneroster.manifest import read_manifest

SAMPLES = Path(__file__).resolve().parents[4] / "shared" / "samples"
pytestmark = pytest.mark.skipif(not SAMPLES.exists(), reason=f"{SAMPLES} is not there")


def read(name):
    """Usable and refused rows by file, and every problem as text."""
    usable, refused, told = {}, {}, []
    with zipfile.ZipFile(SAMPLES / name) as package:
        with package.open("manifest.csv") as stream:
            manifest = read_manifest(stream)
        for file, table in csv_tables(manifest.version).items():
            if f"{file}.csv" not in package.namelist():
                continue
            with package.open(f"{file}.csv") as stream:
                reader = CsvReader(stream, table, f"{file}.csv")
                rows = list(reader)
            usable[file] = sum(not row.refused for row in rows)
            refused[file] = sum(row.refused for row in rows)
            told += map(str, [*reader.problems, *(problem for row in rows for problem in row.problems)])
    return usable, {file: count for file, count in refused.items() if count}, told


def test_the_1p1_package_of_moodle_is_read_whole():
    usable, refused, told = read("moodle-1.1-full.zip")
    assert refused == {}
    assert usable == {"orgs": 1, "academicSessions": 5, "classes": 2, "users": 6, "enrollments": 6}
    mended = "'Scheduled': it is not one of homeroom, scheduled; read as 'scheduled'"
    assert f"classes.csv line 2, column classType: {mended}" in told
    assert any("'inactive'" in line and "read as 'tobedeleted'" in line for line in told)


def test_the_1p2_package_of_moodle_keeps_its_people_and_tells_its_faults():
    usable, refused, told = read("moodle-1.2-misnamed.zip")
    assert refused == {}
    assert (usable["users"], usable["roles"]) == (6, 7)
    assert any(line.startswith("users.csv line 1, column prefferedGivenName") for line in told)
    assert any(line.startswith("users.csv line 2, column dateLastModified: '1/05/2023'") for line in told)
    assert "roles.csv line 2: the line has 9 fields where the header has 11" in told


def test_the_package_of_oat_loses_only_what_lacks_a_required_value():
    usable, refused, told = read("oat-1.1-base.zip")
    assert (usable["orgs"], usable["users"], usable["enrollments"]) == (2, 2, 3)
    assert refused == {"classes": 3}
    assert "classes.csv line 2, column courseSourcedId: it is required and blank" in told
    assert "demographics.csv line 1, column sourcedId: the required column is missing; no row can be used" in told
