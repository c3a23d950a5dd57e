"""One HTTP request, tried again as often as makes sense (C-88). Knows nothing of tokens and of OneRoster.

429, 502, 503, 504, time-outs and broken connections are tried again after growing waits, or after what Retry-After
asks for, until patience ends; redirects are followed on the same host only; every other answer is given back as it is.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from uuid import uuid4

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3.exceptions import HTTPError, ReadTimeoutError

from consumer.client.addresses import PublicAdapter, check_url
from consumer.client.deadline import limit_answers
from consumer.client.errors import RateLimited, Redirected, ServerFault, TooLong, Unreachable
from consumer.client.limits import MIB, Limits
from consumer.client.redirects import REDIRECTS, next_stop
from consumer.client.waits import LONGEST_WAIT, WAITS, asked_wait

TRY_AGAIN = frozenset({429, 502, 503, 504})
#: Those of them after which the request has not been carried out.
NOT_DONE = frozenset({429, 503})
CHUNK = MIB
#: Names a request in the logs of both sides (C-112).
REQUEST_ID = "X-Request-ID"
LONGEST_REQUEST_ID = 64

#: What is sent along: a form's fields, or a body as it is.
Body = Mapping[str, str] | bytes | None
Sleep = Callable[[float], None]
Clock = Callable[[], datetime]


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer: its status, headers (names in any case) and unpacked body."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def date(self) -> datetime | None:
        """The moment at which the server says that it answered, in UTC; None where it does not say."""
        try:
            moment = parsedate_to_datetime(self.headers.get("Date", ""))
            return moment.astimezone(UTC) if moment.tzinfo else None
        except (TypeError, ValueError, OverflowError):
            return None


class Transport:
    """A session with one provider.

    sleep, clock   wait so many seconds; what time it is, aware UTC
    waits          seconds before each further try; none: one try only
    limits         times and lengths
    request_id     of the last request: the provider's own id where it gives one, else the one that was sent along
    """

    def __init__(
        self,
        allow_private: bool,
        sleep: Sleep = time.sleep,
        clock: Clock = utc_now,
        waits: Sequence[float] = WAITS,
        limits: Limits | None = None,
    ) -> None:
        self.sleep, self.clock = sleep, clock
        self._waits = waits
        self.limits = limits or Limits()
        self.request_id = ""
        self._failing_since: datetime | None = None
        self._beat: Callable[[], None] = _nothing
        self._allow_private = allow_private
        self._checked: set[str] = set()
        self._session = requests.Session()
        # Neither proxies nor ~/.netrc of whoever runs this: the latter would replace our Authorization header.
        self._session.trust_env = False
        self._session.headers.update({"Accept": "application/json", "Accept-Encoding": "gzip, deflate"})
        adapter = limit_answers(HTTPAdapter() if allow_private else PublicAdapter(), self.limits.answer)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)

    def close(self) -> None:
        self._session.close()

    def sign_with(self, auth: AuthBase) -> None:
        """From now on every request, with each further try and each redirect, goes through `auth` before it is sent."""
        self._session.auth = auth

    def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        data: Body = None,
        repeatable: bool = True,
    ) -> Answer:
        """The answer to a request, of whatever status but redirects and those that were tried again in vain.

        data         a form's fields, or a body as it is
        repeatable   False: sending it twice is not the same as once. It is tried again only where it cannot have been
                     done, and a failure in the middle is raised at once

        Raises AddressRefused, Unreachable, RateLimited, ServerFault; TooLong, Redirected.
        """
        self._check(url)
        been = [url]
        while True:
            answer = self._persist(method, been[-1], headers, data, repeatable)
            if answer.status not in REDIRECTS:
                return answer
            target = next_stop(method, been[-1], answer.headers)
            if target in been or len(been) > self.limits.redirects:
                raise Redirected(f"{_host(url)} sends the request in a circle")
            been.append(target)

    @contextmanager
    def telling(self, beat: Callable[[], None]) -> Iterator[None]:
        """Within it, `beat` is called before and after every wait: others take a silent process for a dead one."""
        self._beat = beat
        try:
            yield
        finally:
            self._beat = _nothing

    def _persist(
        self, method: str, url: str, headers: Mapping[str, str] | None, data: Body, repeatable: bool
    ) -> Answer:
        """Try as often as makes sense."""
        for wait in (*self._waits, None):
            wait = None if self._impatient() else wait
            try:
                answer = self._once(method, url, headers, data)
            except (requests.RequestException, HTTPError) as error:
                self._failing_since = self._failing_since or self.clock()
                if wait is None or not _may_pass(error) or not (repeatable or _never_sent(error)):
                    raise Unreachable(f"{_host(url)} {_reason(error)}") from error
                self._wait(wait)
                continue
            if answer.status not in TRY_AGAIN:
                self._failing_since = None
                return answer
            self._failing_since = self._failing_since or self.clock()
            self._wait(self._asked(answer, wait if repeatable or answer.status in NOT_DONE else None, url))
        raise AssertionError("unreachable: the last try returns or raises")

    def _impatient(self) -> bool:
        """Whether nothing good has come for so long that failures are not worth waiting for any more."""
        since = self._failing_since
        return since is not None and (self.clock() - since).total_seconds() > self.limits.patience

    def _wait(self, seconds: float) -> None:
        self._beat()
        self.sleep(seconds)
        self._beat()

    def pause(self, attempt: int) -> None:
        """Wait after failure number `attempt` (from 0) of something that went wrong above this level."""
        if self._waits:
            self._wait(self._waits[min(attempt, len(self._waits) - 1)])

    def _check(self, url: str) -> None:
        """Refuse a forbidden address (C-08), once for each host."""
        scheme_and_host = "/".join(url.split("/", 3)[:3])
        if scheme_and_host not in self._checked:
            check_url(url, self._allow_private)
            self._checked.add(scheme_and_host)

    def _once(self, method: str, url: str, headers: Mapping[str, str] | None, data: Body) -> Answer:
        self.request_id = uuid4().hex
        with self._session.request(
            method,
            url,
            headers={REQUEST_ID: self.request_id, **(headers or {})},
            data=data,
            timeout=(self.limits.connect, self.limits.silence),
            allow_redirects=False,
            stream=True,
        ) as response:
            self.request_id = response.headers.get(REQUEST_ID, self.request_id)[:LONGEST_REQUEST_ID]
            return Answer(response.status_code, response.headers, self._body(response, url))

    def _body(self, response: requests.Response, url: str) -> bytes:
        """The unpacked body. Raises TooLong before more than `longest` bytes, and a piece, are in memory."""
        longest = self.limits.longest
        announced = response.headers.get("Content-Length", "")
        too_long = TooLong(f"{_host(url)} sends an answer of more than {longest // MIB or 1} MiB")
        if announced.isdecimal() and (len(announced) > 15 or int(announced) > longest):
            raise too_long
        chunks, length = [], 0
        for chunk in response.iter_content(CHUNK):
            length += len(chunk)
            if length > longest:
                raise too_long
            chunks.append(chunk)
        return b"".join(chunks)

    def _asked(self, answer: Answer, wait: float | None, url: str) -> float:
        """Seconds to wait: as the provider asks, or `wait`; None: that was the last try, raise."""
        asked = asked_wait(answer.headers.get("Retry-After"), self.clock())
        if wait is not None and (asked is None or asked <= LONGEST_WAIT):
            return wait if asked is None else asked
        tail = "" if asked is None else f" and asks for a wait of {asked:.0f} seconds"
        if answer.status == 429:
            raise RateLimited(f"{_host(url)} answers that there were too many requests{tail}")
        raise ServerFault(f"{_host(url)} answers with status {answer.status}{tail}")


def _nothing() -> None:
    """Nobody wants to be told."""


def _host(url: str) -> str:
    return url.partition("://")[2].partition("/")[0]


def _may_pass(error: Exception) -> bool:
    """Whether another try may help: a certificate or an address that is wrong stays wrong."""
    if isinstance(error, requests.exceptions.SSLError):
        return False
    return isinstance(
        error,
        (
            requests.ConnectionError,
            requests.Timeout,
            requests.exceptions.ChunkedEncodingError,
            requests.exceptions.ContentDecodingError,
        ),
    )


def _never_sent(error: Exception) -> bool:
    """Whether the request cannot have reached the other side: there was no connection."""
    return isinstance(error, requests.ConnectTimeout) or "NewConnectionError" in repr(error)


def _reason(error: Exception) -> str:
    """What is wrong with a host, in plain words; the library's own text would repeat the whole URL."""
    if isinstance(error, requests.exceptions.SSLError):
        return "cannot be trusted: its certificate is not accepted"
    if isinstance(error, requests.ConnectTimeout):
        return "cannot be reached: no connection in time"
    if isinstance(error, requests.Timeout) or any(isinstance(why, ReadTimeoutError) for why in error.args):
        return "does not answer in time"
    if isinstance(error, requests.exceptions.ContentDecodingError):
        return "sends an answer that cannot be unpacked"
    if "NameResolutionError" in repr(error) or "getaddrinfo" in repr(error):
        return "cannot be reached: there is no such host name"
    if "refused" in str(error):
        return "cannot be reached: the connection is refused"
    return "breaks the connection off"
