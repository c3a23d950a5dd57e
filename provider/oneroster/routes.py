"""Every rostering and resources GET of both versions, from the table of operations: guard, query, read, envelope."""

from collections.abc import Callable

from flask import Blueprint, Flask, Response
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from provider.oneroster.calls import (
    answer_one,
    answer_page,
    answer_unchanged,
    arguments,
    decoded,
    is_current,
    let_in,
    register_errors,
    require,
    respond_error,
    rule,
    unknown,
)
from provider.oneroster.slashes import restore
from provider.oneroster.traces import present
from shared.oneroster.errors import Failure
from shared.oneroster.query import parse_query
from shared.oneroster.resources.operations import Operation, operations_of
from shared.oneroster.versions import BASE_PATHS, Version


def reading_blueprint(version: Version, service: str) -> Blueprint:
    """A service (`operations.SERVICES`) of one version: a route per operation. `answer_unroutable` answers what has no
    route."""
    blueprint = Blueprint(f"{service}_{version.name}", __name__, url_prefix=BASE_PATHS[version, service])
    for operation in operations_of(version, service):
        view = _single(operation, version) if operation.single else _collection(operation, version)
        blueprint.add_url_rule(rule(operation.path), operation.operation_id, view, methods=["GET"])
    register_errors(blueprint, version)
    return blueprint


def _collection(operation: Operation, version: Version) -> Callable[..., Response]:
    def view(**segments: str) -> Response:
        request = present()
        params, asked = decoded(segments), arguments(request)
        with let_in(operation.scopes, version) as call:
            query = parse_query(asked, operation.resource, version)
            for parent in operation.parents:
                require(call.reading, parent, params)
            question = call.reading.question(operation, params, query)
            if is_current(request, question.state):
                call.reading.begin(question)
                return answer_unchanged(question.state)
            page = call.reading.page(question, query)
        return answer_page(request, operation.resource, page, query, asked)

    return view


def _single(operation: Operation, version: Version) -> Callable[..., Response]:
    def view(**segments: str) -> Response:
        params = decoded(segments)
        with let_in(operation.scopes, version) as call:
            query = parse_query(arguments(call.request), operation.resource, version, single=True)
            text = call.reading.one(operation.resource, operation.view, params, params["sourcedId"])
        if text is None:
            raise unknown(operation.resource, params["sourcedId"])
        return answer_one(call.request, operation.resource, text, query)

    return view


def answer_unroutable(app: Flask, otherwise: Callable[[HTTPException], ResponseReturnValue]) -> None:
    """Unknown paths (404) and methods that a path does not have (405) below a base path, in the version's words;
    `otherwise` answers errors of all other addresses."""

    @app.errorhandler(404)
    @app.errorhandler(405)
    def unroutable(error: HTTPException) -> ResponseReturnValue:
        request = present()
        version = next((v for (v, _), base in BASE_PATHS.items() if request.path.startswith(base + "/")), None)
        if version is None:
            return otherwise(error)
        if isinstance(error, MethodNotAllowed):
            response = respond_error(version, Failure.METHOD_NOT_ALLOWED, f"{request.method} is not for this path")
            response.headers["Allow"] = ", ".join(sorted(error.valid_methods or ()))
            return response
        path = restore(request.path)
        return respond_error(version, Failure.UNKNOWN_OBJECT, f"Unknown Object: there is no resource at {path}")
