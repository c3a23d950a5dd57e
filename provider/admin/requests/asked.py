"""What a page about the request log is asked for: filters, a day, a place in the list, all from the address."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from provider.access.log_reading import ANSWERED, FAILED, NOBODY, REFUSED, Place, Wanted
from shared.database import LARGEST_ID
from shared.oneroster.resources.gradebook_operations import GRADEBOOK_READS, GRADEBOOK_WRITES
from shared.oneroster.resources.operations import OPERATIONS, RESOURCES

#: The filters, by their names in the address.
FILTERS = ("connection", "operation", "status", "since", "until", "object", "request_id")
#: The call for a token, beside the operations of the standard.
_TOKEN = "issue_token"  # noqa: S105 - its name in the log
#: Every operation by its name in the log.
KNOWN_OPERATIONS = sorted(
    {one.operation_id for one in (*OPERATIONS, *RESOURCES, *GRADEBOOK_READS)}
    | {one.operation_id for one in GRADEBOOK_WRITES}
    | {_TOKEN}
)
STATUS_OPTIONS = [
    ("", "All"), *((name, name.capitalize()) for name in (ANSWERED, REFUSED, FAILED)),
    *((code, code) for code in ("400", "401", "403", "404", "413", "422", "429", "500", "503")),
]  # fmt: skip
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST = 600


class Asked(NamedTuple):
    """What a page is asked for. `texts` are the filters as they stand in the address and make sense."""

    wanted: Wanted
    after: Place | None
    texts: Mapping[str, str]

    def link(self, **changes: str) -> str:
        """The query of the same list with something else asked for."""
        return "?" + urlencode({name: value for name, value in {**self.texts, **changes}.items() if value})


def read_asked(args: Mapping[str, str], zone: ZoneInfo) -> Asked:
    """What an address asks for; days are those of the district's time zone. What makes no sense asks for nothing."""
    texts = {name: args.get(name, "").strip().replace("\0", "")[:_LONGEST] for name in FILTERS}
    connection = _number(texts["connection"])
    status = texts["status"] if texts["status"] in _STATUSES else ""
    since, until = _day(texts["since"]), _day(texts["until"])
    texts |= {
        "connection": "" if connection is None else str(connection), "status": status,
        "since": str(since or ""), "until": str(until or ""),
    }  # fmt: skip
    wanted = Wanted(
        connection, texts["operation"], status, day_begins(since, zone) if since else None,
        day_begins(until + timedelta(days=1), zone) if until else None, texts["object"], texts["request_id"],
    )  # fmt: skip
    return Asked(wanted, _place(args.get("after", "")), {name: value for name, value in texts.items() if value})


_STATUSES = frozenset(status for status, _ in STATUS_OPTIONS)


def day_begins(day: date, zone: ZoneInfo) -> datetime:
    """The moment at which a day of the district begins."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def read_day(text: str, today: date) -> date:
    """The day that an address names; today where it names none."""
    return _day(text) or today


def place_text(place: Place) -> str:
    """A place in the list as it stands in an address: microseconds since 1970, and the number of the call."""
    return f"{(place.at - _EPOCH) // timedelta(microseconds=1)}-{place.id}"


def _place(text: str) -> Place | None:
    at, _, number = text.partition("-")
    if not (_is_number(at, 16) and _is_number(number, 18)):
        return None
    return Place(_EPOCH + timedelta(microseconds=int(at)), int(number))


def _number(text: str) -> int | None:
    return int(text) if _is_number(text, 10) and NOBODY <= int(text) <= LARGEST_ID else None


def _is_number(text: str, digits: int) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= digits


def _day(text: str) -> date | None:
    """A day of years in which there were such logs."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1990 <= day.year <= 9000 else None
