"""The files that are made from published records: of each the collection that it comes from, its rows in bulk, and its
rows as the difference between two revisions."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from provider.exporting import people
from provider.exporting.concerned import adults_concerned, students_concerned
from provider.exporting.links import resource_links
from provider.exporting.published import PORTION, Record, View
from shared.oneroster.csv_tables import csv_tables
from shared.oneroster.versions import Version

#: The rows that some records of a collection make in a file, as of a view.
Make = Callable[[View, list[Record]], Iterator[Record]]
#: sourcedIds of records that have not changed themselves, but whose rows may have, between two views.
Concerned = Callable[[View, View], set[str]]


def _plain(_view: View, records: list[Record]) -> Iterator[Record]:
    return iter(records)


def _classes(_view: View, records: list[Record]) -> Iterator[Record]:
    """The terms of a class are a set: in an order that is the same in every system."""
    for record in records:
        yield {**record, "terms": sorted(record["terms"], key=lambda term: str(term["sourcedId"]))}


def _nobody(_before: View, _after: View) -> set[str]:
    return set()


class Source(NamedTuple):
    """A file and the collection that its rows come from. `owner`: what of a row names the record. `entire`: a delta has
    all rows of a record that has changed, changed or not, for readers who take them as the whole."""

    file: str
    collection: str
    make: Make
    owner: str = "sourcedId"
    concerned: Concerned = _nobody
    entire: bool = False


_BOTH = (
    Source("orgs", "orgs", _plain),
    Source("academicSessions", "academicSessions", _plain),
    Source("courses", "courses", _plain),
    Source("classes", "classes", _classes),
    Source("users", "users", people.users, concerned=adults_concerned, entire=True),
    Source("enrollments", "enrollments", _plain),
    Source("resources", "resources", _plain),
    Source("courseResources", "courses", resource_links("courseResources", "course"), "course"),
    Source("classResources", "classes", resource_links("classResources", "class"), "class"),
)
_DEMOGRAPHICS_11 = Source("demographics", "users", people.demographics_of, concerned=students_concerned)
SOURCES: dict[Version, tuple[Source, ...]] = {
    Version.V1P1: (*_BOTH, _DEMOGRAPHICS_11),
    Version.V1P2: (
        *_BOTH,
        Source("roles", "users", people.roles, "user", adults_concerned, entire=True),
        Source("demographics", "demographics", _plain),
        Source("userResources", "users", people.user_resources, "user", adults_concerned),
    ),
}


def bulk_rows(view: View, source: Source) -> Iterator[Record]:
    """Every row of a file, without status and date, which are blank in bulk."""
    for records in view.portions(source.collection):
        for row in source.make(view, records):
            yield {**row, "status": None, "dateLastModified": None}


def delta_rows(before: View, after: View, source: Source) -> Iterator[Record]:
    """The rows that are new or different in `after`, active, and those that are no more, to be deleted."""
    names = [column.name for column in csv_tables(after.version)[source.file].columns[3:]]
    for sourced_ids in _ids(before, after, source):
        old = _made(before, source, sourced_ids)
        new = _made(after, source, sourced_ids)
        moved = after.last_change(source.collection, sourced_ids)
        for key, row in {**old, **new}.items():
            there = new.get(key)
            same = there and key in old and all(old[key].get(name) == there.get(name) for name in names)
            if not same or source.entire:
                date = moved.get(row[source.owner], "")
                # An old date: not the record, but what it refers to has come or gone since.
                date = date if date > before.date else after.date
                yield {**row, "status": "active" if there else "tobedeleted", "dateLastModified": date}


def _ids(before: View, after: View, source: Source) -> Iterator[list[str]]:
    """Portions of the sourcedIds of records whose rows may differ."""
    others = source.concerned(before, after)
    for portion in after.changed(source.collection, before.revision):
        others.difference_update(portion)
        yield portion
    rest = sorted(others)
    for start in range(0, len(rest), PORTION):
        yield rest[start : start + PORTION]


def _made(view: View, source: Source, sourced_ids: list[str]) -> dict[str, Record]:
    """The rows of some records, by sourcedId."""
    found = view.named(source.collection, sourced_ids)
    rows = source.make(view, [found[key] for key in sourced_ids if key in found])
    return {row["sourcedId"]: row for row in rows}
