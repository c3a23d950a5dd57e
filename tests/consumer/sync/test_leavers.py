"""The Leavers list: whom the SIS marks or no longer sends, and since when (C-54)."""

import pytest

from consumer.sync.leavers import find_leavers
from tests.consumer.sync.platform import Platform


@pytest.fixture
def left(platform: Platform) -> Platform:
    """U1 is to be deleted, U5 is not sent any more."""
    platform.sync()
    assert find_leavers(platform.session) == ([], 0)
    platform.provider.find("users", "U1")["status"] = "tobedeleted"
    platform.provider.remove("users", "U5")
    platform.sync()
    return platform


def test_the_list_says_who_left_since_when_and_what_the_sis_said(left: Platform) -> None:
    rows, total = find_leavers(left.session)
    assert total == 2
    said = {(row.given_name, row.active): [(w.connection, w.sis_id, w.how) for w in row.said] for row in rows}
    assert said == {("Ada", True): [("demo", "U1", "tobedeleted")], ("Eve", True): [("demo", "U5", "absent")]}
    assert all(row.since is not None and row.since == row.said[0].at for row in rows)


def test_the_list_is_searched_sorted_and_limited_to_a_school(left: Platform) -> None:
    ada = left.account("U1")
    assert [row.id for row in find_leavers(left.session, school_id=ada.school_id)[0]] == [ada.id]
    assert [row.given_name for row in find_leavers(left.session, "eve")[0]] == ["Eve"]
    assert [row.given_name for row in find_leavers(left.session, sort="-name")[0]] == ["Eve", "Ada"]
    assert len(find_leavers(left.session, sort="since")[0]) == 2
    assert find_leavers(left.session, page=2) == ([], 2)


def test_who_comes_back_is_not_on_the_list(left: Platform) -> None:
    left.provider.find("users", "U1")["status"] = "active"
    left.sync()
    assert [row.given_name for row in find_leavers(left.session)[0]] == ["Eve"]
