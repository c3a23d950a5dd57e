"""The log: runs and their lines, filtered, searched, paged, in words, as CSV (C-108 … C-115)."""

import csv
from io import StringIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumer.logs.csv_files import details_csv, runs_csv
from consumer.logs.listing import find_runs
from consumer.mapping.outcome import Code
from consumer.platform.models import School
from consumer.sync.details import BadCursor, Details, Wanted, every_detail, find_details, run_details
from consumer.sync.lines import Detail
from consumer.sync.log import RunsWanted, find_run
from consumer.sync.tables import Action, Entity
from shared.csv_cells import plain, write_csv
from tests.consumer.sync.platform import Platform


def school(platform: Platform, name: str) -> int:
    return platform.session.query(School.id).filter(School.name == name).scalar()


def said(lines: Any) -> list[tuple[str, str, str]]:
    return [(line.entity, line.name, line.event) for line in lines]


def changes(line: Detail) -> dict[str, tuple[str | None, str | None]]:
    return {one.name: (one.before, one.after) for one in line.changes}


def test_a_run_is_told_with_everything_that_a_reader_of_the_log_wants(platform: Platform) -> None:
    """C-110"""
    run_id = platform.sync().run
    row = find_run(platform.session, run_id)
    assert row is not None
    assert (row.connection, row.kind, row.trigger, row.status, row.dry_run) == (
        "demo",
        "all",
        "manual",
        "Completed",
        False,
    )
    assert (row.created, row.updated, row.removed, row.skipped, row.failed) == (26, 0, 0, 0, 0)
    assert {"North School", "South School"} <= set(row.schools)
    assert row.finished_at is not None and row.finished_at.utcoffset() is not None
    platform.provider.on("users", status=500, times=None)
    failed = find_run(platform.session, platform.sync().run)
    assert failed is not None and failed.message != ""


def test_runs_are_filtered_by_school_type_status_and_trigger(platform: Platform) -> None:
    """C-109"""
    platform.sync()
    platform.provider.find("users", "U5")["givenName"] = "Eva"
    users = platform.sync("users").run
    dry = platform.sync("courses", dry_run=True).run

    def runs(**wanted: Any) -> list[int]:
        return [row.run for row in find_runs(platform.session, RunsWanted(**wanted)).rows]

    assert runs() == [dry, users, 1]
    assert runs(kind="users") == [users]
    assert runs(school_id=school(platform, "South School")) == [users, 1]
    assert runs(school_id=school(platform, "North School")) == [1]
    assert runs(status="Failed") == runs(trigger="scheduled") == runs(connection_id=999) == []
    page = find_runs(platform.session, RunsWanted(), offset=1, limit=1)
    assert ([row.run for row in page.rows], page.total) == ([users], 3)


def test_the_lines_of_a_dry_run_are_those_of_the_run_with_names_before_and_after(platform: Platform) -> None:
    """C-87"""
    platform.sync()
    provider = platform.provider
    provider.find("users", "U1")["familyName"] = "Lovelace"
    provider.find("classes", "K3")["title"] = "Geometry"
    provider.remove("enrollments", "E8")
    dry = run_details(platform.session, platform.sync(dry_run=True).run).lines
    done = run_details(platform.session, platform.sync().run).lines
    assert said(dry) == [
        ("enrollment", "Finn Example in Geometry (K3)", "to be removed"), ("user", "Ada Lovelace", "to be updated"),
        ("section", "Geometry (K3)", "to be updated"),
    ]  # fmt: skip
    assert [(e, event.removeprefix("to be ")) for e, _, event in said(dry)] == [
        (e, event) for e, _, event in said(done)
    ]
    assert [changes(line) for line in dry] == [changes(line) for line in done] == [
        {"role": ("member", None), "made by": ("the sync", None), "SIS record": ("E8", None)},
        {"last name": ("Example", "Lovelace")}, {"name": ("Algebra 2 (K3)", "Geometry (K3)")},
    ]  # fmt: skip


