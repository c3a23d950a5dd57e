"""Going through every page that can be reached from the menu, as a browser sees it: links, forms and their fields."""

import re
from collections import Counter
from collections.abc import Iterator
from contextvars import Context
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Rule

from tests.provider.admin.conftest import Window

#: Blueprints that anybody may open, and the wire.
OPEN = ("status", "frame", "explorer", "token_endpoint", "")
#: So many addresses of one endpoint are looked at, with so many different queries each.
MOST_OF_ONE = 3


@dataclass
class Form:
    """A form: where it goes, and its fields as they stand; `choices` of selects and radios."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[Form] = []
        self.scripts: list[str] = []
        self._form: Form | None = None
        self._select: str = ""
        self._area: str = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in ("a", "link") and "href" in given:
            self.links.append(given["href"])
        for name in ("hx-get", "src"):
            if name in given:
                self.links.append(given[name])
        self.scripts += [f"{tag} {name}={value}" for name, value in given.items()
                         if name.startswith("on") or value.strip().casefold().startswith("javascript:")]  # fmt: skip
        if tag == "script" and "src" not in given:
            self.scripts.append(self.get_starttag_text() or tag)
        if tag == "form":
            self._form = Form(given.get("action", ""), given.get("method", "get").lower())
            self.forms.append(self._form)
        elif self._form is not None and given.get("name"):
            self._field(tag, given["name"], given)
        if tag == "option" and self._form is not None and self._select:
            self._form.choices.setdefault(self._select, []).append(given.get("value", ""))
            if "selected" in given or self._select not in self._form.fields:
                self._form.fields[self._select] = given.get("value", "")

    def _field(self, tag: str, name: str, given: dict[str, str]) -> None:
        assert self._form is not None
        kind = given.get("type", "text")
        if tag == "select":
            self._select = name
        elif tag == "textarea":
            self._area = name
            self._form.fields[name] = ""
        elif kind == "file":
            self._form.files.append(name)
        elif kind in ("checkbox", "radio"):
            self._form.choices.setdefault(name, []).append(given.get("value", "on"))
            if "checked" in given:
                self._form.fields[name] = given.get("value", "on")
        elif tag == "input" and kind != "submit":
            self._form.fields[name] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._form is not None and self._area:
            self._form.fields[self._area] += data


@dataclass
class Seen:
    """A page as it was answered, and what is in it."""

    path: str
    endpoint: str
    answer: Any
    links: list[str]
    forms: list[Form]
    scripts: list[str]


def fetch(window: Window, path: str, method: str = "GET", **given: Any) -> Any:
    """The whole answer to a request, which sees no application context but its own."""
    return Context().run(window.client.open, path, method=method, buffered=True, **given)


def read(path: str, endpoint: str, answer: Any) -> Seen:
    """What is in an answer; nothing in what is no page."""
    reader = _Reader()
    if answer.mimetype == "text/html":
        reader.feed(answer.text)
    links = [urljoin(path, link) for link in reader.links]
    for form in reader.forms:
        form.action = urljoin(path, form.action) if form.action else path
    return Seen(path, endpoint, answer, links, reader.forms, reader.scripts)


def walk(app: Flask, window: Window, start: str = "/home/", also: tuple[str, ...] = ()) -> Iterator[Seen]:
    """Every page that can be reached, a few of each endpoint."""
    waiting, known, counts = [start, *also], {start}, Counter[str]()
    while waiting:
        path = waiting.pop(0)
        endpoint = endpoint_of(app, path)
        if counts[endpoint] >= MOST_OF_ONE:
            continue
        counts[endpoint] += 1
        seen = read(path, endpoint, fetch(window, path))
        yield seen
        for link in seen.links:
            plain = link.partition("#")[0]
            if is_page(app, plain) and plain not in known:
                known.add(plain)
                waiting.append(plain)


def is_page(app: Flask, path: str) -> bool:
    """Whether a link leads to a page of ours: to no file of the frame, and not to what platforms ask."""
    parts = urlsplit(path)
    endpoint = endpoint_of(app, path)
    ours = not parts.scheme and not parts.netloc and not path.startswith("/ims/")
    return ours and bool(endpoint) and not endpoint.endswith("static")


def endpoint_of(app: Flask, path: str) -> str:
    """The endpoint that answers GET for an address; "" for none."""
    try:
        found: str = app.url_map.bind("localhost").match(urlsplit(path).path, "GET")[0]
    except HTTPException:
        return ""
    return found


def guarded(app: Flask) -> list[Rule]:
    """Every address that only people who are signed in may open."""
    return [
        rule for rule in app.url_map.iter_rules()
        if not rule.rule.startswith("/ims/") and not rule.endpoint.endswith("static")
        and rule.endpoint.rpartition(".")[0] not in OPEN
    ]  # fmt: skip


def address(rule: Rule, number: str = "1", word: str = "x") -> str:
    """An address of a rule, numbers and words put in."""
    path = re.sub(r"<any\(([^,)]+)[^>]*>", r"\1", rule.rule)
    path = re.sub(r"<int[^>]*>", number, path)
    return re.sub(r"<[^>]+>", word, path)


def methods(rule: Rule) -> list[str]:
    return sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
