"""P-81 and check 13: whatever the district and the connection's options, no published reference leaves the edition."""

import random
from collections.abc import Iterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from provider.eligibility.context import Context
from provider.eligibility.edition import SHARE, Edition
from provider.eligibility.rows import School
from provider.eligibility.rule import Included
from provider.eligibility.rules.users import LETTERS
from provider.publishing.catalog import RESOURCES
from shared.oneroster.resources.model import ABSENT, REQUIRED
from shared.oneroster.versions import Version
from tests.provider.eligibility.districts import Records
from tests.provider.eligibility.random_district import random_district

editions = st.builds(
    Edition,
    version=st.sampled_from(Version),
    secondary_email=st.booleans(),
    schools=st.none() | st.frozensets(st.integers(1, 3)),
    share=st.frozensets(st.sampled_from(SHARE)),
    gradebook=st.booleans(),
)
switches = st.fixed_dictionaries({
    "tombstone_on_exclude": st.booleans(), "teacher_requires_section": st.booleans(),
    "publish_security_role_admins": st.booleans(), "guardians_require_gradebook": st.booleans(),
    "local_grades_1p2": st.booleans(), "ended_roster_status": st.sampled_from(("dates_only", "tobedeleted_if_dropped")),
})  # fmt: skip


def references(value: Any) -> Iterator[tuple[str, str]]:
    """(collection, sourcedId) of every reference inside a JSON value."""
    if isinstance(value, dict) and "href" in value:
        yield value["href"].split("/")[-2], value["sourcedId"]
    elif isinstance(value, dict):
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 10**6), edition=editions, chosen=switches)
def test_every_reference_resolves_in_its_edition(seed: int, edition: Edition, chosen: dict[str, Any]) -> None:
    district = random_district(random.Random(seed))
    district.set(**chosen)
    records = district.publish(edition)
    for collection, found in records.items():
        for record in found.values():
            for target, sourced_id in references(record.rest):
                assert sourced_id in records[target], f"{collection} {record.sourced_id} -> {target} {sourced_id}"


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 10**6), edition=editions, chosen=switches)
def test_who_has_no_rows_for_a_role_does_not_have_it(seed: int, edition: Edition, chosen: dict[str, Any]) -> None:
    """The rules omit every role whose rows a person lacks: asking only for the others loses nobody (P-82)."""
    district = random_district(random.Random(seed))
    district.set(**chosen)
    context = Context(district.facts(), edition)
    for person_id in context.facts.people:
        asked = [(letter, context.role(person_id, letter)) for letter in LETTERS]
        assert context.roles(person_id) == [pair for pair in asked if isinstance(pair[1], Included)]


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 10**6), edition=editions, chosen=switches)
def test_every_record_has_the_fields_of_its_version(seed: int, edition: Edition, chosen: dict[str, Any]) -> None:
    """Required fields present, no field of the other version, nothing null or blank, table order (real-clients 15)."""
    district = random_district(random.Random(seed))
    district.set(**chosen)
    records = district.publish(edition)
    for resource in RESOURCES.values():
        fields = resource.of(edition.version)
        order = list(fields)
        for record in records[resource.plural].values():
            names = list(record.rest)
            assert names == sorted(names, key=order.index)
            assert all(fields[name].presence(edition.version) is not ABSENT for name in names)
            required = {name for name in order[3:] if fields[name].presence(edition.version) is REQUIRED}
            assert required <= set(names), f"{resource.plural} {record.sourced_id} lacks {required - set(names)}"
            assert all(value not in (None, "") for value in record.rest.values())


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), schools=st.frozensets(st.integers(1, 3)))
def test_a_scoped_edition_names_no_school_outside_its_scope(seed: int, schools: frozenset[int]) -> None:
    """P-96."""
    district = random_district(random.Random(seed))
    outside = {row.guid for key, row in district.tables[School].items() if key not in schools}
    for version in Version:
        records: Records = district.publish(Edition(version, schools=schools))
        assert not outside & records["orgs"].keys()
        named = {target for found in records.values() for r in found.values() for _, target in references(r.rest)}
        assert not outside & named
