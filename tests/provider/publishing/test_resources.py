"""Resources from the tables to the door: full and keyed refresh, edits, and a data folder that knew none."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import delete, event, select

from provider.access.connections import Options, add_connection
from provider.database import db
from provider.eligibility.edition import Edition
from provider.publishing.catalog import COLLECTIONS, register_edition
from provider.publishing.models import PublishedCollection, PublishedEdition, PublishedExtent
from provider.refreshing import DistrictRefresh
from provider.sis import models
from provider.sis.changes import SisChange
from shared.database import writing
from shared.oneroster.versions import Version
from tests.provider.publishing.conftest import STUDENTS, Published

BOTH = pytest.mark.parametrize("version", Version)
V1P2 = Version.V1P2


@pytest.fixture
def with_resources(published: Published) -> Published:
    """Resource 1 is used by course 1 and section 1, 2 by section 2, 3 by person 7, 4 by person 8 in section 2,
    5 by nobody."""
    rows = [
        *(models.Resource(id=key, title=f"Resource {key}", vendor_resource_id=f"vendor-{key}") for key in range(1, 6)),
        models.CourseResource(course_id=1, resource_id=1),
        models.SectionResource(section_id=1, resource_id=1),
        models.SectionResource(section_id=2, resource_id=2),
        models.PersonResource(person_id=7, resource_id=3),
        models.PersonResource(person_id=8, resource_id=4, section_id=2),
    ]
    edit(published, *rows)
    assert published.refresh().state == "done"
    return published


def edit(published: Published, *new: Any, change: Callable[[], Any] = lambda: None) -> set[tuple[str, int]]:
    """Add rows, or edit some, as a page would; what waits then. Nothing waits afterwards but this."""
    with published.app.app_context():
        db.session.execute(delete(SisChange))
        for row in new:
            db.session.add(row)
            db.session.flush()
        change()
        db.session.commit()
        return {(row.kind, row.key) for row in db.session.scalars(select(SisChange))}


def sets(model: Any, key: int, **values: Any) -> Callable[[], None]:
    """An edit of columns of a row."""

    def change() -> None:
        row = db.session.get(model, key)
        for name, value in values.items():
            setattr(row, name, value)

    return change


def serve(published: Published) -> None:
    """The keyed refresh of what waits; a full one finds nothing that it left out."""
    published.now = datetime(2026, 1, 10, 2, 0, tzinfo=UTC)
    with published.app.app_context():
        (result,) = DistrictRefresh(published.app, published.clock).tick()
        assert result.state == "done"
    rest = published.refresh(approved=True)
    assert (rest.added, rest.changed, rest.removed) == (0, 0, 0), "the keyed refresh left something out"


def titles(published: Published, version: Version) -> set[str]:
    return {record["title"] for record in published.read("resources", version)}


def named(number: int) -> str:
    return f"Resource {number}"


@BOTH
def test_a_refresh_publishes_what_is_used(with_resources: Published, version: Version) -> None:
    used = {1, 2, 3, 4} if version is V1P2 else {1, 2}
    assert titles(with_resources, version) == set(map(named, used))
    assert with_resources.get("/resources/1", version).get_json()["resource"]["vendorResourceId"] == "vendor-1"
    assert with_resources.get("/resources/5", version).status_code == 404


@BOTH
def test_the_resources_of_a_course_a_class_and_a_user(with_resources: Published, version: Version) -> None:
    def of(path: str) -> list[str]:
        return [record["title"] for record in with_resources.get(path, version).get_json()["resources"]]

    assert of("/courses/1/resources") == of("/classes/1/resources") == [named(1)]
    assert of("/courses/2/resources") == []
    found = with_resources.read("classes", version, filter="resources.sourcedId='2'")
    assert [record["sourcedId"] for record in found] == ["2"], "a filter finds who uses a resource"
    (user,) = with_resources.read("users", version, filter="familyName='Number5'")
    path = f"/users/{user['sourcedId']}/resources"
    if version is V1P2:
        assert of(path) == [named(3)]
    else:
        assert with_resources.get(path, version).status_code == 404, "1.1 has no resources of users"
    for unknown in ("/courses/nobody/resources", "/classes/nobody/resources"):
        assert with_resources.get(unknown, version).status_code == 404


def test_an_edit_of_a_resource_concerns_it_alone(with_resources: Published) -> None:
    before = with_resources.dates("classes", V1P2)
    waits = edit(with_resources, change=sets(models.Resource, 2, title="Edited"))
    assert waits == {("resource", 2)}
    serve(with_resources)
    assert titles(with_resources, V1P2) == {named(1), "Edited", named(3), named(4)}
    assert with_resources.dates("classes", V1P2) == before


def test_a_new_sourced_id_concerns_all_who_name_it(with_resources: Published) -> None:
    change = sets(models.Resource, 2, sourced_id="came-in")
    assert edit(with_resources, change=change) == {("everything", 0)}
    with_resources.refresh()
    (reference,) = with_resources.get("/classes/2").get_json()["class"]["resources"]
    assert reference["sourcedId"] == "came-in"
    assert with_resources.get("/resources/came-in").status_code == 200
    assert with_resources.get("/resources/2").status_code == 404


@pytest.mark.parametrize(
    ("row", "waits", "appears"),
    [
        (lambda: models.CourseResource(course_id=2, resource_id=5), {("course", 2), ("resource", 5)}, "/courses/2"),
        (lambda: models.SectionResource(section_id=1, resource_id=5), {("section", 1), ("resource", 5)}, "/classes/1"),
        (lambda: models.PersonResource(person_id=9, resource_id=5), {("person", 9), ("resource", 5)}, None),
    ],
    ids=["course", "section", "person"],
)
def test_a_new_use_publishes_the_resource_and_a_deleted_one_takes_it_away(
    with_resources: Published, row: Callable[[], Any], waits: set[tuple[str, int]], appears: str | None
) -> None:
    used = row()
    model, key = type(used), tuple(getattr(used, column.name) for column in type(used).__table__.primary_key)
    assert edit(with_resources, used) == waits
    serve(with_resources)
    assert named(5) in titles(with_resources, V1P2)
    if appears:
        (record,) = with_resources.get(appears, V1P2).get_json().values()
        assert "5" in {reference["sourcedId"] for reference in record["resources"]}
    assert edit(with_resources, change=lambda: db.session.delete(db.session.get(model, key))) == waits
    serve(with_resources)
    assert named(5) not in titles(with_resources, V1P2)


def test_a_use_of_another_resource_concerns_both(with_resources: Published) -> None:
    waits = edit(
        with_resources, change=lambda: setattr(db.session.get(models.PersonResource, (7, 3)), "resource_id", 5)
    )
    assert waits == {("person", 7), ("resource", 3), ("resource", 5)}
    serve(with_resources)
    assert titles(with_resources, V1P2) == set(map(named, (1, 2, 4, 5)))


def test_a_hidden_section_takes_along_what_it_alone_uses(with_resources: Published) -> None:
    """Its resource 2, and 4, which a person has in it; keyed, with the other uses left unread."""
    change = sets(models.Section, 2, external_lms_exclude=True)
    assert edit(with_resources, change=change) == {("section", 2)}
    serve(with_resources)
    assert titles(with_resources, V1P2) == {named(1), named(3)}
    assert titles(with_resources, Version.V1P1) == {named(1)}
    (user,) = with_resources.read("users", V1P2, filter="familyName='Number6'")
    assert "resources" not in user


def test_a_hidden_course_leaves_what_others_use(with_resources: Published) -> None:
    edit(with_resources, models.SectionResource(section_id=2, resource_id=1))
    serve(with_resources)
    for hidden in (True, False):
        change = sets(models.Course, 1, external_lms_exclude=hidden)
        edit(with_resources, change=change)
        serve(with_resources)
        assert named(1) in titles(with_resources, Version.V1P1), "section 2 uses it, too"
        assert with_resources.get("/courses/1/resources").status_code == (404 if hidden else 200)


def test_a_person_who_goes_takes_along_what_only_they_have(with_resources: Published) -> None:
    edit(with_resources, models.PersonResource(person_id=8, resource_id=3))
    serve(with_resources)
    for person, left in ((7, True), (8, False)):
        change = sets(models.Enrollment, person - 1, no_show=True)
        edit(with_resources, change=change)
        serve(with_resources)
        assert (named(3) in titles(with_resources, V1P2)) is left


def test_a_resource_that_everybody_has_is_not_looked_up_person_by_person(with_resources: Published) -> None:
    """A keyed refresh of one person asks about as many rows as before, however many share the resource."""
    edit(with_resources, *(models.PersonResource(person_id=key, resource_id=5) for key in range(2, STUDENTS + 2)))
    with_resources.refresh()
    fetched: list[str] = []
    with with_resources.app.app_context():
        engine = db.engine
        event.listen(engine, "before_cursor_execute", lambda *args: fetched.append(args[2]))
        with_resources.edit(models.Identity, 7, last_name="Newname")
        before = len(fetched)
        with_resources.refresh_keys(people={7})
    assert len(fetched) - before < 150
    assert named(5) in titles(with_resources, V1P2)


class TestAnOlderDataFolder:
    """Editions that were built before there were resources lack the collection."""

    @pytest.fixture
    def older(self, published: Published) -> Published:
        with published.app.app_context():
            gone = select(PublishedCollection.id).where(PublishedCollection.name == "resources")
            db.session.execute(delete(PublishedExtent).where(PublishedExtent.collection_id.in_(gone)))
            db.session.execute(delete(PublishedCollection).where(PublishedCollection.name == "resources"))
            db.session.commit()
        return published

    @BOTH
    def test_it_says_that_resources_are_being_prepared_until_the_next_refresh(
        self, older: Published, version: Version
    ) -> None:
        users = older.dates("users", version)
        for _ in range(2):
            for path in ("/resources", "/resources/1", "/classes/1/resources"):
                answer = older.get(path, version)
                assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30"), path
            with older.app.app_context(), writing(db.engine) as connection:
                register_edition(connection, Edition(version))  # as a refresh does that dies then
        result = older.refresh()
        assert (result.state, result.added, result.changed, result.removed) == ("done", 0, 0, 0)
        assert older.read("resources", version) == []
        assert older.get("/classes/1/resources", version).get_json() == {"resources": []}
        assert older.dates("users", version) == users

    @pytest.mark.parametrize("keyed", [True, False], ids=["keyed", "full"])
    def test_resources_that_come_then_are_published(self, older: Published, *, keyed: bool) -> None:
        edit(
            older, models.Resource(id=1, title=named(1), vendor_resource_id="v"),
            models.CourseResource(course_id=1, resource_id=1),
        )  # fmt: skip
        result = older.refresh_keys(courses={1}, resources={1}) if keyed else older.refresh()
        assert result is not None
        assert (result.added, result.removed) == (2, 0), "one in each version"
        assert titles(older, V1P2) == titles(older, Version.V1P1) == {named(1)}

    def test_every_edition_has_every_collection_then(self, older: Published) -> None:
        older.refresh()
        with older.app.app_context():
            found = db.session.execute(
                select(PublishedEdition.key, PublishedCollection.name).join(
                    PublishedCollection, PublishedCollection.edition_id == PublishedEdition.id
                )
            ).all()
        assert len(found) == 2 * len(COLLECTIONS)


def test_a_connection_of_one_school_reads_nothing_of_the_others(with_resources: Published) -> None:
    """P-96, at the door: resource 2 is used in the other school only."""
    with with_resources.app.app_context():
        session = db.session()
        session.add(models.School(id=2, district_id=1, number="102", name="Oak", org_type="school",
                                  guid="00000000-0000-4000-8000-000000000002"))  # fmt: skip
        session.flush()
        homeroom = with_resources.app.extensions["homeroom"]
        options = Options(schools=("102",))
        connection, _ = add_connection(session, homeroom["sealer"], "oak", V1P2, options, with_resources.now)
        session.commit()
        scopes = frozenset({"resource.readonly", "roster.readonly"})
        with_resources.tokens[V1P2] = homeroom["tokens"].issue(connection, scopes, datetime.now(UTC))
    with_resources.refresh()
    assert with_resources.read("resources", V1P2) == []
    assert with_resources.get("/resources/1", V1P2).status_code == 404
    assert with_resources.get("/classes/1/resources", V1P2).status_code == 404
