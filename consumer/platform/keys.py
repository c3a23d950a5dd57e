"""The folded forms of an account's names: kept beside them to be compared, found and sorted by."""

from typing import Any

from consumer.folding import fold

#: Column -> the column of its folded form.
KEYS = {"username": "username_key", "email": "email_key", "family_name": "family_key", "given_name": "given_key"}


def with_keys(values: dict[str, Any]) -> dict[str, Any]:
    """Values of an account with the folded forms of those names that are among them."""
    keys = {key: fold(values[name]) if values[name] else values[name] for name, key in KEYS.items() if name in values}
    return {**values, **keys}
