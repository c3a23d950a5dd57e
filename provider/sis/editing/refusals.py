"""How an edit is refused. Nothing was changed then.

NotEdited
├── Wrong     what was typed cannot be stored, by column
├── Managed   the HR system manages it (B-131 … B-137)
└── InUse     other rows refer to the row that was to be removed
"""

from collections.abc import Mapping


class NotEdited(Exception):
    """An edit that was refused."""


class Wrong(NotEdited):
    """What is wrong, a sentence by column; "" for the row as a whole."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__("; ".join(fields.values()))
        self.fields = dict(fields)


class Managed(NotEdited):
    """The HR system manages these columns of this person (B-134); none: the row as a whole."""

    def __init__(self, columns: tuple[str, ...] = ()) -> None:
        super().__init__(MANAGED)
        self.columns = columns


class InUse(NotEdited):
    """How many rows refer to a row that was to be removed, by (table, column)."""

    def __init__(self, uses: Mapping[tuple[str, str], int]) -> None:
        super().__init__("other rows refer to it: " + ", ".join(f"{count} of {key[0]}" for key, count in uses.items()))
        self.uses = dict(uses)


MANAGED = "managed by the HR system"
