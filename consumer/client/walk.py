"""Walks a collection from its first page to its last, whatever the provider's paging is like.

The next page is the one that `Link` names; else the one at the number of records received so far, until that is
X-Total-Count; else the same, until a page is empty. The number received counts, not the limit that was asked for:
pages may be short, and a limit may silently be lowered.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from consumer.client.errors import BadAnswer, ClientError, PartialRead, ServerFault, Unreachable
from consumer.client.links import has_links, next_url
from consumer.client.page import BrokenRecord, NotJson, RawRecord, split_page
from consumer.client.transport import Answer

#: Tries of one page that does not parse.
TRIES = 4


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
    ended      the last page has been read

    Iterating raises PartialRead when the read breaks off after its first page, or when a page cannot be read; on the
    first page ServerFault, BadAnswer and Unreachable come as they are, AuthFailed and RateLimited always do (C-84).
    """

    def __init__(
        self,
        get: Callable[[str], Answer],
        url: str,
        collection: str,
        limit: int,
        pause: Callable[[int], None],
    ) -> None:
        self.collection = collection
        self.received = 0
        self.total: int | None = None
        self.moved = False
        self.ended = False
        self._get = get
        self._url = url
        self._limit = limit
        self._pause = pause
        self._linked = False

    @property
    def complete(self) -> bool:
        """Whether this was all there is: read to the end, and as many records as the provider counts (C-85)."""
        return self.ended and not self.moved and self.total in (None, self.received)

    def __iter__(self) -> Iterator[Page]:
        url: str | None = self._at(0)
        known: set[tuple[str, str, int]] = set()
        while url is not None:
            answer, page = self._read(url)
            if len(page) == 0 and self.received:
                break  # beyond the end; what such a page says of the total is not to be relied on
            self._count(page)
            if len(page) == 0:
                break
            self._refuse_repetition(page, known)
            self.received += len(page)
            yield page
            url = self._next(answer.headers.get("Link"), url, len(page))
        self.ended = True

    def _at(self, offset: int) -> str:
        return f"{self._url}?limit={self._limit}&offset={offset}"

    def _read(self, url: str) -> tuple[Answer, Page]:
        """One page, asked for again while it does not parse: truncated answers happen."""
        for attempt in range(TRIES):
            try:
                answer = self._get(url)
                records, broken = split_page(answer.body, self.collection)
                return answer, Page(records, broken, _total(answer.headers.get("X-Total-Count")))
            except NotJson as error:
                if attempt == TRIES - 1:
                    raise self._broke_off(error) from error
                self._pause(attempt)
            except (ServerFault, BadAnswer, Unreachable) as error:
                if self.received == 0:
                    raise
                raise self._broke_off(error) from error
        raise AssertionError("unreachable: the last try returns or raises")

    def _count(self, page: Page) -> None:
        """Take note of the total; one that changes in mid-walk says that the collection did."""
        if page.total is None:
            return
        if self.total is not None and self.total != page.total:
            self.moved = True
        self.total = page.total

    def _refuse_repetition(self, page: Page, known: set[tuple[str, str, int]]) -> None:
        """A page that was there before: the provider does not page at all, and would go on for ever."""
        if not page.records:
            return
        mark = (page.records[0].sourced_id, page.records[-1].sourced_id, len(page))
        if mark in known:
            raise PartialRead(
                f"The read of {self.collection} stopped after {self.received} records: "
                "the provider sent the same page again"
            )
        known.add(mark)

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

    def _broke_off(self, error: ClientError) -> PartialRead:
        return PartialRead(f"The read of {self.collection} broke off after {self.received} records. {error}")


def _total(header: str | None) -> int | None:
    """X-Total-Count as a number; nonsense is the same as nothing."""
    text = (header or "").strip()
    return int(text) if text.isdecimal() and text.isascii() else None
