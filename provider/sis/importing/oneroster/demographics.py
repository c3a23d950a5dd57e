"""demographics.csv → the current identity of people who are there."""

from typing import Any

from provider.sis.importing.oneroster.source import Source, cut, gone
from provider.sis.importing.oneroster.store import Store, first_day

FILE = "demographics"
#: Column of the identity by property of the record; demographicRaceTwoOrMoreRaces follows from them.
RACES = {
    "americanIndianOrAlaskaNative": "american_indian_or_alaska_native",
    "asian": "asian",
    "blackOrAfricanAmerican": "black_or_african_american",
    "nativeHawaiianOrOtherPacificIslander": "native_hawaiian_or_other_pacific_islander",
    "white": "white",
    "hispanicOrLatinoEthnicity": "hispanic_or_latino",
}


def import_demographics(source: Source, store: Store) -> None:
    """The sourcedId of a row is its user's."""
    for rows in source.batches(FILE):
        people = store.numbers("person", (row.values["sourcedId"] for row in rows))
        identities = {row["person_id"]: row["id"] for row in store.find("identity", "person_id", people.values())}
        written, kept = [], []
        for row in rows:
            identity = identities.get(people.get(row.values["sourcedId"], 0))
            if gone(row):
                source.skip(FILE, row, "tobedeleted: demographics are not removed by an import")
            elif identity is None:
                why = "refers to a user that did not come in"
                source.refuse(FILE, row, "sourcedId", row.values["sourcedId"], why)
            else:
                written.append(_identity(identity, row.values))
                kept.append(row)
        for row, result in zip(kept, store.put("identity", written), strict=True):
            source.count(FILE, row, result, "sourcedId")


def _identity(key: int, values: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": key,
        "birth_date": first_day(values.get("birthDate")),
        "sex": cut(values.get("sex"), 20),
        **{column: values.get(race) == "true" for race, column in RACES.items()},
        "country_of_birth_code": cut(values.get("countryOfBirthCode"), 10),
        "state_of_birth": cut(values.get("stateOfBirthAbbreviation"), 10),
        "city_of_birth": cut(values.get("cityOfBirth"), 100),
        "public_school_residence_status": cut(values.get("publicSchoolResidenceStatus"), 20),
    }
