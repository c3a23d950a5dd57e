"""The demo district behind its public door, on SQLite and on PostgreSQL.

demo        the whole district, for reading only: built once
district    a copy of it, to be edited, imported and refreshed again
version     1.1 and 1.2;  lms: the platform of that version that sees all of `demo`
everything  all that it sees, by collection
written     a copy whose grade book is written to, with platforms that may
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from schemathesis.pytest.plugin import SchemathesisFunction
from sqlalchemy import delete

from provider.sis.models import GradingWindow
from shared.oneroster.versions import Version
from shared.settings import Settings
from tests.contract.door import Door, import_district, opened, publish_for
from tests.contract.gradebooks import Gradebook
from tests.contract.platform import PUBLIC, RESOURCES, Platform, Record
from tests.contract.serve_process import serving
from tests.sharing import Run
from tests.templates import Template

#: Connections of the built districts: all schools; in `demo` also some whose scope or data are limited.
WHOLE: dict[str, dict[str, Any]] = {f"lms-{version}": {"version": version} for version in Version}
LIMITED: dict[str, dict[str, Any]] = {
    f"{name}-{version}": {"version": version, **options}
    for version in Version
    for name, options in {
        "cedar": {"schools": ["300"]},
        "bare": {"schools": ["100", "200"], "share": frozenset()},
    }.items()
}


class BuiltDistricts:
    """Databases with the demo district in them and published for some connections, built once for each kind of
    database and then copied."""

    def __init__(self, template: Template) -> None:
        self._template = template

    @contextmanager
    def open(self, kind: str, scratch: Path, request: pytest.FixtureRequest, drop: bool = True) -> Iterator[Door]:
        """The door of a copy; `drop` False leaves a PostgreSQL database to the end of its server."""
        if kind == "sqlite":
            yield from self._serve(kind, self._template.sqlite(scratch / "data"), scratch)
            return
        server = request.getfixturevalue("postgresql_server")
        name = server.new_name()
        yield from self._serve(kind, self._template.postgresql(scratch / "data", server, name), scratch)
        if drop:
            server.drop(f"{name}_")

    def _serve(self, kind: str, settings: Settings, scratch: Path) -> Iterator[Door]:
        settings.provider_folder("demo").mkdir(parents=True, exist_ok=True)
        secrets = {name: (str(key), str(secret)) for name, (key, secret) in self._template.told(kind).items()}
        with opened(settings, scratch, secrets) as door:
            yield door


class _Public(Template):
    """Settings with the public address."""

    def _settings(self, data: Path, database: str | None) -> Settings:
        return replace(super()._settings(data, database), provider_url=PUBLIC)


#: build_for(name, connections): the demo district published for these connections, called `name` among the templates.
BuildFor = Callable[[str, dict[str, dict[str, Any]]], BuiltDistricts]


@pytest.fixture(scope="session")
def build_for(this_run: Run, sealing_key: str, provider_template: Template) -> BuildFor:
    """Each starts from the same import."""
    imported = _Public(this_run, "imported", sealing_key, import_district, provider_template)

    def build_for(name: str, connections: dict[str, dict[str, Any]]) -> BuiltDistricts:
        return BuiltDistricts(
            _Public(this_run, name, sealing_key, lambda settings: publish_for(settings, connections), imported)
        )

    return build_for


class Demo:
    """The demo district on one database, for reading only: what has been read once is kept."""

    def __init__(self, door: Door) -> None:
        self.door = door
        self._platforms: dict[str, Platform] = {}
        self._everything: dict[str, dict[str, list[Record]]] = {}

    def platform(self, name: str, version: Version) -> Platform:
        """The platform of a connection: lms, cedar or bare."""
        key = f"{name}-{version}"
        if key not in self._platforms:
            self._platforms[key] = self.door.platform(key, version)
        return self._platforms[key]

    def lms(self, version: Version) -> Platform:
        """The platform that sees the whole district."""
        return self.platform("lms", version)

    def everything(self, name: str, version: Version) -> dict[str, list[Record]]:
        """All that a platform sees, by collection, read page by page."""
        key = f"{name}-{version}"
        if key not in self._everything:
            platform = self.platform(name, version)
            # Without data to share there is no scope for demographics (P-104).
            names = [collection for collection in RESOURCES if name != "bare" or collection != "demographics"]
            self._everything[key] = {collection: platform.walk(f"/{collection}") for collection in names}
        return self._everything[key]


def pytest_itemcollected(item: pytest.Item) -> None:
    """pytest 9.2 knows the tests that schemathesis makes of a function by the name of that alone, and of several with
    one id pytest-xdist runs the first: give each the id that its own name makes."""
    if isinstance(item, SchemathesisFunction) and item.parent is not None:
        item._id = item.parent.id.child(item.name)


@pytest.fixture(scope="session")
def demos() -> Iterator[tuple[ExitStack, dict[str, Demo]]]:
    """The demo districts that have been opened, by database; kept until the end, as building them takes seconds."""
    with ExitStack() as stack:
        yield stack, {}


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> str:
    """Which database this run of the test is on."""
    return str(request.param)


@pytest.fixture
def demo(
    kind: str, demos: tuple[ExitStack, dict[str, Demo]], tmp_path_factory: pytest.TempPathFactory, build_for: BuildFor,
    request: pytest.FixtureRequest,
) -> Demo:  # fmt: skip
    """The demo district with all its connections; nobody changes it."""
    stack, opened_already = demos
    if kind not in opened_already:
        folder = tmp_path_factory.mktemp(f"demo-{kind}")
        districts = build_for("demo", WHOLE | LIMITED)
        opened_already[kind] = Demo(stack.enter_context(districts.open(kind, folder, request, drop=False)))
    return opened_already[kind]


@pytest.fixture(params=list(Version), ids=str)
def version(request: pytest.FixtureRequest) -> Version:
    return Version(request.param)


@pytest.fixture
def lms(demo: Demo, version: Version) -> Platform:
    """The platform that sees the whole demo district."""
    return demo.lms(version)


@pytest.fixture
def everything(demo: Demo, version: Version) -> dict[str, list[Record]]:
    """All that it sees. Read only."""
    return demo.everything("lms", version)


@pytest.fixture(scope="session")
def built(build_for: BuildFor) -> BuiltDistricts:
    return build_for("whole", WHOLE)


@pytest.fixture
def district(kind: str, built: BuiltDistricts, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Door]:
    """A district of one's own with the two connections that see all of it."""
    with built.open(kind, tmp_path, request) as door:
        yield door


