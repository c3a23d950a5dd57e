"""A folder or zip of CSV files as named streams of bytes, with limits against files made to do harm.

Nothing is ever unpacked to disk: members are read as they stream, so a path inside a zip can lead nowhere.
"""

import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from provider.sis.importing.report import ImportFailed

MAX_MEMBERS = 1_000
MAX_EXPANDED = 8 * 1024**3
#: Rosters compress about 10 : 1; bombs a hundred times as much. Small members may be as dense as they like.
MAX_RATIO = 200
RATIO_FREE = 16 * 1024**2
SUFFIX = ".csv"


@dataclass(frozen=True, slots=True)
class Package:
    """CSV files by name without folder and suffix. `ignored` are (name, why) of what else lies there."""

    path: Path
    sizes: dict[str, int]
    ignored: tuple[tuple[str, str], ...] = field(default=())

    @contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        """The bytes of file `name`. Raises ImportFailed when the zip turns out to be damaged."""
        if self.path.is_dir():
            with (self.path / f"{name}{SUFFIX}").open("rb") as stream:
                yield stream
            return
        try:
            with zipfile.ZipFile(self.path) as archive, archive.open(f"{name}{SUFFIX}") as stream:
                yield stream  # type: ignore[misc]
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
            raise ImportFailed(f"{self.path.name}: {name}{SUFFIX} cannot be read: {error}") from error


def open_package(path: Path) -> Package:
    """Look into a folder or zip. Raises ImportFailed on anything that is neither, or that breaks a limit."""
    if path.is_dir():
        return _folder(path)
    if not path.is_file():
        raise ImportFailed(f"There is no folder or zip file {path}")
    try:
        with zipfile.ZipFile(path) as archive:
            return _zip(path, archive)
    except zipfile.BadZipFile as error:
        raise ImportFailed(f"{path.name} is neither a folder nor a zip file ({error})") from error


def _folder(path: Path) -> Package:
    sizes: dict[str, int] = {}
    ignored = []
    for entry in sorted(path.iterdir()):
        if entry.suffix == SUFFIX and entry.is_file():
            sizes[entry.stem] = entry.stat().st_size
        elif not entry.name.startswith("."):
            ignored.append((entry.name, "is not a .csv file"))
    return Package(path, sizes, tuple(ignored))


def _zip(path: Path, archive: zipfile.ZipFile) -> Package:
    members = archive.infolist()
    if len(members) > MAX_MEMBERS:
        raise ImportFailed(f"{path.name} has {len(members)} members; {MAX_MEMBERS} are allowed")
    if sum(member.file_size for member in members) > MAX_EXPANDED:
        raise ImportFailed(f"{path.name} would expand to more than {MAX_EXPANDED // 1024**3} GiB")
    sizes: dict[str, int] = {}
    ignored = []
    for member in members:
        why = _refusal(member)
        stem = member.filename.removesuffix(SUFFIX)
        if why is None and stem in sizes:
            raise ImportFailed(f"{path.name} holds {member.filename} twice")
        if why is None:
            _check_member(path, member)
            sizes[stem] = member.file_size
        elif not (member.is_dir() or member.filename.startswith("__MACOSX/")):
            ignored.append((member.filename, why))
    return Package(path, sizes, tuple(ignored))


def _refusal(member: zipfile.ZipInfo) -> str | None:
    """Why a member is passed over, or None."""
    if member.is_dir():
        return "is a folder"
    if "/" in member.filename or "\\" in member.filename:
        return "lies in a folder of the zip; files belong at its top level"
    if not member.filename.endswith(SUFFIX):
        return "is not a .csv file"
    if stat.S_ISLNK(member.external_attr >> 16):
        return "is a symbolic link"
    return None


def _check_member(path: Path, member: zipfile.ZipInfo) -> None:
    """The declared size can be believed: reading a member never yields more than it declares."""
    if member.flag_bits & 1:
        raise ImportFailed(f"{path.name}: {member.filename} is encrypted")
    if member.file_size > RATIO_FREE and member.file_size > MAX_RATIO * max(member.compress_size, 1):
        raise ImportFailed(
            f"{path.name}: {member.filename} would expand {member.file_size // max(member.compress_size, 1)} times, "
            f"which no roster does; {MAX_RATIO} times is allowed. Nothing was read."
        )
