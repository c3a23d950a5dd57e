"""Plans enrollments, section by section: who comes in, who changes, who goes (C-68 … C-75)."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import or_, select

from consumer.mapping.enrollments import MappedEnrollment, RosterLine, map_enrollment, winner
from consumer.mapping.outcome import Code, Gone, Skipped
from consumer.mapping.sections import MappedSection
from consumer.platform.models import MANUAL, Enrollment, Section
from consumer.sync.plan.change import Change, Planning, Values, Verdict, difference, planned_since, skip_changes
from consumer.sync.plan.people import People, Person, newly_known, people_after
from consumer.sync.plan.sections import Outcome, known_courses, map_classes
from consumer.sync.rosters import lines_by_class
from consumer.sync.staged import chunks, read_these
from consumer.sync.tables import Action, Entity, PlanChange, StagedEnrollment, State

#: Classes planned at once: some ten thousand enrollments.
CLASSES = 300


class _Present(NamedTuple):
    """An enrollment as it is on the platform."""

    id: int
    section_id: int
    account_id: int
    values: Values


def plan_enrollments(planning: Planning) -> Iterator[Change]:
    """Looks only at the sections concerned; each of them as a whole."""
    class_ids = _classes(planning)
    if not class_ids:
        return
    people = people_after(planning)
    courses = known_courses(planning)
    for chunk in chunks(sorted(class_ids), CLASSES):
        staged = read_these(planning.session, planning.connection_id, "classes", chunk)
        sections, _, schools = map_classes(planning, staged, courses)
        rosters = lines_by_class(planning.session, planning.connection_id, chunk)
        present = _present(planning, chunk)
        verdicts: dict[str, Verdict] = {}
        for class_id in chunk:
            section, lines = sections.get(class_id), rosters[class_id]
            if isinstance(section, MappedSection):
                roster = _Roster(planning, section, people, verdicts)
                yield from roster.changes(lines, present[class_id])
            else:
                verdicts.update(_without_section(section, schools.get(class_id), lines, planning.today))
        yield from skip_changes(planning, Entity.ENROLLMENT, verdicts)


def _without_section(
    section: Outcome | None, school_id: int | None, lines: list[RosterLine], today: date
) -> dict[str, Verdict]:
    """Enrollments of a section that is not synced: the section's reason is theirs (C-28, C-34). None is removed."""
    why = section if isinstance(section, Skipped) else None
    if section is None:
        why = Skipped(Code.CLASS_NOT_FOUND)
    verdicts = {}
    for line in lines:
        outcome = map_enrollment(line, date.max, today)
        skipped = None if isinstance(outcome, Gone) else outcome if isinstance(outcome, Skipped) else why
        verdicts[line.sis_id] = Verdict(skipped, "", line.user, school_id)
    return verdicts


class _Roster:
    """One section's roster, as the SIS wants it and as it is."""

    def __init__(
        self, planning: Planning, section: MappedSection, people: People, verdicts: dict[str, Verdict]
    ) -> None:
        self._planning = planning
        self._section = section
        self._people = people
        self._verdicts = verdicts
        #: Accounts that the SIS still enrolls but that may not be changed now: nobody is removed for being skipped.
        self._spared: set[Person] = set()

    def changes(self, lines: list[RosterLine], present: list[_Present]) -> Iterator[Change]:
        wanted = self._wanted(lines)
        users = {line.sis_id: line.user for line in lines}
        here: set[Person] = set()
        for now in present:
            here.add(now.account_id)
            one = wanted.get(now.account_id)
            if one is not None:
                yield from self._updated(one, now)
            elif now.account_id not in self._spared:
                yield from self._removed(now, users)
        for person, one in wanted.items():
            if person not in here:
                after = _values(one)
                after.update({"section": self._section.sis_id, "user": one.user})
                yield self._change(Action.CREATE, one.user, None, None, after)

    def _wanted(self, lines: list[RosterLine]) -> dict[Person, MappedEnrollment]:
        several: dict[Person, list[MappedEnrollment]] = defaultdict(list)
        for line in lines:
            outcome = map_enrollment(line, self._section.ends, self._planning.today)
            if not isinstance(outcome, Gone):
                person = self._people.accounts.get(line.user)
                why_not = self._people.why_not(line.user) if isinstance(outcome, MappedEnrollment) else outcome
                if why_not is None and person is not None and isinstance(outcome, MappedEnrollment):
                    several[person].append(outcome)
                elif person is not None:
                    self._spared.add(person)
                self._verdicts[line.sis_id] = self._verdict(why_not, self._section.name, line)
            else:
                self._verdicts[line.sis_id] = self._verdict(None, "", line)
        return {person: winner(ones, self._planning.today) for person, ones in several.items()}

    def _updated(self, one: MappedEnrollment, now: _Present) -> Iterator[Change]:
        """Admins enrolled by hand stay as they are (C-71); a member enrolled by hand whom the SIS has is the SIS's."""
        if now.values["origin"] == MANUAL and now.values["role"] == "admin":
            return
        before, after = difference(now.values, _values(one))
        if after:
            yield self._change(Action.UPDATE, one.user, now, before, after)

    def _removed(self, now: _Present, users: dict[str, str]) -> Iterator[Change]:
        """A member whom the SIS does not have goes, by whomever enrolled (C-68, C-69); an admin only when the sync
        made him one (C-71, C-72).
        """
        if now.values["role"] == "admin" and now.values["origin"] == MANUAL:
            return
        user = users.get(now.values["sis_id"] or "", f"account {now.account_id}")
        before = {name: now.values[name] for name in ("role", "origin", "sis_id")}
        yield self._change(Action.REMOVE, user, now, before, None)

    def _change(
        self, action: Action, user: str, now: _Present | None, before: Values | None, after: Values | None
    ) -> Change:
        section = self._section
        return Change(
            Entity.ENROLLMENT, action, f"{section.sis_id}|{user}", now.id if now else None,
            now.section_id if now else None, section.name, before, after, person=user, school_id=section.school_id,
        )  # fmt: skip

    def _verdict(self, why_not: Skipped | None, name: str, line: RosterLine) -> Verdict:
        return Verdict(why_not, name, line.user, self._section.school_id)


