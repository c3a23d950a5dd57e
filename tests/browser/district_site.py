"""The district's pages in a browser: the demo district, published, with people who sign in.

ada is an administrator, tess a teacher of the SIS. A module that uses `district` gets a copy of its own.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from provider.access.users import add_user
from provider.database import db
from tests.browser.consumer_site import PASSWORD, WIDE
from tests.contract.conftest import BuiltDistricts, build_for, with_writers
from tests.contract.door import Door
from tests.contract.platform import APP_NAME

__all__ = ["build_for", "with_writers"]


@dataclass
class District:
    """The pages of the demo district below their mount, with people who sign in."""

    door: Door
    browser: Browser
    contexts: list[BrowserContext] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"{self.door.address}/campus/oneroster/{APP_NAME}"

    def page(self, username: str) -> Page:
        """A window of its own, signed in. It complains of script errors and of requests to anybody else."""
        context = self.browser.new_context(viewport={"width": WIDE[0], "height": WIDE[1]}, locale="en-US")
        context.set_default_timeout(20_000)
        self.contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        mine = (self.address, "data:")
        page.on("request", lambda sent: None if sent.url.startswith(mine) else self.complaints.append(sent.url))
        page.goto(f"{self.address}/")
        page.get_by_role("link", name="Sign in").click()
        page.get_by_label("Username").fill(username)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("button", name="Sign out").wait_for()
        return page


@pytest.fixture(scope="module")
def _district(
    tmp_path_factory: pytest.TempPathFactory, with_writers: BuiltDistricts, browser: Browser,
    request: pytest.FixtureRequest,
) -> Iterator[District]:  # fmt: skip
    with with_writers.open("sqlite", tmp_path_factory.mktemp("page"), request) as door:
        with door.app.app_context():
            now = datetime.now(UTC)
            add_user(db.session(), "ada", "Ada Rivera", PASSWORD, now)
            add_user(db.session(), "tess", "Tessa Regular-Teacher", PASSWORD, now, "teacher", "Tessa Regular-Teacher")
            db.session.commit()
        yield District(door, browser)


@pytest.fixture
def district(_district: District) -> Iterator[District]:
    yield _district
    while _district.contexts:
        _district.contexts.pop().close()
    heard, _district.complaints[:] = list(_district.complaints), []
    complaints = [text for text in heard if "Failed to load resource" not in text]
    assert not complaints, complaints
