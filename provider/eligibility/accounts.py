"""Which user account a record is published with (P-07 … P-12)."""

from collections.abc import Sequence

from provider.eligibility.rows import Account

#: The kinds of account by record, best first (P-12). A person who has an account of another kind only is published
#: with that one: P-07 asks that the person has a username, not which.
PREFERENCE = {
    "s": ("student", "portal", "staff"),
    "t": ("staff", "student", "portal"),
    "a": ("staff", "student", "portal"),
    "x": ("staff", "student", "portal"),
    "g": ("portal", "staff", "student"),
    "r": ("portal", "staff", "student"),
}

#: One 1.2 record per person: staff account first, else student, else portal (P-12).
WHOLE_PERSON = ("staff", "student", "portal")


def pick_account(accounts: Sequence[Account], kinds: tuple[str, ...]) -> Account | None:
    """The account to publish, None when none has a username. Blank usernames are none (P-10); disabled accounts count
    (P-08), but of two of a kind the enabled one is taken."""
    if len(accounts) == 1:
        return accounts[0] if accounts[0].username.strip() else None
    usable = [account for account in accounts if account.username.strip()]
    if len(usable) < 2:
        return usable[0] if usable else None
    return min(usable, key=lambda account: (kinds.index(account.kind), account.disabled, account.id))
