"""Runs read what changed instead of everything where a connection says so, and end as if they had read it all (C-89)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from sqlalchemy import select

from consumer.connections import Connection
from consumer.runs.line import take_up
from consumer.runs.work import Watch
from consumer.sync.details import run_details
from consumer.sync.mapping import set_option
from consumer.sync.pull import pull
from consumer.sync.report import Report
from consumer.sync.retention import forget_old
from consumer.sync.run import Work, execute
from consumer.sync.staging import Pull
from consumer.sync.tables import SyncRun
from shared.oneroster.versions import Version
from shared.owner import begin_work, end_work
from tests.consumer.clients import NOW
from tests.consumer.sync.platform import SEALER, Platform, changed, ignore, line
from tests.faults.district import enrollment, user
from tests.faults.provider import FaultProvider

CHANGING = ("users", "courses", "classes", "enrollments")
#: The provider's clock at the first sync: not ours.
BEGAN = datetime(2026, 9, 14, 2, 0, tzinfo=UTC)


class Days(Platform):
    """A platform that syncs day by day. `now` is its clock, `theirs` what the provider's is ahead of it."""

    def __init__(self, session: Any, provider: FaultProvider) -> None:
        super().__init__(session, provider)
        self.now, self.theirs = NOW, BEGAN - NOW
        self.switch(True)
        self.pass_days(0)

    def switch(self, on: bool) -> None:
        self.connection.delta_reads = on
        self.session.commit()

    def pass_days(self, days: float) -> None:
        self.now += timedelta(days=days)
        self.provider.manners.date = format_datetime(self.their_now, usegmt=True)
        self.provider.seen.clear()

    @property
    def their_now(self) -> datetime:
        return self.now + self.theirs

    def edit(self, collection: str, sis_id: str, **values: Any) -> None:
        """A change in the SIS, which dates it now."""
        record = self.provider.find(collection, sis_id)
        record.update(values, dateLastModified=f"{self.their_now:%Y-%m-%dT%H:%M:%S}.123Z")

    def work(self, run_id: int, watch: Watch = ignore) -> Report:
        owner = begin_work()
        try:
            assert take_up(self.session, self.session.get_one(SyncRun, run_id), owner, NOW)
            self.session.commit()
            return execute(Work(self.session, self.client(), run_id, lambda: self.now, watch, sealer=SEALER))
        finally:
            end_work(owner)

    def asked(self, collection: str = "users") -> str:
        """The filters of the requests for a collection, as far as they differ."""
        return ", ".join(dict.fromkeys(seen.filter for seen in self.provider.asked(collection)))

    def asked_since(self, collection: str = "users") -> datetime | None:
        """The moment whose changes were asked for, None for everything."""
        said = self.asked(collection)
        return datetime.fromisoformat(said.removeprefix("dateLastModified>'").rstrip("'")) if said else None

    def last_pull(self, collection: str = "users") -> Pull:
        reads = select(Pull).where(Pull.collection == collection).order_by(Pull.id.desc())
        found = self.session.scalars(reads.limit(1)).one()
        self.session.refresh(found)
        return found

    def notices(self, report: Report) -> list[tuple[str, str]]:
        return [(notice.level, notice.code) for notice in report.notices]


@pytest.fixture
def days(consumer_session: Any, fault_provider_11: FaultProvider) -> Days:
    """Mapped and synced once, in 1.1: what changes is what is asked for, not the records."""
    made = Days(consumer_session(), fault_provider_11)
    made.map_all()
    assert made.sync().status == "Completed"
    made.pass_days(1)
    return made


def test_everything_is_read_unless_the_connection_says_otherwise(days: Days) -> None:
    days.switch(False)
    days.edit("users", "U2", givenName="Bennet")
    report = days.sync()
    assert [days.asked(name) for name in CHANGING] == [""] * 4
    assert (days.last_pull().received, line(report, "user").updated, report.notices) == (9, 1, ())


