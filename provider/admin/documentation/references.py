"""The text of an answer with its references made links: each leads to the page that reads what it names."""

import re
from functools import cache
from urllib.parse import unquote

from flask import url_for
from markupsafe import Markup, escape

from provider.admin.documentation.contract import services
from shared.oneroster.versions import Version

_HREF = re.compile(r'^(\s*"href": )"(.+)"(,?)$')


def linked(text: str, base_url: str, connection_id: int, version: Version) -> Markup:
    """The text of a body, indented; a reference that the connection could read leads there."""
    return Markup("\n").join(_line(line, base_url, connection_id, version) for line in text.split("\n"))


def _line(line: str, base_url: str, connection_id: int, version: Version) -> Markup:
    found = _HREF.match(line) if '"href": "' in line else None
    address = found and address_of(found[2], base_url, connection_id, version)
    if not found or not address:
        return escape(line)
    return Markup('{}"<a href="{}">{}</a>"{}').format(found[1], address, found[2], found[3])


def address_of(href: str, base_url: str, connection_id: int, version: Version) -> str | None:
    """The page that reads the record which a reference leads to."""
    path = href.removeprefix(base_url)
    where, _, sourced_id = path.rpartition("/")
    known = _singles(version).get(where)
    if path == href or known is None:
        return None
    service, operation = known
    return url_for("documentation.operation", service=service, operation_id=operation, connection=connection_id,
                   sourcedId=unquote(sourced_id))  # fmt: skip


@cache
def _singles(version: Version) -> dict[str, tuple[str, str]]:
    """(service, operation) that reads one record, by the path of its collection below a district's address."""
    return {
        f"{described.base_path}/{operation.path.split('/')[1]}": (service, operation.operation_id)
        for service, described in services().items()
        if described.version is version
        for operation in described.reads()
        if operation.single
    }
