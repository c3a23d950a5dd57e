"""Unique names: who may carry which, when many change at once (C-45, C-62).

A name that somebody keeps is never given to another. Names that are let go in the same plan are free, so two people
may swap theirs.
"""

from collections.abc import Hashable, Iterable, Mapping
from typing import NamedTuple, TypeVar

Token = TypeVar("Token", bound=Hashable)


class Wish(NamedTuple):
    """The names that one wants, each in its own namespace ("username", "email"), folded."""

    names: tuple[tuple[str, str], ...]


def settle(
    held: Mapping[Token, Wish], wishes: Mapping[Token, Wish], others: Mapping[tuple[str, str], Token]
) -> dict[Token, tuple[str, Token]]:
    """Those who cannot have their wish: token -> (namespace, who has the name).

    held     the names which those who wish now carry (those new here carry none)
    wishes   the names they want; earlier ones come first where two want the same
    others   names of everybody else
    Who is refused keeps all names as they are, which may in turn refuse another.
    """
    refused: dict[Token, tuple[str, Token]] = {}
    while True:
        owners = {name: token for token in refused if token in held for name in held[token].names}
        _claim(owners, _unmoved(held, wishes, refused))
        _claim(owners, ((t, n) for t, wish in wishes.items() if t not in refused for n in wish.names))
        lost = {
            token: (name[0], taker)
            for token, wish in wishes.items()
            if token not in refused
            for name in reversed(wish.names)
            if (taker := others.get(name, owners[name])) != token
        }
        if not lost:
            return refused
        refused.update(lost)


def _unmoved(
    held: Mapping[Token, Wish], wishes: Mapping[Token, Wish], refused: Mapping[Token, object]
) -> Iterable[tuple[Token, tuple[str, str]]]:
    """Names that their present holder still wants: theirs before any newcomer's."""
    for token, wish in wishes.items():
        if token not in refused and token in held:
            kept = set(held[token].names)
            yield from ((token, name) for name in wish.names if name in kept)


def _claim(owners: dict[tuple[str, str], Token], claims: Iterable[tuple[Token, tuple[str, str]]]) -> None:
    for token, name in claims:
        owners.setdefault(name, token)
