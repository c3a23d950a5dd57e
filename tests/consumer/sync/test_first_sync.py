"""A first sync makes the district's people, courses, sections and rosters; a second one changes nothing."""

from sqlalchemy import select

from consumer.platform.models import Account
from consumer.platform.passwords import export
from tests.consumer.sync.platform import SEALER, Platform, changed, numbers


def test_a_first_sync_makes_everything(platform: Platform) -> None:
    report = platform.sync()
    assert report.status == "Completed", report
    assert numbers(report, "user") == (9, 0, 0, 0, 0)
    assert numbers(report, "course") == (2, 0, 0, 0, 0)
    assert numbers(report, "section") == (3, 0, 0, 0, 0)
    assert numbers(report, "enrollment") == (11, 0, 0, 0, 0)
    assert numbers(report, "parent link") == (1, 0, 0, 0, 0)
    assert platform.roster("K2") == {"ada.u1": "member", "ben.u2": "member", "tess.t-1": "admin"}


def test_a_second_sync_changes_nothing(platform: Platform) -> None:
    platform.sync()
    before = platform.rows()
    report = platform.sync()
    assert changed(report) == 0
    assert numbers(report, "enrollment") == (0, 0, 11, 0, 0)
    assert platform.rows() == before


def test_every_new_account_gets_a_password_and_keeps_it(platform: Platform) -> None:
    """C-55"""
    platform.sync()
    ids = platform.session.scalars(select(Account.id)).all()
    passwords = {row.username: row.password for row in export(platform.session, SEALER, ids)}
    assert len(passwords) == 9 == len(set(passwords.values()))
    platform.provider.find("users", "U1")["familyName"] = "Other"
    platform.sync()
    assert {row.username: row.password for row in export(platform.session, SEALER, ids)} == passwords
