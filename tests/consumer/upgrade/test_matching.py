"""Which SIS record is which account (C-46, C-101). Never by name."""

from hypothesis import given
from hypothesis import strategies as st

from consumer.client.shapes import UserRecord
from consumer.upgrade.matching import How, Person, match


def person(
    account_id: int, *sis_ids: str, unique: str | None = None, number: str | None = None, name: str = ""
) -> Person:
    numbers = frozenset([number]) if number else frozenset()
    return Person(account_id, unique, sis_ids, numbers, frozenset([name or f"user{account_id}"]))


def record(sis_id: str, legacy: str | None = None, number: str | None = None, name: str = "somebody") -> UserRecord:
    return UserRecord(sis_id, True, name, None, "Ada", "Example", None, None, True, number, (), None, (), (), legacy)


def test_the_first_that_finds_somebody_decides() -> None:
    people = [
        person(1, "g1"), person(2, "s2"), person(3, "s3"), person(4, unique="g4"), person(5, unique="77"),
        person(6, "s6", number="66", name="finn"),
    ]  # fmt: skip
    found = match(
        people,
        [record("g1", "2"), record("g2", "3"), record("g3", "3"), record("g4"), record("g5", number="77"),
         record("g6", number="66", name="FINN"), record("g7", number="66", name="other")],
        {"g2": 2, "g1": 3},
    )  # fmt: skip
    assert found.accounts == {"g1": 1, "g2": 2, "g3": 3, "g4": 4, "g5": 5, "g6": 6}
    assert list(found.how.values()) == [
        How.SIS_ID, How.MAPPING, How.LEGACY, How.UNIQUE_ID, How.UNIQUE_ID, How.NUMBER,
    ]  # fmt: skip
    assert found.new == ["g7"]


def test_the_former_id_may_come_with_its_letter() -> None:
    assert match([person(1, "s12")], [record("g", "s12")], {}).accounts == {"g": 1}


def test_nobody_is_matched_by_name() -> None:
    assert match([person(1, name="ada")], [record("g", name="ada")], {}).new == ["g"]


def test_several_accounts_of_one_person_are_for_somebody_to_decide() -> None:
    people = [person(1, "s12"), person(2, "t12")]
    assert match(people, [record("g", "12")], {}).undecided == {"g": (1, 2)}
    assert match(people, [record("g", "12")], {"g": 2}).accounts == {"g": 2}


def test_two_people_never_become_one_account_silently() -> None:
    found = match([person(1, "s12", "t13")], [record("g", "12"), record("h", "13")], {})
    assert found.accounts == {} and found.undecided == {"g": (1,), "h": (1,)}
    told = match([person(1, "s12", "t13")], [record("g", "12"), record("h", "13")], {"g": 1})
    assert told.accounts == {"g": 1} and told.undecided == {"h": (1,)}


def test_a_unique_id_counts_only_for_whom_the_connection_does_not_know() -> None:
    assert match([person(1, "s1", unique="g")], [record("g")], {}).new == ["g"]


NUMBERS = st.integers(0, 6).map(str)
PEOPLE = st.lists(st.tuples(st.sampled_from("stga"), NUMBERS), max_size=8, unique=True)
RECORDS = st.lists(st.one_of(st.none(), NUMBERS), max_size=8)


@given(PEOPLE, RECORDS)
def test_every_record_is_accounted_for_once_and_no_account_is_shared(
    ids: list[tuple[str, str]], legacies: list[str | None]
) -> None:
    people = [person(n, letter + number) for n, (letter, number) in enumerate(ids, 1)]
    records = [record(f"g{n}", legacy) for n, legacy in enumerate(legacies)]
    found = match(people, records, {})
    assert sorted([*found.accounts, *found.undecided, *found.new]) == sorted(r.sourced_id for r in records)
    assert len(set(found.accounts.values())) == len(found.accounts)
