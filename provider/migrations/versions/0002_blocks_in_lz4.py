"""Blocks and kept texts are stored in another form: those that are there are made again."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade(bind: str) -> None:
    """Upgrade one database: the main one is called ""."""
    globals()[f"upgrade_{bind}"]()


def upgrade_() -> None:
    # A refresh writes the blocks that are missing; until then readers take the records.
    op.execute("DELETE FROM published_block")


def upgrade_traffic() -> None:
    op.execute("DELETE FROM kept_text")
