"""Runs as a whole: safety stop, dry run, years, users across records, the property that a sync reconciles."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from consumer.mapping.choices import Group
from consumer.platform.models import Account
from consumer.runs.line import Refused
from consumer.sync.mapping import map_role, set_option
from consumer.sync.queue import approve
from consumer.sync.tables import Mark, SyncRun
from shared.oneroster.versions import Version
from tests.consumer.sync.platform import Platform, changed, line, numbers
from tests.consumer.sync.test_killed_runs import _empty
from tests.faults.district import enrollment, ref, small_district, user
from tests.faults.provider import FaultProvider


def test_more_than_half_of_a_section_waits_for_approval_and_additions_go_on(platform_11: Platform) -> None:
    """C-86"""
    provider = platform_11.provider
    platform_11.sync()
    for sis_id in ("E1", "E2", "E3"):
        provider.remove("enrollments", sis_id)
    provider.records["enrollments"].append(enrollment("E30", "U3", "K2", "S1"))
    report = platform_11.sync()
    assert report.status == "Waiting for approval"
    assert (line(report, "enrollment").held, line(report, "enrollment").created) == (3, 1)
    assert len(platform_11.roster("K1")) == 5
    again = platform_11.sync()
    assert (again.status, line(again, "enrollment").held) == ("Waiting for approval", 3)
    first, last = (platform_11.session.get_one(SyncRun, r.run) for r in (report, again))
    with pytest.raises(Refused):
        approve(platform_11.session, first)
    approve(platform_11.session, last)
    platform_11.session.commit()
    assert platform_11.work(last.id).status == "Completed with warnings"
    assert set(platform_11.roster("K1")) == {"dan.u4", "tess.t-1"}
    assert changed(platform_11.sync()) == 0


def test_a_dry_run_tells_what_a_run_would_do_and_changes_nothing(platform: Platform) -> None:
    """C-87"""
    platform.provider.find("users", "U6")["username"] = "has blank"
    before = platform.rows()
    foreseen = platform.sync(dry_run=True)
    assert platform.rows() == before
    done = platform.sync()
    assert [(x.entity, x.created, x.skipped) for x in foreseen.lines] == [
        (x.entity, x.created, x.skipped) for x in done.lines
    ]
    assert foreseen.reasons == done.reasons


def test_a_year_that_the_sis_does_not_offer_changes_nothing(platform: Platform) -> None:
    """C-23"""
    platform.sync()
    before = platform.rows()
    platform.connection.active_year = 2028
    platform.session.commit()
    report = platform.sync()
    assert report.status == "Completed with warnings"
    assert [notice.code for notice in report.notices] == ["YEAR_NOT_AVAILABLE"]
    assert platform.rows() == before


def test_nothing_is_synced_before_a_school_and_a_term_are_mapped(
    consumer_session: Any, fault_provider_11: FaultProvider
) -> None:
    """C-14"""
    with pytest.raises(Refused, match="No school"):
        Platform(consumer_session(), fault_provider_11).sync()


def test_accounts_that_the_sis_no_longer_has_stay_and_are_marked_as_leavers(platform_11: Platform) -> None:
    """C-54"""
    platform_11.sync()
    platform_11.provider.remove("users", "T-2")
    platform_11.provider.find("users", "U6")["status"] = "tobedeleted"
    platform_11.sync()
    left = platform_11.session.scalars(select(Account.username).where(Account.left_sis).order_by(Account.username))
    assert left.all() == ["finn.u6", "theo.t-2"]


def test_a_synced_field_changed_by_hand_is_overwritten(platform_11: Platform) -> None:
    """C-53"""
    platform_11.sync()
    platform_11.account("U1").given_name = "Changed"
    platform_11.session.commit()
    assert line(platform_11.sync(), "user").updated == 1
    assert platform_11.account("U1").given_name == "Ada"


def test_a_username_of_somebody_else_is_not_taken_over_until_it_is_free(platform_11: Platform) -> None:
    """C-45"""
    provider = platform_11.provider
    platform_11.session.add(
        Account(username="Zoe.U9", username_key="zoe.u9", given_name="Z", family_name="Z", role="student")
    )
    platform_11.session.commit()
    provider.records["users"].append(user(provider.version, "U9", "Zoe", "student", "S1"))
    platform_11.sync()
    assert platform_11.skips() == {"U9": "DUPLICATE_USERNAME"}
    holder = platform_11.session.scalars(select(Account).where(Account.username_key == "zoe.u9")).one()
    platform_11.session.delete(holder)
    platform_11.session.commit()
    assert line(platform_11.sync(), "user").created == 1
    assert platform_11.skips() == {}


def test_a_teacher_who_is_a_parent_too_has_one_account(platform_11: Platform) -> None:
    """C-49: 1.1 sends a record for each role, the second one a day later."""
    provider = platform_11.provider
    tess = provider.find("users", "T-1")
    tess["identifier"] = "77"
    platform_11.sync()
    parent = user(Version.V1P1, "G77", "Tess", "guardian", "D", identifier="77", agents=[ref("U2")])
    parent["email"] = tess["email"]
    provider.records["users"].append(parent)
    report = platform_11.sync()
    assert (line(report, "user").created, line(report, "parent link").created) == (0, 1)
    assert platform_11.account("G77").id == platform_11.account("T-1").id
    assert platform_11.account("G77").role == "teacher"


def test_a_role_that_is_not_synced_is_counted_each_time_and_costs_nothing(platform_11: Platform) -> None:
    """C-40"""
    map_role(platform_11.session, platform_11.connection, "D", Group.GUARDIAN, None)
    platform_11.session.commit()
    first, second = platform_11.sync(), platform_11.sync()
    assert (first.status, second.status) == ("Completed", "Completed")
    assert numbers(first, "user") == (8, 0, 0, 0, 1)
    assert numbers(second, "user") == (0, 0, 8, 0, 1)
    assert [(r.code, r.count) for r in second.reasons] == [("ROLE_NOT_SYNCED", 1)]


def test_a_setting_plans_everything_anew_and_marks_follow(platform_11: Platform) -> None:
    platform_11.sync()
    set_option(platform_11.session, platform_11.connection, "section_name", "period and teacher")
    platform_11.session.commit()
    assert line(platform_11.sync(), "section").updated == 3
    assert platform_11.section("K1").name == "1 Example"
    assert {mark.run_id for mark in platform_11.session.scalars(select(Mark))} == {2}


EDITS = st.lists(
    st.tuples(
        st.sampled_from(["drop", "delete", "rename", "move", "add", "drop user", "drop class", "blank"]),
        st.integers(0, 10),
        st.integers(0, 2),
    ),
    max_size=6,
)


def _edit(provider: FaultProvider, what: str, which: int, where: int) -> None:
    enrollments, users, classes = (provider.records[name] for name in ("enrollments", "users", "classes"))
    if what == "add":
        sis_id = f"X{which}{where}"
        enrollments[:] = [row for row in enrollments if row["sourcedId"] != sis_id]
        enrollments.append(enrollment(sis_id, f"U{which % 7}", f"K{where + 1}", "S1"))
    elif what == "drop user" and len(users) > 1:
        users.pop(which % len(users))
    elif what == "drop class" and len(classes) > 1:
        classes.pop(where % len(classes))
    elif what in ("rename", "blank"):
        users[which % len(users)]["username"] = f"name{where}" if what == "rename" else "has blank"
    elif len(enrollments) > 1:
        row = enrollments[which % len(enrollments)]
        if what == "drop":
            enrollments.remove(row)
        elif what == "delete":
            row["status"] = "tobedeleted"
        elif what == "move":
            row["class"] = ref(f"K{where + 1}")


@pytest.mark.slow
def test_a_sync_leads_to_the_same_place_whatever_way_it_went(
    consumer_session: Any, fault_provider_11: FaultProvider, database_kind: str
) -> None:
    """Random days in a district: syncing again changes nothing, and rosters are those of a platform that planned
    everything anew.
    """

    # What databases do differently is in the first days; the ways through them are the program's own.
    examples = 12 if database_kind == "sqlite" else 4

    @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(EDITS, min_size=1, max_size=3))
    def days(edits: list[list[tuple[str, int, int]]]) -> None:
        fault_provider_11.records = small_district(Version.V1P1)
        _empty(platform)
        platform.map_all()
        set_option(platform.session, platform.connection, "section_floor", "1000")
        platform.session.commit()
        platform.sync()
        for day in edits:
            for one in day:
                _edit(fault_provider_11, *one)
            platform.sync()
        after = platform.rows()
        assert changed(platform.sync()) == 0
        platform.session.execute(Mark.__table__.update().values(choices=""))
        platform.session.commit()
        assert changed(platform.sync()) == 0
        assert platform.rows() == after

    platform = Platform(consumer_session(), fault_provider_11)
    days()
