"""Passwords that people choose: argon2 hashes of them, and which are too weak to be taken. Knows no table."""

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

#: The shortest password that is taken, in characters.
SHORTEST = 12
#: The longest: hashing more would only be work for whoever sends it.
LONGEST = 200
#: The fewest different characters in a password.
FEWEST_DIFFERENT = 5

#: What is tried first by whoever guesses. Compared without case and without anything but letters and digits.
_OBVIOUS = (
    "password", "passwort", "letmein", "welcome", "administrator", "admin", "changeme", "homeroom", "oneroster",
    "qwertyuiop", "qwerty", "abcdefghijklmnopqrstuvwxyz", "iloveyou", "secret", "school",
)  # fmt: skip

_HASHER = PasswordHasher()


def hash_password(text: str) -> str:
    """The argon2id hash of a password, with its salt and its cost (at most 128 characters)."""
    return _HASHER.hash(text)


def verify(hashed: str, text: str) -> bool:
    """Whether `text` is the password that `hashed` was made from; False also for a hash that is none."""
    try:
        return _HASHER.verify(hashed, text)
    except (Argon2Error, InvalidHashError):
        return False


def why_too_weak(text: str, username: str) -> str | None:
    """A sentence that says why nobody should choose this password; None for a good one."""
    if len(text) < SHORTEST:
        return f"A password has at least {SHORTEST} characters"
    if len(text) > LONGEST:
        return f"A password has at most {LONGEST} characters"
    plain, name = _plain(text), _plain(username.partition("@")[0])
    if text.casefold() == username.casefold() or (name and name in plain and _is_number(plain.replace(name, ""))):
        return "The password must not be the username"
    if len(set(text.casefold())) < FEWEST_DIFFERENT or (plain and _is_obvious(plain)):
        return "This password is one of the first that are guessed: choose another, such as four words"
    return None


def _plain(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def _is_obvious(plain: str) -> bool:
    """Whether nothing but digits and well-known words is in it."""
    for word in _OBVIOUS:
        plain = plain.replace(word, "")
    return _is_number(plain)


def _is_number(text: str) -> bool:
    """Whether nothing but digits, or nothing at all, is there."""
    return not text.strip("0123456789")
