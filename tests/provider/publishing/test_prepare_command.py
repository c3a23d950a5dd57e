"""`homeroom provider prepare` reports the readiness checks and ends with 1 when rostering answers would be empty."""

import json

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy.orm import Session

from provider.context import ProviderContext
from provider.eligibility import rows
from provider.publishing.prepare_command import prepare_command
from shared.settings import Settings
from tests.provider.eligibility.districts import SmallDistrict
from tests.provider.eligibility.stored import store


@pytest.fixture
def context(provider_app: Flask, provider_settings: Settings) -> ProviderContext:
    return ProviderContext(provider_settings, "demo", lambda *_: provider_app)


def run(context: ProviderContext, *words: str) -> tuple[int, str]:
    result = CliRunner().invoke(prepare_command, ["--on", "2026-01-10", *words], obj=context)
    return result.exit_code, result.output


def test_what_to_mend_is_printed(context: ProviderContext, session: Session) -> None:
    district = SmallDistrict()
    for _ in range(12):
        district.section()
    store(session, district)
    session.commit()
    status, output = run(context)
    assert status == 0
    assert "P-05  A section has no students. (12)\n      section 1, 1001-1 Course 1\n" in output
    assert "      … and 2 more\n      mend it at: Section: Roster (roster)\n" in output
    assert len(json.loads(run(context, "--json")[1])[0]["found"]) == 12


def test_no_active_year_blocks(context: ProviderContext, session: Session) -> None:
    """P-03."""
    district = SmallDistrict()
    district.change(rows.SchoolYear, 1, active=False)
    store(session, district)
    session.commit()
    assert run(context)[0] == 1


def test_a_district_in_order_has_nothing_to_mend(context: ProviderContext, session: Session) -> None:
    store(session, SmallDistrict())
    session.commit()
    assert run(context) == (0, "Nothing to mend.\n")
