"""Files that people upload: how large they may be, and what is told when it is plainly the wrong kind of file."""

from typing import Any

from flask import Blueprint, request

from consumer.platform.csv_files import BadFile

#: The largest file that a page takes, in bytes; larger ones go through the command.
LARGEST_UPLOAD = 5_000_000

#: First bytes of files that are often taken for CSV.
_KINDS = (
    (b"PK\x03\x04", "a workbook or a zip file"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"%PDF", "a PDF"),
    (b"\x1f\x8b", "a compressed file"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
)


def limit_uploads(blueprint: Blueprint, largest: int) -> None:
    """Answer 413 to bodies larger than `largest` bytes, before anything of them is read."""

    @blueprint.url_value_preprocessor
    def limit(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
        request.max_content_length = largest
        request.max_form_memory_size = largest


def read_upload(field: str) -> bytes:
    """The CSV file that was uploaded in a form's field. Raises BadFile with what to do instead."""
    file = request.files.get(field)
    if file is None or not file.filename:
        raise BadFile("Choose a file first")
    content = file.read(LARGEST_UPLOAD + 1)
    if len(content) > LARGEST_UPLOAD:
        raise BadFile(f"The file is larger than {LARGEST_UPLOAD // 1_000_000} MB: split it, or use the command")
    for beginning, kind in _KINDS:
        if content.startswith(beginning):
            raise BadFile(f"This is {kind}, not a CSV file: open it and save it as CSV UTF-8")
    return content
