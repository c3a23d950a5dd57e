"""Grading tasks of sections."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade(bind: str) -> None:
    """Upgrade one database: the main one is called ""."""
    globals()[f"upgrade_{bind}"]()


def upgrade_() -> None:
    op.create_table(
        "section_grading_task",
        sa.Column("section_id", sa.Integer(), nullable=False),
        sa.Column("grading_task_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["grading_task_id"], ["grading_task.id"],
            name=op.f("fk_section_grading_task_grading_task_id_grading_task"),
        ),
        sa.ForeignKeyConstraint(
            ["section_id"], ["section.id"], name=op.f("fk_section_grading_task_section_id_section")
        ),
        sa.PrimaryKeyConstraint("section_id", "grading_task_id", name=op.f("pk_section_grading_task")),
    )  # fmt: skip
    with op.batch_alter_table("section_grading_task") as batch_op:
        batch_op.create_index(op.f("ix_section_grading_task_grading_task_id"), ["grading_task_id"])


def upgrade_traffic() -> None:
    """Nothing changes there."""
