"""The consumer as people use it: its pages on 127.0.0.1, a small district connected, mapped and synced, people to sign in.

`Site.page` opens a window as somebody. A window complains of script errors and of requests to anybody else; whoever
closes it (`Site.close`) hears of it.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, StorageState
from werkzeug.serving import make_server

from consumer.app import create_app
from consumer.database import db
from consumer.platform import passwords
from consumer.platform.models import Account
from consumer.sync.report import Report
from shared.settings import Settings
from tests.consumer.sync.platform import Platform
from tests.database import dispose
from tests.faults.provider import FaultProvider

WIDE, NARROW = (1280, 900), (360, 740)
PASSWORD = "four calm garden words"
#: Pictures are kept where this names a folder, to be looked at; in CI they always are.
PICTURES = os.environ.get("HOMEROOM_PICTURES") or ("var/pictures" if os.environ.get("CI") else None)


@dataclass
class Site:
    """The pages of one consumer. `connection_id` is that of the small district; `people` maps usernames to ids."""

    app: Flask
    address: str
    browser: Browser
    platform: Platform
    _contexts: list[BrowserContext] = field(default_factory=list)
    _sessions: dict[str, StorageState] = field(default_factory=dict)
    _begun: dict[str, StorageState | None] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)

    @property
    def connection_id(self) -> int:
        return self.platform.connection_id

    def tab(self, name: str) -> str:
        return f"{self.address}/connections/{self.connection_id}/{name}/"

    def sync(self, kind: str = "all") -> Report:
        """A sync from its beginning to its end, as of what the pages have stored by now."""
        db.session.rollback()
        return self.platform.sync(kind)

    def add_person(self, username: str, administrator: bool = True, role: str = "administrator") -> int:
        """An account with PASSWORD."""
        session = db.session()
        account = Account(
            username=username, username_key=username, given_name=username.title(), family_name="Rivera", role=role,
            system_administrator=administrator,
        )  # fmt: skip
        session.add(account)
        session.flush()
        passwords.choose_own(session, account, PASSWORD)
        session.commit()
        return int(account.id)

    def act(self, account_id: int | None) -> None:
        """Make somebody the Acting User."""
        self.platform.connection.acting_account_id = account_id
        db.session.commit()

    def page(self, username: str | None = None, size: tuple[int, int] = WIDE, script: bool = True) -> Page:
        """A window of its own, signed in as `username`; `script` False: without JavaScript."""
        width, height = size
        state = self._sessions.pop(username, None) if username else None
        context = self.browser.new_context(
            viewport={"width": width, "height": height}, locale="en-US", java_script_enabled=script, storage_state=state
        )
        context.set_default_timeout(20_000)
        self._contexts.append(context)
        opened = context.new_page()
        opened.on("pageerror", lambda error: self.complaints.append(str(error)))
        opened.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        opened.on(
            "request",
            lambda sent: None if sent.url.startswith((self.address, "data:")) else self.complaints.append(sent.url),
        )
        if username:
            opened.goto(f"{self.address}/")
            if opened.url != f"{self.address}/":
                state = self._sign_in(opened, username)
            self._begun[username] = state
        return opened

    def _sign_in(self, page: Page, username: str) -> StorageState:
        """Once for each of them: the first windows of later tests begin with the session of this one, unless it has
        ended; further windows of a test have sessions of their own."""
        page.get_by_label("Username").fill(username)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{self.address}/")
        return page.context.storage_state()

    def close(self) -> None:
        """Close all windows, and say what they complained of. The browser itself calls a refused call an error."""
        while self._contexts:
            self._contexts.pop().close()
        self._sessions |= {username: state for username, state in self._begun.items() if state}
        self._begun.clear()
        heard, self.complaints[:] = list(self.complaints), []
        assert [text for text in heard if "Failed to load resource" not in text] == []


@contextmanager
def _listening(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def open_site(settings: Settings, browser: Browser, provider: FaultProvider) -> Iterator[Site]:
    """A synced consumer with the administrators ada (the Acting User) and ben, and the teacher tess."""
    app = create_app(settings)
    try:
        with app.app_context():
            platform = Platform(db.session(), provider)
            sealer = app.extensions["homeroom"]["sealer"]
            platform.connection.client_id = provider.client_id
            platform.connection.client_secret_sealed = sealer.seal(provider.client_secret)
            platform.map_all()
            platform.sync()
            with _listening(app) as address:
                site = Site(app, address, browser, platform)
                site.act(site.add_person("ada"))
                site.add_person("ben")
                site.add_person("tess", administrator=False, role="teacher")
                yield site
    finally:
        dispose(app, db)


def photograph(page: Page, name: str) -> None:
    """Keep a picture of the whole page where pictures are kept."""
    if PICTURES:
        Path(PICTURES).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


def check_looks(page: Page, name: str) -> None:
    """Photograph a page, wide, on a phone and as printed; nothing sticks out, and axe finds nothing serious."""
    for size, suffix in ((WIDE, "wide"), (NARROW, "narrow")):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        photograph(page, f"{name}-{suffix}")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{name} sticks out"
        assert _serious(page) == []
    page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})
    page.emulate_media(media="print")
    photograph(page, f"{name}-print")
    assert not page.locator("header.frame nav").first.is_visible(), f"{name} prints its menu"
    page.emulate_media(media="screen")


def _serious(page: Page) -> list[str]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found: list[dict[str, Any]] = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
    return [
        f"{fault['id']}: {fault['help']}: {fault['nodes'][0]['html'][:200]}"
        for fault in found
        if fault["impact"] in ("serious", "critical")
    ]
