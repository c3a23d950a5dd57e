"""Finding people by words: names, numbers, usernames, emails, ids. A page of 110,000 people has to be quick, so names
are looked through once for all words, and everything else is found by its beginning, through indexes.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    CompoundSelect,
    Integer,
    Select,
    and_,
    any_,
    func,
    literal,
    or_,
    select,
    union,
)  # fmt: skip
from sqlalchemy.orm import Session

from provider.publishing.records.ids import RECORD_LETTERS
from provider.sis.models import Contact, Identity, Person, UserAccount
from shared.database import CHUNK, LARGEST_ID

#: Words of a search that are looked for; further ones change nothing.
MOST_WORDS = 5
#: What more usernames, addresses or numbers than this begin with finds only those that it is in full.
MOST_BEGINNINGS = 2_000

_NAMES = (
    Identity.first_name, Identity.middle_name, Identity.last_name, Identity.preferred_first_name,
    Identity.preferred_middle_name, Identity.preferred_last_name,
)  # fmt: skip
#: What is found by its beginning: the column of the person, and the text; small letters where an index has those.
_BEGUN = (
    (UserAccount.person_id, func.lower(UserAccount.username), True),
    (Contact.person_id, func.lower(Contact.email), True),
    (Contact.person_id, func.lower(Contact.secondary_email), True),
    (Person.id, Person.student_number, False),
    (Person.id, Person.staff_number, False),
)
#: After every text that begins with something.
_LAST = "\U0010ffff"


class Found(NamedTuple):
    """The people whom a search finds, by id.

    `vague`: words with which so many usernames, addresses or numbers begin that only those that are nothing more count.
    """

    people: Sequence[int]
    vague: tuple[str, ...]


def search_people(session: Session, search: str) -> Found | None:
    """Whom every word of a search finds; None for a search without words.

    A word is a part of a legal or preferred name, one letter its beginning; the beginning of a student or staff number,
    of a username, of an email address; or an id, GUID or sourcedId in full (P-83: with the letter of a 1.1 record or
    without). The words that are parts of names must be so in one identity, be it the current one or a former one.
    """
    words = search.split()[:MOST_WORDS]
    if not words:
        return None
    vague = tuple(word for word in words if _is_vague(session, word))
    otherwise = [_otherwise(session, word, word in vague) for word in words]
    either = zip(words, otherwise, strict=True)
    by_name = select(Identity.person_id).where(
        *(or_(_named(session, word), Identity.person_id.in_(found)) for word, found in either)
    )
    # Somebody without any identity is found as well.
    by_number = select(Person.id).where(*(Person.id.in_(found) for found in otherwise))
    return Found(session.scalars(union(by_name, by_number)).all(), vague)


def among(session: Session, person: Any, people: Sequence[int]) -> ColumnElement[bool]:
    """The condition that somebody is one of some people, however many they are."""
    if len(people) <= CHUNK:
        found: ColumnElement[bool] = person.in_(people)
        return found
    if is_sqlite(session):
        listed = func.json_each(json.dumps(list(people))).table_valued("value")
        return and_(person.in_(select(listed.c.value)))
    return and_(person == any_(literal(list(people), ARRAY(Integer))))


def _named(session: Session, word: str) -> ColumnElement[bool]:
    """A part of a name, in large or small letters."""
    before = "" if len(word) == 1 else "%"
    if not is_sqlite(session):
        # Quicker there than ILIKE.
        return or_(*(func.lower(name).like(f"{before}{_plain(word.lower())}%", escape="/") for name in _NAMES))
    # LIKE takes large and small letters for the same there, of ASCII alone; an escape doubles its time.
    forms = sorted({word} if word.isascii() else _forms(word) | {word.capitalize()})
    escape = "/" if any(sign in word for sign in "/%_") else None
    patterns = [f"{before}{_plain(form) if escape else form}%" for form in forms]
    return or_(*(name.like(pattern, escape=escape) for name in _NAMES for pattern in patterns))


def _plain(word: str) -> str:
    return word.replace("/", "//").replace("%", "/%").replace("_", "/_")


def _forms(word: str) -> set[str]:
    return {word, word.lower(), word.upper()}


def _begun(session: Session, word: str) -> Iterator[Select[Any]]:
    """The people of whom something begins with a word, by index."""
    for person, text, small in _BEGUN:
        for form in {word.lower()} if small else sorted(_forms(word)):
            yield select(person).where(_begins(session, text, form))


def _is_vague(session: Session, word: str) -> bool:
    """Whether a word begins too much. Nothing is counted further than that."""
    counts = (
        select(func.count()).select_from(one.limit(MOST_BEGINNINGS + 1).subquery()).scalar_subquery()
        for one in _begun(session, word)
    )
    return any(number > MOST_BEGINNINGS for number in session.execute(select(*counts)).one())


def _otherwise(session: Session, word: str, vague: bool) -> CompoundSelect[Any]:
    """The people who have a word as something else than a name."""
    small = word.lower()
    in_full = (select(person).where(text == (small if has_small else word)) for person, text, has_small in _BEGUN)
    return union(
        *(in_full if vague else _begun(session, word)),
        select(Person.id).where(Person.sourced_id == word),
        select(Person.id).where(Person.guid.in_((word, small))),
        *(select(Person.id).where(Person.id == number) for number in _ids(word)),
    )


def _begins(session: Session, text: Any, word: str) -> ColumnElement[bool]:
    """The condition that a text begins with a word, so that the database's own kind of index finds it."""
    if is_sqlite(session):
        return and_(text >= word, text < word + _LAST)
    begins: ColumnElement[bool] = text.startswith(word, autoescape=True)
    return begins


def is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"


def _ids(word: str) -> Iterator[int]:
    """The ids that a word can be: 17, and s17 of a 1.1 record."""
    for text in (word, word[1:] if word[:1] in RECORD_LETTERS else ""):
        if text.isascii() and text.isdigit() and len(text) <= len(str(LARGEST_ID)) and int(text) <= LARGEST_ID:
            yield int(text)
