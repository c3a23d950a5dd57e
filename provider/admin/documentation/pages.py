"""The documentation of the API for the district's administrators, and reading with it as one of their connections."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from flask import Blueprint, abort, current_app, render_template, request
from flask.typing import ResponseReturnValue

from provider.access.connections import list_connections
from provider.access.models import Connection
from provider.admin.documentation.contract import Entry, document, entries, operation_named, services
from provider.admin.documentation.curl import curl_lines
from provider.admin.documentation.inside import Answer, read_as
from provider.admin.documentation.references import linked
from provider.admin.documentation.words import marked, paragraphs
from provider.admin.guards import for_administrators
from provider.database import db
from shared.oneroster.openapi import Described, Document
from shared.oneroster.resources.operations import Operation
from shared.oneroster.versions import Version
from shared.web.forms import Form, typed_form

documentation = Blueprint(
    "documentation", __name__, template_folder="templates", static_folder="static", url_prefix="/documentation"
)
for_administrators(documentation)
documentation.add_app_template_filter(marked)

#: What a page is asked for with, beside the parameters of the operation.
_CONNECTION, _REVISION = "connection", "revision"


@documentation.get("/")
def show() -> ResponseReturnValue:
    """The services, and the operations of one of them."""
    known = services()
    service = request.args.get("service", next(iter(known)))
    described = known.get(service) or abort(404)
    api = _document(described)
    search = request.args.get("search", "")
    groups: dict[str, list[Entry]] = {}
    for one in entries(api):
        text = f"{one.method} {one.path} {one.summary}".lower()
        if all(word in text for word in search.lower().split()):
            groups.setdefault(one.group, []).append(one)
    return render_template(
        "documentation/operations.html", services=known, service=service, described=described, groups=groups,
        about=paragraphs(api["info"]["description"]), search=search,
        connection=_chosen(_connections(described.version), request.args.get(_CONNECTION, "")),
    )  # fmt: skip


@documentation.get("/<service>/<operation_id>/")
def operation(service: str, operation_id: str) -> ResponseReturnValue:
    """An operation. One record is read at once where the address names it; anything else when the form is sent."""
    described, found = _find(service, operation_id)
    read = operation_named(described, operation_id)
    names = (_CONNECTION, *(read.params if read else ()))
    asked = {name: request.args[name] for name in names if request.args.get(name)}
    at_once = read is not None and read.single and len(asked) == 1 + len(read.params)
    form = Form({"limit": "10", **asked})
    return _page(service, described, found, form, read if at_once else None)


@documentation.post("/<service>/<operation_id>/")
def do_read(service: str, operation_id: str) -> ResponseReturnValue:
    """What the connection gets: filters may name people, and so are not in addresses."""
    described, found = _find(service, operation_id)
    read = operation_named(described, operation_id) or abort(405)
    return _page(service, described, found, typed_form(request.form), read)


def _find(service: str, operation_id: str) -> tuple[Described, Entry]:
    described = services().get(service) or abort(404)
    found = next((one for one in entries(_document(described)) if one.id == operation_id), None)
    return described, found or abort(404)


def _document(described: Described) -> Document:
    homeroom = current_app.extensions["homeroom"]
    settings, app_name = homeroom["settings"], homeroom["app_name"]
    return document(described, settings.provider_base_url(app_name), settings.provider_token_url(app_name))


def _connections(version: Version) -> list[Connection]:
    return [one for one in list_connections(db.session()) if one.version == version]


def _chosen(connections: list[Connection], number: str) -> Connection | None:
    return next((one for one in connections if str(one.id) == number), None)


def _page(service: str, described: Described, entry: Entry, form: Form, read: Operation | None) -> ResponseReturnValue:
    """The page of an operation; `read`: what is to be read with what the form says."""
    connections = _connections(described.version)
    chosen = _chosen(connections, form.value(_CONNECTION))
    errors = _lacking(read, form, chosen) if read else {}
    answered = _answered(described, read, form, chosen) if read and chosen and not errors else {}
    shown = render_template(
        "documentation/operation.html", service=service, described=described, entry=entry, chosen=chosen,
        form=form.refused(errors), connections=[(str(one.id), one.name) for one in connections], **answered,
    )  # fmt: skip
    return (shown, 422) if errors else shown


def _lacking(read: Operation, form: Form, chosen: Connection | None) -> Mapping[str, list[str]]:
    errors = {name: ["Fill this in"] for name in read.params if not form.value(name).strip()}
    return errors if chosen else {**errors, _CONNECTION: ["Choose a connection"]}


def _answered(described: Described, read: Operation, form: Form, connection: Connection) -> dict[str, Any]:
    """What the page shows of an answer."""
    path = described.base_path + read.path
    for name in read.params:
        path = path.replace(f"{{{name}}}", quote(form.value(name).strip(), safe=""))
    asked = ("limit", "offset", "sort", "orderBy", "filter", "fields", _REVISION)
    query = [(name, form.value(name).strip()) for name in asked if form.value(name).strip()]
    if read.single:
        query = [(name, value) for name, value in query if name == "fields"]
    homeroom = current_app.extensions["homeroom"]
    settings, app_name = homeroom["settings"], homeroom["app_name"]
    answer = read_as(current_app, connection.id, path, query)
    given = {name: form.value(name) for name in (_CONNECTION, *read.params)}
    return {
        "answer": answer,
        "text": linked(answer.text, settings.provider_base_url(app_name), connection.id, described.version),
        "curl": curl_lines(connection, answer.address, settings.provider_token_url(app_name), _needs_vendor_key(read)),
        "pages": [(relation, given | dict(parse_qsl(urlsplit(url).query))) for relation, url in _pages(answer)],
    }


def _needs_vendor_key(read: Operation) -> bool:
    return read.resource.service == "gradebook"  # P-98


def _pages(answer: Answer) -> list[tuple[str, str]]:
    """The other pages, in reading order."""
    return [(name, answer.links[name]) for name in ("first", "prev", "next", "last") if name in answer.links]
