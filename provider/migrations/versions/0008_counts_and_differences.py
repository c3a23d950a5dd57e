"""What refreshes count by day, differences that people look at, alerts that were read."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade(bind: str) -> None:
    """Upgrade one database: the main one is called ""."""
    globals()[f"upgrade_{bind}"]()


def upgrade_() -> None:
    _create_counts()
    _create_differences()
    with op.batch_alter_table("refresh_run", schema=None) as batch_op:
        batch_op.add_column(sa.Column("approves", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("discarded_at", sa.DateTime(), nullable=True))
    with op.batch_alter_table("refresh_alert", schema=None) as batch_op:
        batch_op.add_column(sa.Column("read_at", sa.DateTime(), nullable=True))
        batch_op.add_column(sa.Column("read_by", sa.String(length=255), nullable=True))


def _create_counts() -> None:
    op.create_table(
        "published_count",
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("collection", sa.String(length=40), nullable=False),
        sa.Column("active", sa.Integer(), nullable=False),
        sa.Column("to_be_deleted", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["published_edition.id"], name=op.f("fk_published_count_edition_id_published_edition")
        ),
        sa.PrimaryKeyConstraint("edition_id", "day", "collection", name=op.f("pk_published_count")),
    )
    op.create_table(
        "held_back_count",
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("collection", sa.String(length=40), nullable=False),
        sa.Column("rule", sa.String(length=20), nullable=False),
        sa.Column("sentence", sa.String(length=300), nullable=False),
        sa.Column("held_back", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["published_edition.id"], name=op.f("fk_held_back_count_edition_id_published_edition")
        ),
        sa.PrimaryKeyConstraint("edition_id", "day", "collection", "rule", "sentence", name=op.f("pk_held_back_count")),
    )


def _create_differences() -> None:
    op.create_table(
        "difference",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=True),
        sa.Column("job_id", sa.Integer(), nullable=True),
        sa.Column("edition", sa.String(length=2000), nullable=False),
        sa.Column("collection", sa.String(length=40), nullable=False),
        sa.Column("before", sa.Integer(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("removed", sa.Integer(), nullable=False),
        sa.Column("too_much", sa.Boolean(), server_default="0", nullable=False),
        sa.CheckConstraint("(run_id IS NULL) <> (job_id IS NULL)", name=op.f("ck_difference_source")),
        sa.ForeignKeyConstraint(
            ["run_id"], ["refresh_run.id"], name=op.f("fk_difference_run_id_refresh_run"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_difference_job_id_job"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_difference")),
    )
    with op.batch_alter_table("difference", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_difference_run_id"), ["run_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_difference_job_id"), ["job_id"], unique=False)
    op.create_table(
        "difference_record",
        sa.Column("difference_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=8), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sourced_id", sa.String(length=255), nullable=False),
        sa.Column("words", sa.String(length=300), nullable=False),
        sa.Column("sis_table", sa.String(length=40), nullable=True),
        sa.Column("sis_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("what IN ('added', 'changed', 'removed')", name=op.f("ck_difference_record_what")),
        sa.ForeignKeyConstraint(
            ["difference_id"],
            ["difference.id"],
            name=op.f("fk_difference_record_difference_id_difference"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("difference_id", "what", "number", name=op.f("pk_difference_record")),
        sqlite_with_rowid=False,
    )


def upgrade_traffic() -> None:
    """Nothing changes there."""
