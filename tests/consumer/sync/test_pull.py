"""A pull stages what is new or changed, and lets nothing count as gone unless it is sure (C-84, C-85)."""

from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from consumer.connections import Connection
from consumer.sync.pull import pull
from consumer.sync.staging import Pull, StagedRecord
from tests.consumer.clients import NOW, client_of
from tests.faults.district import user
from tests.faults.provider import FaultProvider

Broken = list[tuple[str | None, str, bytes]]


@pytest.fixture
def connection(consumer_session: Any, fault_provider_11: FaultProvider) -> Connection:
    row = Connection(
        name="demo",
        base_url=fault_provider_11.base_url,
        version="1.1",
        client_id="x",
        client_secret_sealed="x",
        token_url=fault_provider_11.token_url,
        page_limit=4,
    )
    consumer_session.add(row)
    consumer_session.commit()
    return row


class Puller:
    """Pulls users from the provider and notes what it was told."""

    def __init__(self, session: Session, provider: FaultProvider, connection: Connection) -> None:
        self.session, self.provider, self.connection = session, provider, connection
        self.broken: Broken = []
        self.progress: list[tuple[int, int | None]] = []
        self.commits = 0

    def __call__(self) -> Pull:
        return pull(
            self.session,
            client_of(self.provider),
            self.connection,
            "users",
            None,
            NOW,
            lambda received, total: self.progress.append((received, total)),
            lambda *what: self.broken.append(what),
            self._commit,
        )

    def _commit(self) -> None:
        self.session.commit()
        self.commits += 1

    def staged(self) -> dict[str, StagedRecord]:
        return {row.sourced_id: row for row in self.session.scalars(select(StagedRecord))}

    def absent(self) -> set[str]:
        return {name for name, row in self.staged().items() if row.absent_since is not None}


@pytest.fixture
def pull_users(consumer_session: Any, fault_provider_11: FaultProvider, connection: Connection) -> Puller:
    return Puller(consumer_session(), fault_provider_11, connection)


def test_a_first_pull_stages_every_record_as_it_came(pull_users: Puller, fault_provider_11: FaultProvider) -> None:
    raw = b'{"sourcedId":"U0",  "givenName":"\xc3\x84nne"}'
    fault_provider_11.records["users"].insert(0, raw)
    done = pull_users()
    assert (done.complete, done.received, done.total_count, done.changed, done.absent) == (True, 10, 10, 10, 0)
    assert (done.started_at, done.finished_at, done.error_code) == (NOW, NOW, None)
    assert bytes(pull_users.staged()["U0"].raw) == raw
    assert {row.changed_in for row in pull_users.staged().values()} == {done.id}
    assert pull_users.progress == [(4, 10), (8, 10), (10, 10)]


def test_an_unchanged_pull_writes_no_record(pull_users: Puller) -> None:
    first = pull_users()
    written: list[str] = []
    engine = pull_users.session.get_bind()
    event.listen(engine, "before_cursor_execute", lambda *args: written.append(args[2]))
    second = pull_users()
    assert not [sql for sql in written if "staged_record" in sql and not sql.startswith("SELECT")]
    assert (second.complete, second.received, second.changed, second.absent) == (True, 9, 0, 0)
    assert {row.changed_in for row in pull_users.staged().values()} == {first.id}


def test_only_changed_and_new_records_are_marked(pull_users: Puller, fault_provider_11: FaultProvider) -> None:
    first = pull_users()
    fault_provider_11.find("users", "U2")["givenName"] = "Bennet"
    fault_provider_11.records["users"].append(user(fault_provider_11.version, "U7", "Gus", "student", "S1"))
    second = pull_users()
    assert second.changed == 2
    marked = {name for name, row in pull_users.staged().items() if row.changed_in == second.id}
    assert marked == {"U2", "U7"}
    assert second.id > first.id
    assert b"Bennet" in pull_users.staged()["U2"].raw


def test_a_record_that_a_complete_read_lacks_is_absent_and_may_come_back(
    pull_users: Puller, fault_provider_11: FaultProvider
) -> None:
    pull_users()
    gone = fault_provider_11.find("users", "U3")
    fault_provider_11.remove("users", "U3")
    second = pull_users()
    assert (second.absent, pull_users.staged()["U3"].absent_since) == (1, second.id)
    third = pull_users()
    assert (third.absent, pull_users.staged()["U3"].absent_since) == (0, second.id)
    fault_provider_11.records["users"].append(gone)
    fourth = pull_users()
    back = pull_users.staged()["U3"]
    assert (fourth.changed, back.absent_since, back.changed_in) == (1, None, fourth.id)


@pytest.mark.parametrize("fault", [{"status": 500}, {"truncate": True}, {"status": 429}, {"reset": True}])
def test_a_read_that_breaks_off_keeps_what_came_and_removes_nothing(
    pull_users: Puller, fault_provider_11: FaultProvider, fault: dict[str, Any]
) -> None:
    """C-84."""
    pull_users()
    fault_provider_11.remove("users", "U1")
    fault_provider_11.find("users", "U2")["givenName"] = "Bennet"
    fault_provider_11.on("users", offset=4, times=None, **fault)
    second = pull_users()
    assert (second.complete, second.absent, second.changed, second.received) == (False, 0, 1, 4)
    assert second.error_code == ("RATE_LIMITED" if fault.get("status") == 429 else "PARTIAL_READ")
    assert second.finished_at == NOW
    assert pull_users.absent() == set()
    assert b"Bennet" in pull_users.staged()["U2"].raw


