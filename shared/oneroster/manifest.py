"""manifest.csv of a CSV package: the version and how each file is to be taken (`oneroster-csv.md` section 2)."""

import codecs
import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import IO

from shared.oneroster.csv import Problem
from shared.oneroster.csv_tables import FILES
from shared.oneroster.versions import Version

FILE_NAME = "manifest.csv"
_VERSIONS = {"1.1": Version.V1P1, "1.2": Version.V1P2}


class Mode(StrEnum):
    """How a file is to be taken: not there, the whole truth, or changes only."""

    ABSENT = "absent"
    BULK = "bulk"
    DELTA = "delta"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a manifest says. `version` is None where it names none that we know; `modes` by base name of the file."""

    version: Version | None
    modes: dict[str, Mode]
    system_name: str | None = None
    system_code: str | None = None
    problems: tuple[Problem, ...] = field(default=())


def read_manifest(stream: IO[bytes], file: str = FILE_NAME) -> Manifest:
    """Reads a manifest, reporting what is wrong with it. Rows may come in any order."""
    problems: list[Problem] = []
    lines = stream.read().removeprefix(codecs.BOM_UTF8).decode("utf-8", errors="replace").splitlines()
    values: dict[str, tuple[int, str]] = {}
    for number, cells in enumerate(csv.reader(lines), 1):
        name, value = (cell.strip() for cell in (*cells, "", "")[:2])
        if number == 1 and (name, value) != ("propertyName", "value"):
            problems.append(Problem(file, 1, None, "the header is not propertyName,value", False))
        elif name and name in values:
            problems.append(Problem(file, number, name, "the property is there twice; the first one counts", False))
        elif name:
            values[name] = (number, value)
    version = _version(values, file, problems)
    modes = _modes(values, version, file, problems)
    name_row, code_row = (values.get(f"source.{name}", (0, ""))[1] for name in ("systemName", "systemCode"))
    return Manifest(version, modes, name_row or None, code_row or None, tuple(problems))


def write_manifest(
    out: IO[str],
    version: Version,
    modes: Mapping[str, Mode],
    system_name: str | None = None,
    system_code: str | None = None,
) -> None:
    """Writes a manifest that lists every file of the version; those not in `modes` are absent."""
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(("propertyName", "value"))
    writer.writerow(("manifest.version", "1.0"))
    writer.writerow(("oneroster.version", str(version)))
    for name in FILES[version]:
        writer.writerow((f"file.{name}", str(modes.get(name, Mode.ABSENT))))
    for name, value in (("systemName", system_name), ("systemCode", system_code)):
        if value:
            writer.writerow((f"source.{name}", value))


def _version(values: dict[str, tuple[int, str]], file: str, problems: list[Problem]) -> Version | None:
    number, text = values.get("oneroster.version", (1, ""))
    # 1.2.1 is the CSV binding's own number; packages of it go on saying 1.2, but one library writes 1.2.1.
    version = _VERSIONS.get(text) or _VERSIONS.get(".".join(text.split(".")[:2]))
    if version is None:
        reason = f"{text!r} is not 1.1 or 1.2" if text else "it is missing; 1.1 or 1.2"
        problems.append(Problem(file, number, "oneroster.version", reason, True))
    elif text not in _VERSIONS:
        problems.append(Problem(file, number, "oneroster.version", f"{text!r} is read as {version}", False))
    return version


def _modes(
    values: dict[str, tuple[int, str]], version: Version | None, file: str, problems: list[Problem]
) -> dict[str, Mode]:
    known = FILES[version or Version.V1P2]
    modes: dict[str, Mode] = {}
    for prop, (number, text) in values.items():
        if not prop.startswith("file."):
            continue
        name = prop.removeprefix("file.")
        match = next((known_name for known_name in known if known_name.casefold() == name.casefold()), None)
        if match is None:
            problems.append(Problem(file, number, prop, "no such file in the standard", False))
        elif text.casefold() not in tuple(Mode):
            problems.append(Problem(file, number, prop, f"{text!r} is not absent, bulk or delta", False))
        else:
            if (name, text) != (match, text.casefold()):
                problems.append(Problem(file, number, prop, f"it is written file.{match},{text.casefold()}", False))
            modes[match] = Mode(text.casefold())
    missing = [name for name in known if name not in modes] if version is not None else []
    if missing:
        problems.append(Problem(file, 1, None, "no mode is given for " + ", ".join(missing), False))
    return modes
