"""orgs.csv → the district and its schools."""

from typing import Any

from provider.sis.importing.oneroster.source import Source, cut, gone, is_change
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
            _leave(source, store, row)
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
    results = store.put("school", written)
    back = [one for row, one in zip(rows, written, strict=True) if is_change(row)]
    store.put("school", [{"id": one["id"], "external_lms_exclude": False} for one in back])
    for row, result in zip(rows, results, strict=True):
        source.count("orgs", row, result)


def _leave(source: Source, store: Store, row: Row) -> None:
    """tobedeleted: a school stays, with all that belongs to it, and is no longer published (P-73)."""
    key = store.every_number("school").get(row.values["sourcedId"])
    if key is None:
        source.skip("orgs", row, "tobedeleted, and no school of the SIS")
        return
    source.count("orgs", row, store.put("school", [{"id": key, "external_lms_exclude": True}])[0])
    source.note("orgs", row, "tobedeleted: the school is marked External LMS Exclude")
