"""What a SIS user becomes (C-38 … C-58)."""

from dataclasses import replace
from typing import Any

import pytest

from consumer.client.shapes import RoleRecord, UserRecord
from consumer.mapping.choices import Choices, Group, SchoolChoice
from consumer.mapping.identity import Known, people
from consumer.mapping.logins import Wish, settle
from consumer.mapping.outcome import GONE, Code, Skipped
from consumer.mapping.users import MappedUser, choose_school, map_user

CHOICES = Choices(
    active_year=2027,
    schools={"A": SchoolChoice(1, "Alpha", "01"), "B": SchoolChoice(2, "Beta", "02"),
             "U": SchoolChoice(3, "Unticked", "03", frozenset())},
    roles={("A", Group.STUDENT): "student", ("A", Group.STAFF): "teacher", ("B", Group.STUDENT): "student",
           ("B", Group.ADMINISTRATOR): "administrator", ("A", Group.GUARDIAN): "parent",
           ("U", Group.STUDENT): "student"},
)  # fmt: skip


def role(name: str, org: str, primary: bool = False) -> RoleRecord:
    return RoleRecord(name, org, primary, None, None)


def record(*roles: RoleRecord, **more: Any) -> UserRecord:
    values: dict[str, Any] = {
        "sourced_id": "s1", "active": True, "username": "ada", "email": None, "given_name": "Ada",
        "family_name": "Byron", "middle_name": None, "preferred_first_name": None, "enabled": True,
        "identifier": None, "roles": roles or (role("student", "A", True),), "primary_org": None, "agents": (),
        "grades": (), "legacy_id": None,
    }  # fmt: skip
    return UserRecord(**{**values, **more})


def mapped(*roles: RoleRecord, **more: Any) -> MappedUser:
    outcome = map_user(record(*roles, **more), CHOICES)
    assert isinstance(outcome, MappedUser), outcome
    return outcome


@pytest.mark.parametrize(
    ("user", "code"),
    [
        (record(username="ada byron"), Code.USERNAME_SPACE),  # C-43
        (record(username=None), Code.NO_LOGIN_NAME),  # C-44
        (record(role("student", "Z")), Code.SCHOOL_UNMAPPED),  # C-28
        (record(role("student", "U")), Code.SCHOOL_NOT_TICKED),  # C-38
        (record(role("teacher", "B")), Code.ROLE_NOT_SYNCED),  # C-40: nobody chose
        (record(role("ext:coach", "A")), Code.ROLE_NOT_SYNCED),  # C-42
    ],
)
def test_a_user_is_skipped_for_a_reason(user: UserRecord, code: Code) -> None:
    outcome = map_user(user, CHOICES)
    assert isinstance(outcome, Skipped)
    assert outcome.code is code


def test_the_email_address_stands_in_for_a_missing_username() -> None:
    """C-44"""
    assert mapped(username=None, email="ada@example.org").username == "ada@example.org"


def test_a_disabled_user_is_provisioned() -> None:
    """C-57"""
    assert mapped(enabled=False).role == "student"


def test_nothing_is_made_from_a_user_that_is_to_be_deleted() -> None:
    """C-58"""
    assert map_user(record(active=False), CHOICES) is GONE


def test_of_several_roles_the_administrator_decides() -> None:
    """C-49"""
    assert mapped(role("student", "A"), role("principal", "B")).role == "administrator"


@pytest.mark.parametrize(
    ("roles", "schools"),
    [
        ((role("student", "B", True), role("student", "A")), (2, 1)),  # the primary one first
        ((role("student", "B"), role("student", "A")), (1, 2)),  # else the first by name
        ((role("student", "Z", True), role("student", "B")), (2,)),  # an unmapped primary one does not count
    ],
)
def test_schools_come_in_order_of_preference(roles: tuple[RoleRecord, ...], schools: tuple[int, ...]) -> None:
    """C-48"""
    assert mapped(*roles).schools == schools


def test_the_school_of_an_earlier_sync_is_kept_while_it_is_valid() -> None:
    """C-48"""
    assert (choose_school((2, 1), 1), choose_school((2, 1), 9), choose_school((2, 1), None)) == (1, 2, 2)


def test_an_account_is_found_by_stored_id_then_data_prep_then_unique_id() -> None:
    """C-46"""
    user = mapped(identifier="42")
    unique = {"42": 3}
    assert Known({"s1": 1}, {"s1": 2}, unique).account_of(user) == 1
    assert Known({}, {"s1": 2}, unique).account_of(user) == 2
    assert Known({}, {}, unique).account_of(user) == 3
    assert Known({}, {}, {"Ada Byron": 4}).account_of(user) is None


def test_records_of_one_person_share_an_account_and_namesakes_do_not() -> None:
    """C-49: the same sign-in and the same id; never by name."""
    teacher = mapped(role("teacher", "A"), sourced_id="t7", username="ada", email="a@x.org")
    guardian = mapped(role("guardian", "A"), sourced_id="g7", username="ada.home", email="A@x.org")
    namesake = mapped(role("student", "A"), sourced_id="s8", username="ada2")
    assert people([teacher, guardian, namesake]) == [[guardian, teacher], [namesake]]


def test_another_with_the_same_email_but_another_id_is_another_person() -> None:
    student = mapped(sourced_id="s1", email="home@x.org")
    sibling = mapped(sourced_id="s2", username="bob", email="home@x.org")
    assert len(people([student, sibling])) == 2


def wish(name: str) -> Wish:
    return Wish((("username", name),))


def test_two_may_swap_their_names() -> None:
    """C-45"""
    assert settle({1: wish("a"), 2: wish("b")}, {1: wish("b"), 2: wish("a")}, {}) == {}


def test_a_name_that_somebody_keeps_is_not_given_away() -> None:
    assert settle({}, {"new": wish("a")}, {("username", "a"): 5}) == {"new": ("username", 5)}


def test_who_is_refused_keeps_the_name_and_so_refuses_the_next() -> None:
    """1 wants b, which 9 has; so 1 keeps a, and 2 cannot have it."""
    refused = settle({1: wish("a"), 2: wish("c")}, {1: wish("b"), 2: wish("a")}, {("username", "b"): 9})
    assert refused == {1: ("username", 9), 2: ("username", 1)}


def test_of_two_newcomers_with_one_name_the_first_gets_it() -> None:
    assert settle({}, {"s1": wish("a"), "s2": wish("a")}, {}) == {"s2": ("username", "s1")}


def test_choices_have_the_same_digest_as_long_as_nothing_was_chosen_differently() -> None:
    same = replace(CHOICES, schools=dict(reversed(CHOICES.schools.items())))
    assert same.digest() == CHOICES.digest() != replace(CHOICES, active_year=2026).digest()
