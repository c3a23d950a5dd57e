"""Taking an upload: what is plainly the wrong thing is told at once, the rest is laid into the district's folder.

What a person's file is called decides nothing but the table of a single CSV file; the name on disk is our own.
"""

import os
import re
import shutil
import zipfile
from pathlib import Path
from typing import IO, NamedTuple

from werkzeug.datastructures import FileStorage

from provider.jobs.files import new_upload
from provider.sis.importing import ImportFailed, check_path
from provider.sis.importing.shapes import sis_shapes

#: The largest file that the page takes, in bytes; larger ones go through the command.
LARGEST_UPLOAD = 512 * 1024**2

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
#: First bytes of files that are often taken for CSV or zip.
_KINDS = (
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook: save each sheet as CSV UTF-8"),
    (b"%PDF", "a PDF, which holds no tables that can be read: export CSV files"),
    (b"\x1f\x8b", "a gzip file: pack the CSV files as a zip"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip file: pack the CSV files as a zip"),
    (b"Rar!", "a RAR file: pack the CSV files as a zip"),
    (b"MZ", "a program, whatever it is called"),
    (b"\x7fELF", "a program, whatever it is called"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
)  # fmt: skip
_WORKBOOK = "[Content_Types].xml"
#: UTF-16, of which the import says more.
_OTHER_TEXT = (b"\xff\xfe", b"\xfe\xff")
_PIECE = 1024**2
#: What browsers put behind a name that they have already saved: "person (2).csv".
_COPY = re.compile(r"[ _-]*(\(\d+\)|copy)$", re.IGNORECASE)


class BadUpload(ValueError):
    """What was uploaded cannot be imported; the message says what it is and what to do. `field`: file or table."""

    def __init__(self, message: str, field: str = "file") -> None:
        super().__init__(message)
        self.field = field


class Upload(NamedTuple):
    """An upload in its folder. `file` is what people call it; `name` the file in the folder, "" for all of them."""

    folder: Path
    file: str
    name: str

    def remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


def tables() -> list[str]:
    """The tables that a single CSV file can be of."""
    return sorted(sis_shapes())


def take_upload(file: FileStorage | None, district: Path, table: str = "") -> Upload:
    """Lay an upload into a folder of its own below `district`, and look whether there is something to import in it.

    table   of which a single CSV file is; "" for that which the file is named after
    Raises BadUpload; nothing is left behind then.
    """
    if file is None or not file.filename:
        raise BadUpload("Choose a file first")
    shown = _shown(file.filename)
    beginning = file.stream.read(8192)
    if not beginning:
        raise BadUpload(f"{shown} is empty")
    is_zip = beginning.startswith(_ZIP)
    name = "" if is_zip else f"{_table(shown, beginning, table)}.csv"
    upload = Upload(new_upload(district), shown, "upload.zip" if is_zip else "")
    try:
        _write(upload.folder / (upload.name or name), beginning, file.stream)
        _look_into(upload)
    except BaseException:
        upload.remove()
        raise
    return upload


def _shown(name: str) -> str:
    """What a person's file is called: without folders and without what cannot be printed."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(letter for letter in last if letter.isprintable())[:100] or "The file"


def _table(shown: str, beginning: bytes, table: str) -> str:
    """The table that a single CSV file is of."""
    for start, kind in _KINDS:
        if beginning.startswith(start):
            raise BadUpload(f"{shown} is {kind}")
    if b"\0" in beginning and not beginning.startswith(_OTHER_TEXT):
        raise BadUpload(f"{shown} is neither a zip nor a CSV file")
    stem = table or _COPY.sub("", shown.rpartition(".")[0] or shown).casefold()
    if stem not in sis_shapes():
        raise BadUpload(
            f"{shown} is named after no table of the SIS: choose the table that it holds. A OneRoster package is "
            f"uploaded as a zip, with its manifest.csv", "table",
        )  # fmt: skip
    return stem


def _write(path: Path, beginning: bytes, rest: IO[bytes]) -> None:
    """Write a file that nobody else on the machine can read, piece by piece. Raises BadUpload."""
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(beginning)
            shutil.copyfileobj(rest, out, _PIECE)
    except OSError as error:
        raise BadUpload(f"The file cannot be kept: {error.strerror or error}. Tell the operator") from error


def _look_into(upload: Upload) -> None:
    """Raises BadUpload where there is nothing to import: a damaged zip, one made to do harm, one of other things."""
    path = upload.folder / upload.name
    try:
        check_path(path)
    except ImportFailed as error:
        if upload.name and _is_workbook(path):
            raise BadUpload(f"{upload.file} is a workbook: save each sheet as CSV UTF-8") from error
        raise BadUpload(str(error).replace(path.name, upload.file)) from error


def _is_workbook(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return _WORKBOOK in archive.namelist()
    except zipfile.BadZipFile:
        return False
