"""OAuth 2 scopes of both versions: their URLs, what each opens, and which of those asked for are granted.

Inside the programs a scope is its short name, the last part of its URL ("roster.readonly"), the same in both versions.
Sources: `oneroster-1.1.md` section 8.2, `oneroster-1.2.md` section 6, real-clients 1.
"""

from collections.abc import Iterable
from typing import NamedTuple

from shared.oneroster.versions import Version

#: Either scope of a set opens an operation: all-and-one reads, nested reads, demographics.
ROSTER_CORE = frozenset({"roster-core.readonly", "roster.readonly"})
ROSTER = frozenset({"roster.readonly"})
DEMOGRAPHICS = frozenset({"roster-demographics.readonly"})
RESOURCE_CORE = frozenset({"resource-core.readonly", "resource.readonly"})
RESOURCE = frozenset({"resource.readonly"})
GRADEBOOK_CORE = frozenset({"gradebook-core.readonly", "gradebook.readonly"})
GRADEBOOK = frozenset({"gradebook.readonly"})
GRADEBOOK_PUT = frozenset({"gradebook.createput"})
GRADEBOOK_POST = frozenset({"gradebook.createpost"})
GRADEBOOK_DELETE = frozenset({"gradebook.delete"})
ASSESSMENT = frozenset({"assessment.readonly"})
ASSESSMENT_PUT = frozenset({"assessment.createput"})
ASSESSMENT_DELETE = frozenset({"assessment.delete"})

_SEVEN = (
    "roster-core.readonly", "roster.readonly", "roster-demographics.readonly", "resource.readonly",
    "gradebook.readonly", "gradebook.createput", "gradebook.delete",
)  # fmt: skip
_ONLY_1P2 = (
    "resource-core.readonly", "gradebook-core.readonly", "gradebook.createpost",
    "assessment.readonly", "assessment.createput", "assessment.delete",
)  # fmt: skip

#: The short names that a version knows, in the order in which they are shown.
NAMES: dict[Version, tuple[str, ...]] = {Version.V1P1: _SEVEN, Version.V1P2: _SEVEN + _ONLY_1P2}

_PREFIX: dict[Version, str] = {
    Version.V1P1: "https://purl.imsglobal.org/spec/or/v1p1/scope/",
    Version.V1P2: "https://purl.imsglobal.org/spec/or/v1p2/scope/",
}

#: A connection that may use the wide scope may ask for the narrow one alone.
_NARROWER = {
    "roster-core.readonly": "roster.readonly",
    "resource-core.readonly": "resource.readonly",
    "gradebook-core.readonly": "gradebook.readonly",
}


def scope_url(name: str, version: Version) -> str:
    """The URL of a short name; KeyError when `version` has no such scope."""
    if name not in NAMES[version]:
        raise KeyError(f"OneRoster {version} has no scope {name!r}")
    return _PREFIX[version] + name


def short_name(url: str) -> str | None:
    """The short name of a scope URL of either version, http or https; None when it is no scope of the standard."""
    address = "https://" + url.removeprefix("http://") if url.startswith("http://") else url
    for version, prefix in _PREFIX.items():
        name = address.removeprefix(prefix)
        if name != address and name in NAMES[version]:
            return name
    return None


class Grant(NamedTuple):
    """What a token carries (short names), and the `scope` of the token answer (blank-separated URLs)."""

    names: frozenset[str]
    scope: str


def grant(asked: str | None, allowed: frozenset[str], version: Version | None = None) -> Grant | None:
    """The part of `asked` that is known and allowed; None, to be refused as `invalid_scope`, when nothing is left.

    asked    the `scope` parameter: blank-separated URLs, versions mixed, http for https; blank: all that is allowed
    allowed  short names that the connection may use
    version  with no scope asked for, the version whose URLs the answer names; None: those of both
    The answer spells each granted scope as it was asked for: clients look for their own spelling (real-clients 1).
    """
    if not asked or not asked.strip():
        versions = tuple(Version) if version is None else (version,)
        urls: Iterable[str] = (_PREFIX[v] + name for v in versions for name in NAMES[v] if name in allowed)
        return Grant(allowed, " ".join(urls)) if allowed else None
    granted = {url: name for url in asked.split() if (name := short_name(url)) and _permits(allowed, name)}
    return Grant(frozenset(granted.values()), " ".join(granted)) if granted else None


def _permits(allowed: frozenset[str], name: str) -> bool:
    return name in allowed or _NARROWER.get(name) in allowed
