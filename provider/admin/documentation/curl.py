"""The lines with which a platform's own people ask the same with curl. They hold no secret: curl asks for it, or the
shell has it."""

import shlex

from provider.access.models import Connection


def curl_lines(connection: Connection, address: str, token_url: str, with_vendor_key: bool) -> tuple[str, ...]:
    """How to ask for a token, and for `address` with it; nothing for OAuth 1, whose requests curl does not sign."""
    if connection.oauth != "oauth2":
        return ()
    token = f"curl -u {shlex.quote(connection.client_id)} -d grant_type=client_credentials {shlex.quote(token_url)}"
    vendor = ""
    if with_vendor_key and connection.vendor_key:
        vendor = f'-H "x-vendor-authorization: {connection.vendor_key}:$VENDOR_SECRET" '
    return token, f'curl -H "Authorization: Bearer $TOKEN" {vendor}{shlex.quote(address)}'
