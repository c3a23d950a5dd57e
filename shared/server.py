"""Either program under gunicorn: threads for clients that wait, processes for the cores."""

import gc
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from gunicorn.app.base import BaseApplication
from gunicorn.config import Config
from gunicorn.glogging import Logger
from gunicorn.http import message
from gunicorn.workers.gthread import ThreadWorker

from shared.threads import LastRestedFirst

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


#: Filters may be long, and percent-encoded they are three times as long. gunicorn's own most is 8,190 bytes, which is a
#: constant of its parser; what is longer than this is refused by gunicorn itself (414).
REQUEST_LINE = 65_536
message.MAX_REQUEST_LINE = REQUEST_LINE

Application = TypeVar("Application")


def settled(application: Application) -> Application:
    """`application`, which stays as long as the process: the garbage collector looks at it no more. A collection that
    goes through a whole application takes a tenth of a second, during which a process answers nobody.
    """
    gc.collect()
    gc.freeze()
    return application


class ServerLog(Logger):  # type: ignore[misc]
    """gunicorn's own events go where all others go (`shared.logs`)."""

    def setup(self, cfg: Config) -> None:
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True


class ServerWorker(ThreadWorker):  # type: ignore[misc]
    """gunicorn's worker of many threads, with threads that stay where their data are."""

    def get_thread_pool(self) -> LastRestedFirst:
        return LastRestedFirst(self.cfg.threads)


class Server(BaseApplication):  # type: ignore[misc]
    """gunicorn over a WSGI application, configured by arguments alone."""

    def __init__(self, load: "Callable[[], WSGIApplication]", options: dict[str, Any]) -> None:
        self._load = load
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> "WSGIApplication":
        """Called in each worker process, so that none shares a database connection with another."""
        return settled(self._load())


def _close(_arbiter: Any, worker: Any) -> None:
    """A worker that ends lets its application close what it holds, where it has a `close`."""
    close = getattr(worker.app.callable, "close", None)
    if close is not None:
        close()


def serve(load: "Callable[[], WSGIApplication]", host: str, port: int, workers: int, threads: int) -> None:
    """Serve what `load` makes until told to stop (SIGTERM, SIGINT); gunicorn ends the process."""
    options = {
        "bind": [f"{host}:{port}"],
        "worker_class": ServerWorker,
        "workers": workers,
        "threads": threads,
        "keepalive": 30,
        "timeout": 120,
        "graceful_timeout": 30,
        "control_socket_disable": True,
        "limit_request_line": REQUEST_LINE,
        # Request lines hold names and addresses of people (filters), so there is no access log.
        "accesslog": None,
        "logger_class": ServerLog,
        "worker_exit": _close,
    }
    Server(load, options).run()