@pytest.mark.parametrize("version", list(Version), ids=str)
def test_a_changed_name_is_read_alone(consumer_session: Any, version: Version) -> None:
    """With one request for each collection; the log says what was read in part, and that alone is no warning."""
    with FaultProvider(version) as provider:
        days = Days(consumer_session(), provider)
        days.map_all()
        days.sync()
        assert days.asked() == ""
        days.pass_days(1)
        days.edit("users", "U2", givenName="Bennet")
        report = days.sync()
        assert days.account("U2").given_name == "Bennet"
        assert {name: len(provider.asked(name)) for name in CHANGING} == dict.fromkeys(CHANGING, 1)
        assert [days.last_pull(name).received for name in CHANGING] == [1, 0, 0, 0]
        assert [days.asked(name) for name in ("orgs", "academicSessions")] == ["", ""]
        assert (report.status, changed(report), line(report, "user").unchanged) == ("Completed", 1, 8)
        assert days.notices(report) == [("note", "DELTA_READ")] * 4
        assert report.notices[0].detail == "users: only changes since 2026-09-13 02:00 UTC were read, 1 of them"
        logged = run_details(days.session, report.run).lines
        assert [(said.event, said.code) for said in logged if said.entity == "run"] == [("note", "DELTA_READ")] * 4


def test_the_moment_is_that_of_the_providers_clock_less_a_day_and_goes_on_with_each_read(days: Days) -> None:
    for day in range(3):
        days.sync()
        assert [days.asked_since(name) for name in CHANGING] == [BEGAN + timedelta(days=day - 1)] * 4
        assert days.last_pull().as_of == BEGAN + timedelta(days=day + 1)
        days.pass_days(1)


@pytest.mark.parametrize("years", [-3, 3])
def test_a_clock_of_ours_that_is_wrong_changes_nothing(
    consumer_session: Any, fault_provider_11: FaultProvider, years: int
) -> None:
    days = Days(consumer_session(), fault_provider_11)
    days.now += timedelta(days=365 * years)
    days.theirs -= timedelta(days=365 * years)
    days.pass_days(0)
    days.map_all()
    days.sync()
    days.pass_days(1)
    days.edit("users", "U2", givenName="Bennet")
    days.sync()
    assert days.asked_since() == BEGAN - timedelta(days=1)
    assert days.account("U2").given_name == "Bennet"


@pytest.mark.parametrize("hours", [-20, 0, 20])
def test_a_change_that_is_published_long_after_its_date_is_not_missed(days: Days, hours: int) -> None:
    """A cache that was hours in the making, and stamps that call local time UTC."""
    dated = f"{BEGAN + timedelta(hours=hours):%Y-%m-%dT%H:%M:%SZ}"
    days.provider.find("users", "U2").update(givenName="Bennet", dateLastModified=dated)
    days.sync()
    assert days.asked_since() is not None
    assert days.account("U2").given_name == "Bennet"


def test_who_is_only_not_sent_any_more_stays_until_everything_is_read_again(days: Days) -> None:
    """Nothing is removed by absence from a read of changes: neither a person nor a place in a section."""
    days.provider.remove("users", "U4")
    days.provider.remove("enrollments", "E4")
    for _ in range(6):
        assert line(days.sync(), "enrollment").removed == 0
        assert days.asked_since("enrollments") is not None
        assert "dan.u4" in days.roster("K1") and not days.account("U4").left_sis
        days.pass_days(1)
    report = days.sync()
    assert [days.asked(name) for name in CHANGING] == [""] * 4
    assert (line(report, "enrollment").removed, report.status) == (1, "Completed")
    assert "dan.u4" not in days.roster("K1") and days.account("U4").left_sis
    days.pass_days(1)
    days.sync()
    assert days.asked_since() == BEGAN + timedelta(days=6)


@pytest.mark.parametrize("status", ["tobedeleted", "inactive"])
def test_an_enrollment_to_be_deleted_is_removed_as_ever(days: Days, status: str) -> None:
    """C-68."""
    days.edit("enrollments", "E4", status=status)
    report = days.sync()
    assert days.last_pull("enrollments").received == 1
    assert line(report, "enrollment").removed == 1
    assert "dan.u4" not in days.roster("K1")


