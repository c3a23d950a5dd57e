"""Discovery: the OpenAPI document of each service at `{base path}/discovery/{file}`, naming this district's addresses.

Readable without a token, as 1EdTech's own server has it (`oneroster-1.2.md` section 1): a document holds addresses and
scopes, no data.
"""

from collections.abc import Callable
from functools import lru_cache
from hashlib import blake2b

import orjson
from flask import Blueprint, Response

from provider.oneroster.calls import district, is_current, taken_by
from provider.oneroster.envelope import respond
from provider.oneroster.traces import present
from shared.oneroster.openapi import DOCUMENTS, Described, build


def discovery_blueprint() -> Blueprint:
    """A route for every name of every document."""
    blueprint = Blueprint("discovery", __name__)
    for described in DOCUMENTS:
        for file in described.files:
            endpoint = file.partition(".")[0]
            blueprint.add_url_rule(address(described, file), endpoint, _document(described), methods=["GET"])
    return blueprint


def address(described: Described, file: str) -> str:
    """The path of a document below the address of a district."""
    return f"{described.base_path}/discovery/{file}"


def _document(described: Described) -> Callable[[], Response]:
    def view() -> Response:
        request, homeroom = present(), district()
        settings, app_name = homeroom["settings"], homeroom["app_name"]
        text, state = _localized(
            described, settings.provider_base_url(app_name), settings.provider_token_url(app_name)
        )  # fmt: skip
        headers = ("ETag", f'W/"{state}"'), ("Cache-Control", "public, max-age=300")
        if is_current(request, state):
            return Response(status=304, headers=headers)
        return respond([text], taken_by(request), 200, *headers)

    return view


@lru_cache(maxsize=256)
def _localized(described: Described, base_url: str, token_url: str) -> tuple[bytes, str]:
    """The text of a document, made once per district and process, and its digest."""
    text = orjson.dumps(build(described, base_url, token_url), option=orjson.OPT_INDENT_2)
    return text, blake2b(text, digest_size=8).hexdigest()
