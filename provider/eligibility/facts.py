"""Everything that the rules may look at, as plain rows in lookups. Whoever loads it knows the database; nobody here.

A `Facts` is either whole (a full refresh) or keyed: then it holds what is needed to decide and to render the records of
some people, sections and courses, and `wanted` names them.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from provider.eligibility import rows


@dataclass(frozen=True, slots=True)
class Keys:
    """SIS ids of the people, sections, courses and resources that a keyed refresh is about.

    Whoever changes a row names everybody it belongs to, before and after: of a relationship both people; of a roster or
    staff history row the person and the section; of the use of a resource the user and the resource. Rows that are gone
    are not there to lead from one to the other.
    """

    people: frozenset[int] = frozenset()
    sections: frozenset[int] = frozenset()
    courses: frozenset[int] = frozenset()
    resources: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a keyed refresh renders.

    users        people whose user and demographics records are wanted: the keys, everybody related to them, whose
                 `agents` name them, and those who use a resource in a wanted section
    people       people whose enrollments are wanted
    sections     sections whose class record and enrollments are wanted
    courses      courses whose record is wanted
    resources    resources whose record is wanted: the keys and those that any of the others uses
    """

    users: frozenset[int]
    people: frozenset[int]
    sections: frozenset[int]
    courses: frozenset[int]
    resources: frozenset[int]


@dataclass(frozen=True, slots=True)
class Switches:
    """The district settings that rules read; names, meanings and defaults as in `provider.sis.settings`."""

    secondary_email_1p1: bool = False
    local_grades_1p2: bool = False
    teacher_requires_section: bool = False
    publish_security_role_admins: bool = False
    relatives_require_gradebook: bool = False
    guardians_require_gradebook: bool = False
    class_title: str = "section_or_course"
    tombstone_on_exclude: bool = False
    ended_roster_status: str = "dates_only"


def _no_rosters() -> Iterable[rows.Roster]:
    return ()


@dataclass(frozen=True, slots=True)
class Facts:
    """The district as of `today` (its own time zone). `year` is the active school year, None when there is none (P-03).

    Lookups go by SIS id; lists by the id of the row that owns them. `rosters` is called once for each pass over the
    rosters and yields them in the order of their ids.
    """

    today: date
    switches: Switches = Switches()
    district: rows.District | None = None
    year: rows.SchoolYear | None = None
    years: dict[int, rows.SchoolYear] = field(default_factory=dict)
    schools: dict[int, rows.School] = field(default_factory=dict)
    calendars: dict[int, rows.Calendar] = field(default_factory=dict)
    structures: dict[int, rows.Structure] = field(default_factory=dict)
    grade_levels: dict[int, rows.GradeLevel] = field(default_factory=dict)
    term_schedules: dict[int, rows.TermSchedule] = field(default_factory=dict)
    terms: dict[int, rows.Term] = field(default_factory=dict)
    trials: dict[int, rows.Trial] = field(default_factory=dict)
    masters: dict[int, rows.Master] = field(default_factory=dict)
    courses: dict[int, rows.Course] = field(default_factory=dict)
    sections: dict[int, rows.Section] = field(default_factory=dict)
    placements: dict[int, list[rows.Placement]] = field(default_factory=dict)
    grading_tasks: dict[int, rows.GradingTask] = field(default_factory=dict)
    section_tasks: dict[int, list[rows.SectionTask]] = field(default_factory=dict)
    section_staff: list[rows.SectionStaff] = field(default_factory=list)
    rosters: Callable[[], Iterable[rows.Roster]] = _no_rosters
    people: dict[int, rows.Person] = field(default_factory=dict)
    identities: dict[int, list[rows.Identity]] = field(default_factory=dict)
    contacts: dict[int, rows.Contact] = field(default_factory=dict)
    accounts: dict[int, list[rows.Account]] = field(default_factory=dict)
    enrollments: dict[int, list[rows.Enrollment]] = field(default_factory=dict)
    assignments: dict[int, list[rows.Assignment]] = field(default_factory=dict)
    relationships_of_adult: dict[int, list[rows.Relationship]] = field(default_factory=dict)
    relationships_of_student: dict[int, list[rows.Relationship]] = field(default_factory=dict)
    resources: dict[int, rows.Resource] = field(default_factory=dict)
    course_resources: dict[int, list[rows.CourseResource]] = field(default_factory=dict)
    section_resources: dict[int, list[rows.SectionResource]] = field(default_factory=dict)
    person_resources: dict[int, list[rows.PersonResource]] = field(default_factory=dict)
    wanted: Wanted | None = None

    @property
    def evidence(self) -> dict[str, Mapping[int, object]]:
        """The rows that each role of a person (letter of P-83) rests on, by person.

        They are the first thing that the rules of a role ask for: who has none cannot have the role.
        """
        return {
            "s": self.enrollments, "t": self.assignments, "a": self.assignments,
            "g": self.relationships_of_adult, "r": self.relationships_of_adult, "x": self.people,
        }  # fmt: skip
