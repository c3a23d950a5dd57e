"""A CSV file as an answer."""

from collections.abc import Iterator

from flask import Response, stream_with_context


def csv_answer(lines: Iterator[str], name: str) -> Response:
    """The lines as a file to be saved as `name`.csv; they are sent as they are made."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Response(stream_with_context(lines), mimetype="text/csv", headers=headers)
