"""orgs.csv → the district and its schools."""

from typing import Any

from provider.sis.importing.oneroster.source import Source, cut, gone
from provider.sis.importing.oneroster.store import Store
from provider.sis.importing.report import Outcome
from shared.oneroster.csv import Row
from shared.oneroster.manifest import Mode

SCHOOL_TYPES = ("school", "department")


def import_orgs(source: Source, store: Store) -> None:
    """Districts first, so that schools have one; a package without a district gets one named after its system."""
    rows = source.rows("orgs")
    known = {row.values["sourcedId"] for row in rows} | set(store.every_number("school"))
    for row in rows:
        if row.values["type"] == "district" and not gone(row):
            source.count("orgs", row, _district(source, store, row))
    if not store.all("district"):
        _make_district(source, store)
    schools = []
    for row in rows:
        kind, parent = row.values["type"], row.values.get("parent")
        if gone(row):
            source.skip("orgs", row, "tobedeleted: schools are not removed by an import")
        elif kind in SCHOOL_TYPES:
            if parent and parent not in known:
                source.note("orgs", row, f"parentSourcedId {parent} is not in the package; the district is the parent")
            schools.append(row)
        elif kind != "district":
            source.skip("orgs", row, f"an org of type {kind} has no place in a district's SIS")
    _schools(source, store, schools)


def _district(source: Source, store: Store, row: Row) -> Any:
    stored = store.all("district")
    number = cut(row.values.get("identifier"), 40) or row.values["sourcedId"][:40]
    if stored and stored[0]["sourced_id"] not in (None, row.values["sourcedId"]):
        source.note("orgs", row, f"a second district: its schools belong to {stored[0]['name']}")
        return Outcome.SKIPPED
    key = stored[0]["id"] if stored else store.new_id("district")
    values = {"id": key, "number": number, "name": row.values["name"][:255], "sourced_id": row.values["sourcedId"]}
    return store.put("district", [values])[0]


def _make_district(source: Source, store: Store) -> None:
    name = _said(source.manifest.system_name) or "District"
    number = (_said(source.manifest.system_code) or "1")[:40]
    store.put("district", [{"id": store.new_id("district"), "number": number, "name": name[:255], "sourced_id": None}])
    source.report.note("orgs.csv", 0, f"no org of type district: one is made, called {name}")


def _said(text: str | None) -> str | None:
    """What a manifest says of its source; some fill it like a mode."""
    return None if text is None or text in tuple(Mode) else text


def _schools(source: Source, store: Store, rows: list[Row]) -> None:
    district = store.all("district")[0]["id"]
    numbers = store.every_number("school")
    written = [
        {
            "id": store.number("school", numbers, row.values["sourcedId"]),
            "district_id": district,
            "number": cut(row.values.get("identifier"), 40) or row.values["sourcedId"][:40],
            "name": row.values["name"][:255],
            "org_type": row.values["type"],
            "sourced_id": row.values["sourcedId"],
        }
        for row in rows
    ]
    for row, result in zip(rows, store.put("school", written), strict=True):
        source.count("orgs", row, result)
