"""Plans accounts: who is created, who is updated, who is skipped and why (C-38 … C-58)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from consumer.client.records import BadRecord, read_user
from consumer.mapping.identity import Known, fold, people, same_person
from consumer.mapping.logins import Wish, settle
from consumer.mapping.outcome import GONE, Code, Gone, Skipped
from consumer.mapping.users import MappedUser, choose_school, leading, map_user
from consumer.sync.plan import accounts
from consumer.sync.plan.accounts import Name, Present
from consumer.sync.plan.change import (
    Change,
    Planning,
    Values,
    Verdict,
    difference,
    seen,
    skip_changes,
    skipped_with,
)
from consumer.sync.staged import Staged, read_all, read_these
from consumer.sync.tables import Action, Entity

#: An account: its id, or the leading sourcedId of somebody who is new here.
Token = int | str
Outcome = MappedUser | Skipped | Gone
CONFLICTS = {"username": Code.DUPLICATE_USERNAME, "email": Code.DUPLICATE_EMAIL}


@dataclass(slots=True)
class _Roll:
    """What the records looked at have come to, and the accounts that they belong to."""

    known: Known
    siblings: dict[int, list[str]]
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    schools: dict[str, int | None] = field(default_factory=dict)
    of_account: dict[Token, list[MappedUser]] = field(default_factory=dict)


def plan_users(planning: Planning) -> Iterator[Change]:
    """1 read and map the records concerned, 2 find whose they are, 3 settle names, 4 compare with the platform."""
    session, connection_id = planning.session, planning.connection_id
    stored = accounts.stored_ids(session, connection_id)
    roll = _Roll(accounts.known_accounts(session, connection_id, stored), accounts.ids_by_account(stored))
    touched = accounts.touched_accounts(session)
    _map(planning, roll, _records(planning, roll, touched))
    if not roll.outcomes and not touched:
        return
    _group(planning, roll)
    involved = {t for t in roll.of_account if isinstance(t, int)} | set(_accounts_of(roll.outcomes, roll))
    present = accounts.present_accounts(session, sorted(involved))
    held = accounts.held_roles(session, connection_id)
    desired = {
        token: _desired(records, present.get(_id(token)), held.get(_id(token)))
        for token, records in roll.of_account.items()
    }
    for sis_id, why in _conflicts(planning, roll, desired, present).items():
        roll.outcomes[sis_id] = why
    yield from _created_and_updated(roll, desired, present)
    yield from _left(roll, present)
    yield from skip_changes(planning, Entity.USER, _verdicts(roll))
    yield from (seen(Entity.USER, account_id, times) for account_id, times in sorted(touched.items()))


def _records(planning: Planning, roll: _Roll, touched: Iterable[int]) -> Iterable[Staged]:
    """The records to look at: all, or those changed, those of accounts changed by hand, those whose name was taken,
    and with each all the other records of the same account.
    """
    if planning.everything(Entity.USER):
        return read_all(planning.session, planning.connection_id, "users")
    keys = planning.changed(Entity.USER, "users")
    keys |= skipped_with(planning, Entity.USER, *CONFLICTS.values())
    for account_id in {*touched, *_accounts_of(keys, roll)}:
        keys.update(roll.siblings.get(account_id, ()))
    return read_these(planning.session, planning.connection_id, "users", keys)


def _accounts_of(sis_ids: Iterable[str], roll: _Roll) -> Iterator[int]:
    return (account_id for sis_id in sis_ids if (account_id := roll.known.stored.get(sis_id)) is not None)


def _map(planning: Planning, roll: _Roll, records: Iterable[Staged]) -> None:
    for staged in records:
        try:
            record = read_user(staged.raw, planning.version)
        except BadRecord as bad:
            roll.outcomes[staged.sis_id] = Skipped(Code.BAD_DATA, str(bad))
            continue
        outcome = map_user(record, planning.choices) if staged.present else GONE
        if staged.present and isinstance(outcome, Gone) and staged.sis_id not in roll.known.stored:
            outcome = Skipped(Code.NOT_CREATED_DELETED)  # so that whoever looks for the person finds out (C-58, C-113)
        roll.outcomes[staged.sis_id] = outcome
        if isinstance(outcome, Skipped):
            roll.names[staged.sis_id] = f"{record.given_name} {record.family_name}".strip()
            mapped = (planning.choices.schools.get(role.org) for role in record.roles)
            roll.schools[staged.sis_id] = next((school.school_id for school in mapped if school), None)


def _group(planning: Planning, roll: _Roll) -> None:
    """Put every mapped record to its account (C-46); those of new people together by person (C-49)."""
    new: list[MappedUser] = []
    for outcome in roll.outcomes.values():
        if isinstance(outcome, MappedUser):
            account_id = roll.known.account_of(outcome)
            if account_id is None:
                new.append(outcome)
            else:
                roll.of_account.setdefault(account_id, []).append(outcome)
    groups = people(new)
    wanted = {name for group in groups for record in group for name in _names(record.username, record.email)}
    holding = accounts.holders(planning.session, wanted)
    _map(planning, roll, _unread_of(planning, roll, holding.values()))
    for group in groups:
        account_id = next((a for a in _holders_of(group, holding) if _is_same(roll, a, group)), None)
        if account_id is None:
            roll.of_account[leading(group).sis_id] = group
        else:
            mapped = [o for s in roll.siblings[account_id] if isinstance(o := roll.outcomes[s], MappedUser)]
            roll.of_account.setdefault(account_id, mapped).extend(group)


def _unread_of(planning: Planning, roll: _Roll, account_ids: Iterable[int]) -> Iterable[Staged]:
    """Records of accounts that carry a name which somebody new wants: they may be the same person's (C-49)."""
    unread = {s for a in account_ids for s in roll.siblings.get(a, ()) if s not in roll.outcomes}
    return read_these(planning.session, planning.connection_id, "users", unread)


