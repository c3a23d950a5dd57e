"""The explorer page (P-113): there for each district, everything of it from its own address."""

import re
from collections.abc import Iterator

import pytest
import requests

from shared.oneroster.openapi import DOCUMENTS
from tests.contract.platform import APP_NAME
from tests.provider.served import served
from tests.templates import Template


@pytest.fixture(scope="module")
def page_url(provider_template: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The page of a district that has no records yet."""
    with served(provider_template.sqlite(tmp_path_factory.mktemp("explorer"))) as settings:
        yield f"{settings.provider_base_url(APP_NAME)}/explorer"


def test_the_page_is_there_and_offers_every_document(page_url):
    answer = requests.get(page_url, timeout=60)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/html")
    offered = re.findall(r'<option value="(ims/[^"]+)">', answer.text)
    assert len(offered) == len(DOCUMENTS)
    for relative in offered:
        assert requests.get(page_url.removesuffix("explorer") + relative, timeout=60).json()["openapi"]


def test_the_policy_allows_nothing_from_elsewhere_and_nothing_inline(page_url):
    for url in (page_url, f"{page_url}/static/explorer.js"):
        policy = requests.get(url, timeout=60).headers["Content-Security-Policy"]
        rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
        assert rules["default-src"] == "'none'"
        assert {rules[name] for name in ("script-src", "style-src", "connect-src")} == {"'self'"}
        assert rules["frame-ancestors"] == "'none'"


def test_every_file_of_the_page_is_served_and_names_no_other_address(page_url):
    text = requests.get(page_url, timeout=60).text
    waiting = set(re.findall(r'(?:src|href)="explorer/(static/[^"]+)"', text))
    assert waiting
    seen: set[str] = set()
    while waiting:
        file = waiting.pop()
        seen.add(file)
        answer = requests.get(f"{page_url}/{file}", timeout=60)
        assert answer.status_code == 200, file
        assert "javascript" in answer.headers["Content-Type"] or "css" in answer.headers["Content-Type"]
        assert not re.search(r"https?://", answer.text), file
        waiting |= {f"static/{name}" for name in re.findall(r'from "\./([^"]+)"', answer.text)} - seen
    assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\son\w+=|\sstyle=|https?://", text)


def test_the_page_sets_no_cookie(page_url):
    assert not requests.get(page_url, timeout=60).cookies


def test_the_status_page_leads_to_it(page_url):
    status = requests.get(page_url.removesuffix("explorer"), timeout=60).text
    assert 'href="explorer"' in status
