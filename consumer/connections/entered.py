"""What a person enters for a connection, and what is wrong with it, field by field."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.oneroster.versions import Version


class BadConnection(ValueError):
    """What was entered cannot be saved. `fields`: the name of a field of `Details` -> what to enter instead, in the
    order of the form; `str` is all of it in one line."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__("; ".join(fields.values()))
        self.fields = dict(fields)


@dataclass(frozen=True, slots=True)
class Details:
    """What a person enters (C-01, C-03). On a connection that exists, None keeps what is stored; so does a secret that
    is None or empty, as secrets are never shown again (C-12).

    Where an address is on another server than the stored one, the secrets have to be entered again.

    name        which connection; one that is not there is made
    new_name    another name for it
    base_url    OneRoster Domain
    oauth       "oauth2" (Enable OAuth2) or "oauth1"; a new connection without it uses OAuth 2
    token_url   SIS Authentication URL, of OAuth 2 alone (C-02)
    client_id, client_secret   Consumer ID and Consumer Secret Key
    vendor_key, vendor_secret  of grade book calls (C-11); an empty key takes both away
    scope       blank-separated scope URLs; "" for those that each service needs
    delta_reads its runs may read what changed instead of everything (C-89)
    confirmed   somebody has confirmed that 1.2 cannot be taken back (C-04)
    """

    name: str
    new_name: str | None = None
    base_url: str | None = None
    version: Version | None = None
    oauth: str | None = None
    token_url: str | None = None
    client_id: str | None = None
    client_secret: str | None = None
    vendor_key: str | None = None
    vendor_secret: str | None = None
    scope: str | None = None
    page_limit: int | None = None
    delta_reads: bool | None = None
    confirmed: bool = False

    def __repr__(self) -> str:
        """Without the secrets."""
        return f"Details({self.name!r}, {self.base_url!r})"
