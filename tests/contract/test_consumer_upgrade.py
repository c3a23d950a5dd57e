"""The demo district, synced under 1.1, upgraded, synced under 1.2 by our own consumer (C-99 … C-107)."""

from collections import defaultdict
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import func, select

from consumer.platform.models import Account, AccountSisId, Enrollment, FormerSisId, IdentityMapping, Section
from consumer.upgrade.report import lines_of
from consumer.upgrade.trial import approve_trial
from shared.oneroster.versions import Version
from tests.consumer.sync.platform import numbers
from tests.consumer.upgrade.two_versions import LATER, District
from tests.contract.district import TODAY
from tests.contract.door import Door
from tests.contract.platform import APP_NAME, TOKEN_PATH


def way_to(door: Door, version: Version) -> Any:
    """What a consumer is given to read the district in a version."""
    client_id, secret = door.secrets[f"lms-{version}"]
    return SimpleNamespace(
        base_url=f"{door.address}/campus/oneroster/{APP_NAME}", token_url=door.address + TOKEN_PATH, version=version,
        client_id=client_id, client_secret=secret,
    )  # fmt: skip


@pytest.fixture
def synced(district: Door, consumer_session: Any) -> District:
    """The whole district, synced under 1.1."""
    made = District(consumer_session(), way_to(district, Version.V1P1), way_to(district, Version.V1P2))
    made.connection.page_limit = 5_000
    made.session.commit()
    made.platform.map_all()
    report = made.platform.sync(today=TODAY)
    assert not any(line.failed for line in report.lines)
    return made


def enrollments(session: Any) -> set[tuple[str, int, str]]:
    """(class, account, role)."""
    rows = select(Section.sis_id, Enrollment.account_id, Enrollment.role).join(
        Section, Section.id == Enrollment.section_id
    )
    return set(session.execute(rows).all())


def by_account(session: Any, model: Any) -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    for account_id, sis_id in session.execute(select(model.account_id, model.sis_id)):
        found[account_id].add(sis_id)
    return found


def decide(synced: District) -> None:
    """Where the district has one person for several accounts, the first is the one that goes on."""
    report = synced.report()
    for line in lines_of(report):
        if line["status"] == "to be decided":
            key = (synced.connection.id, line["sis_sourced_id"])
            if synced.session.get(IdentityMapping, key) is None:
                synced.session.add(
                    IdentityMapping(connection_id=key[0], sis_id=key[1], account_id=int(line["account_id"]))
                )
                synced.session.flush()
    synced.session.commit()


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_nobody_is_there_twice_no_enrollment_is_lost_and_every_1_1_record_is_accounted_for(synced: District) -> None:
    session = synced.session
    accounts = set(session.scalars(select(Account.id)))
    before, rosters = by_account(session, AccountSisId), enrollments(session)
    sections = session.scalar(select(func.count()).select_from(Section))
    several = {account_id for account_id, ids in before.items() if len(ids) > 1}
    assert len(accounts) > 100 and len(rosters) > 500 and several, "the demo district has people with several roles"

    decide(synced)
    synced.confirm()
    outcome = synced.switch()
    trial = synced.platform.sync(today=TODAY, dry_run=True)
    assert not any(line.removed or line.held for line in trial.lines)
    approve_trial(session, synced.connection, trial.run, None, LATER)
    session.commit()
    report = synced.platform.sync(today=TODAY)

    assert outcome.lost == () and outcome.left == 0
    assert numbers(report, "user")[0] <= outcome.new <= 4, "those whom 1.1 had no username for, or one with a blank"
    assert set(session.scalars(select(Account.id))) >= accounts
    after, former = by_account(session, AccountSisId), by_account(session, FormerSisId)
    assert {len(ids) for ids in after.values()} == {1}, "one record a person"
    left = set(session.scalars(select(Account.id).where(Account.left_sis)))
    for account_id, ids in before.items():
        assert former[account_id] | (after[account_id] & ids) == ids, "an id that somebody came in with stays"
        assert bool(after[account_id]) != (account_id in left)
    assert outcome.merged == len(several), "several records, one account, one person"
    assert rosters <= enrollments(session)
    assert session.scalar(select(func.count()).select_from(Section)) == sections
