"""List pages: page, order, search and filters come from the address, so that a list can be shared and bookmarked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

#: Rows of a page.
SIZE = 50
#: A page further behind than this is not asked for by people.
MOST_PAGES = 100_000
#: Longer than this is no search.
MOST_LETTERS = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list was asked for. `page` counts from 1; `sort` is one of the names that the list allows."""

    page: int = 1
    sort: str = ""
    descending: bool = False
    search: str = ""
    filters: Mapping[str, str] = field(default_factory=dict)

    @property
    def offset(self) -> int:
        return (self.page - 1) * SIZE


def read_asked(args: Mapping[str, str], sorts: Sequence[str], filters: Sequence[str] = ()) -> Asked:
    """What the query of an address asks for; what makes no sense is taken for its default. The first sort is it."""
    number = args.get("page", "1")
    page = int(number) if number.isascii() and number.isdigit() and len(number) < 7 else 1
    wanted = args.get("sort", "")
    sort = wanted.removeprefix("-")
    return Asked(
        page=min(max(page, 1), MOST_PAGES),
        sort=sort if sort in sorts else sorts[0],
        descending=sort in sorts and wanted.startswith("-"),
        search=_text(args.get("search", "").strip()),
        filters={name: _text(args[name]) for name in filters if args.get(name)},
    )


def _text(asked: str) -> str:
    """Short enough, and without zero bytes, which PostgreSQL does not take."""
    return asked[:MOST_LETTERS].replace("\0", "")


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a list: its rows, and how many there are in all."""

    rows: Sequence[Any]
    total: int
    asked: Asked

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // SIZE))

    @property
    def first(self) -> int:
        """The number of the first row shown, from 1; 0 when there is none."""
        return self.asked.offset + 1 if self.rows else 0

    @property
    def last(self) -> int:
        return self.asked.offset + len(self.rows)

    def link(self, **changes: str | int) -> str:
        """The query of the same list with something else asked for."""
        asked = self.asked
        said: dict[str, str | int] = {**asked.filters, "search": asked.search, "page": asked.page}
        said["sort"] = ("-" if asked.descending else "") + asked.sort
        said |= {"page": 1} if "page" not in changes else {}
        said |= changes
        return "?" + urlencode({name: value for name, value in said.items() if value not in ("", 1)})

    def sort_link(self, name: str) -> str:
        """By this column; the other way round when it is by this column already."""
        turned = self.asked.sort == name and not self.asked.descending
        return self.link(sort=("-" if turned else "") + name)

    def order_of(self, name: str) -> str:
        """The aria-sort of a column."""
        if self.asked.sort != name:
            return "none"
        return "descending" if self.asked.descending else "ascending"
