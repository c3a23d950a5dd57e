"""What a form of the record editor holds: stored values, those that an address gives, those that were typed."""

from collections.abc import Mapping

from werkzeug.datastructures import MultiDict

from provider.admin.records.fields import is_flag
from provider.sis.editing.control import controlled
from provider.sis.editing.refusals import MANAGED, Managed, NotEdited, Wrong
from provider.sis.editing.tables import EDITABLE
from provider.sis.editing.values import Texts, text_of
from provider.sis.importing.shapes import sis_shapes
from shared.web.forms import Form, typed_form


def defaults(table: str) -> dict[str, str]:
    """What stands in the form of a new row."""
    shape = sis_shapes()[table]
    return {column: text_of(shape.default(column)) for column in EDITABLE[table].columns}


def typed_texts(table: str, typed: "MultiDict[str, str]", managed: bool) -> dict[str, str]:
    """What was typed, by column. A box that is not ticked is not sent: that is "", but of those that were not shown."""
    hidden = controlled(table) if managed else frozenset[str]()
    form = typed_form(typed)
    return {
        column: form.value(column)
        for column in EDITABLE[table].columns
        if column in typed or (is_flag(table, column) and column not in hidden)
    }


def form_of(stored: Texts, typed: Texts, seen: str, errors: Mapping[str, list[str]] | None = None) -> Form:
    """A form that shows what was typed over what is stored."""
    return Form({**stored, **typed}, errors or {}, seen)


def errors_of(table: str, refused: NotEdited) -> dict[str, list[str]]:
    """What a refusal says, a sentence by field."""
    if isinstance(refused, Wrong):
        return {column: [_sentence(words)] for column, words in refused.fields.items()}
    if isinstance(refused, Managed):
        labels = [EDITABLE[table].field_of(column).label for column in refused.columns]
        whole = f"{', '.join(labels) or 'This'} is {MANAGED}: change it there, or release the person first."
        return {"": [whole], **{column: [_sentence(f"is {MANAGED}")] for column in refused.columns}}
    return {"": [_sentence(str(refused))]}


def _sentence(words: str) -> str:
    """Words of a refusal as a sentence beside its field."""
    whole = f"This {words}" if words[:1].islower() and not words.startswith("another") else words
    return whole[:1].upper() + whole[1:] + ("" if whole.endswith(".") else ".")
