"""One HTTP request, tried again as often as makes sense (C-88). Knows nothing of tokens and of OneRoster.

429, 502, 503, 504, time-outs and broken connections are tried again after growing waits, or after what Retry-After
asks for; every other answer is given back as it is.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import requests
from requests.adapters import HTTPAdapter

from consumer.client.addresses import PublicAdapter, check_url
from consumer.client.errors import BadAnswer, RateLimited, ServerFault, Unreachable
from consumer.client.waits import LONGEST_WAIT, WAITS, asked_wait

TRY_AGAIN = frozenset({429, 502, 503, 504})
CONNECT_SECONDS, READ_SECONDS = 10, 120
#: An answer that is longer than this when unpacked is not read to its end.
LONGEST_ANSWER = 512 * 1024 * 1024
CHUNK = 1024 * 1024

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


class Transport:
    """A session with one provider.

    sleep, clock   wait so many seconds; what time it is, aware UTC
    waits          seconds before each further try; none: one try only
    """

    def __init__(
        self,
        allow_private: bool,
        sleep: Sleep = time.sleep,
        clock: Clock = utc_now,
        waits: Sequence[float] = WAITS,
    ) -> None:
        self.sleep, self.clock = sleep, clock
        self._waits = waits
        self._allow_private = allow_private
        self._checked: set[str] = set()
        self._session = requests.Session()
        # Neither proxies nor ~/.netrc of whoever runs this: the latter would replace our Authorization header.
        self._session.trust_env = False
        self._session.headers.update({"Accept": "application/json", "Accept-Encoding": "gzip, deflate"})
        adapter = HTTPAdapter() if allow_private else PublicAdapter()
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)

    def close(self) -> None:
        self._session.close()

    def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        data: Mapping[str, str] | None = None,
    ) -> Answer:
        """The answer to a request, of whatever status but those that were tried again in vain.

        Raises AddressRefused, Unreachable, RateLimited, ServerFault; BadAnswer for one that is too long.
        """
        self._check(url)
        for wait in (*self._waits, None):
            try:
                answer = self._once(method, url, headers, data)
            except requests.RequestException as error:
                if wait is None or not _may_pass(error):
                    raise Unreachable(f"{_host(url)} cannot be reached: {_reason(error)}") from error
                self.sleep(wait)
                continue
            if answer.status not in TRY_AGAIN:
                return answer
            self._pause(answer, wait, url)
        raise AssertionError("unreachable: the last try returns or raises")

    def pause(self, attempt: int) -> None:
        """Wait after failure number `attempt` (from 0) of something that went wrong above this level."""
        if self._waits:
            self.sleep(self._waits[min(attempt, len(self._waits) - 1)])

    def _check(self, url: str) -> None:
        """Refuse a forbidden address (C-08), once for each host."""
        scheme_and_host = "/".join(url.split("/", 3)[:3])
        if scheme_and_host not in self._checked:
            check_url(url, self._allow_private)
            self._checked.add(scheme_and_host)

    def _once(self, method: str, url: str, headers: Mapping[str, str] | None, data: Mapping[str, str] | None) -> Answer:
        with self._session.request(
            method,
            url,
            headers=headers,
            data=data,
            timeout=(CONNECT_SECONDS, READ_SECONDS),
            allow_redirects=False,
            stream=True,
        ) as response:
            chunks, length = [], 0
            for chunk in response.iter_content(CHUNK):
                length += len(chunk)
                if length > LONGEST_ANSWER:
                    raise BadAnswer(f"{_host(url)} sends an answer of more than {LONGEST_ANSWER >> 20} MiB")
                chunks.append(chunk)
            return Answer(response.status_code, response.headers, b"".join(chunks))

    def _pause(self, answer: Answer, wait: float | None, url: str) -> None:
        """Wait as the provider asks, or `wait` seconds; None: that was the last try, raise."""
        asked = asked_wait(answer.headers.get("Retry-After"), self.clock())
        if wait is not None and (asked is None or asked <= LONGEST_WAIT):
            self.sleep(wait if asked is None else asked)
            return
        tail = "" if asked is None else f" and asks for a wait of {asked:.0f} seconds"
        if answer.status == 429:
            raise RateLimited(f"{_host(url)} answers that there were too many requests{tail}")
        raise ServerFault(f"{_host(url)} answers with status {answer.status}{tail}")


def _host(url: str) -> str:
    return url.partition("://")[2].partition("/")[0]


def _may_pass(error: requests.RequestException) -> bool:
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


def _reason(error: requests.RequestException) -> str:
    """A short plain reason; the library's own text would repeat the whole URL."""
    if isinstance(error, requests.exceptions.SSLError):
        return "its certificate is not accepted"
    if isinstance(error, requests.Timeout):
        return "no answer in time"
    if "NameResolutionError" in repr(error) or "getaddrinfo" in repr(error):
        return "there is no such host name"
    if "refused" in str(error):
        return "the connection is refused"
    return "the connection breaks off"
