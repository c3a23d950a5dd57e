"""One pass of the rules over one `Facts` for one edition: what rows need to know of each other, each decided once.

The rule tables ask a `Context`; the `Context` decides related rows with the same tables and remembers the answers.
Asking goes one way: school, then term and course, section; enrollment, assignment, then a person's roles; relationship
after the student's role; resource after the courses, sections and people that use it.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cached_property

from provider.eligibility import dates, rows, uses
from provider.eligibility.accounts import PREFERENCE, WHOLE_PERSON, pick_account
from provider.eligibility.edition import Edition
from provider.eligibility.facts import Facts
from provider.eligibility.rule import MISSING, TOBEDELETED, Decision, Excluded, Included, decide
from provider.eligibility.rules import courses, memberships, orgs, relations, resources, staff, students
from provider.eligibility.rules.users import LETTERS, USERS, UserRole
from provider.eligibility.school_time import SchoolTime
from shared.oneroster.versions import Version

Counted = list[tuple[rows.Enrollment, Included]]
CountedAssignments = list[tuple[rows.Assignment, Included]]


def nowhere(resource_id: int) -> bool:
    """The facts at hand hold every use of a resource."""
    return False


class Context(SchoolTime):
    """Facts and edition, and every decision made so far. Not to be shared between threads.

    tombstones       an External LMS Exclude leaves a tobedeleted record behind (P-75)
    used_elsewhere   whether something published that keyed facts do not hold uses a resource
    """

    edition: Edition
    tombstones: bool
    used_elsewhere: Callable[[int], bool]

    def __init__(self, facts: Facts, edition: Edition, used_elsewhere: Callable[[int], bool] = nowhere) -> None:
        super().__init__(facts)
        self.edition = edition
        self.used_elsewhere = used_elsewhere
        self.tombstones = facts.switches.tombstone_on_exclude
        self._schools: dict[int, Decision] = {}
        self._courses: dict[int, Decision] = {}
        self._sections: dict[int, Decision] = {}
        self._enrollments: dict[int, Counted] = {}
        self._assignments: dict[tuple[int, str], CountedAssignments] = {}
        self._roles: dict[str, dict[int, Decision]] = defaultdict(dict)
        self._section_terms: dict[int, tuple[rows.Term, ...]] = {}
        self._section_days: dict[int, tuple[date, date]] = {}
        self._relationships: dict[str, dict[int, Decision]] = defaultdict(dict)
        self._not_counting: dict[str, dict[int, list[Excluded]]] = defaultdict(dict)
        self._rosters: dict[memberships.RosterCase, Decision] = {}
        self._resources: dict[int, Decision] = {}
        self._evidence = tuple((letter, facts.evidence[letter]) for letter in LETTERS)

    # What decisions mean

    @staticmethod
    def published(decision: Decision) -> bool:
        return isinstance(decision, Included)

    @staticmethod
    def gone(decision: Decision) -> bool:
        """Published with status tobedeleted."""
        return isinstance(decision, Included) and decision.status == TOBEDELETED

    @staticmethod
    def decision_text(decision: Decision) -> str:
        if isinstance(decision, Included):
            return f"published as {decision.status}" + (f" by {decision.number}" if decision.number else "")
        return f"omitted by {decision.number}: {decision.sentence}"

    # Schools, terms, courses, sections

    def school(self, school_id: int | None) -> Decision:
        if school_id is None:
            return MISSING
        if school_id not in self._schools:
            row = self.facts.schools.get(school_id)
            self._schools[school_id] = decide(orgs.SCHOOLS, row, self) if row else MISSING
        return self._schools[school_id]

    def school_gone(self, school_id: int | None) -> bool:
        return self.gone(self.school(school_id))

    def school_text(self, school_id: int | None) -> str:
        school = self.facts.schools.get(school_id or 0)
        return f"school {school.name if school else school_id}: {self.decision_text(self.school(school_id))}"

    def course(self, course_id: int) -> Decision:
        if course_id not in self._courses:
            row = self.facts.courses.get(course_id)
            self._courses[course_id] = decide(courses.COURSES, row, self) if row else MISSING
        return self._courses[course_id]

    def section(self, section_id: int) -> Decision:
        decision = self._sections.get(section_id)
        if decision is None:
            row = self.facts.sections.get(section_id)
            decision = decide(courses.CLASSES, row, self) if row else MISSING
            self._sections[section_id] = decision
        return decision

    def section_school(self, section_id: int) -> int | None:
        return self.school_of(self._section_calendar(section_id))

    @cached_property
    def term_decisions(self) -> tuple[tuple[rows.Term, Decision], ...]:
        """Every term with what is decided of it, in the order of their dates."""
        terms = sorted(self.facts.terms.values(), key=lambda t: (t.start_date, t.end_date, t.id))
        return tuple((term, decide(orgs.TERMS, term, self)) for term in terms)

    @cached_property
    def terms(self) -> Mapping[int, tuple[rows.Term, Included]]:
        """The published terms by id, in the order of their dates."""
        return {term.id: (term, decision) for term, decision in self.term_decisions if isinstance(decision, Included)}

    @cached_property
    def terms_in_use(self) -> frozenset[int]:
        """Terms in which a section of a published calendar meets: a district may share terms."""
        return frozenset(
            placement.term_id
            for section_id, placements in self.facts.placements.items()
            if self._calendar_published(self._section_calendar(section_id))
            for placement in placements
        )

    def _section_calendar(self, section_id: int) -> int | None:
        section = self.facts.sections.get(section_id)
        course = self.facts.courses.get(section.course_id) if section else None
        return course.calendar_id if course else None

    def _calendar_published(self, calendar_id: int | None) -> bool:
        inside = self.in_active_year(calendar_id) and not self.calendar_excluded(calendar_id)
        return inside and self.published(self.school(self.school_of(calendar_id)))

    @cached_property
    def _first_schedule_terms(self) -> dict[int, tuple[rows.Term, ...]]:
        """The published terms of each structure's first term schedule."""
        first: dict[int, int] = {}
        for schedule in sorted(self.facts.term_schedules.values()):
            first.setdefault(schedule.structure_id, schedule.id)
        by_schedule: dict[int, list[rows.Term]] = defaultdict(list)
        for term, _ in self.terms.values():
            by_schedule[term.term_schedule_id].append(term)
        return {structure: tuple(by_schedule[schedule]) for structure, schedule in first.items()}

    def section_terms(self, section_id: int) -> tuple[rows.Term, ...]:
        """The published terms a section meets in, by date. A section without placement meets in all terms of its
        structure's first term schedule (a class must have a term, real-clients 14); () when there are none either."""
        terms = self._section_terms.get(section_id)
        if terms is None:
            placed = {placement.term_id for placement in self.facts.placements.get(section_id, ())}
            terms = tuple(self.terms[term_id][0] for term_id in self.terms if term_id in placed) if placed else ()
            section = self.facts.sections.get(section_id)
            trial = self.facts.trials.get(section.trial_id) if section else None
            if not terms and trial:
                terms = self._first_schedule_terms.get(trial.structure_id, ())
            self._section_terms[section_id] = terms
        return terms

    def section_days(self, section_id: int) -> tuple[date, date]:
        """First and last day of a section: those of its terms (P-77), or of its calendar when it has none."""
        days = self._section_days.get(section_id)
        if days is None:
            terms = self.section_terms(section_id)
            if terms:
                days = terms[0].start_date, max(term.end_date for term in terms)
            else:
                days = self._calendar_days(section_id)
            self._section_days[section_id] = days
        return days

    def _calendar_days(self, section_id: int) -> tuple[date, date]:
        section = self.facts.sections.get(section_id)
        course = self.facts.courses.get(section.course_id) if section else None
        calendar = self.facts.calendars.get(course.calendar_id) if course else None
        if calendar:
            return calendar.start_date, calendar.end_date
        return self.window or (self.facts.today, self.facts.today)

    # People

    def enrollments(self, person_id: int) -> Counted:
        """The enrollments in school that count, with the status each gives."""
        counted = self._enrollments.get(person_id)
        if counted is None:
            counted = []
            for row in self.facts.enrollments.get(person_id, ()):
                decision = decide(students.ENROLLMENTS, row, self)
                if isinstance(decision, Included):
                    counted.append((row, decision))
                else:
                    self._not_counting["s"].setdefault(person_id, []).append(decision)
            self._enrollments[person_id] = counted
        return counted

    def assignments(self, person_id: int, letter: str) -> CountedAssignments:
        """The assignments that count for a teacher ("t") or for non-teacher staff ("a")."""
        counted = self._assignments.get((person_id, letter))
        if counted is None:
            table = staff.TEACHING if letter == "t" else staff.OTHER
            counted = []
            for row in self.facts.assignments.get(person_id, ()):
                decision = decide(table, row, self)
                if isinstance(decision, Included):
                    counted.append((row, decision))
                else:
                    self._not_counting[letter].setdefault(person_id, []).append(decision)
            self._assignments[(person_id, letter)] = counted
        return counted

    def teaching_schools(self, person_id: int) -> set[int]:
        return {assignment.school_id for assignment, _ in self.assignments(person_id, "t")}

    @cached_property
    def _staff_rows(self) -> dict[int, list[rows.SectionStaff]]:
        by_person: dict[int, list[rows.SectionStaff]] = defaultdict(list)
        for row in self.facts.section_staff:
            by_person[row.person_id].append(row)
        return by_person

    def teaches(self, person_id: int) -> bool:
        """P-31: a staff history row shows the person teaching a published section."""
        found = self._staff_rows.get(person_id, ())
        return any(self.published(decide(memberships.TEACHES, row, self)) for row in found)

    def relationships(self, person_id: int, letter: str) -> list[rows.Relationship]:
        """The relationships of an adult that count as guardian ("g") or relative ("r")."""
        return [
            row for row in self.facts.relationships_of_adult.get(person_id, ()) if self.relationship_counts(row, letter)
        ]

    def relationship(self, row: rows.Relationship, letter: str) -> Decision:
        """Whether a relationship counts as guardian ("g") or relative ("r")."""
        decision = self._relationships[letter].get(row.id)
        if decision is None:
            table = relations.GUARDIAN if letter == "g" else relations.RELATIVE
            decision = self._relationships[letter][row.id] = decide(table, row, self)
        return decision

    def relationship_counts(self, row: rows.Relationship, letter: str) -> bool:
        return isinstance(self.relationship(row, letter), Included)

    def not_counting(self, person_id: int, letter: str) -> Sequence[Excluded]:
        """What was decided of the rows that a role could rest on and does not, once the role itself was decided."""
        if letter in ("g", "r"):
            found = (self.relationship(row, letter) for row in self.facts.relationships_of_adult.get(person_id, ()))
            return [decision for decision in found if isinstance(decision, Excluded)]
        return self._not_counting[letter].get(person_id, ())

    def role(self, person_id: int, letter: str) -> Decision:
        """Whether a person is published in a role, and with which status."""
        decisions = self._roles[letter]
        decision = decisions.get(person_id)
        if decision is None:
            decision = decide(USERS[letter], UserRole(person_id, letter), self)
            decisions[person_id] = decision
        return decision

    def roles(self, person_id: int) -> list[tuple[str, Included]]:
        """The roles in which a person is published, in the order of P-83's letters."""
        found = []
        for letter, evidence in self._evidence:
            if person_id in evidence:
                decision = self.role(person_id, letter)
                if isinstance(decision, Included):
                    found.append((letter, decision))
        return found

    def named(self, person_id: int) -> bool:
        """Whether the identity of today has both names."""
        identity = dates.current_identity(self.facts.identities.get(person_id, ()), self.facts.today)
        return identity is not None and bool(identity.first_name.strip() and identity.last_name.strip())

    def account(self, person_id: int, letter: str) -> rows.Account | None:
        """The account a record is published with: by role in 1.1, one for the whole person in 1.2 (P-12)."""
        accounts = self.facts.accounts.get(person_id)
        if not accounts:
            return None
        one_record = self.edition.version is Version.V1P2
        return pick_account(accounts, WHOLE_PERSON if one_record else PREFERENCE[letter])

    def person_published(self, person_id: int) -> bool:
        """Whether a person is published in any role."""
        return bool(self.roles(person_id))

    def roster(self, row: rows.Roster) -> Decision:
        """Whether a roster row is published as an enrollment, and with which status."""
        case = memberships.roster_case(row, self)
        decision = self._rosters.get(case)
        if decision is None:
            decision = self._rosters[case] = decide(memberships.ROSTERS, row, self)
        return decision

    # Resources

    def resource(self, resource_id: int) -> Decision:
        if resource_id not in self._resources:
            row = self.facts.resources.get(resource_id)
            self._resources[resource_id] = decide(resources.RESOURCES, row, self) if row else MISSING
        return self._resources[resource_id]

    @cached_property
    def used_resources(self) -> frozenset[int]:
        """The resources that something published of these facts uses."""
        return uses.used_resources(self)

    def resource_uses_text(self, resource_id: int) -> str:
        return uses.uses_text(self, resource_id)
