"""What OneRoster packages say of people and grading periods, kept as it came in."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade(bind: str) -> None:
    """Upgrade one database: the main one is called ""."""
    globals()[f"upgrade_{bind}"]()


def upgrade_() -> None:
    with op.batch_alter_table("person") as batch_op:
        batch_op.add_column(sa.Column("identifier", sa.String(length=255), nullable=True))
        batch_op.add_column(sa.Column("user_ids", sa.Text(), nullable=True))
    with op.batch_alter_table("term") as batch_op:
        batch_op.add_column(sa.Column("grading_period_sourced_id", sa.String(length=255), nullable=True))
        batch_op.create_unique_constraint(
            op.f("uq_term_grading_period_sourced_id"), ["grading_period_sourced_id"]
        )


def upgrade_traffic() -> None:
    """Nothing changes there."""
