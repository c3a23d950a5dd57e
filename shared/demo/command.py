"""`homeroom demo` itself: options, the stages in order with their seconds, what a person is told, the end."""

import os
import signal
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, sleep
from typing import NoReturn, TypeVar

import click

from shared.demo import stages
from shared.demo.children import Children, StepFailed
from shared.demo.folder import LOGS, FolderRefused, open_folder, wipe, write_demo_json
from shared.settings import Settings, read_settings

HOST = "127.0.0.1"
Port = click.IntRange(1, 65535)

_OAUTH = {"oauth1": "OAuth 1", "oauth2": "OAuth 2"}

T = TypeVar("T")


class Stopped(BaseException):
    """Someone asked the demo to end. Like KeyboardInterrupt, nothing but the command itself catches it."""


@click.command("demo")
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("var/demo"),
    show_default=True,
    help="The demo's folder.",
)
@click.option("--provider-port", type=Port, default=8000, show_default=True)
@click.option("--consumer-port", type=Port, default=8001, show_default=True)
@click.option("--fresh", is_flag=True, help="Remove the databases of an earlier demo first.")
def demo_command(data: Path, provider_port: int, consumer_port: int, fresh: bool) -> None:
    """Load the demo district, start provider, consumer and workers on 127.0.0.1, and run a first sync.

    Addresses and credentials go to demo.json in the demo's folder, which is there while the demo is up. A second start
    goes on with the same data. Ctrl-C ends all of it.
    """
    data = data.resolve()
    if provider_port == consumer_port:
        raise click.UsageError("The two programs need two ports")
    if not stages.DISTRICT.is_dir():
        raise click.ClickException(
            f"The demo district is not at {stages.DISTRICT}: it is part of the source, not of the installed package. "
            "Run the demo from a checkout (make demo)"
        )
    try:
        with _signals(), open_folder(data):
            _check_port(provider_port, "--provider-port")
            _check_port(consumer_port, "--consumer-port")
            if fresh:
                wipe(data)
            _run(data, provider_port, consumer_port)
    except (FolderRefused, StepFailed) as error:
        raise click.ClickException(str(error)) from error


def _run(data: Path, provider_port: int, consumer_port: int) -> None:
    """Bring everything up, tell, and wait for the end."""
    environ = _environment(os.environ, data, provider_port, consumer_port)
    settings = read_settings(environ)
    up = False
    with Children(environ, data / LOGS) as children, _quiet_end():
        try:
            _bring_up(children, settings, data, provider_port, consumer_port)
            up = True
            while True:
                children.check()
                sleep(0.5)
        except Stopped:
            click.echo("\nEnding …")
            if not up:
                raise click.exceptions.Exit(1) from None


def _bring_up(children: Children, settings: Settings, data: Path, provider_port: int, consumer_port: int) -> None:
    began = monotonic()
    _step("Databases", lambda: stages.make_databases(children))
    _step("The demo district", lambda: stages.load_district(children))
    connections = _step("Connections", lambda: stages.make_connections(children))
    _step("Publishing", lambda: stages.publish(children))
    _step("Web servers", lambda: stages.serve(children, settings, provider_port, consumer_port))
    administrator = _step("Administrators", lambda: stages.make_administrators(children, settings))
    used = next(row for row in connections if row["name"] == stages.USED_BY_CONSUMER)
    _step("Connecting the consumer", lambda: stages.connect(children, settings, used))
    _step("Mapping schools, terms and roles", lambda: stages.map_places(children))
    synced = _step("Sync", lambda: stages.sync(children))
    today = datetime.now(UTC).date()
    teacher = _step("A teacher's grade book", lambda: stages.fill_gradebook(children, settings, today))
    _step("Workers", lambda: stages.start_workers(children))
    path = write_demo_json(data, stages.demo_json(settings, connections, administrator, teacher))
    _tell(settings, connections, synced, teacher, path, monotonic() - began)