def test_what_would_remove_too_many_waits_as_ever(days: Days) -> None:
    """C-86."""
    for sis_id in ("E1", "E2", "E3", "ET1"):
        days.edit("enrollments", sis_id, status="tobedeleted")
    assert days.sync().status == "Waiting for approval"
    assert days.last_pull("enrollments").received == 4
    assert len(days.roster("K1")) == 5


def test_a_record_that_was_gone_comes_back_with_a_read_of_changes(days: Days) -> None:
    gone = days.provider.find("enrollments", "E4")
    days.provider.remove("enrollments", "E4")
    days.switch(False)
    days.sync()
    days.switch(True)
    assert "dan.u4" not in days.roster("K1")
    days.pass_days(1)
    days.provider.records["enrollments"].append(gone)
    days.edit("enrollments", "E4")
    days.sync()
    assert days.last_pull("enrollments").since is not None
    assert "dan.u4" in days.roster("K1")


def a_busy_day(days: Days) -> None:
    """New, changed, ended, moved, swapped."""
    version = days.provider.version
    days.provider.records["users"].append(user(version, "U9", "Nora", "student", "S2"))
    days.provider.records["enrollments"].append(enrollment("E20", "U9", "K3", "S2"))
    days.edit("users", "U9")
    days.edit("enrollments", "E20")
    days.edit("enrollments", "E2", status="tobedeleted")
    days.edit("enrollments", "E4", **{"class": {"sourcedId": "K2"}})
    days.edit("users", "U5", username="finn.u6")
    days.edit("users", "U6", username="eve.u5")
    days.edit("courses", "C1", title="Algebra I")
    days.edit("classes", "K2", status="tobedeleted")


def test_a_read_of_everything_finds_nothing_that_a_read_of_changes_has_missed(days: Days) -> None:
    a_busy_day(days)
    assert changed(days.sync()) > 5
    days.pass_days(1)
    days.switch(False)
    assert changed(days.sync()) == 0
    assert sum(days.last_pull(name).changed for name in CHANGING) == 0


@pytest.mark.parametrize("manner", ["refused", "ignored"])
def test_a_provider_without_the_filter_is_read_whole_at_once(days: Days, manner: str) -> None:
    """And what it does not send any more is gone, as it is a read of everything; the log says why."""
    days.provider.manners.filter = manner
    days.edit("users", "U2", givenName="Bennet")
    days.provider.remove("enrollments", "E4")
    report = days.sync()
    assert days.account("U2").given_name == "Bennet"
    assert (line(report, "enrollment").removed, report.status) == (1, "Completed with warnings")
    assert [(said.level, said.code) for said in report.notices] == [("warning", "DELTA_REFUSED")] * 4
    why = "No filter here" if manner == "refused" else "takes no notice of the filter"
    assert report.notices[0].detail.startswith("The changes of users could not be read alone, so everything was: ")
    assert why in report.notices[0].detail and "switch" in report.notices[0].remedy.lower()
    assert (days.last_pull().since, days.last_pull().complete, days.last_pull().received) == (None, True, 9)


def test_a_provider_that_is_down_is_told_as_ever(days: Days) -> None:
    """Not also that its changes could not be read."""
    days.provider.on("users", status=500, times=None)
    report = days.sync()
    told = days.notices(report)
    assert ("error", "SERVER_FAULT") in told and ("warning", "DELTA_REFUSED") not in told
    assert not days.last_pull("users").complete


def test_totals_of_everything_beside_changes_are_no_doubt(days: Days) -> None:
    """C-85 asks whether all was received, of which a count of everything says nothing here."""
    days.provider.manners.filter = "uncounted"
    days.edit("users", "U2", givenName="Bennet")
    report = days.sync()
    assert (report.status, days.last_pull().total_count, days.last_pull().received) == ("Completed", 9, 1)
    assert days.last_pull().as_of == BEGAN + timedelta(days=1)


