"""Manual user import (C-55): accounts from a CSV file, one bad row at a time."""

from io import BytesIO
from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import func, select

from consumer.platform import user_import
from consumer.platform.csv_files import BadFile
from consumer.platform.models import Account, AccountPassword, School
from consumer.platform.passwords import check, export, reset
from consumer.platform.user_import import ImportReport, import_users
from shared.sealing import Sealer

SEALER = Sealer([Fernet.generate_key().decode()])
HEADER = "unique_id,username,email,given_name,family_name,role,school,password\n"


class Import:
    """A platform with a school and one account, Ada."""

    def __init__(self, session: Any) -> None:
        self.session = session
        school = School(name="North School", number="101")
        session.add_all([school, School(name="Twin"), School(name="Twin")])
        session.flush()
        session.add(Account(username="ada", username_key="ada", email="ada@example.org", email_key="ada@example.org",
                            given_name="Ada", family_name="Example", role="student", unique_id="1",
                            school_id=school.id))  # fmt: skip
        session.commit()

    def __call__(self, text: str, dry_run: bool = False, header: str = HEADER) -> ImportReport:
        *_, report = self._run(BytesIO((header + text).encode()), dry_run)
        return report

    def _run(self, stream: BytesIO, dry_run: bool) -> Any:
        for report in import_users(self.session, SEALER, stream, self.session.commit, dry_run):
            self.session.commit()
            yield report
        self.session.expire_all()

    def account(self, username: str) -> Account:
        return self.session.scalars(select(Account).where(Account.username == username)).one()

    def count(self) -> int:
        return self.session.scalar(select(func.count()).select_from(Account))


@pytest.fixture
def imported(consumer_session: Any) -> Import:
    return Import(consumer_session())


def numbers(report: ImportReport) -> tuple[int, int, int, int]:
    return report.created, report.updated, report.unchanged, report.failed


def test_accounts_are_created_and_updated(imported: Import) -> None:
    report = imported(
        "1,,,Augusta,,,,\n"
        '2,ben,ben@example.org,Ben,"O\nHara",Teacher,101,\n'
        ",cleo,,Cleo,=Formula,parent,north school,\n"
    )  # fmt: skip
    assert numbers(report) == (2, 1, 0, 0), report.errors
    ada, ben, cleo = (imported.account(name) for name in ("ada", "ben", "cleo"))
    assert (ada.given_name, ada.family_name, ada.email) == ("Augusta", "Example", "ada@example.org")
    assert (ben.unique_id, ben.family_name, ben.role, ben.origin) == ("2", "O Hara", "teacher", "manual")
    assert (cleo.family_name, cleo.school_id) == ("=Formula", ada.school_id)
    assert ada.touched > 0, "the next sync has to look at what was changed by hand (C-53)"


def test_the_same_file_again_changes_nothing(imported: Import) -> None:
    text = "1,ada,,Augusta,,,,\n2,Ben,ben@example.org,Ben,Example,teacher,101,\n"
    imported(text)
    assert numbers(imported(text)) == (0, 0, 2, 0)


def test_a_dry_run_says_the_same_and_changes_nothing(imported: Import) -> None:
    text = "1,,,Augusta,,,,\n2,ben,,Ben,Example,teacher,,four quiet brown owls\n3,,,,,,,\n"
    would = imported(text, dry_run=True)
    assert imported.account("ada").given_name == "Ada" and imported.count() == 1
    did = imported(text)
    assert numbers(would) == numbers(did) == (1, 1, 0, 1)
    assert would.errors == did.errors and would.passwords == did.passwords == 1


def test_a_bad_row_is_told_by_line_and_column_and_costs_no_other(imported: Import) -> None:
    report = imported(
        "2,ben,,Ben,Example,teacher,101,\n"
        "3,c leo,nowhere,Cleo,Example,boss,Twin,short\n"
        "4,dan,,,Example,student,,\n"
        '5,eve,,"Eve,Example,student,,\n'
        "6,finn,,Finn,Example,student,202,\n"
        ",,,Gus,Example,student,,\n"
        "7,hal,,Hal,Example,student,,\n"
    )
    assert numbers(report) == (2, 0, 0, 5)
    assert {(error.line, error.column) for error in report.errors} == {
        (3, "username"), (3, "email"), (3, "role"), (3, "school"), (3, "password"), (4, "given_name"), (5, ""),
        (6, "school"), (7, ""),
    }  # fmt: skip
    assert "several schools" in next(e.reason for e in report.errors if e.line == 3 and e.column == "school")


