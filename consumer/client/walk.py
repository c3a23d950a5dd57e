"""Walks a collection from its first page to its last, whatever the provider's paging is like.

The next page is the one that `Link` names; else the one at the number of records received so far, until that is
X-Total-Count; else the same, until a page is empty. The number received counts, not the limit that was asked for:
pages may be short, and a limit may silently be lowered.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from urllib.parse import quote

from consumer.client.errors import BadAnswer, ClientError, PartialRead, ServerFault, Unreachable
from consumer.client.limits import MOST
from consumer.client.links import has_links, names_next, next_url
from consumer.client.page import BrokenRecord, NotJson, RawRecord, split_page
from consumer.client.transport import Answer

#: Tries of one page that does not parse.
TRIES = 4
#: A total is stored; what is greater is as wrong as this.
GREATEST_TOTAL = 2**31 - 1

#: What two pages have in common that are the same: ids of the first and last record, or a digest, and how many.
Mark = tuple[str | bytes, str | bytes, int]


@dataclass(frozen=True, slots=True)
class Page:
    """A page as received. `total` is its X-Total-Count, None where there was none."""

    records: list[RawRecord]
    broken: list[BrokenRecord]
    total: int | None

    def __len__(self) -> int:
        return len(self.records) + len(self.broken)


class Walk:
    """One read of a collection: iterate over it once for its pages, then ask how it went.

    received   records so far, broken ones included
    total      the latest X-Total-Count, None when there was none
    moved      X-Total-Count was not the same on every page: records came or went in mid-walk
    unended    the last page was empty and named a next one, and no total says how many there are
    ended      the last page has been read
    began      the provider's clock when it answered with the first page; None where it does not say
    wanted     the filter, None for everything

    Iterating raises PartialRead when the read breaks off after its first page, or goes on without end; on the
    first page ServerFault, BadAnswer and Unreachable come as they are, AuthFailed and RateLimited always do (C-84).
    """

    def __init__(
        self,
        get: Callable[[str], Answer],
        url: str,
        collection: str,
        limit: int,
        pause: Callable[[int], None],
        most: int = MOST,
        wanted: str | None = None,
    ) -> None:
        self.collection = collection
        self.wanted = wanted
        self.began: datetime | None = None
        self.received = 0
        self.total: int | None = None
        self.moved = False
        self.unended = False
        self.ended = False
        self._get = get
        self._url = url
        self._limit = limit
        self._pause = pause
        self._most = most
        self._linked = False
        self._counts = False

    @property
    def complete(self) -> bool:
        """Whether this was all there is: read to the end, and as many records as the provider counts (C-85)."""
        return self.ended and not (self.moved or self.unended) and self.total in (None, self.received)

    def __iter__(self) -> Iterator[Page]:
        url: str | None = self._at(0)
        known: set[Mark] = set()
        while url is not None:
            answer, page = self._read(url)
            self.began = self.began if self.received else answer.date
            if len(page) == 0 and self.received:
                # Beyond the end; what such a page says of the total is not to be relied on.
                self.unended = self.total is None and names_next(answer.headers.get("Link"))
                break
            self._count(page)
            if len(page) == 0:
                break
            self._refuse_repetition(page, known)
            self.received += len(page)
            self._refuse_endlessness()
            yield page
            url = self._next(answer.headers.get("Link"), url, len(page))
        self.ended = True

    def _at(self, offset: int) -> str:
        filtered = f"&filter={quote(self.wanted, safe='')}" if self.wanted else ""
        return f"{self._url}?limit={self._limit}&offset={offset}{filtered}"

    def _read(self, url: str) -> tuple[Answer, Page]:
        """One page, asked for again while it does not parse: truncated answers happen."""
        for attempt in range(TRIES):
            try:
                answer = self._get(url)
                records, broken = split_page(answer.body, self.collection)
                return answer, Page(records, broken, _total(answer.headers.get("X-Total-Count")))
            except NotJson as error:
                if attempt == TRIES - 1:
                    raise self._failed(error) from error
                self._pause(attempt)
            except (ServerFault, BadAnswer, Unreachable) as error:
                raise self._failed(error) from error
        raise AssertionError("unreachable: the last try returns or raises")

    def _count(self, page: Page) -> None:
        """Take note of the total; one that changes in mid-walk says that the collection did."""
        if page.total is None:
            return
        if self.total is not None and self.total != page.total:
            self.moved = True
        self.total = page.total
        self._counts = self._counts or page.total != len(page)

    def _refuse_repetition(self, page: Page, known: set[Mark]) -> None:
        """A page that was there before: the provider does not page at all, and would go on for ever."""
        ids: list[str | bytes] = [record.sourced_id for record in page.records]
        ids = ids or [blake2b(b"".join(broken.raw for broken in page.broken), digest_size=16).digest()]
        mark = (ids[0], ids[-1], len(page))
        if mark in known:
            raise self._stopped("the provider sent the same page again")
        known.add(mark)

    def _refuse_endlessness(self) -> None:
        """Far more than the provider counts, or than any district has. (The total of some is a page's length.)"""
        if self.received > self._most:
            raise self._stopped("no district has so many, the provider seems to go on without end")
        if self.total is not None and self._counts and self.received > 2 * self.total + self._limit:
            raise self._stopped(f"the provider counts {self.total} and goes on sending more")

    def _next(self, link: str | None, url: str, size: int) -> str | None:
        """The URL of the page after one of `size` records, None when that was the last."""
        self._linked = self._linked or has_links(link)
        following = next_url(link, url, self.received)
        if following is not None:
            return following
        if self.total is None:
            more = not self._linked or "next" in (link or "")
        else:
            # A full page as long as the total, and no links: the "total" of some is the length of the page.
            more = self.received < self.total or (size >= self._limit and not self._linked)
        return self._at(self.received) if more else None

    def _failed(self, error: ClientError) -> ClientError:
        """What a failure means for the whole read: on the first page itself, later that the read broke off."""
        if self.received == 0:
            return error
        return PartialRead(f"The read of {self.collection} broke off after {self.received} records: {error}")

    def _stopped(self, why: str) -> PartialRead:
        return PartialRead(f"The read of {self.collection} was stopped after {self.received} records: {why}")


def _total(header: str | None) -> int | None:
    """X-Total-Count as a number; nonsense is the same as nothing."""
    text = (header or "").strip()
    if not (text.isdecimal() and text.isascii()):
        return None
    return min(int(text), GREATEST_TOTAL) if len(text) < 20 else GREATEST_TOTAL