def _values(one: MappedEnrollment) -> Values:
    return {
        "role": one.role,
        "is_primary": one.primary,
        "origin": "sync",
        "sis_id": one.sis_id,
        "begin_date": one.begin.isoformat() if one.begin else None,
        "end_date": one.end.isoformat() if one.end else None,
    }


def _present(planning: Planning, class_ids: list[str]) -> dict[str, list[_Present]]:
    """The platform's rosters of the sections of these classes."""
    found: dict[str, list[_Present]] = {class_id: [] for class_id in class_ids}
    rows = (
        select(
            Section.sis_id, Section.id, Enrollment.id, Enrollment.account_id, Enrollment.role, Enrollment.is_primary,
            Enrollment.origin, Enrollment.sis_id, Enrollment.begin_date, Enrollment.end_date,
        )
        .join(Section, Section.id == Enrollment.section_id)
        .where(Section.connection_id == planning.connection_id, Section.sis_id.in_(class_ids))
        .order_by(Enrollment.id)
    )  # fmt: skip
    for row in planning.session.execute(rows):
        class_id, section_id, enrollment_id, account_id, role, is_primary, origin, sis_id, begin, end = row
        values = {
            "role": role, "is_primary": is_primary, "origin": origin, "sis_id": sis_id,
            "begin_date": begin.isoformat() if begin else None, "end_date": end.isoformat() if end else None,
        }  # fmt: skip
        found[class_id or ""].append(_Present(enrollment_id, section_id, account_id, values))
    return found


def _classes(planning: Planning) -> set[str]:
    """sourcedIds of the classes whose rosters have to be looked at."""
    if planning.everything(Entity.ENROLLMENT):
        rows = select(StagedEnrollment.class_id).where(StagedEnrollment.connection_id == planning.connection_id)
        return set(planning.session.scalars(rows.distinct())) | set(_synced_classes(planning))
    found = _of_records(planning, planning.changed(Entity.ENROLLMENT, "enrollments"))
    found |= planning.changed(Entity.ENROLLMENT, "classes")
    actions = (Action.CREATE, Action.UPDATE, Action.SKIP, Action.CLEAR)
    found.update(planning.session.scalars(planned_since(planning, Entity.ENROLLMENT, Entity.SECTION, *actions)))
    found.update(_touched_or_held(planning))
    found |= _of_users(planning, newly_known(planning, Entity.ENROLLMENT))
    return found | _due(planning)


def _synced_classes(planning: Planning) -> Iterator[str]:
    rows = select(Section.sis_id).where(Section.connection_id == planning.connection_id)
    return (sis_id for sis_id in planning.session.scalars(rows).all() if sis_id)


def _of_records(planning: Planning, sis_ids: set[str]) -> set[str]:
    """Classes in which these enrollments are, and sections in which they were until now."""
    found: set[str] = set()
    for chunk in chunks(sorted(sis_ids)):
        found.update(
            planning.session.scalars(
                select(StagedEnrollment.class_id).where(
                    StagedEnrollment.connection_id == planning.connection_id, StagedEnrollment.sis_id.in_(chunk)
                )
            )
        )
        were = select(Section.sis_id).join(Enrollment, Enrollment.section_id == Section.id).where(
            Section.connection_id == planning.connection_id, Enrollment.sis_id.in_(chunk)
        )  # fmt: skip
        found.update(sis_id for sis_id in planning.session.scalars(were) if sis_id)
    return found


def _of_users(planning: Planning, sis_ids: set[str]) -> set[str]:
    found: set[str] = set()
    for chunk in chunks(sorted(sis_ids)):
        rows = select(StagedEnrollment.class_id).where(
            StagedEnrollment.connection_id == planning.connection_id, StagedEnrollment.user_id.in_(chunk)
        )
        found.update(planning.session.scalars(rows))
    return found


def _touched_or_held(planning: Planning) -> Iterator[str]:
    """Sections changed by hand (C-69), and those whose removals the safety stop holds (C-86)."""
    held = select(PlanChange.section_id).where(PlanChange.state == State.HELD, PlanChange.section_id.is_not(None))
    rows = select(Section.sis_id).where(
        Section.connection_id == planning.connection_id, or_(Section.touched > 0, Section.id.in_(held))
    )
    return (sis_id for sis_id in planning.session.scalars(rows) if sis_id)


def _due(planning: Planning) -> set[str]:
    """Classes with an enrollment that has begun or ended since the day of the last plan (C-68, C-75)."""
    mark = planning.marks.get(Entity.ENROLLMENT)
    if mark is None or mark.day == planning.today:
        return set()
    first, last = sorted((mark.day, planning.today))
    rows = select(StagedEnrollment.class_id).where(
        StagedEnrollment.connection_id == planning.connection_id,
        or_(
            StagedEnrollment.end_date.between(first - timedelta(days=1), last),
            StagedEnrollment.begin_date.between(first, last),
        ),
    )
    return set(planning.session.scalars(rows.distinct()))
