"""The consumer's pages under gunicorn: threads for people who wait."""

from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.config import Config
from gunicorn.glogging import Logger

from consumer.app import create_app
from shared.settings import Settings


class ServerLog(Logger):
    """gunicorn's own events go where all others go (`shared.logs`)."""

    def setup(self, cfg: Config) -> None:
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True


class Server(BaseApplication):
    """gunicorn over the consumer, configured by arguments alone."""

    def __init__(self, settings: Settings, options: dict[str, Any]) -> None:
        self._settings = settings
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Called in each worker process, so that none shares a database connection with another."""
        return create_app(self._settings)


def serve(settings: Settings, host: str, port: int, workers: int, threads: int) -> None:
    """Serve until told to stop (SIGTERM, SIGINT). Raises nothing of its own: gunicorn ends the process."""
    options = {
        "bind": [f"{host}:{port}"],
        "worker_class": "gthread",
        "workers": workers,
        "threads": threads,
        "graceful_timeout": 30,
        "control_socket_disable": True,
        "accesslog": None,
        "logger_class": ServerLog,
    }
    Server(settings, options).run()
