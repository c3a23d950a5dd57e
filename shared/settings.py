"""Where the programs keep their files and what the environment says. Read once at the edge, passed down as values.

HOMEROOM_DATA                the data folder (default ./var)
HOMEROOM_PROVIDER_URL        the provider's public address (default http://127.0.0.1:8000)
HOMEROOM_PROVIDER_DATABASE   a database URL with {app} in it, for PostgreSQL (default a SQLite file per district)
HOMEROOM_CONSUMER_URL        the consumer's public address (default http://127.0.0.1:8001)
HOMEROOM_CONSUMER_DATABASE   a database URL (default a SQLite file)
HOMEROOM_KEY                 the sealing key(s), Fernet, comma-separated, newest first (default a 0600 file in DATA)
HOMEROOM_ALLOW_PRIVATE       "1" lets the consumer call http and private addresses, for development (C-08)
HOMEROOM_LOG                 json or console: the form of the logs (`shared.logs`; default by where they go)
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Settings:
    """The environment's answers. `data` is an absolute path; URLs have no trailing slash."""

    data: Path
    provider_url: str
    provider_database: str | None
    consumer_url: str
    consumer_database: str | None
    key: str | None
    allow_private: bool

    def provider_folder(self, app_name: str) -> Path:
        """The folder of one district's files."""
        return self.data / "provider" / app_name

    @property
    def consumer_folder(self) -> Path:
        return self.data / "consumer"

    def provider_base_url(self, app_name: str) -> str:
        """The address of a district that a platform is given; /ims/oneroster/… follows it (P-105)."""
        return f"{self.provider_url}/campus/oneroster/{app_name}"

    def provider_token_url(self, app_name: str) -> str:
        """Where a platform asks for tokens (P-106)."""
        return f"{self.provider_url}/campus/oauth2/token?appName={app_name}"

    def provider_database_urls(self, app_name: str) -> tuple[str, str]:
        """(SIS and published records, traffic) of a district: on PostgreSQL one database, on SQLite two files."""
        if self.provider_database:
            url = self.provider_database.replace("{app}", app_name)
            return url, url
        folder = self.provider_folder(app_name)
        return f"sqlite:///{folder / 'district.sqlite'}", f"sqlite:///{folder / 'traffic.sqlite'}"

    @property
    def consumer_database_url(self) -> str:
        return self.consumer_database or f"sqlite:///{self.consumer_folder / 'consumer.sqlite'}"


def read_settings(environ: Mapping[str, str] = os.environ, data: str | Path | None = None) -> Settings:
    """Settings from the environment; `data` (a command's --data) wins over HOMEROOM_DATA."""
    return Settings(
        data=Path(data or environ.get("HOMEROOM_DATA") or "var").resolve(),
        provider_url=environ.get("HOMEROOM_PROVIDER_URL", "http://127.0.0.1:8000").rstrip("/"),
        provider_database=environ.get("HOMEROOM_PROVIDER_DATABASE") or None,
        consumer_url=environ.get("HOMEROOM_CONSUMER_URL", "http://127.0.0.1:8001").rstrip("/"),
        consumer_database=environ.get("HOMEROOM_CONSUMER_DATABASE") or None,
        key=environ.get("HOMEROOM_KEY") or None,
        allow_private=environ.get("HOMEROOM_ALLOW_PRIVATE") == "1",
    )
