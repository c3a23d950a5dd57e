"""Passwords are kept as argon2 hashes, and weak ones are not taken (DESIGN.md section 6)."""

import pytest

from shared.web.passwords import SHORTEST, hash_password, verify, why_too_weak


def test_a_hash_is_known_by_its_password_alone() -> None:
    hashed = hash_password("four words in a row")
    assert hashed.startswith("$argon2id$")
    assert "words" not in hashed
    assert len(hashed) <= 128
    assert verify(hashed, "four words in a row")
    assert not verify(hashed, "four words in a Row")
    assert hash_password("four words in a row") != hashed


@pytest.mark.parametrize("hashed", ["", "plain", "$argon2id$v=19$broken"])
def test_what_is_no_hash_lets_nobody_in(hashed: str) -> None:
    assert not verify(hashed, "")
    assert not verify(hashed, "plain")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("x" * (SHORTEST - 1), "at least 12"),
        ("long" * 60, "at most 200"),
        ("marge.simpson", "username"),
        ("MARGE.SIMPSON", "username"),
        ("marge-simpson1989", "username"),
        ("aaaaaaaaaaaa", "guessed"),
        ("password12345", "guessed"),
        ("Welcome-Welcome-1", "guessed"),
        ("123456789012", "guessed"),
        ("qwertyuiop123", "guessed"),
    ],
)
def test_a_weak_password_is_refused_with_the_reason(text: str, reason: str) -> None:
    assert reason in (why_too_weak(text, "marge.simpson") or "")


@pytest.mark.parametrize(
    "text", ["correct horse battery", "my school has 12 doors", "été-à-la-plage", "пароль-и-ещё-раз"]
)
def test_a_good_password_is_taken(text: str) -> None:
    assert why_too_weak(text, "marge.simpson") is None