def break_off(days: Days) -> None:
    days.provider.on("users", offset=4, status=500, times=None)


def change_totals(days: Days) -> None:
    days.provider.manners.total_drift = 1


def send_twice(days: Days) -> None:
    rows = days.provider.records["users"]
    rows.append(rows[0])


def lose_an_id(days: Days) -> None:
    days.provider.find("users", "U3")["sourcedId"] = ""


@pytest.mark.parametrize("spoil", [break_off, change_totals, send_twice, lose_an_id])
def test_after_a_read_that_failed_or_left_a_doubt_the_same_changes_are_asked_for_again(
    days: Days, spoil: Callable[[Days], None]
) -> None:
    """C-84, C-85: what it brought counts, the moment stays where it was."""
    for sis_id in ("U1", "U2", "U3", "U4", "U5", "U6"):
        days.edit("users", sis_id, familyName="Changed")
    good = days.provider.records["users"].copy()
    names = [row["sourcedId"] for row in good]
    spoil(days)
    report = days.sync()
    assert report.status in ("Completed with warnings", "Completed with errors")
    assert days.last_pull().as_of is None and days.last_pull().error_code
    assert days.last_pull("courses").as_of == BEGAN + timedelta(days=1)
    days.provider.behave()
    days.provider.records["users"] = good
    for row, name in zip(good, names, strict=True):
        row["sourcedId"] = name
    days.pass_days(1)
    assert days.sync().status == "Completed"
    assert (days.asked_since(), days.last_pull().received) == (BEGAN - timedelta(days=1), 6)
    assert days.asked_since("courses") == BEGAN
    assert {days.account(f"U{n}").family_name for n in range(1, 7)} == {"Changed"}
    assert days.last_pull().as_of == BEGAN + timedelta(days=2)


def test_a_read_of_everything_that_leaves_a_doubt_is_none_to_go_on_from(
    consumer_session: Any, fault_provider_11: FaultProvider
) -> None:
    days = Days(consumer_session(), fault_provider_11)
    days.map_all()
    days.provider.manners.total_drift = 1
    days.sync()
    days.provider.manners.total_drift = 0
    days.pass_days(1)
    days.sync()
    assert (days.asked(), days.asked_since("courses")) == ("", BEGAN - timedelta(days=1))
    days.pass_days(1)
    days.sync()
    assert days.asked_since() == BEGAN


def choose(days: Days) -> None:
    set_option(days.session, days.connection, "courses_without_sections", "no")


def another_client(days: Days) -> None:
    days.provider.client_id = days.connection.client_id = "client-2"


def another_scope(days: Days) -> None:
    days.connection.scope = "https://purl.imsglobal.org/spec/or/v1p1/scope/roster-core.readonly"


@pytest.mark.parametrize("change", [choose, another_client, another_scope])
def test_everything_is_read_after_a_change_of_what_is_chosen_or_who_asks(
    days: Days, change: Callable[[Days], None]
) -> None:
    """Another client may see other schools, whose records did not change."""
    change(days)
    days.session.commit()
    days.sync()
    assert [days.asked(name) for name in CHANGING] == [""] * 4
    days.pass_days(1)
    days.sync()
    assert days.asked_since() == BEGAN


def test_a_clock_of_ours_that_was_set_back_brings_a_read_of_everything(days: Days) -> None:
    """Nobody knows any more how long ago the last one was."""
    days.pass_days(-30)
    days.sync()
    assert days.asked() == ""


def test_a_dry_run_reads_changes_too_and_changes_nothing(days: Days) -> None:
    days.edit("users", "U2", givenName="Bennet")
    assert changed(days.sync(dry_run=True)) == 1
    assert days.asked_since() is not None and days.account("U2").given_name == "Ben"
    days.pass_days(1.5)
    assert changed(days.sync()) == 1
    assert days.account("U2").given_name == "Bennet"


