"""What a form's fields hold ↔ the values of columns. Texts are read as an import reads its cells."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Boolean

from provider.sis.editing.refusals import Wrong
from provider.sis.editing.tables import EDITABLE, Editable
from provider.sis.importing.cells import parser_of
from provider.sis.importing.report import BadCell
from provider.sis.importing.shapes import Shape, sis_shapes

#: Values of a form by column: a day as 2026-08-18, a flag as "1" or "", what is blank as "".
Texts = Mapping[str, str]

BLANK = "must not be blank"
FIXED = "is chosen once: remove this row and add another one"
#: Years that people mean; a day outside of them would stop what reckons with days.
FIRST_YEAR, LAST_YEAR = 1900, 2999


def text_of(value: Any) -> str:
    """A value as a field shows it."""
    if value is None or value is False:
        return ""
    if value is True:
        return "1"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return str(value)


def texts_of(row: Any) -> dict[str, str]:
    """The values of a row's editable columns as fields show them."""
    return {column: text_of(getattr(row, column)) for column in EDITABLE[row.__tablename__].columns}


@dataclass(frozen=True)
class Reader:
    """Reads what was typed into the form of a table. `today` is the day that relative days are reckoned from."""

    table: str
    today: date

    @property
    def _editable(self) -> Editable:
        return EDITABLE[self.table]

    @property
    def _shape(self) -> Shape:
        return sis_shapes()[self.table]

    def read_new(self, texts: Texts) -> dict[str, Any]:
        """The values of a new row; of columns that `texts` lacks their defaults. Raises Wrong."""
        values, wrong = {}, {}
        for column in self._editable.columns:
            if column not in texts:
                values[column] = self._shape.default(column)
                if self._shape.is_required(column):
                    wrong[column] = BLANK
                continue
            try:
                values[column] = self._value(column, texts[column])
            except BadCell as error:
                wrong[column] = str(error)
        if wrong:
            raise Wrong(wrong)
        return values

    def read_changes(self, row: Any, texts: Texts) -> dict[str, Any]:
        """The values that differ from those of `row`. A text that stands as it stood is not judged. Raises Wrong."""
        stored, values, wrong = texts_of(row), {}, {}
        for column in self._editable.columns:
            if texts.get(column, stored[column]) == stored[column]:
                continue
            try:
                value = self._value(column, texts[column])
            except BadCell as error:
                wrong[column] = str(error)
                continue
            if value != getattr(row, column):
                if self._editable.field_of(column).once:
                    wrong[column] = FIXED
                values[column] = value
        if wrong:
            raise Wrong(wrong)
        return values

    def read_one(self, column: str, text: str) -> Any:
        """The value of one column. Raises Wrong."""
        try:
            return self._value(column, text)
        except BadCell as error:
            raise Wrong({column: str(error)}) from error

    def _value(self, column: str, text: str) -> Any:
        """The value of one field. Raises BadCell."""
        described = self._shape.table.columns[column]
        text = text.strip()
        if isinstance(described.type, Boolean) and not text:
            return False
        if not text:
            if described.nullable:
                return None
            if self._shape.default(column) == "":
                return ""
            raise BadCell(BLANK)
        value = parser_of(described, self.today)(text)
        words = dict(self._shape.vocabularies).get(column) or self._editable.field_of(column).words
        if words and value not in words:
            raise BadCell(f"is not one of {', '.join(sorted(words))}")
        year = value.year if isinstance(value, date) else value if column.endswith("_year") else None
        if year is not None and not FIRST_YEAR <= year <= LAST_YEAR:
            raise BadCell(f"is not in the years {FIRST_YEAR} to {LAST_YEAR}")
        return value
