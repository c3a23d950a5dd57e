"""People sign in; schedules; histories."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade(bind: str) -> None:
    """Upgrade one database: the main one is called ""."""
    globals()[f"upgrade_{bind}"]()


def upgrade_() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("who", sa.String(length=255), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_entry_at"), ["at"], unique=False)

    op.create_table(
        "setting",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("value", sa.String(length=255), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_setting")),
    )
    op.create_table(
        "sign_in_failure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_failure")),
    )
    with op.batch_alter_table("sign_in_failure", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_failure_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_sign_in_failure_key"), ["key"], unique=False)

    op.create_table(
        "former_record",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("collection", sa.String(length=24), nullable=False),
        sa.Column("sourced_id", sa.String(length=255), nullable=False),
        sa.Column("brought_in", sa.Integer(), nullable=False),
        sa.Column("replaced_in", sa.Integer(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connection.id"],
            name=op.f("fk_former_record_connection_id_connection"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_former_record")),
    )
    with op.batch_alter_table("former_record", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_former_record_connection_id_collection_sourced_id"),
            ["connection_id", "collection", "sourced_id"],
            unique=False,
        )

    op.create_table(
        "account_password",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.String(length=500), nullable=True),
        sa.Column("hash", sa.String(length=255), nullable=True),
        sa.Column("series", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("(sealed IS NULL) <> (hash IS NULL)", name=op.f("ck_account_password_sealed_or_hashed")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_account_password_account_id_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_account_password")),
    )
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.add_column(sa.Column("system_administrator", sa.Boolean(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("active", sa.Boolean(), server_default="1", nullable=False))

    with op.batch_alter_table("connection") as batch_op:
        batch_op.add_column(sa.Column("acting_account_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("mode", sa.String(length=9), server_default="manual", nullable=False))
        batch_op.add_column(sa.Column("frequency", sa.String(length=6), server_default="daily", nullable=False))
        batch_op.add_column(sa.Column("weekday", sa.Integer(), server_default="6", nullable=False))
        batch_op.add_column(sa.Column("window_hour", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("schedule_changed_at", sa.DateTime(), nullable=True))
        batch_op.add_column(sa.Column("schedule_final_year", sa.Integer(), nullable=True))
        batch_op.alter_column("token_url", existing_type=sa.String(length=500), nullable=True)
        batch_op.create_index(op.f("ix_connection_acting_account_id"), ["acting_account_id"], unique=False)
        batch_op.create_foreign_key(
            op.f("fk_connection_acting_account_id_account"),
            "account",
            ["acting_account_id"],
            ["id"],
            ondelete="SET NULL",
        )
        batch_op.drop_constraint(op.f("ck_connection_oauth"), type_="check")
        batch_op.create_check_constraint(op.f("ck_connection_oauth"), "oauth IN ('oauth1', 'oauth2')")
        batch_op.create_check_constraint(op.f("ck_connection_mode"), "mode IN ('manual', 'scheduled')")
        batch_op.create_check_constraint(op.f("ck_connection_frequency"), "frequency IN ('daily', 'weekly')")
        batch_op.create_check_constraint(op.f("ck_connection_weekday"), "weekday BETWEEN 0 AND 6")
        batch_op.create_check_constraint(
            op.f("ck_connection_window_hour"), "window_hour BETWEEN 0 AND 21 AND window_hour % 3 = 0"
        )

    op.add_column("sync_run", sa.Column("slot", sa.DateTime(), nullable=True))
    op.add_column("sync_run", sa.Column("asked_to_stop", sa.Boolean(), server_default="0", nullable=False))
    op.add_column("sync_run", sa.Column("progress", sa.Text(), nullable=True))
    op.create_index("uq_sync_run_slot", "sync_run", ["connection_id", "slot"], unique=True)

    op.add_column("plan_change", sa.Column("person", sa.String(length=255), nullable=True))
    op.add_column("plan_change", sa.Column("school_id", sa.Integer(), nullable=True))
    op.create_index(
        "ix_plan_change_school", "plan_change", ["run_id", "school_id", "entity", "action", "id"], unique=False
    )
    op.create_index(
        "ix_plan_change_code", "plan_change", ["code", "run_id", "id"], unique=False,
        sqlite_where=sa.text("code IS NOT NULL"), postgresql_where=sa.text("code IS NOT NULL"),
    )  # fmt: skip
    op.create_index(
        "ix_plan_change_person", "plan_change", ["person"], unique=False,
        sqlite_where=sa.text("person IS NOT NULL"), postgresql_where=sa.text("person IS NOT NULL"),
    )  # fmt: skip
    op.drop_index(op.f("ix_plan_change_key"), table_name="plan_change")
    op.create_index(
        op.f("ix_plan_change_key"), "plan_change", ["key"], unique=False,
        postgresql_ops={"key": "varchar_pattern_ops"},
    )  # fmt: skip
    op.add_column("pull", sa.Column("request_id", sa.String(length=64), nullable=True))
    op.add_column("run_message", sa.Column("request_id", sa.String(length=64), nullable=True))
