"""Names to search and sort by; Data Prep; the upgrade from OneRoster 1.1 to 1.2."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade(bind: str) -> None:
    """Upgrade one database: the main one is called ""."""
    globals()[f"upgrade_{bind}"]()


def upgrade_() -> None:
    op.create_table(
        "data_prep_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(length=3), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("made_by", sa.String(length=255), nullable=False),
        sa.Column("matched", sa.Integer(), nullable=False),
        sa.Column("only_here", sa.Integer(), nullable=False),
        sa.Column("only_sis", sa.Integer(), nullable=False),
        sa.Column("undecided", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(), nullable=True),
        sa.Column("confirmed_by", sa.String(length=255), nullable=True),
        sa.CheckConstraint("version IN ('1.1', '1.2')", name=op.f("ck_data_prep_report_version")),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connection.id"],
            name=op.f("fk_data_prep_report_connection_id_connection"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_prep_report")),
    )
    with op.batch_alter_table("data_prep_report", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_data_prep_report_connection_id"), ["connection_id"], unique=False)

    op.create_table(
        "version_upgrade",
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("base_url", sa.String(length=500), nullable=True),
        sa.Column("token_url", sa.String(length=500), nullable=True),
        sa.Column("client_id", sa.String(length=255), nullable=True),
        sa.Column("client_secret_sealed", sa.String(length=2000), nullable=True),
        sa.Column("switched_at", sa.DateTime(), nullable=True),
        sa.Column("switched_by", sa.String(length=255), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("approved_run_id", sa.Integer(), nullable=True),
        sa.Column("approved_at", sa.DateTime(), nullable=True),
        sa.Column("approved_by", sa.String(length=255), nullable=True),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connection.id"],
            name=op.f("fk_version_upgrade_connection_id_connection"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("connection_id", name=op.f("pk_version_upgrade")),
    )
    op.create_table(
        "former_sis_id",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("sis_id", sa.String(length=255), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_former_sis_id_account_id_account"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connection.id"],
            name=op.f("fk_former_sis_id_connection_id_connection"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_former_sis_id")),
        sa.UniqueConstraint("connection_id", "sis_id", name=op.f("uq_former_sis_id_connection_id_sis_id")),
    )
    with op.batch_alter_table("former_sis_id", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_former_sis_id_account_id"), ["account_id"], unique=False)

    op.create_table(
        "role_hold",
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("kept", sa.String(length=14), nullable=False),
        sa.Column("offered", sa.String(length=14), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_role_hold_account_id_account"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connection.id"], name=op.f("fk_role_hold_connection_id_connection"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("connection_id", "account_id", name=op.f("pk_role_hold")),
    )
    folded = sa.String(length=300).with_variant(sa.String(length=300, collation="C"), "postgresql")
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.add_column(sa.Column("family_key", folded, server_default="", nullable=False))
        batch_op.add_column(sa.Column("given_key", folded, server_default="", nullable=False))
        batch_op.create_index(
            batch_op.f("ix_account_family_key_given_key_id"), ["family_key", "given_key", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_account_given_key"), ["given_key"], unique=False)
        batch_op.create_index(
            "ix_account_left",
            ["id"],
            unique=False,
            sqlite_where=sa.text("left_sis"),
            postgresql_where=sa.text("left_sis"),
        )
    _fold_names()


def _fold_names() -> None:
    """Fill the new columns, and compare folded names by code points on PostgreSQL as SQLite does."""
    bind = op.get_bind()
    if bind.dialect.name == "postgresql":
        for column in ("username_key", "email_key"):
            op.execute(f'ALTER TABLE account ALTER COLUMN {column} TYPE VARCHAR(300) COLLATE "C"')
    account = sa.table("account", *(sa.column(name) for name in ("id", "family_name", "given_name")))
    people = bind.execute(sa.select(account)).all()
    if people:
        bind.execute(
            sa.text("UPDATE account SET family_key = :family, given_key = :given WHERE id = :id"),
            [{"id": n, "family": family.casefold(), "given": given.casefold()} for n, family, given in people],
        )
