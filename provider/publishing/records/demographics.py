"""Records of demographics: one per available student, when the connection shares them (P-83a, P-104)."""

from collections.abc import Iterator
from operator import attrgetter
from typing import Any

from provider.eligibility import people, rows
from provider.eligibility.context import Context
from provider.eligibility.rule import Included
from provider.publishing.records import ids
from provider.publishing.records.record import Projected, put
from shared.oneroster.versions import Version

#: OneRoster name of each race flag -> its column.
RACES = {
    "americanIndianOrAlaskaNative": "american_indian_or_alaska_native",
    "asian": "asian",
    "blackOrAfricanAmerican": "black_or_african_american",
    "nativeHawaiianOrOtherPacificIslander": "native_hawaiian_or_other_pacific_islander",
    "white": "white",
}
_races = attrgetter(*RACES.values())


def demographics(context: Context, person_id: int) -> Iterator[Projected]:
    """The student's demographics, with the status of the student; nothing for anybody else."""
    decision = context.role(person_id, "s")
    identity = people.identity(context, person_id)
    if "demographics" not in context.edition.share or not isinstance(decision, Included) or identity is None:
        return
    rest: dict[str, Any] = {}
    if identity.birth_date:
        rest["birthDate"] = identity.birth_date.isoformat()
    put(rest, "sex", _sex(identity, context.edition.version))
    races = _races(identity)
    rest.update(zip(RACES, map(_flag, races), strict=True))
    rest["demographicRaceTwoOrMoreRaces"] = _flag(sum(races) > 1)
    rest["hispanicOrLatinoEthnicity"] = _flag(identity.hispanic_or_latino)
    put(rest, "countryOfBirthCode", identity.country_of_birth_code)
    put(rest, "stateOfBirthAbbreviation", identity.state_of_birth)
    put(rest, "cityOfBirth", identity.city_of_birth)
    put(rest, "publicSchoolResidenceStatus", identity.public_school_residence_status)
    yield Projected(ids.demographics_id(context.facts.people[person_id]), decision.status, rest)


def _flag(marked: bool) -> str:
    return "true" if marked else "false"


def _sex(identity: rows.Identity, version: Version) -> str | None:
    """1.1 knows male and female only; in 1.2 sex is always filled (real-clients 21)."""
    if version is Version.V1P1:
        return identity.sex if identity.sex in ("male", "female") else None
    return identity.sex or "unspecified"
