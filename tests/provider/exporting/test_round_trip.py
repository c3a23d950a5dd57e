"""Export, import into an empty system on the other database, export: the same bytes, of the demo district with grade book
and resources, in both versions."""

from pathlib import Path

import pytest

from provider.sis.importing import Outcome
from shared.oneroster.versions import Version
from tests.provider.exporting.conftest import DEMO, OTHER, NewSystem, assert_same, files_of

pytestmark = pytest.mark.slow

#: What the demo district has something for; only what no district publishes is missing (user profiles).
FILES = {
    Version.V1P1: {
        "academicSessions", "categories", "classes", "classResources", "courses", "courseResources", "demographics",
        "enrollments", "lineItems", "orgs", "resources", "results", "users",
    },
    Version.V1P2: {
        "academicSessions", "categories", "classes", "classResources", "courses", "courseResources", "demographics",
        "enrollments", "lineItemLearningObjectiveIds", "lineItems", "lineItemScoreScales", "orgs", "resources",
        "resultLearningObjectiveIds", "results", "resultScoreScales", "roles", "scoreScales", "userResources", "users",
    },
}  # fmt: skip


@pytest.fixture(params=list(Version), ids=str)
def version(request: pytest.FixtureRequest) -> Version:
    return request.param


def test_the_demo_district_goes_round(
    new_system: NewSystem, database_kind: str, version: Version, tmp_path: Path
) -> None:
    source = new_system(database_kind)
    source.take(DEMO)
    first, again, second = tmp_path / "first.zip", tmp_path / "again.zip", tmp_path / "second.zip"
    source.write(first, version)
    source.write(again, version)
    assert_same(first, again)
    assert {name.removesuffix(".csv") for name in files_of(first)} == FILES[version] | {"manifest"}

    copy = new_system(OTHER[database_kind])
    copy.take(first)
    copy.write(second, version)
    assert_same(first, second)

    report = copy.load(first)
    assert {outcome: report.total(outcome) for outcome in (Outcome.CREATED, Outcome.UPDATED)} == {
        Outcome.CREATED: 0,
        Outcome.UPDATED: 0,
    }, "a second import of the same package changes nothing"
