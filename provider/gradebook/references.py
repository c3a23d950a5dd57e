"""The references inside grade book records (GUIDRefs), each made once for the call, from rows that are looked up a page
at a time. Only to what the caller can see (P-81)."""

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple
from urllib.parse import quote

from sqlalchemy import Connection

from provider.gradebook.lookups import fetch_among
from provider.gradebook.rows import Row
from provider.gradebook.visible import Visible
from provider.publishing.records.ids import course_id, grading_period_id, org_id, term_id
from shared.database import fetch
from shared.oneroster.versions import BASE_PATHS, Version

#: {"href", "sourcedId", "type"}. Not to be changed by anybody: records share it.
Ref = dict[str, str]

_PLACES = """SELECT s.id, c.id, c.sourced_id, o.id, o.sourced_id, o.guid FROM section s
    JOIN course c ON c.id = s.course_id JOIN calendar k ON k.id = c.calendar_id JOIN school o ON o.id = k.school_id
    WHERE s.id {among}"""
_TERMS = "SELECT id, sourced_id, guid, grading_period_sourced_id FROM term WHERE id {among}"
_SCALES = "SELECT id, sourced_id, section_id FROM score_scale WHERE id {among} AND NOT deleted"
_YEAR = "SELECT id, sourced_id, guid FROM school_year WHERE active"


class _Course(NamedTuple):
    id: int
    sourced_id: str | None


class _Named(NamedTuple):
    """A school or the school year."""

    id: int
    sourced_id: str | None
    guid: str


class _Term(NamedTuple):
    id: int
    sourced_id: str | None
    guid: str
    grading_period_sourced_id: str | None


class Sessions(NamedTuple):
    """The sessions of a line item; no grading period where only the school year is left."""

    grading_period: Ref | None
    session: Ref | None


class References:
    """References of one edition. `learn` what the rows of a page name before asking for it.

    base_url   what a platform is given, everything before /ims/oneroster
    """

    def __init__(self, connection: Connection, version: Version, visible: Visible, base_url: str) -> None:
        self._connection = connection
        self._version = version
        self._visible = visible
        self._base_url = base_url
        self._made: dict[tuple[str, str], Ref] = {}
        self._places: dict[int, tuple[Ref, Ref]] = {}
        self._terms: dict[int, Sessions] = {}
        self._scales: dict[int, Ref | None] = {}
        self._year: Ref | None = None
        self.classes: dict[int, Ref] = {}
        self.students: dict[int, Ref] = {}
        self.line_items: dict[str, Ref] = {}

    def make(self, service: str, collection: str, kind: str, sourced_id: str) -> Ref:
        """A reference to a record of a collection."""
        made = self._made.get((collection, sourced_id))
        if made is None:
            root = self._base_url + BASE_PATHS[self._version, service]
            href = f"{root}/{collection}/{quote(sourced_id, safe='')}"
            made = self._made[collection, sourced_id] = {"href": href, "sourcedId": sourced_id, "type": kind}
        return made

    def category(self, sourced_id: str) -> Ref:
        return self.make("gradebook", "categories", "category", sourced_id)

    def assessment(self, sourced_id: str) -> Ref:
        return self.make("gradebook", "assessmentLineItems", "assessmentLineItem", sourced_id)

    def scale(self, scale_id: int | None) -> Ref | None:
        return None if scale_id is None else self._scales[scale_id]

    def course(self, section_id: int) -> Ref:
        return self._places[section_id][0]

    def school(self, section_id: int) -> Ref:
        return self._places[section_id][1]

    def sessions(self, term: int | None) -> Sessions:
        """Grading period and session of a term, or the school year where the term is unknown or not published."""
        return Sessions(None, self._year) if term is None else self._terms[term]

    def learn_people(self, found: Sequence[Row]) -> None:
        """The classes and students of rows."""
        self.learn_classes(row.section_id for row in found)
        people = {row.person_id for row in found if row.person_id is not None} - self.students.keys()
        for number, sourced_id in self._visible.people(people).items():
            self.students[number] = self.make("rostering", "users", "user", sourced_id)

    def learn_classes(self, section_ids: Iterable[int | None]) -> None:
        """The classes of sections, as far as they are visible."""
        sections = {section for section in section_ids if section is not None} - self.classes.keys()
        for number, sourced_id in self._visible.sections(sections).items():
            self.classes[number] = self.make("rostering", "classes", "class", sourced_id)

    def learn_line_items(self, sourced_ids: Iterable[str]) -> None:
        """Line items, which are known by their sourcedIds."""
        for sourced_id in set(sourced_ids) - self.line_items.keys():
            self.line_items[sourced_id] = self.make("gradebook", "lineItems", "lineItem", sourced_id)

    def learn_places(self, section_ids: Iterable[int]) -> None:
        """The courses and schools of sections."""
        new = set(section_ids) - self._places.keys()
        for section, course, course_sourced, *school in fetch_among(self._connection, _PLACES, new):
            self._places[section] = (
                self.make("rostering", "courses", "course", course_id(_Course(course, course_sourced))),
                self.make("rostering", "orgs", "org", org_id(_Named(*school))),
            )

    def learn_terms(self, term_ids: Iterable[int | None]) -> None:
        """The sessions of terms."""
        if self._year is None:
            self._year = next((self._session(org_id(_Named(*row))) for row in fetch(self._connection, _YEAR, {})), None)
        new = {term for term in term_ids if term is not None} - self._terms.keys()
        for row in map(_Term._make, fetch_among(self._connection, _TERMS, new)):
            term, period = term_id(row, self._version), grading_period_id(row, self._version)
            published = self._visible.has_session(term) and self._visible.has_session(period)
            self._terms[row.id] = (
                Sessions(self._session(period), self._session(term)) if published else Sessions(None, self._year)
            )

    def learn_scales(self, scale_ids: Collection[int | None]) -> None:
        """The score scales that are still there, of visible sections."""
        new = {scale for scale in scale_ids if scale is not None} - self._scales.keys()
        self._scales.update(dict.fromkeys(new))
        found = fetch_among(self._connection, _SCALES, new)
        visible = self._visible.sections(section for _, _, section in found)
        for number, sourced_id, section in found:
            if section in visible:
                self._scales[number] = self.make("gradebook", "scoreScales", "scoreScale", sourced_id)

    def _session(self, sourced_id: str) -> Ref:
        return self.make("rostering", "academicSessions", "academicSession", sourced_id)
