"""SIS CSV files go in row by row: what is good is stored, what is not is refused with file, line, column and reason."""

import zipfile
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, create_engine, func, select, text

import provider.access.models  # noqa: F401  (rows of the grade book refer to connections)
from provider.database import db
from provider.sis.importing import ImportFailed, ImportReport, Outcome, import_path
from provider.sis.importing.report import Refusal
from provider.sis.models import District, Identity, Person, Roster, School, SchoolYear, Term, UserAccount
from tests.provider.sis.files import BASE, base_and, write_files

TODAY = date(2027, 1, 10)


@pytest.fixture
def engine(provider_app: Flask) -> Engine:
    with provider_app.app_context():
        return db.engine


def load(engine: Engine, folder: Path, files: dict[str, str | bytes], strict: bool = False) -> ImportReport:
    return import_path(engine, write_files(folder, files), strict=strict, today=TODAY)


def only_refusal(report: ImportReport) -> Refusal:
    assert report.refused == 1, report.refusals
    return report.refusals[0]


def count(engine: Engine, model: type) -> int:
    with engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(model)) or 0


def test_a_small_district_is_stored_whole(engine: Engine, tmp_path: Path) -> None:
    report = load(engine, tmp_path / "in", base_and())
    assert report.ok and report.written
    assert count(engine, Roster) == 3
    with engine.connect() as connection:
        year = connection.execute(select(SchoolYear.name, SchoolYear.start_year, SchoolYear.end_year)).one()
        assert tuple(year) == ("2026-2027", 2026, 2027)
        assert connection.scalar(select(Term.start_date)) == date(2026, 8, 18)


def test_a_second_import_changes_nothing(engine: Engine, tmp_path: Path) -> None:
    load(engine, tmp_path / "in", base_and())
    with engine.connect() as connection:
        before = connection.execute(select(Person.id, Person.guid).order_by(Person.id)).all()
    report = load(engine, tmp_path / "in", base_and())
    assert report.total(Outcome.UNCHANGED) == sum(count.read for count in report.files)
    with engine.connect() as connection:
        assert connection.execute(select(Person.id, Person.guid).order_by(Person.id)).all() == before


def test_a_changed_cell_updates_its_row_alone_and_keeps_columns_the_file_lacks(engine: Engine, tmp_path: Path) -> None:
    load(engine, tmp_path / "in", base_and(person="id,student_number\n1,S1\n2,S2\n3,S3\n"))
    report = load(engine, tmp_path / "again", {"identity": BASE["identity"].replace("Ada", "Adah")})
    assert report.total(Outcome.UPDATED) == 1 and report.total(Outcome.UNCHANGED) == 2
    load(engine, tmp_path / "third", {"person": "id,security_role\n1,true\n"})
    with engine.connect() as connection:
        person = select(Person.student_number, Person.security_role).where(Person.id == 1)
        assert tuple(connection.execute(person).one()) == ("S1", True)


def test_guids_are_made_up_once_in_the_shape_of_version_4(engine: Engine, tmp_path: Path) -> None:
    own = "0e984725-c51c-4bf4-9960-e1c80e27aba0"
    load(engine, tmp_path / "in", base_and(person=f"id,guid\n1,\n2,{own}\n3,\n"))
    with engine.connect() as connection:
        guids = list(connection.scalars(select(Person.guid).order_by(Person.id)))
    assert guids[1] == own
    assert all(guid[14] == "4" and guid[19] in "89ab" and len(guid) == 36 for guid in guids)
    assert len(set(guids)) == 3