def test_lines_are_filtered_by_record_type_action_code_and_school(platform: Platform) -> None:
    """C-109, C-112"""
    platform.provider.find("users", "U6")["username"] = "finn blank"
    run_id = platform.sync().run

    def lines(**wanted: Any) -> list[tuple[str, str]]:
        return [(line.entity, line.sis_id) for line in run_details(platform.session, run_id, **wanted).lines]

    skipped = [("user", "U6"), ("enrollment", "E8")]
    assert lines(code="USERNAME_SPACE") == lines(action=Action.SKIP) == skipped
    assert lines(entity=Entity.COURSE) == [("course", "C1"), ("course", "C2")]
    assert lines(entity=Entity.USER, school_id=school(platform, "South School")) == [
        ("user", "U6"), ("user", "T-2"), ("user", "U5"),
    ]  # fmt: skip
    assert lines(school_id=school(platform, "South School"), action=Action.SKIP) == skipped
    (line,) = run_details(platform.session, run_id, entity=Entity.USER, action=Action.SKIP).lines
    assert (line.name, line.code, line.where) == ("Finn Example", "USERNAME_SPACE", "SIS")
    assert (line.text, line.remedy) == ("The username has a blank inside", "Remove the blank from the username")


def test_a_later_run_still_tells_what_is_skipped_since_an_earlier_one(platform: Platform) -> None:
    platform.provider.find("users", "U6")["username"] = "finn blank"
    first, second = platform.sync().run, platform.sync().run
    assert [line.event for line in run_details(platform.session, second).lines] == [f"skipped since run {first}"] * 2
    platform.provider.find("users", "U6")["username"] = "finn"
    third = platform.sync().run
    assert [line.event for line in run_details(platform.session, third, action=Action.CLEAR).lines] == [
        "no longer skipped", "no longer skipped",
    ]  # fmt: skip
    assert run_details(platform.session, second).lines == ()


@pytest.mark.parametrize("limit", [1, 3, 7, 100])
def test_pages_hold_every_line_once(platform: Platform, limit: int) -> None:
    platform.provider.find("users", "U6")["username"] = "finn blank"
    run_id = platform.sync().run
    whole = list(every_detail(platform.session, Wanted(run_id=run_id)))
    paged: list[Detail] = []
    page: Details | None = None
    while page is None or page.following:
        page = run_details(platform.session, run_id, cursor=page.following if page else None, limit=limit)
        paged += page.lines
    assert paged == whole and len(set(whole)) == len(whole) == 26


@pytest.mark.parametrize("cursor", ["x", "99999.1", "-1.1", "1.x", "0.99999999999999999999", "0.\0", "²."])
def test_a_cursor_that_no_page_ended_with_is_refused(platform: Platform, cursor: str) -> None:
    run_id = platform.sync().run
    with pytest.raises(BadCursor):
        run_details(platform.session, run_id, cursor=cursor)


def test_a_person_and_a_section_are_searched_across_runs(platform: Platform) -> None:
    """C-113"""
    platform.sync()
    platform.provider.find("users", "U1")["familyName"] = "Lovelace"
    platform.provider.remove("enrollments", "E1")
    second = platform.sync().run
    person = find_details(platform.session, Wanted(search="lovelace")).lines
    assert said(person)[:2] == [
        ("enrollment", "Ada Lovelace in Algebra 1 (K1)", "removed"), ("user", "Ada Lovelace", "updated"),
    ]  # fmt: skip
    assert {line.sis_id for line in person} == {"U1", "K1|U1", "K2|U1", "G1|U1"}
    section = find_details(platform.session, Wanted(search="K1")).lines
    assert {line.sis_id for line in section} == {"K1", "K1|U1", "K1|U2", "K1|U3", "K1|U4", "K1|T-1"}
    assert [line.run for line in run_details(platform.session, second, search="ada.u1").lines] == [second, second]
    assert find_details(platform.session, Wanted(search="nobody at all")).lines == ()
    with pytest.raises(ValueError, match="which run"):
        find_details(platform.session, Wanted())


