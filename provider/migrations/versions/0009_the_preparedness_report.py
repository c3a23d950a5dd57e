"""The Preparedness report."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade(bind: str) -> None:
    """Upgrade one database: the main one is called ""."""
    globals()[f"upgrade_{bind}"]()


def upgrade_() -> None:
    op.create_table(
        "readiness_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("finished", sa.Boolean(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_readiness_report")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "readiness_count",
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["report_id"], ["readiness_report.id"], name=op.f("fk_readiness_count_report_id_readiness_report"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("report_id", "name", name=op.f("pk_readiness_count")),
    )  # fmt: skip
    op.create_table(
        "readiness_record",
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("of_table", sa.String(length=40), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("mend_table", sa.String(length=40), nullable=True),
        sa.Column("mend_id", sa.Integer(), nullable=True),
        sa.Column("mend_column", sa.String(length=60), nullable=True),
        sa.ForeignKeyConstraint(
            ["report_id"], ["readiness_report.id"], name=op.f("fk_readiness_record_report_id_readiness_report"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("report_id", "name", "number", name=op.f("pk_readiness_record")),
        sqlite_with_rowid=False,
    )  # fmt: skip


def upgrade_traffic() -> None:
    """Nothing changes there."""
