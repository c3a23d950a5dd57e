"""Every GET of the gradebook service of both versions, made from the table of operations."""

from collections.abc import Callable, Iterable

from flask import Blueprint, Response

from provider.gradebook.reading import Gradebook
from provider.oneroster.calls import (
    Call,
    answer_one,
    answer_page,
    answer_unchanged,
    arguments,
    decoded,
    district,
    is_current,
    let_in,
    register_errors,
    require,
    rule,
    unknown,
)
from provider.oneroster.traces import present
from shared.oneroster.query import parse_query
from shared.oneroster.resources.gradebook_operations import gradebook_reads
from shared.oneroster.resources.operations import Operation, Parent
from shared.oneroster.versions import BASE_PATHS, Version


def gradebook_reads_blueprint(version: Version) -> Blueprint:
    """The reads of the gradebook service of one version: a route per operation."""
    blueprint = Blueprint(f"gradebook_reads_{version.name}", __name__, url_prefix=BASE_PATHS[version, "gradebook"])
    for operation in gradebook_reads(version):
        view = _single(operation, version) if operation.single else _collection(operation, version)
        blueprint.add_url_rule(rule(operation.path), operation.operation_id, view, methods=["GET"])
    register_errors(blueprint, version)
    return blueprint


def open_gradebook(call: Call) -> Gradebook:
    """The grade book as the caller sees it."""
    homeroom = district()
    base_url = homeroom["settings"].provider_base_url(homeroom["app_name"])
    caller = call.caller
    return Gradebook(
        call.reading, caller.edition, call.database, call.traffic, caller.connection_id, base_url, call.now,
        caller.walker,
    )  # fmt: skip


def require_parents(call: Call, parents: Iterable[Parent], params: dict[str, str]) -> None:
    """Refuse a path that names an object which is not there, or a line item of another class (404)."""
    for parent in parents:
        _require(call, parent, params)


def _require(call: Call, parent: Parent, params: dict[str, str]) -> None:
    if parent.resource.service == "rostering":
        require(call.reading, parent, params)
    elif not open_gradebook(call).has(parent.resource, params[parent.param], params.get("classSourcedId")):
        raise unknown(parent.resource, params[parent.param])


def _collection(operation: Operation, version: Version) -> Callable[..., Response]:
    def view(**segments: str) -> Response:
        request = present()
        params, asked = decoded(segments), arguments(request)
        with let_in(operation.scopes, version) as call:
            query = parse_query(asked, operation.resource, version)
            book = open_gradebook(call)
            require_parents(call, operation.parents, params)
            question = book.question(operation, params, query)
            if is_current(request, question.state):
                book.begin(question)
                return answer_unchanged(question.state)
            page = book.page(question, query)
        return answer_page(request, operation.resource, page, query, asked)

    return view


def _single(operation: Operation, version: Version) -> Callable[..., Response]:
    def view(**segments: str) -> Response:
        sourced_id = decoded(segments)["sourcedId"]
        with let_in(operation.scopes, version) as call:
            query = parse_query(arguments(call.request), operation.resource, version, single=True)
            text = open_gradebook(call).one(operation.resource, sourced_id)
        if text is None:
            raise unknown(operation.resource, sourced_id)
        return answer_one(call.request, operation.resource, text, query)

    return view
