"""What of sections and people a connection can see: whatever its edition has published as a class, or as the user of a
student (P-81, P-96). Rows of the grade book that hang on anything else do not exist for it."""

from collections.abc import Collection, Iterable

from sqlalchemy import Connection

from provider.gradebook import ids
from provider.gradebook.lookups import fetch_among
from provider.publishing.catalog import BuiltEdition
from provider.publishing.texts import LIVE_SQL
from shared.oneroster.versions import Version

#: Keys per query.
_PORTION = 1_000
_PUBLISHED = f"""SELECT sourced_id FROM published_record
    WHERE collection_id = :collection AND sourced_id {{among}} AND {LIVE_SQL}"""  # noqa: S608


class Visible:
    """An edition at one revision, over a connection that reads; for the time of one call, in which it remembers."""

    def __init__(self, version: Version, built: BuiltEdition, connection: Connection) -> None:
        self._version = version
        self._built = built
        self._connection = connection
        self._sections: dict[int, str | None] = {}
        self._people: dict[int, str | None] = {}
        self._sessions: dict[str, bool] = {}

    def sections(self, section_ids: Iterable[int]) -> dict[int, str]:
        """Class sourcedIds by section id, of the visible sections among them."""
        return self._known(self._sections, "classes", set(section_ids))

    def people(self, person_ids: Iterable[int]) -> dict[int, str]:
        """User sourcedIds by person id, of the visible people among them (1.1: the record with letter s; 1.2: the
        person)."""
        return self._known(self._people, "users", set(person_ids))

    def section_of(self, class_sourced_id: str) -> int | None:
        """The section of a visible class."""
        return self.sections_of([class_sourced_id]).get(class_sourced_id)

    def person_of(self, user_sourced_id: str) -> int | None:
        """The person of a visible student's user."""
        return self.people_of([user_sourced_id]).get(user_sourced_id)

    def sections_of(self, class_sourced_ids: Iterable[str]) -> dict[str, int]:
        """Section ids by class sourcedId, of the visible classes among them."""
        named = ids.sections_named(self._connection, class_sourced_ids)
        published = self._published("classes", named)
        return {sourced_id: number for sourced_id, number in named.items() if sourced_id in published}

    def people_of(self, user_sourced_ids: Iterable[str]) -> dict[str, int]:
        """Person ids by user sourcedId, of the visible students among them."""
        named = ids.people_named(self._connection, user_sourced_ids, self._version)
        published = self._published("users", named)
        return {sourced_id: number for sourced_id, number in named.items() if sourced_id in published}

    def has_session(self, sourced_id: str) -> bool:
        """Whether an academic session is published."""
        if sourced_id not in self._sessions:
            self._sessions[sourced_id] = bool(self._published("academicSessions", [sourced_id]))
        return self._sessions[sourced_id]

    def _known(self, known: dict[int, str | None], collection: str, asked: set[int]) -> dict[int, str]:
        new = sorted(asked - known.keys())
        for i in range(0, len(new), _PORTION):
            self._learn(known, collection, new[i : i + _PORTION])
        return {number: sourced_id for number in asked if (sourced_id := known[number]) is not None}

    def _learn(self, known: dict[int, str | None], collection: str, numbers: list[int]) -> None:
        if collection == "classes":
            named = ids.class_ids(self._connection, numbers)
        else:
            named = ids.student_ids(self._connection, numbers, self._version)
        published = self._published(collection, named.values())
        for number in numbers:
            sourced_id = named.get(number)
            known[number] = sourced_id if sourced_id in published else None

    def _published(self, collection: str, sourced_ids: Collection[str]) -> set[str]:
        """Which of some sourcedIds are live in a collection of the edition."""
        asked = {"collection": self._built.collections[collection], "at": self._built.revision}
        return {row[0] for row in fetch_among(self._connection, _PUBLISHED, sourced_ids, **asked)}