def test_equal_ids_of_a_person_and_a_class_are_not_taken_for_each_other(platform: Platform) -> None:
    """Many SISs number each table from 1."""
    provider = platform.provider
    for collection, old in (("classes", "K1"), ("users", "U5")):
        provider.find(collection, old)["sourcedId"] = "7"
    for one in provider.records["enrollments"]:
        one["class"] = {"sourcedId": "7"} if one["class"]["sourcedId"] == "K1" else one["class"]
        one["user"] = {"sourcedId": "7"} if one["user"]["sourcedId"] == "U5" else one["user"]
    platform.sync()
    eve = find_details(platform.session, Wanted(search="eve.u5")).lines
    assert {(line.entity, line.sis_id) for line in eve} == {("user", "7"), ("enrollment", "K3|7")}


def test_a_failed_read_is_told_with_what_to_do(platform: Platform) -> None:
    platform.provider.on("users", status=500, times=None)
    run_id = platform.sync().run
    line = run_details(platform.session, run_id).lines[0]
    assert (line.entity, line.event, line.code) == ("run", "error", "SERVER_FAULT")
    assert line.text and line.remedy and line.where == "SIS"


def test_every_code_says_what_it_is_what_to_do_and_where() -> None:
    """C-112, C-114"""
    for code in Code:
        assert all(code.value) and set(code.value.where.split(" or ")) <= {"SIS", "platform", "mapping"}, code
    named = (
        "USERNAME_SPACE NO_LOGIN_NAME DUPLICATE_USERNAME DUPLICATE_EMAIL SCHOOL_UNMAPPED TERM_UNMAPPED ROLE_NOT_SYNCED "
        "USER_NOT_FOUND CLASS_NOT_FOUND YEAR_NOT_AVAILABLE AUTH_FAILED RATE_LIMITED BAD_DATA PARTIAL_READ SAFETY_STOP "
        "LICENSE_REQUIRED"
    )
    assert set(named.split()) <= set(Code.__members__)


def test_runs_and_lines_are_exported_as_csv(platform: Platform) -> None:
    """C-115"""
    platform.provider.find("users", "U1")["givenName"] = "=HYPERLINK(1)"
    run_id = platform.sync().run
    runs = list(csv.DictReader(StringIO("".join(runs_csv(platform.session, RunsWanted())))))
    assert [(row["run"], row["type"], row["status"], row["created"]) for row in runs] == [
        ("1", "All data", "Completed", "26")
    ]
    lines = list(csv.DictReader(StringIO("".join(details_csv(platform.session, Wanted(run_id=run_id))))))
    ada = next(row for row in lines if row["SIS id"] == "U1")
    assert ada["name"] == "'=HYPERLINK(1) Example" and "first name: (none) → =HYPERLINK(1)" in ada["changes"]
    assert len(lines) == len(run_details(platform.session, run_id, limit=1000).lines)


@given(st.lists(st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0\r")), min_size=1))
def test_no_cell_is_a_formula_and_every_text_can_be_had_back(cells: list[str]) -> None:
    line = "".join(write_csv(["c"] * len(cells), [cells]))
    (_, row) = csv.reader(StringIO(line, newline=""))
    assert [plain(cell) for cell in row] == cells
    assert not any(cell.lstrip(" ")[:1] in {"=", "+", "-", "@", "\t"} for cell in row if cell.strip())


def test_neither_plan_nor_messages_hold_what_nobody_needs(platform: Platform) -> None:
    """C-115: passwords and demographics are not in the log."""
    secret = {
        "password": "s3cret-1",
        "metadata": {"birthDate": "2012-03-04"},
        "birthDate": "2012-03-04",
        "sex": "female",
    }
    platform.provider.find("users", "U1").update(secret)
    run_id = platform.sync().run
    text = "".join(details_csv(platform.session, Wanted(run_id=run_id)))
    assert "s3cret-1" not in text and "2012-03-04" not in text and "female" not in text
