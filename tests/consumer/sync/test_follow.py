"""One person followed: what each pull brought, what each plan did, what people changed, how things stand."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select

from consumer.platform.audit import audit
from consumer.sync.follow import Unknown, follow
from consumer.sync.staging import FormerRecord, Pull
from consumer.sync.subjects import find_people
from consumer.sync.tables import PlanChange
from consumer.sync.timeline import TimeLine
from tests.consumer.clients import NOW
from tests.consumer.sync.platform import Platform, numbers
from tests.faults.district import enrollment


def told(line: TimeLine, source: str, entity: str) -> list[tuple[str, str, list[tuple[str, str | None, str | None]]]]:
    """(what, sourcedId, [(field, before, after)]) of the events of one kind, oldest first."""
    return [
        (one.what, one.sis_id, [(c.name, c.before, c.after) for c in one.changes])
        for one in line.events
        if (one.source, one.entity) == (source, entity)
    ]


def former(platform: Platform) -> list[tuple[str, int, int, bool]]:
    rows = platform.session.execute(
        select(FormerRecord.sourced_id, FormerRecord.brought_in, FormerRecord.replaced_in, FormerRecord.raw).order_by(
            FormerRecord.id
        )
    )
    return [(*row[:3], row[3] is not None) for row in rows]


def pulls(platform: Platform, collection: str) -> list[int]:
    return list(platform.session.scalars(select(Pull.id).where(Pull.collection == collection).order_by(Pull.id)))


def test_only_what_changes_goes_or_comes_back_leaves_a_former_record(platform: Platform) -> None:
    platform.sync()
    platform.sync()
    assert former(platform) == []
    ben = platform.provider.find("users", "U2")
    platform.provider.find("users", "U1")["givenName"] = "Adele"
    platform.provider.remove("users", "U2")
    platform.sync()
    platform.provider.records["users"].append(ben)
    platform.sync()
    first, _, third, fourth = pulls(platform, "users")
    assert former(platform) == [
        ("U1", first, third, True), ("U2", first, third, True), ("U2", third, fourth, False),
    ]  # fmt: skip


def test_a_person_is_followed_from_the_first_pull_on(platform: Platform) -> None:
    provider = platform.provider
    platform.sync()
    ada = provider.find("users", "U1")
    ada["givenName"], ada["phone"] = "Adele", "555-0100"
    provider.records["enrollments"].append(enrollment("E30", "U1", "K3", "S2"))
    provider.find("enrollments", "E5")["endDate"] = "2026-09-01"
    platform.sync()
    account = platform.account("U1")
    audit(platform.session, NOW + timedelta(hours=1), None, "deactivate account", account.username, {"active": True},
          {"active": False})  # fmt: skip
    platform.session.commit()
    line = follow(platform.session, account.id)
    assert (line.name, [record.sis_id for record in line.records]) == ("Adele Example", ["U1"])
    new, changed = told(line, "pull", "user")
    assert new[:2] == ("The SIS sent the person's record", "U1")
    assert ("first name", None, "Ada") in new[2] and ("roles", None, "student at North School") in new[2]
    assert changed[2] == [("first name", "Ada", "Adele"), ("other fields", None, "changed: phone")]
    assert "555-0100" not in repr(line)
    enrollments = told(line, "pull", "enrollment")
    assert sorted(sis_id for _, sis_id, _ in enrollments) == ["E1", "E30", "E5", "E5"]
    assert ("ends", "2027-06-01", "2026-09-01") in next(
        c for what, s, c in enrollments if s == "E5" and "changed" in what
    )
    planned = told(line, "plan", "user")
    assert planned[0][0] == "Created" and planned[-1] == ("Updated", "U1", [("first name", "Ada", "Adele")])
    assert ("Removed", "K2|U1") in [(what, key) for what, key, _ in told(line, "plan", "enrollment")]
    assert told(line, "plan", "parent link")[0][:2] == ("Created", "G1|U1")
    assert told(line, "hand", "user") == [("deactivate account, by a command", "", [("active", "yes", "no")])]
    assert line.account is not None
    assert {(one.section_sis_id, one.role) for one in line.account.enrollments} == {("K1", "member"), ("K3", "member")}
    assert line.account.parents == ("Gail Example",)
    assert [one.at for one in line.events] == sorted(one.at for one in line.events if one.at)


def test_somebody_who_is_skipped_is_told_why(platform: Platform) -> None:
    platform.provider.find("users", "U6")["username"] = "finn blank"
    platform.sync()
    (person,) = find_people(platform.session, "finn")
    line = follow(platform.session, person.account_id, person.sis_id, person.connection_id)
    assert (line.name, line.account) == ("Finn Example", None)
    assert {(one.entity, one.code, one.remedy) for one in line.skipped} == {
        ("user", "USERNAME_SPACE", "Remove the blank from the username"),
        ("enrollment", "USERNAME_SPACE", "Remove the blank from the username"),
    }
    skip = next(one for one in line.events if one.code)
    assert (skip.what, skip.where) == ("Skipped", "SIS")


def test_somebody_whom_the_sis_has_ended_and_who_has_no_account_is_told_of(platform: Platform) -> None:
    """C-58, C-113: no account is made, which is no warning and costs later syncs nothing; whoever asks finds out."""
    platform.provider.find("users", "U6")["status"] = "tobedeleted"
    platform.provider.find("enrollments", "E8")["status"] = "tobedeleted"
    first, second = platform.sync(), platform.sync()
    assert (first.status, second.status) == ("Completed", "Completed")
    assert (numbers(first, "user"), numbers(second, "user")) == ((8, 0, 0, 0, 1), (0, 0, 8, 0, 1))
    assert platform.skips() == {"U6": "NOT_CREATED_DELETED"}
    assert platform.session.scalars(select(PlanChange.id).where(PlanChange.run_id == second.run)).all() == []
    for text in ("U6", "finn", "FINN.U6", "finn.u6@example.org"):
        (person,) = find_people(platform.session, text)
        line = follow(platform.session, person.account_id, person.sis_id, person.connection_id)
        assert (person.name, line.account, [one.code for one in line.skipped]) == (
            "Finn Example", None, ["NOT_CREATED_DELETED"],
        )  # fmt: skip
    platform.provider.find("users", "U6")["status"] = "active"
    platform.sync()
    assert platform.skips() == {}
    assert platform.account("U6").left_sis is False


def test_people_are_found_by_id_login_and_part_of_the_name(platform: Platform) -> None:
    platform.sync()
    found = {
        text: [p.name for p in find_people(platform.session, text)]
        for text in ("U1", "ADA.U1", "ada.u1@example.org", "ada exa", "%", "")
    }
    assert found == {
        "U1": ["Ada Example"], "ADA.U1": ["Ada Example"], "ada.u1@example.org": ["Ada Example"], "ada exa": ["Ada Example"],
        "%": [], "": [],
    }  # fmt: skip
    assert len(find_people(platform.session, "example")) == 9


def test_nobody_is_followed_who_is_not_there(platform: Platform) -> None:
    for who in ({"account_id": 999}, {"sis_id": "nobody"}):
        with pytest.raises(Unknown):
            follow(platform.session, **who)


def test_following_reads_no_whole_table(platform: Platform) -> None:
    """Statements on SQLite: each table that grows with the district is searched by an index."""
    if platform.session.get_bind().dialect.name != "sqlite":
        pytest.skip("asks SQLite's planner")
    platform.sync()
    account_id = platform.account("U1").id
    asked: list[tuple[str, Any]] = []
    engine = platform.session.get_bind()
    event.listen(engine, "before_cursor_execute", lambda c, cur, sql, parameters, *_: asked.append((sql, parameters)))
    follow(platform.session, account_id)
    connection = platform.session.connection().connection.driver_connection
    grown = ("plan_change", "staged_record", "former_record", "staged_enrollment", "enrollment", "account", "section")
    for sql, parameters in list(asked):
        if sql.startswith("SELECT"):
            for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", parameters):
                assert row[3].split()[:2] not in [["SCAN", name] for name in grown], (row[3], sql)
