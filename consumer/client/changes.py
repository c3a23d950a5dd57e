"""Reads of a collection what changed since a moment, and everything where the provider cannot tell that (C-89).

A provider that refuses the filter, or fails over it, is read whole at once; so is one that takes no notice of it, which
its first page shows. Knows nothing of what is done with the records.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from consumer.client.caller import Client
from consumer.client.errors import ClientError, RateLimited
from consumer.client.page import modified_at
from consumer.client.walk import Page

#: Some compare dates without their times: what changed less than this before the moment may come too.
SLACK = timedelta(days=1)
IGNORED = "it takes no notice of the filter, and sends what did not change too"


class Reading:
    """One read of a collection: iterate over it once for its pages, then ask how it went.

    since     the moment whose changes are read; None: everything is
    refusal   why everything is read though changes were asked for; None where nobody asked, or they came
    walk      how the read went that counts
    """

    def __init__(self, client: Client, collection: str, limit: int, since: datetime | None = None) -> None:
        self.since = since
        self.refusal: str | None = None
        self._client, self._collection, self._limit = client, collection, limit
        self.walk = client.walk(collection, limit, _filter(since) if since else None)
        self._newest: datetime | None = None

    @property
    def as_of(self) -> datetime | None:
        """The provider's clock as it began to answer. Where it does not say, the latest dateLastModified that came; not
        one that is in the future, which would hide every change until then. None when nothing says it.
        """
        return self.walk.began or self._newest

    def __iter__(self) -> Iterator[Page]:
        """Raises what iterating over a walk raises; of changes that cannot be read from their first page on, only that
        there were too many requests.
        """
        for page in self._pages():
            if self.walk.began is None:
                self._note_dates(page)
            yield page

    def _pages(self) -> Iterator[Page]:
        if self.since is not None:
            changes = iter(self.walk)
            try:
                first = next(changes, None)
                self.refusal = IGNORED if first and _is_other(first, self.since) else None
            except RateLimited:
                raise
            except ClientError as error:
                self.refusal = str(error)
            if self.refusal is None:
                yield from [first] if first else []
                yield from changes
                return
            self.since = None
            self.walk = self._client.walk(self._collection, self._limit)
        yield from self.walk

    def _note_dates(self, page: Page) -> None:
        dates = [at for record in page.records if (at := modified_at(record.raw)) is not None]
        newest = max([*dates, self._newest] if self._newest else dates, default=None)
        self._newest = min(newest, self._client.clock()) if newest else None


def _filter(since: datetime) -> str:
    """In the form in which the standard writes moments."""
    return f"dateLastModified>'{since:%Y-%m-%dT%H:%M:%S}.000Z'"


def _is_other(page: Page, since: datetime) -> bool:
    """Whether a page holds something else than what changed since then. Without any dates nobody can tell."""
    dates = [at for record in page.records if (at := modified_at(record.raw)) is not None]
    return not dates or min(dates) < since - SLACK
