"""Linked sections."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade(bind: str) -> None:
    """Upgrade one database: the main one is called ""."""
    globals()[f"upgrade_{bind}"]()


def upgrade_() -> None:
    with op.batch_alter_table("section") as batch_op:
        batch_op.add_column(sa.Column("linked_to_id", sa.Integer(), nullable=True))
        batch_op.create_index(op.f("ix_section_linked_to_id"), ["linked_to_id"], unique=False)
        batch_op.create_foreign_key(
            op.f("fk_section_linked_to_id_section"), "section", ["linked_to_id"], ["id"], ondelete="SET NULL"
        )
