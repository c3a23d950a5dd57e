"""The threads of a web worker: the one that rested last works next.

A thread that has just answered left what the next answer needs in the caches of its core. Threads that take turns, as
those of `ThreadPoolExecutor` do, find it gone.
"""

from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future
from threading import Lock, RLock, Thread
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class _Job:
    """A call, and the future that waits for what comes of it."""

    __slots__ = ("_arguments", "_call", "_options", "future")

    def __init__(self, call: Callable[..., Any], arguments: tuple[Any, ...], options: dict[str, Any]) -> None:
        self.future: Future[Any] = Future()
        self._call, self._arguments, self._options = call, arguments, options

    def do(self) -> None:
        if not self.future.set_running_or_notify_cancel():
            return
        try:
            result = self._call(*self._arguments, **self._options)
        except BaseException as error:  # noqa: BLE001 - whoever asks the future is told
            self.future.set_exception(error)
        else:
            self.future.set_result(result)


class _Rest:
    """Where a thread waits to be given a job; None: to end."""

    __slots__ = ("_given", "_job")

    def __init__(self) -> None:
        self._job: _Job | None = None
        self._given = Lock()
        self._given.acquire()

    def give(self, job: _Job | None) -> None:
        self._job = job
        self._given.release()

    def take(self) -> _Job | None:
        self._given.acquire()
        job, self._job = self._job, None
        return job


class LastRestedFirst(Executor):
    """At most so many threads, made when they are needed; what they cannot take at once waits in order."""

    def __init__(self, most: int) -> None:
        self._most = most
        #: Held for moments only. A signal's handler may end the threads while its own thread submits.
        self._lock = RLock()
        self._resting: list[_Rest] = []
        self._waiting: deque[_Job] = deque()
        self._threads: list[Thread] = []
        self._ended = False

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Let a thread call `fn`. Raises RuntimeError after `shutdown`."""
        job = _Job(fn, args, kwargs)
        with self._lock:
            if self._ended:
                raise RuntimeError("These threads have been told to end")
            if self._resting:
                self._resting.pop().give(job)
            elif len(self._threads) < self._most:
                # Whoever ends the process decides how long answers under way are waited for.
                thread = Thread(target=self._work, args=(job,), name=f"answers {len(self._threads)}", daemon=True)
                self._threads.append(thread)
                thread.start()
            else:
                self._waiting.append(job)
        return job.future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more; the threads end when nothing waits any more."""
        with self._lock:
            self._ended = True
            if cancel_futures:
                while self._waiting:
                    self._waiting.popleft().future.cancel()
            while self._resting:
                self._resting.pop().give(None)
        if wait:
            for thread in self._threads:
                thread.join()

    def _work(self, first: _Job) -> None:
        rest = _Rest()
        job: _Job | None = first
        del first
        while job is not None:
            job.do()
            # A thread that rests must not hold on to the connection that it served.
            del job
            job = self._next(rest)

    def _next(self, rest: _Rest) -> _Job | None:
        """The job that has waited longest, or the next that comes; None: there is none any more."""
        with self._lock:
            if self._waiting:
                return self._waiting.popleft()
            if self._ended:
                return None
            self._resting.append(rest)
        return rest.take()
