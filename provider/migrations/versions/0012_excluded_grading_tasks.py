"""Grading tasks that platforms are not offered."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade(bind: str) -> None:
    """Upgrade one database: the main one is called ""."""
    globals()[f"upgrade_{bind}"]()


def upgrade_() -> None:
    with op.batch_alter_table("grading_task") as batch_op:
        batch_op.add_column(sa.Column("external_lms_exclude", sa.Boolean(), server_default="0", nullable=False))


def upgrade_traffic() -> None:
    """Nothing changes there."""
