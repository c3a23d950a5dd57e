"""The query parameters of a read: `limit offset sort orderBy filter fields`, strict where silence would lose records.

Sources: `oneroster-1.1.md` sections 3 to 6, `oneroster-1.2.md` section 3, real-clients 5, 9 and 10. Parameters that the
standard does not have are ignored, but for our own `revision`, which Link URLs carry from page to page.
"""

import re
from dataclasses import dataclass

from shared.oneroster.errors import (
    Failure,
    OneRosterError,
    QueryWarning,
    invalid_selection_field,
    invalid_sort_field,
)  # fmt: skip
from shared.oneroster.filters import Node, parse_filter
from shared.oneroster.paths import field_named, resolve
from shared.oneroster.resources.model import Resource
from shared.oneroster.versions import Version

DEFAULT_LIMIT = 100
#: Larger limits are cut to this, without an error (real-clients 6, 9).
MAX_LIMIT = 50_000
_MAX_INTEGER = 2**63 - 1
_INTEGER = re.compile(r"[0-9]{1,40}", re.ASCII)

Arguments = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Query:
    """What a request asks for.

    sort      dotted field path as the table spells it; None: the default order. sourcedId is always the last key
    fields    the selected field names, sourcedId first; None: all
    warnings  1.1 only: told beside the data
    revision  the collection revision that a walk began with; None: it begins now
    """

    limit: int = DEFAULT_LIMIT
    offset: int = 0
    sort: str | None = None
    descending: bool = False
    filter: Node | None = None
    fields: tuple[str, ...] | None = None
    warnings: tuple[QueryWarning, ...] = ()
    revision: int | None = None


def parse_query(args: Arguments, resource: Resource, version: Version, single: bool = False) -> Query:
    """The query of decoded `args` (name, value). Of a `single` record only `fields` counts (real-clients 5).

    Raises OneRosterError naming the parameter: INVALID_DATA, INVALID_FILTER_FIELD, INVALID_SELECTION_FIELD (1.2 only),
    INVALID_BLANK_SELECTION_FIELD.
    """
    fields, field_warnings = _fields(args, resource, version)
    if single:
        return Query(fields=fields, warnings=field_warnings)
    sort, sort_warnings = _sort(args, resource, version)
    return Query(
        limit=min(_integer(args, "limit", DEFAULT_LIMIT, minimum=1), MAX_LIMIT),
        offset=_integer(args, "offset", 0, minimum=0),
        sort=sort,
        descending=_descending(args),
        filter=parse_filter(_once(args, "filter") or "", resource, version),
        fields=fields,
        warnings=sort_warnings + field_warnings,
        revision=_revision(args),
    )


def _once(args: Arguments, name: str) -> str | None:
    """The value of a parameter that may be given once."""
    values = [value for key, value in args if key == name]
    if len(values) > 1:
        raise OneRosterError(Failure.INVALID_DATA, f"{name}: given {len(values)} times; give it once.")
    return values[0] if values else None


def _integer(args: Arguments, name: str, default: int, minimum: int) -> int:
    text = _once(args, name)
    if text is None:
        return default
    number = int(text) if _INTEGER.fullmatch(text) else -1
    if not minimum <= number <= _MAX_INTEGER:
        shown = text if len(text) <= 40 else text[:40] + "…"
        raise OneRosterError(Failure.INVALID_DATA, f"{name}: {shown!r} is not a whole number from {minimum} up.")
    return number


def _revision(args: Arguments) -> int | None:
    texts = [value for key, value in args if key == "revision"]
    if len(texts) != 1 or not _INTEGER.fullmatch(texts[0]) or int(texts[0]) > _MAX_INTEGER:
        return None
    return int(texts[0])


def _descending(args: Arguments) -> bool:
    """`orderBy` in any case; taken without `sort` too (real-clients 10)."""
    text = (_once(args, "orderBy") or "").strip().lower()
    if text not in ("", "asc", "desc"):
        raise OneRosterError(Failure.INVALID_DATA, "orderBy: it is asc or desc.")
    return text == "desc"


def _sort(args: Arguments, resource: Resource, version: Version) -> tuple[str | None, tuple[QueryWarning, ...]]:
    """An unknown field is never an error: a warning in 1.1, nothing in 1.2, the default order in both."""
    name = (_once(args, "sort") or "").strip()
    if not name:
        return None, ()
    path = resolve(resource, version, name)
    if path is not None:
        return path.dotted, ()
    if version is Version.V1P2:
        return None, ()
    told = f"sort: {resource.plural} have no field {name[:100]!r}; the data are in the default order."
    return None, (invalid_sort_field(told),)


def _fields(
    args: Arguments, resource: Resource, version: Version
) -> tuple[tuple[str, ...] | None, tuple[QueryWarning, ...]]:
    """Comma-separated, repeated, or both. An unknown name: all data and a warning in 1.1, an error in 1.2."""
    given = [value for key, value in args if key == "fields"]
    if not given:
        return None, ()
    names = [name.strip() for value in given for name in value.split(",") if name.strip()]
    if not names:
        raise OneRosterError(Failure.INVALID_BLANK_SELECTION_FIELD, "fields: it is blank; name fields or leave it out.")
    known = {name: field_named(resource, version, name) for name in names}
    unknown = ", ".join(name for name, field in known.items() if field is None)[:200]
    if not unknown:
        # sourcedId always comes along, or no client could tell the records apart (real-clients 10).
        chosen = dict.fromkeys(["sourcedId", *(field.name for field in known.values() if field)])
        return tuple(chosen), ()
    told = f"fields: {resource.plural} of OneRoster {version} have no field {unknown}"
    if version is Version.V1P2:
        raise OneRosterError(Failure.INVALID_SELECTION_FIELD, f"{told}.")
    return None, (invalid_selection_field(f"{told}; the records come whole."),)