@pytest.mark.parametrize(
    ("table", "content", "line", "column", "reason"),
    [
        ("roster", "id,section_id,person_id\n1,1,1\n2,1,99\n", 3, "person_id", "does not exist"),
        ("roster", "id,section_id,person_id\n1,1,1\n1,1,2\n", 3, "id", "stands twice"),
        ("roster", "id,section_id,person_id\n1,1,\n", 2, "person_id", "must not be blank"),
        ("roster", "id,section_id,person_id\n1,1,x\n", 2, "person_id", "not a whole number"),
        ("roster", "id,section_id,person_id\n4294967296,1,1\n", 2, "id", "larger than"),
        ("roster", "id,section_id,person_id,start_date\n1,1,1,2/1/2027\n", 2, "start_date", "YYYY-MM-DD"),
        ("roster", "id,section_id,person_id,start_date\n1,1,1,2027-02-30\n", 2, "start_date", "not a day"),
        ("roster", "id,section_id,person_id,start_date,end_date\n1,1,1,2027-02-03,2027-02-02\n", 2, "end_date",
         "before"),
        ("roster", "id,section_id,person_id\n1,1\n", 2, "", "has 2 cells where the header has 3"),
        ("section_staff", "id,section_id,person_id,role\n1,1,1,Boss\n", 2, "role", "is not one of"),
        ("person", "id,security_role\n1,maybe\n2,\n3,\n", 2, "security_role", "true or false"),
        ("school", "id,district_id,number,name\n1,1,001,A\n2,1,001,B\n", 3, "number", "another row already has"),
        ("identity", f"id,person_id,first_name,last_name\n1,1,{'x' * 101},B\n", 2, "first_name", "longer than 100"),
        ("identity", "id,person_id,first_name,last_name\n1,1,A\0a,B\n", 2, "first_name", "NUL"),
        ("identity", 'id,person_id,first_name,last_name\n1,1,"Ada,B\n2,2,Ben,O\n', 2, "", "not closed"),
        ("identity", f"id,person_id,first_name,last_name\n1,1,{'x' * 70_000},B\n2,2,Ben,O\n", 2, "", "longer than"),
        ("identity", b"id,person_id,first_name,last_name\n1,1,Jos\xe9,B\n2,2,Ben,O\n", 2, "", "0xE9 at position 8"),
        ("relationship", "id,person_id,student_id\n1,1,1\n2,1,2\n", 2, "", "person_id <> student_id"),
        ("setting", "name,value\nno_such,true\nlocal_grades_1p2,true\n", 2, "name", "no setting 'no_such'"),
    ],
)  # fmt: skip
def test_a_bad_row_is_refused_with_its_place_and_reason(
    engine: Engine, tmp_path: Path, table: str, content: str | bytes, line: int, column: str, reason: str
) -> None:
    files = base_and(roster="id,section_id,person_id\n") if table in ("person", "school") else base_and()
    files = files | {table: content}
    if table == "person":
        files |= {"identity": "id,person_id,first_name,last_name\n"}
    refusal = only_refusal(load(engine, tmp_path / "in", files))
    assert (refusal.file, refusal.line, refusal.column) == (f"{table}.csv", line, column)
    assert reason in refusal.reason


def test_one_bad_row_never_loses_a_good_one(engine: Engine, tmp_path: Path) -> None:
    accounts = "\n".join(f"{n},1,staff,{'same' if n in (40, 41, 700) else n}" for n in range(1, 1001))
    report = load(engine, tmp_path / "in", base_and(user_account=f"id,person_id,kind,username\n{accounts}\n"))
    assert [(r.line, r.column) for r in report.refusals] == [(42, "username"), (701, "username")]
    assert count(engine, UserAccount) == 998


def test_a_row_that_refers_to_a_refused_row_is_refused_too(engine: Engine, tmp_path: Path) -> None:
    files = base_and(person="id,security_role\n1,\n2,perhaps\n3,\n")
    report = load(engine, tmp_path / "in", files)
    assert [(r.file, r.line) for r in report.refusals] == [("person.csv", 3), ("identity.csv", 3), ("roster.csv", 3)]
    assert "refers to a person that was refused" in report.refusals[1].reason


def test_strict_writes_nothing_when_one_row_is_refused(engine: Engine, tmp_path: Path) -> None:
    bad = base_and(roster=BASE["roster"] + "4,1,99,\n")
    report = load(engine, tmp_path / "in", bad, strict=True)
    assert not report.ok and not report.written
    assert count(engine, District) == 0
    assert load(engine, tmp_path / "good", base_and(), strict=True).ok
    assert count(engine, Roster) == 3


def test_strict_knows_what_is_stored_already(engine: Engine, tmp_path: Path) -> None:
    load(engine, tmp_path / "in", base_and())
    report = load(engine, tmp_path / "more", {"roster": "id,section_id,person_id\n9,1,3\n"}, strict=True)
    assert report.ok and count(engine, Roster) == 4


def test_the_active_mark_can_move_to_another_year(engine: Engine, tmp_path: Path) -> None:
    load(engine, tmp_path / "in", base_and())
    years = "id,district_id,name,start_year,end_year,active\n2,1,Next,Y1,Y2,true\n1,1,{Y0}-{Y1},Y0,Y1,false\n"
    assert load(engine, tmp_path / "next", {"school_year": years}).ok
    with engine.connect() as connection:
        assert connection.scalar(select(SchoolYear.id).where(SchoolYear.active)) == 2


def test_personal_values_are_masked(engine: Engine, tmp_path: Path) -> None:
    accounts = "id,person_id,kind,username\n1,1,staff,secretname\n2,2,staff,secretname\n"
    refusal = only_refusal(load(engine, tmp_path / "in", base_and(user_account=accounts)))
    assert "secretname" not in refusal.value + refusal.reason