#: Platforms that write grades: two that see the whole district, and one that sees a school.
WRITERS: dict[str, dict[str, Any]] = {
    f"{name}-{version}": {"version": version, "gradebook": True, "assessments": True, **options}
    for version in Version
    for name, options in {"lms": {}, "other": {}, "cedar": {"schools": ["300"]}}.items()
}


@pytest.fixture(scope="session")
def with_writers(build_for: BuildFor) -> BuiltDistricts:
    return build_for("writers", WRITERS)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def written(
    request: pytest.FixtureRequest, with_writers: BuiltDistricts, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Door]:
    """A district whose grade book a module's tests write to, each under ids of its own. Its grading windows, which are
    of another day than the clock on the wall, are gone."""
    with with_writers.open(request.param, tmp_path_factory.mktemp("written"), request) as door:
        door.edit_sis(lambda session: session.execute(delete(GradingWindow)))
        yield door


class Earnest(NamedTuple):
    """A district whose grade book is written to, served by two processes of gunicorn: their addresses."""

    settings: Settings
    addresses: tuple[str, str]
    secrets: dict[str, tuple[str, str]]

    def book(self, version: Version, process: int = 0) -> Gradebook:
        """The grade book as the platform that sees everything meets it at one of the processes."""
        return Gradebook(Platform(self.addresses[process], version, *self.secrets[f"lms-{version}"]))


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def earnest(
    request: pytest.FixtureRequest,
    with_writers: BuiltDistricts,
    tmp_path_factory: pytest.TempPathFactory,
    sealing_key: str,
) -> Iterator[Earnest]:
    """As `written`, as it runs in earnest."""
    with with_writers.open(request.param, tmp_path_factory.mktemp("earnest"), request) as door:
        door.edit_sis(lambda session: session.execute(delete(GradingWindow)))
        settings = door.app.extensions["homeroom"]["settings"]
        with serving(settings, sealing_key) as first, serving(settings, sealing_key) as second:
            yield Earnest(settings, (first, second), door.secrets)
        log = (settings.data / "serve.log").read_text()
        assert "Traceback" not in log, log[-4000:]
        assert "Peculiar comment" not in log
