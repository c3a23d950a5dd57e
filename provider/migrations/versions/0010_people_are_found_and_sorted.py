"""Indexes by which people are found and sorted."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

_FAMILY = "lower(coalesce(nullif(preferred_last_name, ''), last_name))"
_GIVEN = "lower(coalesce(nullif(preferred_first_name, ''), first_name))"
#: Texts that are found by their beginning, in large or small letters.
_BEGINNINGS = (
    ("user_account", "username"),
    ("contact", "email"),
    ("contact", "secondary_email"),
)


def upgrade(bind: str) -> None:
    """Upgrade one database: the main one is called ""."""
    globals()[f"upgrade_{bind}"]()


def upgrade_() -> None:
    op.create_index(op.f("ix_identity_sorted"), "identity", [sa.text(_FAMILY), sa.text(_GIVEN), "person_id"])
    begins = " text_pattern_ops" if op.get_bind().dialect.name == "postgresql" else ""
    for table, column in _BEGINNINGS:
        op.create_index(op.f(f"ix_{table}_small_{column}"), table, [sa.text(f"lower({column}){begins}")])


def upgrade_traffic() -> None:
    """Nothing changes there."""
