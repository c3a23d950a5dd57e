"""Forms: what was typed is kept, errors stand beside their field, of two who save one form the second is told.

A form shows values and carries their stamp. Who saves sends the stamp back; when what is stored now has another one,
somebody else has saved meanwhile (`is_stale`).
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from marshmallow import Schema, ValidationError
from werkzeug.datastructures import MultiDict

#: The hidden field with the stamp of what the person saw.
SEEN = "seen"
#: The fields that the frame itself puts into a form.
FRAME_FIELDS = frozenset({SEEN, "csrf_token"})


@dataclass(frozen=True, slots=True)
class Form:
    """A form as it is shown. `values` by field name; `errors` sentences by field name; "" for the form as a whole."""

    values: Mapping[str, Any]
    errors: Mapping[str, list[str]] = field(default_factory=dict)
    seen: str = ""

    def value(self, name: str) -> str:
        """What stands in a field."""
        value = self.values.get(name)
        return "" if value is None else str(value)

    def has(self, name: str, value: str) -> bool:
        """Whether `value` is among the choices that are ticked."""
        there = self.values.get(name)
        return value in there if isinstance(there, (list, tuple, set, frozenset)) else there in (value, True)

    def refused(self, errors: Mapping[str, list[str]]) -> "Form":
        """The same form, with errors to be mended."""
        return Form(self.values, errors, self.seen)


def stored_form(values: Mapping[str, Any]) -> Form:
    """A form that shows what is stored."""
    return Form(values, seen=stamp(values))


def typed_form(typed: "MultiDict[str, str]", several: frozenset[str] = frozenset()) -> Form:
    """A form that shows what was typed. `several` names the fields that may have many values; those are lists.

    A zero byte, which nobody types and PostgreSQL does not keep, is shown as the sign for what cannot be shown.
    """
    values = {
        name: [*map(_text, typed.getlist(name))] if name in several else _text(typed[name])
        for name in typed
        if name not in FRAME_FIELDS
    }
    return Form(values, seen=typed.get(SEEN, ""))


def _text(typed: str) -> str:
    return typed.replace("\0", "\N{REPLACEMENT CHARACTER}")


def read_form(schema: Schema, form: Form) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """The values that the schema makes of a form, and the errors; of errors there are none or no values count."""
    try:
        return dict(schema.load(form.values)), {}
    except ValidationError as error:
        said = error.messages if isinstance(error.messages, dict) else {"": error.messages}
        return {}, {"" if name == "_schema" else str(name): _sentences(part) for name, part in said.items()}


def _sentences(said: Any) -> list[str]:
    if isinstance(said, dict):
        return [sentence for part in said.values() for sentence in _sentences(part)]
    return [str(sentence) for sentence in said]


def stamp(values: Mapping[str, Any]) -> str:
    """16 hex digits, equal as long as the values are."""
    text = orjson.dumps(values, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS, default=_plain)
    return hashlib.blake2b(text, digest_size=8).hexdigest()


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, (set, frozenset)) else str(value)


def is_stale(form: Form, stored: Mapping[str, Any]) -> bool:
    """Whether somebody else has saved since this form was shown."""
    return form.seen != stamp(stored)
