"""What a refusing server says about why, wherever it puts it (`oneroster-1.1.md` 7.1, `oneroster-1.2.md` 5)."""

from typing import Any

import msgspec

from consumer.client.transport import Answer

#: Members that hold a sentence, best first; then members that hold an object or list in which to look.
_SENTENCES = ("imsx_description", "error_description", "description", "Description", "message", "error")
_INSIDE = ("statusInfoSet", "imsx_StatusInfo", "imsx_statusInfo", "errors", "error")
_LONGEST = 300


def words_of(answer: Answer) -> str | None:
    """The server's own words, as they are; None where it says nothing."""
    try:
        body = msgspec.json.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return words_in(body)


def words_in(body: Any) -> str | None:
    """The words in the JSON of an answer, or of a part of it; None where it says nothing."""
    return _find(body)


def spoken(answer: Answer) -> str:
    """The server's own words, in quotes and cut short, with the status; the status alone where it says nothing."""
    words = words_of(answer)
    status = f"status {answer.status}"
    return f'{status}, "{" ".join(words.split())[:_LONGEST]}"' if words else status


def _find(body: Any, depth: int = 3) -> str | None:
    if isinstance(body, list):
        return next((found for item in body if (found := _find(item, depth - 1))), None)
    if not isinstance(body, dict) or depth == 0:
        return None
    for name in _SENTENCES:
        if isinstance(body.get(name), str) and body[name].strip():
            return str(body[name])
    return next((found for name in _INSIDE if (found := _find(body.get(name), depth - 1))), None)
