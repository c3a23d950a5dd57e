"""OpenAPI documents made from the table: one for OneRoster 1.1, one for each service of 1.2.

What an operation is, which fields a record has and which scopes open what is said in the table alone; here it is put
into OpenAPI 3.0, the form of the official documents (`oneroster-1.2.md` section 1), with their names of components,
tags and operations, so that code made from those fits. marshmallow has no part in it: a kind says its own JSON Schema.
"""

from dataclasses import dataclass
from typing import Any

from shared.oneroster import scopes
from shared.oneroster.openapi_paths import Parts, add_read, add_write
from shared.oneroster.openapi_schemas import Schemas
from shared.oneroster.resources.gradebook_operations import Write, gradebook_reads, gradebook_writes
from shared.oneroster.resources.operations import Operation, operations_of
from shared.oneroster.versions import BASE_PATHS, Version

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Described:
    """One document: what it covers and where it is found.

    services  keys of BASE_PATHS; they have one base path
    files     the names under which a client asks for it at `{base path}/discovery/` (section 1): that of the binding
              documents first, then that of the conformance guide. 1.1 knows no discovery, so its name is our own
    """

    version: Version
    title: str
    services: tuple[str, ...]
    files: tuple[str, ...]

    @property
    def base_path(self) -> str:
        return BASE_PATHS[self.version, self.services[0]]

    def reads(self) -> tuple[Operation, ...]:
        """The GETs that it describes."""
        return tuple(operation for service in self.services for operation in _reads(service, self.version))

    def writes(self) -> tuple[Write, ...]:
        """The PUTs, POSTs and DELETEs that it describes."""
        return gradebook_writes(self.version) if "gradebook" in self.services else ()


def _reads(service: str, version: Version) -> tuple[Operation, ...]:
    return gradebook_reads(version) if service == "gradebook" else operations_of(version, service)


def _of_1p2(title: str, service: str, binding: str) -> Described:
    files = f"onerosterv1p2{binding}service_openapi3_v1p0.json", f"imsorv1p2_{service}_openapi3_v1p0.json"
    return Described(Version.V1P2, f"OneRoster 1.2 {title}", (service,), files)


DOCUMENTS: tuple[Described, ...] = (
    _of_1p2("Rostering", "rostering", "rosters"),
    _of_1p2("Gradebook and Assessment Results", "gradebook", "gradebook"),
    _of_1p2("Resources", "resources", "resources"),
    Described(
        Version.V1P1,
        "OneRoster 1.1 Rostering, Resources and Gradebook",
        ("rostering", "resources", "gradebook"),
        ("onerosterv1p1_openapi3_v1p0.json",),
    ),
)

_SCOPES = {
    "roster-core.readonly": "Read all or one of the rostering objects, but for demographics; no nested paths.",
    "roster.readonly": "Every rostering read but demographics.",
    "roster-demographics.readonly": "Read demographics; nothing else opens them.",
    "resource-core.readonly": "Read all or one of the resources.",
    "resource.readonly": "Every read of resources.",
    "gradebook-core.readonly": "Read all or one of the gradebook objects; no nested paths.",
    "gradebook.readonly": "Every gradebook read but assessments.",
    "gradebook.createput": "PUT gradebook objects.",
    "gradebook.createpost": "POST gradebook objects, whose sourcedIds the server allocates.",
    "gradebook.delete": "DELETE gradebook objects.",
    "assessment.readonly": "Read assessment line items and results.",
    "assessment.createput": "PUT assessment line items and results.",
    "assessment.delete": "DELETE assessment line items and results.",
}

_ABOUT = """\
Every answer is limited to what the connection may see: its schools, its data to share, its scopes.

**Tokens.** POST to the token URL with `grant_type=client_credentials` in a form body, client id and secret as HTTP
Basic or in the body. Without `scope` the token carries all that the connection may do. Where several scopes open an
operation, either is enough.

**Pages.** Collections answer 100 records unless `limit` says otherwise, 50,000 at most. `X-Total-Count` says how many
there are, `Link` leads to the next, last, first and previous page. Follow `next`: the pages of one walk come from one
state of the data.

**Unchanged collections.** Send the `ETag` of a page back as `If-None-Match`: 304 says that nothing has changed since.

**Errors** carry the version's own body. 429 and 503 say in `Retry-After` how many seconds to wait.
"""


def build(described: Described, base_url: str, token_url: str) -> Document:
    """The document for a district that is found at `base_url` and gives out tokens at `token_url`."""
    version = described.version
    reads, writes = described.reads(), described.writes()
    parts = Parts(version, Schemas(version, writes=bool(writes)))
    for operation in reads:
        add_read(parts, operation)
    for write in writes:
        add_write(parts, write)
    names = {name for read in reads for name in read.scopes} | {name for write in writes for name in write.scopes}
    return {
        "openapi": "3.0.3",
        "info": {"title": described.title, "version": version.value, "description": _ABOUT},
        "servers": [{"url": base_url + described.base_path}],
        "tags": [{"name": tag} for tag in sorted(parts.tags)],
        "paths": parts.paths,
        "components": {
            "schemas": dict(sorted(parts.schemas.named.items())),
            "parameters": parts.parameters,
            "responses": parts.responses,
            "securitySchemes": _security_schemes(version, names, token_url),
        },
    }


def _security_schemes(version: Version, names: set[str], token_url: str) -> Document:
    """OAuth 2 with the scopes that the document's operations use; 1.1 also takes signed requests."""
    opened = {scopes.scope_url(name, version): _SCOPES[name] for name in scopes.NAMES[version] if name in names}
    flow = {"clientCredentials": {"tokenUrl": token_url, "scopes": opened}}
    schemes: Document = {
        "OAuth2CC": {"type": "oauth2", "description": "OAuth 2 client credentials, Bearer tokens.", "flows": flow}
    }
    if version is Version.V1P1:
        schemes["OAuth1"] = {
            "type": "http",
            "scheme": "OAuth",
            "description": (
                "OAuth 1.0a (RFC 5849), two-legged, for connections made for it: every request is signed, query "
                "parameters included, with the connection's key and secret and no token; HMAC-SHA256 or HMAC-SHA1. "
                "OAuth parameters travel in the Authorization header or in the query."
            ),
        }
    return schemes