def _step(what: str, do: Callable[[], T]) -> T:
    """Do one stage, telling what it is and how many seconds it took."""
    click.echo(f"{what + ' …':<36}", nl=False)
    began = monotonic()
    try:
        result = do()
    except BaseException:
        click.echo()
        raise
    click.echo(f"{monotonic() - began:5.1f} s")
    return result


def _tell(
    settings: Settings, connections: list[stages.Connection], synced: stages.SyncResult, teacher: stages.SignIn,
    path: Path, seconds: float,
) -> None:  # fmt: skip
    base_url = settings.provider_base_url(stages.APP_NAME)
    lines = [
        f"\nHomeroom is up, after {seconds:.0f} seconds.\n",
        f"  Provider            {settings.provider_url}/",
        f"  its district        {base_url}/, its pages {base_url}/sections/",
        f"  Consumer            {settings.consumer_url}/",
        f"  sign in as          {stages.ADMINISTRATOR}, at both, with the password in {path}",
        f"  as a teacher        {teacher['username']} at the consumer: a grade book to send to the SIS\n",
        "  What a platform is told:",
        f"  base URL            {base_url}",
        f"  token URL           {settings.provider_token_url(stages.APP_NAME)}",
        *(
            f"  {row['name']:<19} OneRoster {row['version']}, {_OAUTH[row['oauth']]}, client id {row['client_id']}"
            for row in connections
        ),
        f"  secrets             {path}",
        f"  explorer            {base_url}/explorer\n",
        f"  Sync                run {synced.run}: {synced.status.lower()}",
        *(f"  {name + 's':<19} {number:,}" for name, number in synced.there.items()),
        *(f"  left out            {row.number:,} {row.entity}: {row.words} ({row.code})" for row in synced.left_out),
        f"  which and why       homeroom consumer --data {path.parent} log --code CODE\n",
        f"  Logs                {path.parent / LOGS}\n",
        "Ctrl-C ends it.",
    ]
    click.echo("\n".join(lines))


def _environment(environ: Mapping[str, str], data: Path, provider_port: int, consumer_port: int) -> dict[str, str]:
    """The children's environment. Settings of a real installation must not lead the demo to its databases."""
    ours = {name for name in environ if name.startswith("HOMEROOM_")} - {"HOMEROOM_LOG"}
    kept = {name: value for name, value in environ.items() if name not in ours}
    return kept | {
        "HOMEROOM_DATA": str(data),
        "HOMEROOM_PROVIDER_URL": f"http://{HOST}:{provider_port}",
        "HOMEROOM_CONSUMER_URL": f"http://{HOST}:{consumer_port}",
        "HOMEROOM_ALLOW_PRIVATE": "1",  # the consumer's only provider is this machine
    }


def _check_port(port: int, option: str) -> None:
    """Raises ClickException when something listens on the port already, before anything has been started."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise click.ClickException(
                f"Port {port} cannot be used ({error.strerror}): end what listens there, or give another with {option}"
            ) from error


_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def _signals() -> Iterator[None]:
    """Let Ctrl-C, SIGTERM and the closing of the terminal raise Stopped."""

    def stop(*_: object) -> NoReturn:
        raise Stopped

    # Whoever starts the demo with nohup wants it to outlive the terminal.
    ignored = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    wanted = [number for number in _SIGNALS if not (number == signal.SIGHUP and ignored)]
    before = [(number, signal.signal(number, stop)) for number in wanted]
    try:
        yield
    except Stopped:
        raise click.exceptions.Exit(1) from None
    finally:
        for number, handler in before:
            signal.signal(number, handler)


@contextmanager
def _quiet_end() -> Iterator[None]:
    """From here on a second Ctrl-C changes nothing: the end is near, and leaves no child behind."""
    try:
        yield
    finally:
        for number in _SIGNALS:
            signal.signal(number, signal.SIG_IGN)
