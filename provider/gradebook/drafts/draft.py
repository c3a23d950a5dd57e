"""What every kind of object of the grade book has in common when it is written."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, ClassVar

from sqlalchemy import Table

from provider.gradebook import facts
from provider.gradebook.bodies import Body
from provider.gradebook.lookups import fetch_among
from provider.gradebook.writer import Writer
from provider.sis.revisions import NO_SCHOOL
from shared.oneroster.errors import OneRosterError
from shared.oneroster.resources.model import Resource

#: A row of a table by column name, with the values of the model.
Row = Mapping[str, Any]


class Drafts(ABC):
    """The objects of one call, all of one kind: made once for all of them, so that looking up costs a few queries.

    bodies  what is to be written
    rows    the rows that are there already, or that are to be deleted
    Reads only; what it may add is what a draft needs beside itself.
    """

    resource: ClassVar[Resource]
    table: ClassVar[Table]

    def __init__(self, writer: Writer, bodies: Sequence[Body], rows: Collection[Row]) -> None:
        self.writer = writer
        self.sections: dict[int, facts.Section] = {}
        self._visible: dict[int, str] = {}
        self._classes: dict[str, int] = {}

    @abstractmethod
    def columns(self, body: Body, before: Row | None) -> dict[str, Any]:
        """The row that a body becomes, less what all rows have; `before` is the row that is there. Raises
        OneRosterError when the object cannot be taken."""

    @abstractmethod
    def section_of(self, row: Row) -> int | None:
        """The section on which a row hangs."""

    def sees(self, row: Row) -> bool:
        """Whether the platform can see a row."""
        section = self.section_of(row)
        return section is None or section in self._visible

    def school_of(self, row: Row) -> int:
        """The school whose count a change of a row moves."""
        section = self.section_of(row)
        return NO_SCHOOL if section is None else self.sections[section].school.id

    def same(self, body: Body, before: Row, columns: Row) -> bool:
        """Whether writing would change nothing."""
        return all(before[name] == value for name, value in columns.items())

    def stored(self, bodies: Sequence[Body]) -> None:  # noqa: B027 - most have nothing beside their row
        """What has to be written beside the rows, once they are."""

    def dependents(self, row: Row) -> str | None:
        """What forbids deleting a row: in words, for whoever asked."""
        return None

    def learn_sections(self, numbers: Iterable[int | None]) -> None:
        """Look sections up, and whether they are visible."""
        new = {number for number in numbers if number is not None} - self.sections.keys()
        self.sections.update(facts.sections(self.writer.connection, new))
        self._visible.update(self.writer.visible.sections(new))

    def learn_classes(self, sourced_ids: Iterable[str | None]) -> None:
        """Look up the sections of classes."""
        self._classes.update(self.writer.visible.sections_of({one for one in sourced_ids if one is not None}))
        self.learn_sections(self._classes.values())

    def section_named(self, body: Body, field: str = "class") -> facts.Section:
        """The section of the class that a body names. Raises OneRosterError."""
        number = self._classes.get(body.values[field])
        if number is None:
            raise unknown(body, field, "class")
        return self.sections[number]

    def any(self, statement: str, row: Row) -> bool:
        """Whether a query that is asked for the row's id finds anything."""
        return bool(fetch_among(self.writer.connection, statement, [row["id"]]))

    def keep_unknown(self, body: Body, before: Row | None, columns: dict[str, str]) -> dict[str, Any]:
        """Columns (by field) from a body; what its version does not have stays as it was."""
        return {
            column: body.values[field] if field in body.values else (None if before is None else before[column])
            for field, column in columns.items()
        }


def unknown(body: Body, field: str, kind: str) -> OneRosterError:
    """The refusal of a reference that leads nowhere, or to what the platform cannot see."""
    return body.refuse(field, f"there is no {kind} with sourcedId {body.values[field]!r} here")


def mismatch(body: Body, field: str, what: str) -> OneRosterError:
    """The refusal of a reference that contradicts another."""
    return body.refuse(field, f"{body.values[field]!r} is not {what}")


def check_range(body: Body) -> None:
    """Raises OneRosterError when the least result is above the greatest."""
    least, most = body.values["resultValueMin"], body.values["resultValueMax"]
    if least is not None and most is not None and least > most:
        raise body.refuse("resultValueMin", f"{least:g} is greater than resultValueMax {most:g}")