def test_unknown_files_and_columns_are_noted(engine: Engine, tmp_path: Path) -> None:
    files = base_and(zebra="a\n1\n", school="id,district_id,number,name,colour\n1,1,001,Alder,red\n")
    report = load(engine, tmp_path / "in", files)
    assert report.ok
    assert {(note.file, note.line) for note in report.notes} == {("zebra.csv", 0), ("school.csv", 1)}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no header"),
        ("id,section_id\n1,1\n", "lacks person_id"),
        ("id,section_id,person_id,id\n", "names id twice"),
        ("id,section_id,person_id\n1,1,1\n".encode("utf-16"), "UTF-16"),
        (b"id,section_id,person_id\r1,1,1\r", "CR alone"),
    ],
)
def test_a_file_without_a_usable_header_is_refused_whole(
    engine: Engine, tmp_path: Path, content: str | bytes, reason: str
) -> None:
    refusal = only_refusal(load(engine, tmp_path / "in", base_and(roster=content)))
    assert (refusal.file, refusal.line) == ("roster.csv", 0) and reason in refusal.reason


def test_a_byte_order_mark_crlf_and_quotes_are_read(engine: Engine, tmp_path: Path) -> None:
    identity = b'\xef\xbb\xbfid,person_id,first_name,last_name\r\n1,1,"Ada ""A""","Byron, Lady"\r\n'
    assert load(engine, tmp_path / "in", base_and(identity=identity)).ok
    with engine.connect() as connection:
        names = connection.execute(select(Identity.first_name, Identity.last_name)).one()
    assert tuple(names) == ('Ada "A"', "Byron, Lady")


def test_rows_made_after_an_import_get_numbers_of_their_own(engine: Engine, tmp_path: Path) -> None:
    load(engine, tmp_path / "in", base_and())
    with engine.begin() as connection:
        connection.execute(School.__table__.insert().values(district_id=1, number="2", name="B", guid="g"))
        assert connection.scalar(select(func.max(School.id))) == 2


def make_zip(path: Path, members: dict[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_a_zip_is_read_like_a_folder_and_what_lies_deeper_is_passed_over(engine: Engine, tmp_path: Path) -> None:
    members = {f"{name}.csv": content for name, content in BASE.items()}
    evil = {"../../roster.csv": "id\n", "inner/person.csv": "id\n9\n", "read.me": "x", "__MACOSX/x.csv": ""}
    report = import_path(engine, make_zip(tmp_path / "d.zip", members | evil), today=TODAY)
    assert report.ok and count(engine, Person) == 3
    assert sorted(note.file for note in report.notes) == ["../../roster.csv", "inner/person.csv", "read.me"]


def test_a_zip_bomb_is_not_read(engine: Engine, tmp_path: Path) -> None:
    bomb = make_zip(tmp_path / "bomb.zip", {"person.csv": b"id\n" + b"1\n" * 10_000_000})
    with pytest.raises(ImportFailed, match="would expand"):
        import_path(engine, bomb, today=TODAY)


@pytest.mark.parametrize("content", [b"", b"no zip at all", b"PK\x03\x04" + b"\0" * 40])
def test_what_is_no_zip_is_said_to_be_none(engine: Engine, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.zip").write_bytes(content)
    with pytest.raises(ImportFailed, match="neither a folder nor a zip"):
        import_path(engine, tmp_path / "x.zip", today=TODAY)


def test_a_damaged_member_ends_the_import_with_its_name(engine: Engine, tmp_path: Path) -> None:
    path = make_zip(tmp_path / "x.zip", {"person.csv": "id\n" + "\n".join(map(str, range(1, 2000)))})
    data = bytearray(path.read_bytes())
    data[60:70] = b"\0" * 10
    path.write_bytes(data)
    with pytest.raises(ImportFailed, match=r"person\.csv"):
        import_path(engine, path, today=TODAY)


CELL = st.one_of(
    st.sampled_from(
        ["", "1", "2", "3", "0", "-1", "x", "true", "Y0-08-18", "2027-01-01", "today", '"', ",", "\0", "é"]
    ),
    st.text(max_size=5),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.lists(CELL, min_size=4, max_size=4), max_size=8))
def test_whatever_a_file_holds_importing_it_again_changes_nothing(tmp_path: Path, rows: list[list[str]]) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'property.sqlite'}")
    District.metadata.create_all(engine)
    roster = "id,section_id,person_id,start_date\n" + "".join(",".join(row) + "\n" for row in rows)
    files = base_and(roster=roster.encode("utf-8", "surrogatepass"))
    first = load(engine, tmp_path / "in", files)
    second = load(engine, tmp_path / "in", files)
    assert second.total(Outcome.CREATED) == second.total(Outcome.UPDATED) == 0
    assert second.refused == first.refused
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM roster"))
    engine.dispose()
