"""The documents against the server: schemathesis makes requests from them, and no answer may be one that they do not
describe: no 500, no other status, content type, header or body than the operation has.

Each operation is asked on one of the two databases, by turns, and on the other in the other version. What is made up
at random is made to fit the district half of the time, or nearly every call would end at an unknown object.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any
from zlib import crc32

import jsonschema
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import load_all_checks, not_a_server_error
from schemathesis.generation.meta import TestPhase
from schemathesis.specs.openapi import checks

from shared.oneroster.openapi import DOCUMENTS, Described, build
from shared.oneroster.versions import Version
from tests.contract.conftest import BuildFor
from tests.contract.fitting import Known, fit, read_known, turn_of
from tests.contract.platform import APP_NAME, PUBLIC, Platform
from tests.contract.serve_process import serving

pytestmark = pytest.mark.slow
load_all_checks()

#: A connection of each version that may do everything, as often as it likes.
CONNECTIONS: dict[str, dict[str, Any]] = {
    f"all-{version}": {
        "version": version, "gradebook": True, "assessments": version is Version.V1P2, "a_minute": 1_000_000,
    }
    for version in Version
}  # fmt: skip
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
]
#: One of so many boundary cases is sent: all of them would take minutes.
SHARE = 4
FEW = settings(
    max_examples=6, derandomize=True, database=None, deadline=None, phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip

Open = Callable[[str], "Districts"]


class Districts:
    """The demo district on one database, served by gunicorn, with a platform of each version."""

    def __init__(self, address: str, secrets: dict[str, tuple[str, str]]) -> None:
        self.address = address
        self.platforms = {version: Platform(address, version, *secrets[f"all-{version}"]) for version in Version}
        self._known: dict[Version, Known] = {}

    def known(self, version: Version) -> Known:
        """Ids that are there, by collection."""
        if version not in self._known:
            self._known[version] = read_known(self.platforms[version])
        return self._known[version]


@pytest.fixture(scope="module")
def open_district(
    tmp_path_factory: pytest.TempPathFactory, sealing_key: str, build_for: BuildFor, request: pytest.FixtureRequest
) -> Iterator[Open]:
    """Opens the district on a database, when it is first asked for."""
    built = build_for("described", CONNECTIONS)
    opened: dict[str, Districts] = {}
    with ExitStack() as stack:

        def open_one(kind: str) -> Districts:
            if kind not in opened:
                door = stack.enter_context(built.open(kind, tmp_path_factory.mktemp(f"described-{kind}"), request))
                address = stack.enter_context(serving(door.app.extensions["homeroom"]["settings"], sealing_key))
                opened[kind] = Districts(address, door.secrets)
            return opened[kind]

        yield open_one


def kind_of(described: Described, operation_id: str) -> str:
    """The database on which an operation is tried."""
    turn = crc32(operation_id.encode()) + (described.version is Version.V1P2)
    return ("sqlite", "postgresql")[turn % 2]


def try_out(described: Described, case: schemathesis.Case, open_district: Open) -> None:
    """Send a case, made to fit or not, and compare the answer with the document."""
    if case.meta is not None and case.meta.phase.name is TestPhase.COVERAGE and turn_of(case) % SHARE:
        return
    district = open_district(kind_of(described, case.operation.definition.raw["operationId"]))
    platform = district.platforms[described.version]
    fit(case, district.known(described.version))
    answer = case.call(
        base_url=f"{district.address}/campus/oneroster/{APP_NAME}{described.base_path}",
        headers={"Authorization": platform.session.headers["Authorization"]},
        session=platform.session,
    )
    # Whoever asks for some fields does not get the others, though they are required.
    whole = "fields" not in (case.query or {})
    case.validate_response(answer, checks=[*CHECKS, *([checks.response_schema_conformance] if whole else [])])


def configured(described: Described) -> schemathesis.Config:
    """Every boundary of every parameter of writes and of the stored collections; what derives from those goes through
    the same code and is tried at random alone. Methods that a path does not have are in `test_operations`."""
    derived = [read.operation_id for read in described.reads() if read.path != f"/{read.resource.plural}"]
    return schemathesis.Config.from_dict({
        "phases": {"coverage": {"unexpected-methods": []}},
        "operations": [{"include-operation-id": derived, "phases": {"coverage": {"enabled": False}}}],
    })  # fmt: skip


def described_by(described: Described) -> Callable[..., None]:
    """A test for each operation of a document."""
    document = build(described, f"{PUBLIC}/campus/oneroster/{APP_NAME}", f"{PUBLIC}/campus/oauth2/token")
    schema = schemathesis.openapi.from_dict(document, config=configured(described))

    def test(case: schemathesis.Case, open_district: Open) -> None:
        try_out(described, case, open_district)

    made: Callable[..., None] = schema.parametrize()(FEW(test))
    return made


test_rostering, test_gradebook, test_resources, test_everything_of_1p1 = map(described_by, DOCUMENTS)


@pytest.mark.parametrize("described", DOCUMENTS, ids=lambda described: described.files[0])
def test_nothing_that_is_described_opens_without_a_token(open_district, described):
    """Whatever security the documents name is asked for, with the version's own error body."""
    district = open_district("sqlite")
    for operation in (*described.reads(), *described.writes()):
        path = operation.path.replace("{", "").replace("}", "")
        url = f"{district.address}/campus/oneroster/{APP_NAME}{described.base_path}{path}"
        for headers in ({}, {"Authorization": "Bearer e30.e30.e30"}):
            answer = requests.request(getattr(operation, "verb", "GET"), url, headers=headers, json={}, timeout=60)
            assert answer.status_code == 401, (operation.operation_id, answer.text)
            assert ("statusInfoSet" in answer.json()) is (described.version is Version.V1P1)


def test_a_bulk_post_that_is_refused_in_part_answers_as_it_is_described(open_district):
    """Beyond the standard, so no generated client knows it from elsewhere."""
    platform = open_district("sqlite").platforms[Version.V1P2]
    (described,) = [one for one in DOCUMENTS if one.version is Version.V1P2 and "gradebook" in one.services]
    base = f"{PUBLIC}/campus/oneroster/{APP_NAME}{described.base_path}"
    (model,) = platform.read(f"{base}/lineItems?limit=1")
    good = {**model, "sourcedId": "temporary-1", "title": "Essay on rivers"}
    bad = {name: value for name, value in good.items() if name != "title"} | {"sourcedId": "temporary-2"}
    url = f"{base}/classes/{model['class']['sourcedId']}/lineItems"
    answer = platform.session.post(url, json={"lineItems": [good, bad]}, timeout=60)
    assert answer.status_code == 207, answer.text
    assert [pair["suppliedSourcedId"] for pair in answer.json()["sourcedIdPairs"]] == ["temporary-1"]
    assert [one["suppliedSourcedId"] for one in answer.json()["refused"]] == ["temporary-2"]
    document = build(described, PUBLIC, PUBLIC)
    operation = document["paths"]["/classes/{classSourcedId}/lineItems"]["post"]
    schema = operation["responses"]["207"]["content"]["application/json"]["schema"]
    jsonschema.validate(answer.json(), {**schema, "components": document["components"]})
