"""Reading a JSON body strictly: what two programs could understand in two ways is refused, not guessed at.

Knows nothing of the grade book. Whatever comes back is made of dict, list, str, int, float, bool and None; texts can be
stored in every database (no NUL, no half of a surrogate pair), numbers are finite, nesting is shallow.
"""

import json
import math
import re
from typing import Any

from shared.oneroster.errors import Failure, OneRosterError

#: The largest body that is read.
MAX_BYTES = 16_000_000
#: Nesting of lists and objects; a result with objectives has five.
MAX_DEPTH = 32
#: Values in one body: a small body of empty lists must not become gigabytes of memory.
MAX_VALUES = 2_000_000

#: Text that JSON can write and that must not reach a database.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_SUSPECT = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
#: Digits of a whole number that is kept whole; longer ones are read as floats.
_WHOLE_DIGITS = 15


def read_json(body: bytes) -> Any:
    """The value of a JSON document. Raises OneRosterError: TOO_LARGE or MALFORMED_BODY, saying what and where."""
    if len(body) > MAX_BYTES:
        raise too_large()
    if sum(map(body.count, (b",", b"[", b"{"))) > MAX_VALUES:
        raise OneRosterError(
            Failure.TOO_LARGE, f"The body holds more than {MAX_VALUES:,} values: send it in several requests"
        )
    try:
        value = _parse(body.decode("utf-8-sig"))
    except UnicodeDecodeError as why:
        raise _malformed(f"byte {why.start} is not UTF-8") from None
    except json.JSONDecodeError as why:
        raise _malformed(f"{why.msg} at line {why.lineno}, column {why.colno}") from None
    except RecursionError:
        raise _too_deep() from None
    _check_depth(value)
    if _SUSPECT.search(body):
        _check_texts(value)
    return value


def too_large() -> OneRosterError:
    """The refusal of a body beyond MAX_BYTES."""
    return OneRosterError(
        Failure.TOO_LARGE, f"The body is larger than {MAX_BYTES // 1_000_000} MB: send it in several requests"
    )


def _parse(text: str) -> Any:
    return json.loads(
        text, object_pairs_hook=_object, parse_constant=_no_constant, parse_float=_number, parse_int=_whole
    )


def _malformed(what: str) -> OneRosterError:
    return OneRosterError(Failure.MALFORMED_BODY, f"The body is not JSON as it should be: {what}")


def _too_deep() -> OneRosterError:
    return _malformed(f"lists and objects are nested more than {MAX_DEPTH} deep")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise _malformed(f"an object has the member {twice[:40]!r} twice")
    return found


def _no_constant(word: str) -> None:
    raise _malformed(f"{word} is not a number of JSON")


def _number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise _malformed(
            f"the number {text[:20]} … is too large" if len(text) > 20 else f"{text} is too large a number"
        )
    return number


def _whole(text: str) -> int | float:
    return int(text) if len(text) <= _WHOLE_DIGITS else _number(text)


def _check_depth(value: Any) -> None:
    """Level by level: lists and objects only, and no recursion."""
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer if isinstance(outer, list) else ())
            if isinstance(inner, dict | list)
        ]
        if not level:
            return
    raise _too_deep()


def _check_texts(value: Any) -> None:
    """Refuse texts, keys among them, that no database can keep."""
    if isinstance(value, str):
        if _UNSTORABLE.search(value):
            raise _malformed("a text holds a NUL character or half of a surrogate pair")
    elif isinstance(value, dict):
        for key, inner in value.items():
            _check_texts(key)
            _check_texts(inner)
    elif isinstance(value, list):
        for inner in value:
            _check_texts(inner)
