"""Databases that are built once in a test run and then copied, so that a test begins with its tables, or with a whole
district, within milliseconds."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from shared.settings import Settings, read_settings
from tests.database import Databases
from tests.sharing import Run

APP_NAME = "demo"


class Template:
    """Databases that are built once in a test run for each kind, and then copied. `build` fills the databases of the
    settings that it is given, which are empty, or a copy of those of another template, `base`; what it returns (JSON)
    can be asked for."""

    def __init__(
        self, run: Run, name: str, key: str, build: Callable[[Settings], Any], base: "Template | None" = None
    ) -> None:
        self._run = run
        self._name = name
        self._key = key
        self._build = build
        self._base = base

    def told(self, kind: str) -> Any:
        """What `build` returned for the databases of a kind, which have been asked for."""
        return json.loads((self._run.once(f"{self._name}-{kind}", _not_built) / "told.json").read_text())

    def _settings(self, data: Path, database: str | None) -> Settings:
        settings = read_settings({"HOMEROOM_KEY": self._key}, data)
        return replace(settings, provider_database=database, consumer_database=database, allow_private=True)

    def sqlite(self, data: Path) -> Settings:
        """Settings over a copy of the template's SQLite files in folder `data`."""

        def fill(place: Path) -> None:
            if self._base:
                self._base.sqlite(place / "data")
            self._fill(place, None)

        source = self._run.once(f"{self._name}-sqlite", fill)
        shutil.copytree(source / "data", data, dirs_exist_ok=True)
        return self._settings(data, None)

    def postgresql(self, data: Path, server: Databases, name: str) -> Settings:
        """Settings over a copy of the template's PostgreSQL database, which is called `name`_demo."""
        server.create(f"{name}_{APP_NAME}", self._database(server))
        return self._settings(data, server.url(name + "_{app}"))

    def _database(self, server: Databases) -> str:
        """The name of the template's PostgreSQL database."""
        name = f"template-{self._name}"

        def fill(place: Path) -> None:
            url = server.create(name, self._base._database(server)) if self._base else server.create(name)
            self._fill(place, url)

        self._run.once(f"{self._name}-postgresql", fill)
        return name

    def _fill(self, place: Path, database: str | None) -> None:
        told = self._build(self._settings(place / "data", database))
        (place / "told.json").write_text(json.dumps(told))


def _not_built(_place: Path) -> None:
    raise RuntimeError("these databases have not been asked for")


def provide(kind: str, template: Template, data: Path, request: pytest.FixtureRequest) -> Iterator[Settings]:
    """Settings over a copy of a template, for as long as a test lasts."""
    if kind == "sqlite":
        yield template.sqlite(data)
        return
    server = request.getfixturevalue("postgresql_server")
    name = server.new_name()
    yield template.postgresql(data, server, name)
    server.drop(f"{name}_")
