"""`homeroom provider prepare` reports the readiness checks and ends with 1 when rostering answers would be empty."""

import csv
import json
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import update
from sqlalchemy.orm import Session

from provider.access.connections import Options, add_connection
from provider.context import ProviderContext
from provider.eligibility import rows
from provider.prepare_command import prepare_command
from provider.sis.models import Person
from shared.oneroster.versions import Version
from shared.settings import Settings
from tests.provider.eligibility.districts import SmallDistrict
from tests.provider.eligibility.stored import store


@pytest.fixture
def context(provider_app: Flask, provider_settings: Settings) -> ProviderContext:
    return ProviderContext(provider_settings, "demo", lambda *_: provider_app)


def run(context: ProviderContext, *words: str) -> tuple[int, str]:
    result = CliRunner().invoke(prepare_command, ["--on", "2026-01-10", *words], obj=context)
    return result.exit_code, result.output


@pytest.fixture
def district(session: Session) -> SmallDistrict:
    """Twelve sections without anybody, and a person whom HR made and nobody else has touched."""
    district = SmallDistrict()
    for _ in range(12):
        district.section()
    district.person("Eva Stone", username=None)
    store(session, district)
    session.execute(update(Person).values(hr_managed_since=datetime(2025, 9, 1, tzinfo=UTC)))
    session.commit()
    return district


def test_what_to_mend_is_printed(context: ProviderContext, district: SmallDistrict) -> None:
    status, output = run(context)
    assert status == 0
    assert (
        "P-05  A section has no students. (12)\n      Platforms make an empty course of it; often it is left over from "
        "a trial.\n      - section 1, 1001-1 Course 1\n"
    ) in output
    assert "… and 2 more: --csv sections-without-students\n      mend it at: Section: Roster (roster)\n" in output
    assert "B-162  The HR system made a person without a current position. (1)\n" in output


def test_what_to_mend_as_json(context: ProviderContext, district: SmallDistrict) -> None:
    found = {one["check"]: one for one in json.loads(run(context, "--json")[1])}
    assert len(found["sections-without-students"]["found"]) == 12
    assert found["sections-without-students"]["records"][0] == {"table": "section", "id": 1}
    assert found["hr-no-username"]["rule"] == "B-162"
    assert "no-username" not in found  # nothing would publish the person


def test_what_to_mend_as_csv(context: ProviderContext, district: SmallDistrict) -> None:
    status, output = run(context, "--csv", "sections-without-students")
    lines = list(csv.DictReader(output.splitlines()))
    assert (status, len(lines)) == (0, 12)
    assert lines[0] == {
        "rule": "P-05", "check": "sections-without-students", "weight": "warning",
        "problem": "A section has no students.", "table": "section", "id": "1", "what": "section 1, 1001-1 Course 1",
        "mend at": "Section: Roster", "form": "/records/section/1",
    }  # fmt: skip
    assert len(run(context, "--csv", "all")[1].splitlines()) > 25
    status, output = run(context, "--csv", "nonsense")
    assert status == 2 and "There is no check 'nonsense'" in output


def test_secondary_email_of_a_connection_counts(context: ProviderContext, session: Session) -> None:
    """P-62, P-63."""
    district = SmallDistrict()
    district.student()
    store(session, district)
    session.commit()
    assert "P-63" not in run(context)[1]
    options = Options(secondary_email=True)
    sealer = context.app.extensions["homeroom"]["sealer"]
    add_connection(session, sealer, "lms", Version.V1P2, options, datetime(2026, 1, 1, tzinfo=UTC))
    session.commit()
    assert "P-63  Secondary Email is published, and a person has none. (1)" in run(context)[1]


def test_no_active_year_blocks(context: ProviderContext, session: Session) -> None:
    """P-03."""
    district = SmallDistrict()
    district.change(rows.SchoolYear, 1, active=False)
    store(session, district)
    session.commit()
    status, output = run(context)
    assert status == 1
    assert output.startswith("P-03  No school year is active. (1, blocks)\n")
    assert run(context, "--csv", "all")[0] == 1


def test_a_district_in_order_has_nothing_to_mend(context: ProviderContext, session: Session) -> None:
    store(session, SmallDistrict())
    session.commit()
    assert run(context) == (0, "Nothing to mend.\n")
