"""The Data Prep report as a file: what it shows, and what may be written into it (C-103)."""

import csv
from io import BytesIO, StringIO
from typing import Any

import pytest
from sqlalchemy import select

from consumer.connections import Connection
from consumer.platform.csv_files import BadFile
from consumer.platform.models import Account, AccountSisId, DataPrepReport, IdentityMapping
from consumer.upgrade.answers import Answered, take_answers
from consumer.upgrade.report import csv_of, last_report, lines_of, make_report, reports
from shared.oneroster.versions import Version
from tests.consumer.clients import NOW
from tests.consumer.upgrade.test_matching import record


class Prepared:
    """Two accounts, one of them synced, and a SIS in which there are three people; somebody reports."""

    def __init__(self, session: Any) -> None:
        self.session = session
        self.connection, other = (
            Connection(name=name, base_url="https://x", version="1.1", client_id="x", client_secret_sealed="x")
            for name in ("demo", "other")
        )
        session.add_all([self.connection, other])
        session.flush()
        self.ids = {}
        for name, family, connection in (
            ("ada", "=SUM(A1)", None),
            ("ben", "Örs\nII", self.connection),
            ("eve", "E", other),
        ):
            account = Account(
                username=name, username_key=name, given_name=name.title(), family_name=family, role="student"
            )
            session.add(account)
            session.flush()
            self.ids[name] = account.id
            if connection is not None:
                session.add(AccountSisId(account_id=account.id, connection_id=connection.id, sis_id=f"s{name}"))
        session.commit()
        self.report()

    def report(self) -> DataPrepReport:
        users = {r.sourced_id: r for r in (record("sben"), record("-x"), record("y"))}
        made = make_report(self.session, self.connection, Version.V1P1, users, NOW, "ada")
        self.session.commit()
        return made

    def rows(self) -> list[dict[str, str]]:
        report = last_report(self.session, self.connection.id)
        assert report is not None
        return list(lines_of(report))

    def take(self, rows: list[dict[str, str]], separator: str = ",") -> Answered:
        stream = StringIO(newline="")
        writer = csv.DictWriter(stream, rows[0], delimiter=separator)
        writer.writeheader()
        writer.writerows(rows)
        report = last_report(self.session, self.connection.id)
        assert report is not None
        return take_answers(self.session, self.connection, report, BytesIO(stream.getvalue().encode()))

    def mapping(self) -> dict[str, int]:
        return dict(self.session.execute(select(IdentityMapping.sis_id, IdentityMapping.account_id)).all())


@pytest.fixture
def prepared(consumer_session: Any) -> Prepared:
    return Prepared(consumer_session())


def test_who_is_in_both_only_here_and_only_in_the_sis(prepared: Prepared) -> None:
    rows = prepared.rows()
    assert [(row["status"], row["username"], row["sis_sourced_id"]) for row in rows] == [
        ("only here", "ada", ""), ("only in the SIS", "", "'-x"), ("only in the SIS", "", "y"), ("in both", "ben", "sben"),
    ]  # fmt: skip
    assert list(rows[0]).index("status") == 0 and list(rows[0]).index("mapping_id") == 10
    assert rows[0]["family_name"] == "'=SUM(A1)", "no spreadsheet takes a name for a formula"
    (listed,) = reports(prepared.session, prepared.connection.id)
    assert (listed.matched, listed.only_here, listed.only_sis, listed.made_by) == (1, 1, 2, "ada")
    assert csv_of(listed).startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("separator", [",", ";"])
def test_both_ways_of_saying_who_is_who(prepared: Prepared, separator: str) -> None:
    rows = prepared.rows()
    rows[0]["mapping_id"] = "-x"
    assert prepared.take(rows, separator) == Answered(1, [])
    assert prepared.mapping() == {"-x": prepared.ids["ada"]}
    rows[0]["mapping_id"], rows[1]["mapping_id"] = "", str(prepared.ids["ada"])
    assert prepared.take(rows).taken == 1
    assert prepared.report().matched == 2


def test_a_row_whose_other_columns_were_edited_is_refused_by_its_line(prepared: Prepared) -> None:
    rows = prepared.rows()
    rows[0]["mapping_id"] = "y"
    rows[1] |= {"mapping_id": str(prepared.ids["ada"]), "sis_username": "edited"}
    rows[2]["account_id"] = "1"
    rows[3]["mapping_id"] = "nobody"
    answered = prepared.take(rows)
    assert [(error.line, error.column) for error in answered.errors] == [
        (3, "sis_username"),
        (4, ""),
        (5, "mapping_id"),
    ]
    assert answered.taken == 1 and prepared.mapping() == {"y": prepared.ids["ada"]}


def test_one_person_cannot_be_two_accounts_nor_a_stored_id_another(prepared: Prepared) -> None:
    rows = prepared.rows()
    rows[0]["mapping_id"] = "sben"
    refused = prepared.take(rows)
    assert refused.taken == 0 and "already" in refused.errors[0].reason
    rows[0]["mapping_id"], rows[2]["mapping_id"] = "y", str(prepared.ids["ben"])
    again = prepared.take(rows)
    assert (again.taken, again.errors[0].line) == (1, 4)


def test_another_file_is_no_report(prepared: Prepared) -> None:
    with pytest.raises(BadFile, match="not a Data Prep report"):
        prepared.take([{"username": "ada"}])