def test_names_of_others_are_not_taken_over(imported: Import) -> None:
    """C-45"""
    report = imported(
        "2,ben,ADA@example.org,Ben,Example,student,,\n"
        "3,ADA,,Cleo,Example,student,,\n"
        "4,dan,dan@example.org,Dan,Example,student,,\n"
        "5,eve,Dan@Example.org,Eve,Example,student,,\n"
        "6,DAN,,Other,Example,student,,\n"
    )
    assert numbers(report) == (1, 0, 0, 4)
    assert [(error.line, error.column) for error in report.errors] == [
        (2, "email"), (3, "username"), (5, "email"), (6, ""),
    ]  # fmt: skip
    assert "same person as line 4" in str(report.errors[-1])


def test_a_name_that_is_given_up_can_be_had_by_a_later_line(imported: Import) -> None:
    assert numbers(imported("1,augusta,,,,,,\n2,ada,,Ada,Other,student,,\n")) == (1, 1, 0, 0)
    assert imported.account("ada").family_name == "Other"


def test_an_account_without_a_unique_id_is_found_by_username_and_gets_one(imported: Import) -> None:
    imported(",ben,,Ben,Example,student,,\n")
    assert numbers(imported("2,BEN,,Ben,Example,student,,\n")) == (0, 1, 0, 0)
    assert imported.account("BEN").unique_id == "2"


def test_given_passwords_take_the_place_of_generated_ones(imported: Import) -> None:
    """C-55"""
    ada = imported.account("ada")
    former = reset(imported.session, SEALER, ada)
    report = imported("1,,,,,,,four quiet brown owls\n2,ben,,Ben,Example,student,,\n")
    assert numbers(report) == (1, 1, 0, 0) and report.passwords == 1
    assert check(imported.session, SEALER, ada, "four quiet brown owls")
    assert not check(imported.session, SEALER, ada, former)
    ben = imported.account("ben")
    assert [row.username for row in export(imported.session, SEALER, [ada.id, ben.id])] == ["ben"]
    assert imported.session.get(AccountPassword, ada.id).hash.startswith("$argon2id$")


def test_nobody_becomes_or_ceases_to_be_a_system_administrator(imported: Import) -> None:
    imported.account("ada").system_administrator = True
    imported.session.commit()
    report = imported(
        "1,no,,Ada,Example,student\n2,yes,ben,Ben,Example,administrator\n",
        header="unique_id,system_administrator,username,given_name,family_name,role\n",
    )
    assert "system_administrator" in report.notes[0]
    assert (imported.account("ada").system_administrator, imported.account("ben").system_administrator) == (True, False)


def test_what_the_database_refuses_costs_one_row(imported: Import, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody else takes a name between the look and the write."""
    real = user_import._write

    def late(session: Any, *rest: Any) -> None:
        session.execute(select(1))
        if not imported.session.scalar(select(Account.id).where(Account.username_key == "ben")):
            imported.session.add(
                Account(username="Ben", username_key="ben", given_name="B", family_name="X", role="parent")
            )
            imported.session.flush()
        real(session, *rest)

    monkeypatch.setattr(user_import, "_write", late)
    report = imported("2,ben,,Ben,Example,student,,\n3,cleo,,Cleo,Example,student,,\n")
    assert numbers(report) == (1, 0, 0, 1) and report.errors[0].line == 2


def test_a_file_without_the_columns_to_find_anybody_by_is_refused(imported: Import) -> None:
    with pytest.raises(BadFile, match="unique_id or username"):
        imported("Ada,Example\n", header="given_name,family_name\n")


def test_more_rows_than_fit_into_one_transaction(imported: Import, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(user_import, "BATCH", 2)
    monkeypatch.setattr(user_import, "LISTED", 3)
    rows = "".join(f"{n},u{n},,Given,Family,student,,\n" for n in range(2, 9)) + ",,,x,,,,\n" * 5
    report = imported(rows)
    assert numbers(report) == (7, 0, 0, 5) and len(report.errors) == 3
