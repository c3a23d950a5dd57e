"""Delta reads: the switch of a connection, and what a read has to remember for the next one."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade(bind: str) -> None:
    """Upgrade one database: the main one is called ""."""
    globals()[f"upgrade_{bind}"]()


def upgrade_() -> None:
    # Step 0002 once made the switch too: a database of that time has it already.
    if "delta_reads" not in {column["name"] for column in sa.inspect(op.get_bind()).get_columns("connection")}:
        with op.batch_alter_table("connection") as batch_op:
            batch_op.add_column(sa.Column("delta_reads", sa.Boolean(), server_default="0", nullable=False))
    with op.batch_alter_table("pull") as batch_op:
        batch_op.add_column(sa.Column("since", sa.DateTime(), nullable=True))
        batch_op.add_column(sa.Column("as_of", sa.DateTime(), nullable=True))
        batch_op.add_column(sa.Column("whole_at", sa.DateTime(), nullable=True))
        batch_op.add_column(sa.Column("basis", sa.String(length=32), nullable=True))
