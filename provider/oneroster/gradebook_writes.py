"""Every PUT, DELETE and POST of the gradebook service of both versions, made from the table of operations.

A request is one transaction: it is committed here, or nothing of it is.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import orjson
from flask import Blueprint, Response
from werkzeug.exceptions import RequestEntityTooLarge

from provider.access.guard import Caller
from provider.database import db
from provider.gradebook.bodies import read_many, read_one, supplied_ids
from provider.gradebook.documents import MAX_BYTES, read_json, too_large
from provider.gradebook.posting import Posted, post
from provider.gradebook.visible import Visible
from provider.gradebook.writer import Platform, Writer
from provider.gradebook.writing import put, remove
from provider.oneroster.calls import Call, decoded, let_in, register_errors, rule, taken_by
from provider.oneroster.envelope import respond
from provider.oneroster.gradebook_reads import require_parents
from provider.oneroster.traces import ApiRequest
from shared.database import writing
from shared.oneroster.errors import Failure, Refusal, all_refused_body, refused_object
from shared.oneroster.resources.gradebook_operations import Write, gradebook_writes
from shared.oneroster.versions import BASE_PATHS, Version

#: What an object that is posted takes from its path (`oneroster-1.2.md` section 4): the field of each parameter.
_FIELDS = {
    "classSourcedId": "class",
    "schoolSourcedId": "school",
    "lineItemSourcedId": "lineItem",
    "academicSessionSourcedId": "academicSession",
}
#: Read and thrown away of a body that is too large, so that the sender sees the answer and not a broken connection.
_DRAINED = 4 * MAX_BYTES
_PIECE = 1 << 16


def gradebook_writes_blueprint(version: Version) -> Blueprint:
    """The writes of the gradebook service of one version: a route per operation."""
    blueprint = Blueprint(f"gradebook_writes_{version.name}", __name__, url_prefix=BASE_PATHS[version, "gradebook"])
    views = {"PUT": _put, "DELETE": _delete, "POST": _post}
    for write in gradebook_writes(version):
        view = views[write.verb](write, version)
        blueprint.add_url_rule(rule(write.path), write.operation_id, view, methods=[write.verb])
    register_errors(blueprint, version)
    return blueprint


def _put(write: Write, version: Version) -> Callable[..., Response]:
    """201 for a new object; for one that was there 200 in 1.1 and 201 in 1.2 (P-122). Status tobedeleted deletes."""

    def view(**segments: str) -> Response:
        sourced_id = decoded(segments)["sourcedId"]
        with let_in(write.scopes, version) as call:
            body = read_one(read_json(_sent(call.request)), write, version, sourced_id)
            with _writer(call) as writer:
                if body.deleted:
                    remove(writer, write.resource, sourced_id)
                    created = False
                else:
                    created = put(writer, write.resource, body).created
        return _empty(200 if version is Version.V1P1 and not created else 201)

    return view


def _delete(write: Write, version: Version) -> Callable[..., Response]:
    def view(**segments: str) -> Response:
        with let_in(write.scopes, version) as call, _writer(call) as writer:
            remove(writer, write.resource, decoded(segments)["sourcedId"])
        return _empty(204)

    return view


def _post(write: Write, version: Version) -> Callable[..., Response]:
    """201 when all were taken, 207 when some were, 422 when none was: then nothing is written."""

    def view(**segments: str) -> Response:
        params = decoded(segments)
        with let_in(write.scopes, version) as call:
            require_parents(call, write.parents, params)
            document = read_json(_sent(call.request))
            sent = read_many(document, write, version, _of_path(params))
            path = write.path.format(**params)
            try:
                with _writer(call) as writer:
                    posted = post(writer, write.resource, path, sent, supplied_ids(document, write))
                    if posted.refusals and not posted.pairs:
                        raise _NothingTaken(posted.refusals)
            except _NothingTaken as none:
                return respond([orjson.dumps(all_refused_body(none.refusals))], "", Failure.INVALID_BODY.status)
        return _answer(call.request, posted)

    return view


class _NothingTaken(Exception):
    """Ends the transaction of a POST of which nothing was taken."""

    def __init__(self, refusals: list[Refusal]) -> None:
        super().__init__()
        self.refusals = refusals


@contextmanager
def _writer(call: Call) -> Iterator[Writer]:
    """A writer for the caller, in a transaction that is committed when all went well."""
    visible = Visible(call.caller.version, call.reading.built, call.database)
    with writing(db.engine) as connection:
        yield Writer(connection, visible, _platform(call.caller), call.now)


def _platform(caller: Caller) -> Platform:
    return Platform(caller.connection_id, caller.version, caller.edition.schools)


def _of_path(params: dict[str, str]) -> dict[str, str | None]:
    """What the path says of each object; a class implies its school."""
    found: dict[str, str | None] = {_FIELDS[name]: value for name, value in params.items()}
    return {"school": None, **found} if "class" in found else found


def _sent(request: ApiRequest) -> bytes:
    """The body of the request. Raises OneRosterError (413)."""
    request.max_content_length = MAX_BYTES
    try:
        return request.get_data(cache=False)
    except RequestEntityTooLarge:
        _drain(request)
        raise too_large() from None


def _drain(request: ApiRequest) -> None:
    stream, left = request.environ["wsgi.input"], min(request.content_length or 0, _DRAINED)
    while left > 0 and (piece := stream.read(min(_PIECE, left))):
        left -= len(piece)


def _empty(status: int) -> Response:
    """An answer without a body (real-clients 17)."""
    response = Response(status=status)
    del response.headers["Content-Type"]
    return response


def _answer(request: ApiRequest, posted: Posted) -> Response:
    pairs = [{"suppliedSourcedId": supplied, "allocatedSourcedId": allocated} for supplied, allocated in posted.pairs]
    body: dict[str, object] = {"sourcedIdPairs": pairs}
    if posted.refusals:
        body["refused"] = [refused_object(refusal) for refusal in posted.refusals]
    return respond([orjson.dumps(body)], taken_by(request), 207 if posted.refusals else 201)
