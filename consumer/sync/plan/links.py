"""Plans the links between parents and children (C-51)."""

from collections.abc import Iterator

from sqlalchemy import func, select

from consumer.client.records import BadRecord, read_user
from consumer.mapping.choices import Group
from consumer.mapping.users import GROUPS
from consumer.platform.models import SYNC, Account, ParentLink
from consumer.sync.plan.change import Change, Planning
from consumer.sync.plan.people import newly_known, people_after
from consumer.sync.staged import read_all
from consumer.sync.tables import Action, Entity

Pair = tuple[str, str]


def plan_links(planning: Planning) -> Iterator[Change]:
    """All at once when any user changed: a link may be named by the guardian, by the student, or by both. It goes when
    both are still sent and neither names the other, or one is to be deleted: who is no longer sent takes no link along,
    for half a feed may be complete by its own word.
    """
    if not _moved(planning):
        return
    people = people_after(planning)
    present = {
        (row.parent_id, row.child_id): row
        for row in planning.session.execute(
            select(ParentLink.id, ParentLink.parent_id, ParentLink.child_id, ParentLink.origin,
                   ParentLink.connection_id)
        )
    }  # fmt: skip
    pairs, missing = _pairs(planning)
    spared = {people.accounts.get(sis_id) for sis_id in (*people.skipped, *missing)}
    wanted = set()
    for parent, child in sorted(pairs):
        ends = (people.accounts.get(parent), people.accounts.get(child))
        if None in ends or ends[0] == ends[1] or ends in wanted:
            continue
        wanted.add(ends)
        if ends not in present and not (people.why_not(parent) or people.why_not(child)):
            after = {"parent": parent, "child": child}
            yield Change(Entity.LINK, Action.CREATE, f"{parent}|{child}", after=after, person=child)
    for ends, row in present.items():
        ours = row.origin == SYNC and row.connection_id == planning.connection_id
        if ours and ends not in wanted and spared.isdisjoint(ends):
            before = {"parent_id": row.parent_id, "child_id": row.child_id}
            parent, child = (f"account {account_id}" for account_id in ends)
            yield Change(Entity.LINK, Action.REMOVE, f"{parent}|{child}", row.id, before=before, person=child)


def _moved(planning: Planning) -> bool:
    touched = planning.session.scalar(select(func.count()).where(Account.touched > 0))
    return bool(
        planning.everything(Entity.LINK)
        or touched
        or planning.changed(Entity.LINK, "users")
        or newly_known(planning, Entity.LINK)
    )


def _pairs(planning: Planning) -> tuple[set[Pair], set[str]]:
    """((guardian, student) by sourcedId, from the `agents` of either; who is no longer sent)."""
    missing: set[str] = set()
    guardians: set[str] = set()
    students: set[str] = set()
    agents: list[tuple[str, tuple[str, ...]]] = []
    for staged in read_all(planning.session, planning.connection_id, "users"):
        try:
            record = read_user(staged.raw, planning.version)
        except BadRecord:
            continue
        if not staged.present:
            missing.add(staged.sis_id)
        if not staged.present or not record.active:
            continue
        groups = {GROUPS.get(role.role) for role in record.roles}
        if Group.GUARDIAN in groups:
            guardians.add(record.sourced_id)
        if Group.STUDENT in groups:
            students.add(record.sourced_id)
        if record.agents and (Group.GUARDIAN in groups or Group.STUDENT in groups):
            agents.append((record.sourced_id, record.agents))
    pairs: set[Pair] = set()
    for sis_id, others in agents:
        if sis_id in guardians:
            pairs.update((sis_id, other) for other in others if other in students)
        if sis_id in students:
            pairs.update((other, sis_id) for other in others if other in guardians)
    return pairs, missing
