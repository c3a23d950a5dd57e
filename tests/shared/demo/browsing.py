"""A person at the pages of a program, without a browser: follows links, fills in forms, presses buttons."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Self
from urllib.parse import urljoin

import requests


@dataclass
class Form:
    """A form as it came: its address, and its fields as they stand (ticked boxes, chosen options)."""

    action: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    #: Of each list of choices what can be chosen: words -> value.
    choices: dict[str, dict[str, str]] = field(default_factory=dict)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._select = ""
        self._option: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(has.get("action", "")))
        elif tag == "input" and self.forms and "name" in has:
            if has.get("type") not in ("checkbox", "radio") or "checked" in has:
                self.forms[-1].fields.append((has["name"], has.get("value", "")))
        elif tag == "select" and self.forms:
            self._select = has["name"]
            self.forms[-1].choices[self._select] = {}
        elif tag == "option" and self.forms:
            self._option = has.get("value", "")
            if "selected" in has:
                self.forms[-1].fields.append((self._select, self._option))

    def handle_data(self, data: str) -> None:
        if self._option is not None and data.strip():
            self.forms[-1].choices[self._select][data.strip()] = self._option
            self._option = None


class Visitor:
    """`text` and `url` are of the page that is shown."""

    def __init__(self, url: str) -> None:
        self._session = requests.Session()
        self._session.trust_env = False
        self.url, self.text = url, ""
        self.go(url)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def go(self, address: str) -> None:
        self._show(self._session.get(urljoin(self.url, address), timeout=60))

    def follow(self, words: str) -> None:
        """The first link whose words begin so."""
        found = re.search(rf'<a href="([^"]+)"[^>]*>\s*{re.escape(words)}', self.text)
        assert found, f"There is no link {words!r} at {self.url}"
        self.go(found[1].replace("&amp;", "&"))

    def form(self, part: str) -> Form:
        """The first form with this in its address."""
        parser = _Forms()
        parser.feed(self.text)
        return next(form for form in parser.forms if part in form.action)

    def submit(self, form: Form, **fields: str) -> None:
        """Send a form, with these fields instead of what they stood at, and with further ones."""
        sent = [(name, value) for name, value in form.fields if name not in fields] + list(fields.items())
        address = urljoin(self.url, form.action)
        self._show(self._session.post(address, data=sent, headers={"Referer": self.url}, timeout=60))

    def _show(self, answer: requests.Response) -> None:
        assert answer.status_code == 200, f"{answer.url} answered {answer.status_code}"
        self.url, self.text = answer.url, answer.text
