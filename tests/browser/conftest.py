"""A real browser: Debian's Chromium, driven by Playwright, with no screen."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from shared.oneroster.versions import Version
from tests.browser.consumer_site import Site, open_site
from tests.faults.provider import FaultProvider
from tests.templates import Template

#: Chromium refuses to be root in its sandbox, and would call its maker's hosts.
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip

#: How long a page may take until it shows what is expected: long, because a busy machine is no fault of the page.
PATIENCE = 20_000
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests. Skips where none is installed, but in CI, where it must be, fails."""
    program = shutil.which("chromium")
    if program is None:
        reason = "Chromium is not installed (Debian package chromium): tests of pages cannot run"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="module")
def fault() -> Iterator[FaultProvider]:
    """The provider of the small district that the site is connected to."""
    with FaultProvider(Version.V1P2) as provider:
        yield provider


@pytest.fixture(scope="module")
def _site(
    tmp_path_factory: pytest.TempPathFactory, consumer_template: Template, browser: Browser, fault: FaultProvider
) -> Iterator[Site]:
    settings = consumer_template.sqlite(tmp_path_factory.mktemp("consumer"))
    with open_site(settings, browser, fault) as site:
        yield site


@pytest.fixture
def site(_site: Site) -> Iterator[Site]:
    """The consumer's pages; one consumer for all tests of a module, windows of its own for each test."""
    yield _site
    _site.close()
