"""The provider under gunicorn: threads for clients that wait, processes for the cores."""

from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.config import Config
from gunicorn.glogging import Logger

from provider.app import create_app
from provider.host import Host
from shared.settings import Settings


class ServerLog(Logger):
    """gunicorn's own events go where all others go (`shared.logs`)."""

    def setup(self, cfg: Config) -> None:
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True


class Server(BaseApplication):
    """gunicorn over a Host, configured by arguments alone."""

    def __init__(self, settings: Settings, options: dict[str, Any]) -> None:
        self._settings = settings
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Host:
        """Called in each worker process, so that none shares a database connection with another."""
        return Host(self._settings, create_app)


def serve(settings: Settings, host: str, port: int, workers: int, threads: int) -> None:
    """Serve until told to stop (SIGTERM, SIGINT). Raises nothing of its own: gunicorn ends the process."""
    options = {
        "bind": [f"{host}:{port}"],
        "worker_class": "gthread",
        "workers": workers,
        "threads": threads,
        "keepalive": 30,
        "timeout": 120,
        "graceful_timeout": 30,
        "control_socket_disable": True,
        # Filters may be long; a request line beyond this is refused by gunicorn itself.
        "limit_request_line": 8190,
        # Request lines hold names and addresses of people (filters), so there is no access log.
        "accesslog": None,
        "logger_class": ServerLog,
    }
    Server(settings, options).run()
