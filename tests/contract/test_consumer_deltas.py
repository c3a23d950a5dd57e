"""Homeroom's consumer reads what changed from Homeroom's provider over real HTTP (C-89, P-93, P-110)."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from consumer.client.caller import Client
from consumer.connections import Details, save_connection
from consumer.platform.models import Account, Section
from consumer.platform.settings import write_setting
from consumer.runs.peer import open_client
from consumer.sync.report import Report
from consumer.sync.staging import Pull
from shared.oneroster.versions import Version
from tests.consumer.clients import NOW
from tests.consumer.sync.platform import SEALER, Platform, changed, line
from tests.contract.district import TODAY
from tests.contract.door import FIRST_REFRESH, Door
from tests.contract.platform import APP_NAME, TOKEN_PATH

#: The district and the platform on the same kind of database.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.parametrize(
        ("kind", "database_kind"), [(kind, kind) for kind in ("sqlite", "postgresql")], indirect=True
    ),
]

#: When the platform reads for the first time: what was published then is older than the margin.
FIRST_READ = FIRST_REFRESH + timedelta(days=3)


class Lms(Platform):
    """The consumer with a connection to the district, which reads changes."""

    def __init__(self, session: Any, door: Door, version: Version) -> None:
        self.session, self.door = session, door
        write_setting(session, "release_1_2", "true")
        client_id, secret = door.secrets[f"lms-{version}"]
        details = Details(
            "demo", base_url=f"{door.address}/campus/oneroster/{APP_NAME}", version=version, oauth="oauth2",
            token_url=door.address + TOKEN_PATH, client_id=client_id, client_secret=secret, page_limit=500,
            confirmed=True, delta_reads=True,
        )  # fmt: skip
        self.connection_id = save_connection(session, SEALER, details, lambda _: None, NOW).connection.id
        session.commit()

    def client(self) -> Client:
        return open_client(self.connection, SEALER, allow_private=True)

    def daily(self) -> Report:
        return self.sync(today=TODAY)

    def reads(self, report: Report) -> dict[str, tuple[bool, int]]:
        """Of every collection that a run read: whether only changes, and how many records came."""
        rows = self.session.scalars(select(Pull).where(Pull.run_id == report.run))
        return {row.collection: (row.since is not None, row.received) for row in rows}

    def account_named(self, first: str, last: str) -> Account:
        named = select(Account).where(Account.given_name == first, Account.family_name == last)
        return self.session.scalars(named.execution_options(populate_existing=True)).one()

    def classes_of(self, account: Account) -> list[dict[str, str]]:
        """The rosters of the sections that somebody is in."""
        return [roster for roster in self.rosters() if account.username in roster]

    def rosters(self) -> list[dict[str, str]]:
        """Of every section."""
        return [self.roster(sis_id) for sis_id in self.session.scalars(select(Section.sis_id)) if sis_id]


@pytest.fixture
def clock() -> Iterator[Any]:
    """The provider's clock, which is that of this process."""
    with time_machine.travel(FIRST_READ, tick=True) as traveller:
        yield traveller


@pytest.fixture
def lms(consumer_session: Any, district: Door, version: Version, clock: Any) -> Lms:
    """Synced once, whole; the next day has come."""
    made = Lms(consumer_session(), district, version)
    made.map_all()
    report = made.daily()
    assert report.status.startswith("Completed"), report
    assert not any(changes for changes, _ in made.reads(report).values())
    clock.shift(timedelta(days=1))
    district.now = FIRST_READ + timedelta(days=1)
    return made


def test_a_quiet_day_brings_no_record_and_a_new_name_a_few(lms: Lms) -> None:
    report = lms.daily()
    names = ("users", "courses", "classes", "enrollments")
    assert {name: read for name, read in lms.reads(report).items() if read[0]} == dict.fromkeys(names, (True, 0))
    assert changed(report) == 0
    files = lms.door.files
    files.edit("identity", files.one("identity", person_id=files.person("Tessa Regular-Teacher")), first_name="Theresa")
    lms.door.publish()
    changes, received = lms.reads(lms.daily())["users"]
    assert changes and 1 <= received < 5
    assert lms.account_named("Theresa", "Regular-Teacher").active


@pytest.mark.parametrize("version", [Version.V1P1], indirect=True, ids=str)
def test_who_is_excluded_stays_until_everything_is_read_and_who_is_ended_goes_at_once(lms: Lms) -> None:
    """P-75: no tombstone. An enrollment of the SIS that ends makes records to be deleted (P-16, P-79)."""
    files = lms.door.files
    gone, left = _two_students(lms)
    for account, values in ((gone, {"external_lms_exclude": "true"}), (left, {"end_date": "2026-09-30"})):
        person = files.person(f"{account.given_name} {account.family_name}")
        for row in files.find("enrollment", person_id=person):
            files.edit("enrollment", row, **values)
    lms.door.publish()
    report = lms.daily()
    assert lms.reads(report)["enrollments"][0]
    assert (bool(lms.classes_of(gone)), lms.classes_of(left)) == (True, [])
    lms.connection.delta_reads = False
    lms.session.commit()
    whole = lms.daily()
    assert not lms.reads(whole)["enrollments"][0]
    assert line(whole, "enrollment").removed >= 1
    assert lms.classes_of(gone) == []


def _two_students(lms: Lms) -> tuple[Account, Account]:
    """Students with one enrollment in the SIS, whose names nobody else has, in classes of more than a few."""
    files, rosters, found = lms.door.files, lms.rosters(), []
    for account in lms.session.scalars(select(Account).where(Account.role == "student").order_by(Account.id)):
        named = files.find("identity", first_name=account.given_name, last_name=account.family_name)
        rows = files.find("enrollment", person_id=named[0]["person_id"]) if len(named) == 1 else []
        sizes = [len(roster) for roster in rosters if account.username in roster]
        if len(rows) == 1 and not rows[0]["end_date"] and sizes and min(sizes) > 3:
            found.append(account)
    assert len(found) > 1, "the demo district has no such students"
    return found[0], found[1]
