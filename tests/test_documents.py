"""docs/: nothing that an operator needs to know is left out, and what vendors are told holds."""

import re
from dataclasses import MISSING, fields

import click
import pytest

from consumer.platform.settings import SWITCHES as ORGANISATION
from consumer.platform.settings import OrganisationSettings
from homeroom import main
from provider.access.limits import A_MINUTE, AT_A_TIME
from provider.gradebook.documents import MAX_BYTES, MAX_DEPTH
from provider.sis.settings import SWITCHES as DISTRICT
from provider.sis.settings import DistrictSettings
from shared.oneroster.errors import Failure
from shared.oneroster.grammar import MAX_LENGTH
from shared.oneroster.openapi import DOCUMENTS
from shared.oneroster.query import DEFAULT_LIMIT, MAX_LIMIT
from shared.oneroster.resources.operations import CAMPUS
from shared.server import REQUEST_LINE
from tests.shell_blocks import ROOT

OPERATING = (ROOT / "docs/operating.md").read_text(encoding="utf-8")
VENDORS = (ROOT / "docs/vendors.md").read_text(encoding="utf-8")


def commands(group: click.Group, before: tuple[str, ...] = ()) -> list[str]:
    """Every command that does something, by the words that call it."""
    found = []
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        words = (*before, name)
        found += commands(command, words) if isinstance(command, click.Group) else [" ".join(words)]
    return found


@pytest.mark.parametrize("command", commands(main))
def test_every_command_is_in_the_operators_list(command):
    assert f"| `homeroom {command}` |" in OPERATING


def test_the_operators_list_names_no_other_command():
    assert set(re.findall(r"^\| `homeroom ([a-z -]+)` \| [^|]+ \|$", OPERATING, re.MULTILINE)) == set(commands(main))


def test_every_variable_of_the_environment_is_documented():
    read = set()
    for folder in ("shared", "provider", "consumer"):
        for path in (ROOT / folder).rglob("*.py"):
            read |= set(re.findall(r"\bHOMEROOM_[A-Z_]*[A-Z]\b", path.read_text(encoding="utf-8")))
    documented = set(re.findall(r"^\| `(HOMEROOM_[A-Z_]+)` \|", OPERATING, re.MULTILINE))
    assert documented == read


@pytest.mark.parametrize(("model", "switches"), [(DistrictSettings, DISTRICT), (OrganisationSettings, ORGANISATION)])
def test_every_switch_is_documented_with_its_default(model, switches):
    rows = re.findall(r"^\| ((?:`[a-z0-9_]+`(?:, )?)+) \| ([^|]+) \|", OPERATING, re.MULTILINE)
    documented = {name: default.strip() for names, default in rows for name in re.findall(r"`([a-z0-9_]+)`", names)}
    for switch in fields(model):
        if switch.default is MISSING:
            assert documented[switch.name] == "that of the machine"
        else:
            assert switches.parse(switch.name, documented[switch.name]) == switch.default, switch.name


def test_operators_are_told_what_a_proxy_has_to_let_through():
    assert f"Lines of up to {REQUEST_LINE:,} bytes and bodies of up to {MAX_BYTES // 1_000_000} MB" in OPERATING


def test_vendors_are_told_the_limits_and_every_further_collection():
    assert f"`limit` is {DEFAULT_LIMIT} by default and {MAX_LIMIT:,} at most" in VENDORS
    for operation in CAMPUS:
        if not operation.single and not operation.path.startswith("/schools/"):
            assert f"`{re.sub(r'{[^}]+}', '{id}', operation.path)}`" in VENDORS, operation.path


def test_vendors_are_told_every_status_of_a_failure():
    told = {int(status) for status in re.findall(r"^\| (\d{3})\b", VENDORS, re.MULTILINE)}
    assert told == {failure.status for failure in Failure}


def test_vendors_are_told_the_limits_of_calls_and_bodies():
    assert f"{AT_A_TIME} requests answered at once and {A_MINUTE:,} in a minute" in VENDORS
    assert f"A filter has up to {MAX_LENGTH:,}" in VENDORS
    assert f"up to {MAX_BYTES // 1_000_000} MB" in VENDORS and f"at most {MAX_DEPTH} deep" in VENDORS


def test_vendors_are_told_where_each_service_and_its_descriptions_are():
    for described in DOCUMENTS:
        assert f"`{described.base_path}/…`" in VENDORS
        for file in described.files:
            assert f"`/discovery/{file}`" in VENDORS
