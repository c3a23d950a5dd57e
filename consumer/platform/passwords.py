"""What accounts sign in with (C-55, C-56): generated passwords, sealed so that they can be read out, until their owner
chooses one, of which only a hash is kept. Who may read or change them is the caller's to ask, and to write into the
audit trail.
"""

import hmac
import secrets
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from consumer.platform.models import Account, AccountPassword, School
from shared.database import chunks
from shared.sealing import Sealer
from shared.web.passwords import hash_password, verify, why_too_weak

#: Characters of a generated password: 14 of 28 are 67 bits.
LENGTH = 14
#: No look-alikes (0 o, 1 l i), nothing that needs the shift key, and no vowels, so that no word comes out.
ALPHABET = "bcdfghjkmnpqrstvwxyz23456789"

#: Bytes beyond the last whole multiple of the alphabet are thrown away: every character is equally likely.
_EVEN = 256 - 256 % len(ALPHABET)
_CHARACTERS = bytes(ord(ALPHABET[byte % len(ALPHABET)]) for byte in range(256))
_UNEVEN = bytes(range(_EVEN, 256))


class WeakPassword(ValueError):
    """A password that nobody should choose; the message says why."""


class PasswordRow(NamedTuple):
    """A line of the export. `school` is its name, "" for an account without one."""

    username: str
    name: str
    role: str
    school: str
    password: str


def generate() -> str:
    """A new password of LENGTH characters from the system's secure random source (C-56)."""
    found = b""
    while len(found) < LENGTH:
        found += secrets.token_bytes(2 * LENGTH).translate(_CHARACTERS, _UNEVEN)
    return found[:LENGTH].decode()


def give_passwords(session: Session, sealer: Sealer, account_ids: Iterable[int]) -> None:
    """A generated password to each of these accounts, which have none yet (C-55)."""
    rows = [{"account_id": account_id, "sealed": sealer.seal(generate())} for account_id in account_ids]
    if rows:
        session.connection().execute(insert(AccountPassword.__table__), rows)


def check(session: Session, sealer: Sealer, account: Account, typed: str) -> bool:
    """Whether `typed` is the account's password; False for an account that has none."""
    row = session.get(AccountPassword, account.id)
    if row is None:
        return False
    if row.sealed is None:
        return verify(row.hash or "", typed)
    return hmac.compare_digest(sealer.unseal(row.sealed).encode(), typed.encode())


def choose_own(session: Session, account: Account, text: str) -> None:
    """The owner's own password takes the place of the generated one, which nobody can read out any more (C-56). Ends
    the sessions that began with the former. Raises WeakPassword.
    """
    if (why := why_too_weak(text, account.username)) is not None:
        raise WeakPassword(why)
    set_hash(session, account.id, hash_password(text))


def set_hash(session: Session, account_id: int, hashed: str) -> None:
    """Replace an account's password, generated or own, by one of which this is the hash."""
    row = _row(session, account_id)
    row.sealed, row.hash, row.series = None, hashed, (row.series or 0) + 1
    session.add(row)
    session.flush()


def reset(session: Session, sealer: Sealer, account: Account) -> str:
    """A new generated password, which is returned; ends the sessions that began with the former one."""
    text = generate()
    row = _row(session, account.id)
    row.sealed, row.hash, row.series = sealer.seal(text), None, (row.series or 0) + 1
    session.add(row)
    session.flush()
    return text


def _row(session: Session, account_id: int) -> AccountPassword:
    return session.get(AccountPassword, account_id) or AccountPassword(account_id=account_id)


def export(session: Session, sealer: Sealer, account_ids: Iterable[int]) -> Iterator[PasswordRow]:
    """The generated passwords of these accounts, in their order; who has chosen an own one is left out (C-56)."""
    for chunk in chunks(account_ids):
        rows: Any = session.execute(
            select(Account, School.name, AccountPassword.sealed)
            .join(AccountPassword, AccountPassword.account_id == Account.id)
            .outerjoin(School, School.id == Account.school_id)
            .where(Account.id.in_(chunk), AccountPassword.sealed.is_not(None))
        )
        found = {account.id: (account, school, sealed) for account, school, sealed in rows}
        for account, school, sealed in (found[account_id] for account_id in chunk if account_id in found):
            name = f"{account.given_name} {account.family_name}".strip()
            yield PasswordRow(account.username, name, account.role, school or "", sealer.unseal(sealed))