def test_without_the_providers_clock_the_latest_change_is_gone_on_from(days: Days) -> None:
    days.provider.manners.date = ""
    days.edit("users", "U2", givenName="Bennet")
    days.switch(False)
    days.sync()
    days.switch(True)
    assert days.last_pull().as_of == NOW, "what is dated later than our clock is not relied on"
    days.provider.seen.clear()
    days.sync()
    assert days.asked_since() == NOW - timedelta(days=1)
    assert days.last_pull("courses").as_of == datetime(2026, 8, 1, tzinfo=UTC)


class Killed(BaseException):
    """Stands for kill -9: nothing in the program catches it."""


def test_a_run_that_is_killed_in_a_read_of_changes_ends_as_an_undisturbed_one(days: Days) -> None:
    for sis_id in ("U1", "U2", "U3", "U4", "U5", "U6"):
        days.edit("users", sis_id, familyName="Changed")
    days.edit("enrollments", "E4", status="tobedeleted")

    def die(what: str, done: int, of: int | None) -> None:
        if (what, done, of) == ("Reading users", 4, 6):
            raise Killed

    with pytest.raises(Killed):
        days.sync(watch=die)
    days.session.rollback()
    assert (days.last_pull().finished_at, days.last_pull().as_of) == (None, None)
    days.provider.seen.clear()
    report = days.sync()
    assert (days.asked_since(), days.last_pull().received, days.last_pull().changed) == (
        BEGAN - timedelta(days=1),
        6,
        2,
    )
    assert (line(report, "user").updated, line(report, "enrollment").removed) == (6, 1)
    assert report.status == "Completed"
    assert days.notices(report) == [("note", "DELTA_READ")] * 4
    days.pass_days(1)
    days.switch(False)
    assert changed(days.sync()) == 0


@pytest.mark.slow
def test_a_run_that_is_killed_anywhere_in_a_read_loses_nothing(days: Days, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was read and what is remembered of it stand or fall together."""
    commits, killed, step = 1, True, 5 if days.session.get_bind().dialect.name == "sqlite" else 13
    while killed:
        days.edit("users", "U2", givenName=f"Ben {commits}")
        days.edit("enrollments", "E4", status="tobedeleted" if commits % 2 else "active")
        killed = _sync_killed(days, commits, monkeypatch)
        assert days.account("U2").given_name == f"Ben {commits}"
        assert ("dan.u4" in days.roster("K1")) is (commits % 2 == 0)
        days.pass_days(0.01)
        commits += step
    assert commits > 30
    days.switch(False)
    assert changed(days.sync()) == 0


def _sync_killed(days: Days, commits: int, monkeypatch: pytest.MonkeyPatch) -> bool:
    """A sync that dies right after so many commits, and is taken up; False when it ended before."""
    real, left = Work.commit, [commits]

    def commit(self: Work) -> None:
        real(self)
        left[0] -= 1
        if left[0] == 0:
            raise Killed

    with monkeypatch.context() as dying:
        dying.setattr(Work, "commit", commit)
        try:
            days.sync()
        except Killed:
            days.session.rollback()
        else:
            return False
    days.sync()
    return True


def test_the_log_is_shortened_without_losing_the_moment(days: Days) -> None:
    """C-115: however short logs are kept."""
    break_off(days)
    for sis_id in ("U1", "U2", "U3", "U4", "U5"):
        days.edit("users", sis_id, familyName="Changed")
    days.sync()
    days.provider.behave()
    days.pass_days(1)
    for _ in forget_old(days.session, NOW + timedelta(days=400), 1):
        days.session.commit()
    days.sync()
    assert days.asked_since() == BEGAN - timedelta(days=1)


def test_schools_and_terms_that_are_read_for_the_tabs_leave_nothing_to_go_on_from(days: Days) -> None:
    days.map_all()
    assert days.last_pull("orgs").as_of is None
    done = pull(
        days.session, days.client(), days.session.get_one(Connection, days.connection_id), "users", None, days.now,
        lambda _n, _of: None, lambda *_: None, days.session.commit,
    )  # fmt: skip
    assert (done.complete, done.as_of, done.since) == (True, None, None)