def _holders_of(group: list[MappedUser], holding: dict[Name, int]) -> Iterator[int]:
    names = (name for record in group for name in _names(record.username, record.email))
    return (holding[name] for name in names if name in holding)


def _is_same(roll: _Roll, account_id: int, group: list[MappedUser]) -> bool:
    theirs = (roll.outcomes.get(sis_id) for sis_id in roll.siblings.get(account_id, ()))
    return any(isinstance(one, MappedUser) and same_person(one, group[0]) for one in theirs)


def _desired(records: list[MappedUser], now: Present | None, held: tuple[str, str] | None) -> Values:
    """The values of an account as the SIS wants them, but for a role that an upgrade may not raise (C-107)."""
    first = leading(records)
    schools = [*first.schools, *(s for record in records for s in record.schools)]
    return {
        "username": first.username,
        "email": first.email or next((r.email for r in records if r.email), None),
        "given_name": first.given_name,
        "family_name": first.family_name,
        "middle_name": first.middle_name,
        "preferred_first_name": first.preferred_first_name,
        "role": held[0] if held and first.role == held[1] else first.role,
        "school_id": choose_school(schools, now.values["school_id"] if now else None),
        "left_sis": False,
    }


def _conflicts(
    planning: Planning, roll: _Roll, desired: dict[Token, Values], present: dict[int, Present]
) -> dict[str, Skipped]:
    """Takes those whose name is taken out of `desired` (C-45); sourcedId -> why."""
    wishes: dict[Token, Wish] = {}
    held: dict[Token, Wish] = {}
    for token, values in sorted(desired.items(), key=lambda item: str(item[0])):
        now = present.get(_id(token))
        wish = Wish(_names(values["username"], values["email"]))
        carried = Wish(_names(now.values["username"], now.values["email"])) if now else Wish(())
        if wish != carried:
            wishes[token] = wish
            if now:
                held[token] = carried
    holding = accounts.holders(planning.session, {name for wish in wishes.values() for name in wish.names})
    others: dict[Name, Token] = {name: holder for name, holder in holding.items() if holder not in wishes}
    refused: dict[str, Skipped] = {}
    for token, (space, taker) in settle(held, wishes, others).items():
        who = f"account {taker}" if isinstance(taker, int) else f"SIS id {taker}"
        for record in roll.of_account[token]:
            refused[record.sis_id] = Skipped(CONFLICTS[space], f"{desired[token][space]} belongs to {who}")
            roll.names[record.sis_id] = _display(desired[token])
            roll.schools[record.sis_id] = desired[token]["school_id"]
        del desired[token]
    return refused


def _created_and_updated(roll: _Roll, desired: dict[Token, Values], present: dict[int, Present]) -> Iterator[Change]:
    for token, values in desired.items():
        records = roll.of_account[token]
        key, name = leading(records).sis_id, _display(values)
        attached = sorted(r.sis_id for r in records if roll.known.stored.get(r.sis_id) is None)
        if isinstance(token, str):
            after = {**values, "sis_ids": attached}
            yield Change(Entity.USER, Action.CREATE, key, name=name, after=after, school_id=values["school_id"])
            continue
        before, after = difference(present[token].values, values)
        if attached:
            after["sis_ids"] = attached
        if after:
            yield Change(
                Entity.USER, Action.UPDATE, key, token, name=name, before=before, after=after,
                school_id=values["school_id"],
            )  # fmt: skip


def _left(roll: _Roll, present: dict[int, Present]) -> Iterator[Change]:
    """Accounts all of whose records are to be deleted or gone: kept, and put on the Leavers list (C-54)."""
    for account_id, now in present.items():
        sis_ids = roll.siblings.get(account_id, ())
        if account_id in roll.of_account or now.values["left_sis"] or not sis_ids:
            continue
        if all(isinstance(roll.outcomes.get(sis_id), Gone) for sis_id in sis_ids):
            before, after = {"left_sis": False}, {"left_sis": True}
            name, school_id = _display(now.values), now.values["school_id"]
            yield Change(
                Entity.USER, Action.UPDATE, sis_ids[0], account_id, None, name, before, after, school_id=school_id
            )


def _verdicts(roll: _Roll) -> dict[str, Verdict]:
    verdicts = {}
    for sis_id, outcome in roll.outcomes.items():
        skipped = outcome if isinstance(outcome, Skipped) else None
        verdicts[sis_id] = Verdict(skipped, roll.names.get(sis_id, ""), None, roll.schools.get(sis_id))
    return verdicts


def _display(values: Values) -> str:
    return f"{values['given_name']} {values['family_name']}".strip()


def _names(username: str, email: str | None) -> tuple[Name, ...]:
    names = (("username", fold(username)),)
    return (*names, ("email", fold(email))) if email else names


def _id(token: Token) -> int:
    return token if isinstance(token, int) else 0
