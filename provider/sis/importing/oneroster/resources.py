"""resources.csv, courseResources.csv, classResources.csv, userResources.csv → resources and who uses them."""

from typing import Any

from provider.sis.importing.oneroster.source import Source, cut, gone
from provider.sis.importing.oneroster.store import Store
from provider.sis.importing.report import Outcome
from shared.oneroster.csv import Row

FILE = "resources"
#: File of uses → the table, and by column of the file the table that it names and the column there.
USES: dict[str, tuple[str, dict[str, tuple[str, str]]]] = {
    "courseResources": ("course_resource", {"course": ("course", "course_id")}),
    "classResources": ("section_resource", {"class": ("section", "section_id")}),
    "userResources": (
        "person_resource",
        {"user": ("person", "person_id"), "org": ("school", "school_id"), "class": ("section", "section_id")},
    ),
}


def import_resources(source: Source, store: Store) -> None:
    """Resources first, then their uses. Courses, classes and users are known already."""
    _resources(source, store)
    for file in USES:
        if source.has(file):
            _uses(source, store, file)


def _resources(source: Source, store: Store) -> None:
    """A resource that is to be deleted leaves with all its uses."""
    for rows in source.batches(FILE):
        numbers = store.numbers("resource", (row.values["sourcedId"] for row in rows))
        for row in filter(gone, rows):
            _leave(source, store, row, numbers.get(row.values["sourcedId"]))
        kept = [row for row in rows if not gone(row)]
        written = [_resource(store.number("resource", numbers, row.values["sourcedId"]), row.values) for row in kept]
        for row, result in zip(kept, store.put("resource", written), strict=True):
            source.count(FILE, row, result)


def _resource(key: int, values: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": key,
        "title": cut(values.get("title"), 255),
        "roles": cut(",".join(values.get("roles", ())), 255),
        "importance": values.get("importance"),
        "vendor_resource_id": values["vendorResourceId"][:255],
        "vendor_id": cut(values.get("vendorId"), 255),
        "application_id": cut(values.get("applicationId"), 255),
        "sourced_id": values["sourcedId"],
    }


def _leave(source: Source, store: Store, row: Row, key: int | None) -> None:
    if key is None:
        source.skip(FILE, row, "tobedeleted, and not in the SIS")
        return
    for table, owners in USES.values():
        owner = next(iter(owners.values()))[1]
        store.remove(table, [(use[owner], key) for use in store.find(table, "resource_id", [key])])
    store.remove("resource", [key])
    source.count(FILE, row, Outcome.UPDATED)


def _uses(source: Source, store: Store, file: str) -> None:
    table, columns = USES[file]
    resources = store.every_number("resource")
    owner = next(iter(columns.values()))[1]
    for rows in source.batches(file):
        known = {
            name: store.numbers(other, (row.values[name] for row in rows if name in row.values))
            for name, (other, _) in columns.items()
        }
        written, kept = [], []
        for row in rows:
            use = _use(source, file, row, columns, known, resources)
            if use and gone(row):
                there = any(one[owner] == use[owner] for one in store.find(table, "resource_id", [use["resource_id"]]))
                store.remove(table, [(use[owner], use["resource_id"])])
                source.count(file, row, Outcome.UPDATED if there else Outcome.SKIPPED)
            elif use:
                written.append(use)
                kept.append(row)
        for row, result in zip(kept, store.put(table, written), strict=True):
            source.count(file, row, result)


def _use(
    source: Source, file: str, row: Row, columns: dict[str, tuple[str, str]], known: dict[str, dict[str, int]],
    resources: dict[str, int],
) -> dict[str, Any] | None:  # fmt: skip
    """The row of the table; None after refusing a reference that leads nowhere, or passing over what is gone anyway."""
    use: dict[str, Any] = {}
    places = [("resource", "resource_id", resources)]
    places += [(name, column, known[name]) for name, (_, column) in columns.items()]
    for name, column, numbers in places:
        named = row.values.get(name)
        use[column] = numbers.get(named) if named else None
        if named and use[column] is None:
            if gone(row):
                source.skip(file, row, "tobedeleted, and not in the SIS")
            else:
                source.refuse(file, row, f"{name}SourcedId", named, f"refers to a {name} that did not come in")
            return None
    return use