def test_a_read_that_cannot_begin_is_a_pull_that_failed(pull_users: Puller, fault_provider_11: FaultProvider) -> None:
    fault_provider_11.on("token", status=401, times=None)
    failed = pull_users()
    assert (failed.complete, failed.received, failed.error_code) == (False, 0, "AUTH_FAILED")
    assert "client" in (failed.error_text or "")


def test_an_empty_feed_removes_nobody(pull_users: Puller, fault_provider_11: FaultProvider) -> None:
    """C-85: also when the provider itself counts nought."""
    pull_users()
    fault_provider_11.records["users"] = []
    second = pull_users()
    assert (second.complete, second.absent, second.error_code) == (False, 0, "EMPTY_READ")
    assert pull_users.absent() == set()


def test_an_empty_collection_that_always_was_is_complete(pull_users: Puller, fault_provider_11: FaultProvider) -> None:
    fault_provider_11.records["users"] = []
    done = pull_users()
    assert (done.complete, done.received, done.error_code) == (True, 0, None)


def test_a_total_that_disagrees_removes_nothing(pull_users: Puller, fault_provider_11: FaultProvider) -> None:
    """C-85."""
    pull_users()
    fault_provider_11.remove("users", "U6")
    fault_provider_11.manners.total_drift = 1
    second = pull_users()
    assert (second.complete, second.absent, second.error_code) == (True, 0, "PARTIAL_READ")


def test_a_record_that_came_twice_may_hide_one_that_did_not_come(
    pull_users: Puller, fault_provider_11: FaultProvider
) -> None:
    """C-85: the count agrees, but U6 was pushed off its page by U1."""
    pull_users()
    rows = fault_provider_11.records["users"]
    rows[rows.index(fault_provider_11.find("users", "U6"))] = rows[0]
    second = pull_users()
    assert (second.received, second.total_count) == (9, 9)
    assert (second.complete, second.absent, second.error_code) == (True, 0, "REPEATED_RECORDS")


def test_a_broken_record_is_told_and_the_rest_is_staged(pull_users: Puller, fault_provider_11: FaultProvider) -> None:
    """And since nobody knows who it was, nobody counts as gone."""
    pull_users()
    fault_provider_11.find("users", "U5")["givenName"] = "Eva"
    fault_provider_11.find("users", "U3")["sourcedId"] = ""
    second = pull_users()
    assert (second.received, second.changed, second.broken, second.absent) == (9, 1, 1, 0)
    assert (second.complete, second.error_code) == (True, "BAD_DATA")
    ((sourced_id, why, raw),) = pull_users.broken
    assert (sourced_id, why) == (None, "sourcedId is missing")
    assert b"Cleo" in raw
    assert pull_users.absent() == set()


def test_a_broken_record_that_can_be_named_keeps_its_last_form_and_hides_nobody(
    pull_users: Puller, fault_provider_11: FaultProvider
) -> None:
    pull_users()
    fault_provider_11.find("users", "U5")["metadata"] = {"note": "x" * 2_000_000}
    fault_provider_11.remove("users", "U6")
    second = pull_users()
    assert (second.complete, second.broken, second.absent, second.error_code) == (True, 1, 1, None)
    assert pull_users.broken[0][:2] == ("U5", "is longer than 1 MiB")
    assert pull_users.absent() == {"U6"}
    assert b"metadata" not in pull_users.staged()["U5"].raw


def test_of_many_broken_records_the_first_are_told_and_all_are_counted(
    pull_users: Puller, fault_provider_11: FaultProvider
) -> None:
    fault_provider_11.records["users"] += [{"sourcedId": "", "givenName": str(n)} for n in range(70)]
    done = pull_users()
    assert (done.broken, len(pull_users.broken)) == (70, 50)
    assert "70 of the 79 users have no usable sourcedId" in (done.error_text or "")


def test_pulls_of_two_connections_do_not_meet(pull_users: Puller, consumer_session: Any) -> None:
    pull_users()
    first = pull_users.connection
    columns = ("base_url", "version", "client_id", "client_secret_sealed", "token_url", "page_limit")
    other = Connection(name="other", **{name: getattr(first, name) for name in columns})
    consumer_session.add(other)
    consumer_session.commit()
    pull_users.connection = other
    assert pull_users().changed == 9
    pull_users.connection = first
    assert pull_users().changed == 0


class Killed(BaseException):
    """Stands for the end of the process."""


def test_a_pull_that_is_killed_between_pages_is_taken_up_by_the_next(
    pull_users: Puller, fault_provider_11: FaultProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(_received: int, _total: int | None) -> None:
        raise Killed

    with pytest.raises(Killed):
        pull(
            pull_users.session, client_of(fault_provider_11), pull_users.connection, "users", None, NOW, die,
            lambda *_what: None, pull_users.session.commit,
        )  # fmt: skip
    pull_users.session.rollback()
    killed = pull_users.session.scalars(select(Pull)).one()
    assert (killed.finished_at, killed.complete) == (None, False)
    assert set(pull_users.staged()) == {"U1", "U2", "U3", "U4"}
    second = pull_users()
    assert (second.complete, second.received, second.changed) == (True, 9, 5)
    assert {name for name, row in pull_users.staged().items() if row.changed_in > killed.id} == {
        "U5", "U6", "T-1", "T-2", "G1"
    }  # fmt: skip
