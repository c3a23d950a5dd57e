"""Every rostering GET of both versions, made from the table of operations: guard, query, read, envelope."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from urllib.parse import quote

import orjson
from flask import Blueprint, Flask, Response, current_app, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from provider.access.guard import Caller, Unauthorized, authenticate
from provider.oneroster.envelope import (
    collection_body,
    encoded,
    link_header,
    respond,
    select_fields,
    single_body,
)  # fmt: skip
from provider.oneroster.slashes import restore, sent_path
from provider.publishing.reading import NotPublished, Reading, open_reading
from shared.oneroster.errors import Failure, OneRosterError, error_body
from shared.oneroster.query import parse_query
from shared.oneroster.resources.operations import Operation, Parent, operations_of
from shared.oneroster.versions import BASE_PATHS, Version

#: Seconds after which a client may ask again for what is being built.
_RETRY_AFTER = "30"


def rostering_blueprint(version: Version) -> Blueprint:
    """The rostering service of one version: a route per operation. `answer_unroutable` answers what has no route."""
    blueprint = Blueprint(f"rostering_{version.name}", __name__, url_prefix=BASE_PATHS[version, "rostering"])
    for operation in operations_of(version):
        path = re.sub(r"{(\w+)}", r"<\1>", operation.path)
        view = _single(operation, version) if operation.single else _collection(operation, version)
        blueprint.add_url_rule(path, operation.operation_id, view, methods=["GET"])
    _register_errors(blueprint, version)
    return blueprint


def _collection(operation: Operation, version: Version) -> Callable[..., Response]:
    resource = operation.resource

    def view(**segments: str) -> Response:
        params = {name: restore(value) for name, value in segments.items()}
        with _reading(operation, version) as reading:
            arguments = list(request.args.items(multi=True))
            query = parse_query(arguments, resource, version)
            for parent in operation.parents:
                _require(reading, parent, params)
            page = reading.page(operation, params, query)
        pieces = select_fields(page.pieces, query.fields)
        body = collection_body(resource.plural, pieces, query.warnings)
        links = link_header(
            _address(), request.query_string.decode("latin-1"), arguments, query, page.total, page.revision
        )
        headers = ("X-Total-Count", str(page.total)), ("Link", links)
        return respond(body, request.headers.get("Accept-Encoding", ""), 200, *headers)

    return view


def _single(operation: Operation, version: Version) -> Callable[..., Response]:
    resource = operation.resource

    def view(**segments: str) -> Response:
        params = {name: restore(value) for name, value in segments.items()}
        with _reading(operation, version) as reading:
            query = parse_query(list(request.args.items(multi=True)), resource, version, single=True)
            text = reading.one(resource, operation.view, params, params["sourcedId"])
        if text is None:
            raise OneRosterError(
                Failure.UNKNOWN_OBJECT, f"Unknown Object: no {resource.singular} with sourcedId {params['sourcedId']!r}"
            )
        body = single_body(resource.singular, select_fields([b"," + text], query.fields), query.warnings)
        return respond(body, request.headers.get("Accept-Encoding", ""))

    return view


@contextmanager
def _reading(operation: Operation, version: Version) -> Iterator[Reading]:
    """Let the caller in, or not: a reading of its edition for the time of the request."""
    now = datetime.now(UTC)
    homeroom = current_app.extensions["homeroom"]
    main, traffic = homeroom["readers"]
    with main.connection() as connection:
        caller = authenticate(connection, request.headers.get("Authorization"), now)
        _check(caller, operation, version)
        yield open_reading(homeroom["memory"], connection, traffic, caller.edition, caller.connection_id, now)


def _check(caller: Caller, operation: Operation, version: Version) -> None:
    if caller.version is not version:
        raise OneRosterError(
            Failure.FORBIDDEN, f"This connection speaks OneRoster {caller.version}; this address is OneRoster {version}"
        )
    if operation.scopes.isdisjoint(caller.scopes):
        wanted = " or ".join(sorted(operation.scopes))
        raise OneRosterError(Failure.FORBIDDEN, f"The token does not carry the scope that this needs: {wanted}")


def _require(reading: Reading, parent: Parent, params: dict[str, str]) -> None:
    if reading.one(parent.resource, parent.view, params, params[parent.param]) is None:
        raise OneRosterError(
            Failure.UNKNOWN_OBJECT,
            f"Unknown Object: no {parent.resource.singular} with sourcedId {params[parent.param]!r} here",
        )


def _address() -> str:
    """The absolute URL of this collection, as it was asked for, at the configured public address and not at the
    request's host."""
    public = current_app.extensions["homeroom"]["settings"].provider_url
    return f"{public}{encoded(sent_path(request.environ) or quote(request.root_path + request.path))}"


def _register_errors(blueprint: Blueprint, version: Version) -> None:
    """Every failure in the words of the version; nothing of the inside leaves."""

    def answer(failure: Failure, description: str, **headers: str) -> Response:
        response = respond_error(version, failure, description)
        response.headers.extend({name.replace("_", "-"): value for name, value in headers.items()})
        return response

    @blueprint.errorhandler(OneRosterError)
    def failed(error: OneRosterError) -> Response:
        return answer(error.failure, error.description)

    @blueprint.errorhandler(Unauthorized)
    def unauthorized(error: Unauthorized) -> Response:
        return answer(Failure.UNAUTHORIZED, str(error), WWW_Authenticate="Bearer")

    @blueprint.errorhandler(NotPublished)
    def not_ready(_error: NotPublished) -> Response:
        text = "The district's data are being prepared for this connection; ask again soon"
        return answer(Failure.NOT_READY, text, Retry_After=_RETRY_AFTER)

    @blueprint.errorhandler(HTTPException)
    def refused(error: HTTPException) -> Response:
        return answer(Failure.INVALID_DATA, error.description or "The request cannot be read")

    @blueprint.errorhandler(Exception)
    def broken(error: Exception) -> Response:
        current_app.logger.error("%s failed: %s", request.endpoint, type(error).__name__, exc_info=error)
        return answer(Failure.INTERNAL, "Something went wrong here; it has been logged. Try again later")


def respond_error(version: Version, failure: Failure, description: str) -> Response:
    """The error body of a version with its status."""
    return respond([orjson.dumps(error_body(version, failure, description))], "", failure.status)


def answer_unroutable(app: Flask) -> None:
    """Unknown paths (404) and methods that a path does not have (405) below a base path, in the version's words."""

    @app.errorhandler(404)
    @app.errorhandler(405)
    def unroutable(error: HTTPException) -> ResponseReturnValue:
        version = next((v for (v, _), base in BASE_PATHS.items() if request.path.startswith(base + "/")), None)
        if version is None:
            return error
        if isinstance(error, MethodNotAllowed):
            response = respond_error(version, Failure.METHOD_NOT_ALLOWED, f"{request.method} is not for this path")
            response.headers["Allow"] = ", ".join(sorted(error.valid_methods or ()))
            return response
        path = restore(request.path)
        return respond_error(version, Failure.UNKNOWN_OBJECT, f"Unknown Object: there is no resource at {path}")
