"""manifest.csv (`oneroster-csv.md` section 2)."""

import io

import pytest

from shared.oneroster.csv_tables import FILES
from shared.oneroster.manifest import Mode, read_manifest, write_manifest
from shared.oneroster.versions import Version


def read(text):
    return read_manifest(io.BytesIO(text.encode()))


@pytest.mark.parametrize("version", list(Version))
def test_a_written_manifest_reads_back_without_a_word(version):
    out = io.StringIO(newline="")
    write_manifest(out, version, {"users": Mode.BULK, "orgs": Mode.DELTA}, "Example SIS")
    manifest = read(out.getvalue())
    assert manifest.problems == ()
    assert manifest.version is version
    assert set(manifest.modes) == set(FILES[version])
    assert {name: mode for name, mode in manifest.modes.items() if mode is not Mode.ABSENT} == {
        "users": Mode.BULK,
        "orgs": Mode.DELTA,
    }
    assert (manifest.system_name, manifest.system_code) == ("Example SIS", None)


def test_rows_may_come_in_any_order_with_a_byte_order_mark():
    manifest = read("\ufeffpropertyName,value\nfile.orgs,bulk\noneroster.version,1.1\nmanifest.version,1.0\n")
    assert manifest.version is Version.V1P1
    assert manifest.modes == {"orgs": Mode.BULK}


@pytest.mark.parametrize(("text", "version"), [("1.2.1", Version.V1P2), ("1.1.0", Version.V1P1), ("2.0", None)])
def test_other_spellings_of_the_version_are_told(text, version):
    manifest = read(f"propertyName,value\noneroster.version,{text}\n")
    assert manifest.version is version
    assert manifest.problems[0].column == "oneroster.version"
    assert manifest.problems[0].line == 2
    assert manifest.problems[0].refuses is (version is None)


def test_a_manifest_without_a_version_is_refused():
    for text in ("", "propertyName,value\nfile.orgs,bulk\n"):
        manifest = read(text)
        assert manifest.version is None
        assert any(problem.refuses for problem in manifest.problems)


def test_unknown_files_and_modes_are_told_by_line():
    manifest = read("propertyName,value\noneroster.version,1.1\nfile.roles,bulk\nfile.Users,Bulk\nfile.orgs,full\n")
    assert manifest.modes == {"users": Mode.BULK}
    told = [(problem.line, problem.column) for problem in manifest.problems[:3]]
    assert told == [(3, "file.roles"), (4, "file.Users"), (5, "file.orgs")]
