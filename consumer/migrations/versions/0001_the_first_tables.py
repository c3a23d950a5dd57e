"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade(bind: str) -> None:
    """Upgrade one database: the main one is called ""."""
    globals()[f"upgrade_{bind}"]()


def upgrade_() -> None:
    op.create_table(
        "connection",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("base_url", sa.String(length=500), nullable=False),
        sa.Column("version", sa.String(length=3), nullable=False),
        sa.Column("oauth", sa.String(length=10), nullable=False),
        sa.Column("client_id", sa.String(length=255), nullable=False),
        sa.Column("client_secret_sealed", sa.String(length=2000), nullable=False),
        sa.Column("token_url", sa.String(length=500), nullable=False),
        sa.Column("scope", sa.String(length=2000), nullable=True),
        sa.Column("page_limit", sa.Integer(), nullable=False),
        sa.Column("vendor_key", sa.String(length=255), nullable=True),
        sa.Column("vendor_secret_sealed", sa.String(length=2000), nullable=True),
        sa.Column("active_year", sa.Integer(), nullable=True),
        sa.CheckConstraint("oauth IN ('oauth2')", name=op.f("ck_connection_oauth")),
        sa.CheckConstraint("version IN ('1.1', '1.2')", name=op.f("ck_connection_version")),
        sa.CheckConstraint("page_limit BETWEEN 1 AND 50000", name=op.f("ck_connection_page_limit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_connection")),
        sa.UniqueConstraint("name", name=op.f("uq_connection_name")),
    )
    op.create_table(
        "grading_period",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("start_date", sa.Date(), nullable=False),
        sa.Column("end_date", sa.Date(), nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=True),
        sa.Column("sis_id", sa.String(length=255), nullable=True),
        sa.CheckConstraint("end_date >= start_date", name=op.f("ck_grading_period_dates_in_order")),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connection.id"],
            name=op.f("fk_grading_period_connection_id_connection"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grading_period")),
        sa.UniqueConstraint("connection_id", "sis_id", name=op.f("uq_grading_period_connection_id_sis_id")),
    )
    with op.batch_alter_table("grading_period", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_grading_period_name_start_date_end_date"), ["name", "start_date", "end_date"], unique=False
        )

    op.create_table(
        "pull",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=True),
        sa.Column("collection", sa.String(length=24), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.Column("finished_at", sa.DateTime(), nullable=True),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.Column("total_count", sa.Integer(), nullable=True),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("absent", sa.Integer(), nullable=False),
        sa.Column("broken", sa.Integer(), nullable=False),
        sa.Column("error_code", sa.String(length=32), nullable=True),
        sa.Column("error_text", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connection.id"], name=op.f("fk_pull_connection_id_connection"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pull")),
    )
    with op.batch_alter_table("pull", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_pull_connection_id_collection"), ["connection_id", "collection"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_pull_run_id"), ["run_id"], unique=False)

    op.create_table(
        "role_mapping",
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("sis_id", sa.String(length=255), nullable=False),
        sa.Column("role_group", sa.String(length=14), nullable=False),
        sa.Column("role", sa.String(length=14), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connection.id"],
            name=op.f("fk_role_mapping_connection_id_connection"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("connection_id", "sis_id", "role_group", name=op.f("pk_role_mapping")),
    )
    op.create_table(
        "school",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("number", sa.String(length=255), nullable=True),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=True),
        sa.Column("sis_id", sa.String(length=255), nullable=True),
        sa.CheckConstraint("kind IN ('school', 'district')", name=op.f("ck_school_kind")),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connection.id"], name=op.f("fk_school_connection_id_connection"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_school")),
        sa.UniqueConstraint("connection_id", "sis_id", name=op.f("uq_school_connection_id_sis_id")),
    )
    op.create_table(
        "skipped_record",
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("entity", sa.String(length=16), nullable=False),
        sa.Column("sis_id", sa.String(length=255), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("name", sa.String(length=600), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connection.id"],
            name=op.f("fk_skipped_record_connection_id_connection"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("connection_id", "entity", "sis_id", name=op.f("pk_skipped_record")),
    )
    op.create_table(
        "staged_enrollment",
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("sis_id", sa.String(length=255), nullable=False),
        sa.Column("class_id", sa.String(length=255), nullable=False),
        sa.Column("user_id", sa.String(length=255), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("is_primary", sa.Boolean(), nullable=False),
        sa.Column("begin_date", sa.Date(), nullable=True),
        sa.Column("end_date", sa.Date(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("broken", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connection.id"],
            name=op.f("fk_staged_enrollment_connection_id_connection"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("connection_id", "sis_id", name=op.f("pk_staged_enrollment")),
    )
    with op.batch_alter_table("staged_enrollment", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_staged_enrollment_connection_id_class_id"), ["connection_id", "class_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_staged_enrollment_connection_id_user_id"), ["connection_id", "user_id"], unique=False
        )

    op.create_table(
        "staged_record",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("collection", sa.String(length=24), nullable=False),
        sa.Column("sourced_id", sa.String(length=255), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=16), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("changed_in", sa.Integer(), nullable=False),
        sa.Column("absent_since", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connection.id"],
            name=op.f("fk_staged_record_connection_id_connection"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staged_record")),
        sa.UniqueConstraint(
            "connection_id",
            "collection",
            "sourced_id",
            name=op.f("uq_staged_record_connection_id_collection_sourced_id"),
        ),
    )
    with op.batch_alter_table("staged_record", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_staged_record_connection_id_collection_changed_in"),
            ["connection_id", "collection", "changed_in"],
            unique=False,
        )

    op.create_table(
        "sync_mark",
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("entity", sa.String(length=16), nullable=False),
        sa.Column("pull_id", sa.Integer(), nullable=False),
        sa.Column("choices", sa.String(length=40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connection.id"], name=op.f("fk_sync_mark_connection_id_connection"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("connection_id", "entity", name=op.f("pk_sync_mark")),
    )
    op.create_table(
        "sync_option",
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("section_name", sa.String(length=20), nullable=False),
        sa.Column("courses_without_sections", sa.Boolean(), nullable=False),
        sa.Column("school_share", sa.Double(), nullable=False),
        sa.Column("school_floor", sa.Integer(), nullable=False),
        sa.Column("section_share", sa.Double(), nullable=False),
        sa.Column("section_floor", sa.Integer(), nullable=False),
        sa.CheckConstraint("school_floor >= 0 AND section_floor >= 0", name=op.f("ck_sync_option_floors")),
        sa.CheckConstraint(
            "school_share BETWEEN 0 AND 1 AND section_share BETWEEN 0 AND 1", name=op.f("ck_sync_option_shares")
        ),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connection.id"],
            name=op.f("fk_sync_option_connection_id_connection"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("connection_id", name=op.f("pk_sync_option")),
    )
    op.create_table(
        "sync_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("trigger", sa.String(length=12), nullable=False),
        sa.Column("started_by", sa.String(length=255), nullable=True),
        sa.Column("dry_run", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(length=24), nullable=False),
        sa.Column("step", sa.String(length=8), nullable=False),
        sa.Column("today", sa.Date(), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("heartbeat_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("owner", sa.String(length=255), nullable=True),
        sa.Column("choices", sa.String(length=40), nullable=True),
        sa.Column("counts", sa.Text(), nullable=True),
        sa.CheckConstraint("kind IN ('users', 'courses', 'sections', 'all')", name=op.f("ck_sync_run_kind")),
        sa.CheckConstraint("step IN ('pull', 'plan', 'apply', 'done')", name=op.f("ck_sync_run_step")),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connection.id"], name=op.f("fk_sync_run_connection_id_connection"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sync_run")),
    )
    with op.batch_alter_table("sync_run", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sync_run_connection_id"), ["connection_id"], unique=False)
        batch_op.create_index(
            "uq_sync_run_one_open",
            ["connection_id"],
            unique=True,
            sqlite_where=sa.text("status IN ('Queued', 'Running')"),
            postgresql_where=sa.text("status IN ('Queued', 'Running')"),
        )

    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("username", sa.String(length=255), nullable=False),
        sa.Column("username_key", sa.String(length=300), nullable=False),
        sa.Column("email", sa.String(length=255), nullable=True),
        sa.Column("email_key", sa.String(length=300), nullable=True),
        sa.Column("unique_id", sa.String(length=255), nullable=True),
        sa.Column("given_name", sa.String(length=255), nullable=False),
        sa.Column("family_name", sa.String(length=255), nullable=False),
        sa.Column("middle_name", sa.String(length=255), nullable=True),
        sa.Column("preferred_first_name", sa.String(length=255), nullable=True),
        sa.Column("role", sa.String(length=14), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=True),
        sa.Column("left_sis", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("origin", sa.String(length=6), server_default="manual", nullable=False),
        sa.Column("touched", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("origin IN ('sync', 'manual')", name=op.f("ck_account_origin")),
        sa.CheckConstraint("role IN ('administrator', 'teacher', 'student', 'parent')", name=op.f("ck_account_role")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_account_school_id_school")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("email_key", name=op.f("uq_account_email_key")),
        sa.UniqueConstraint("unique_id", name=op.f("uq_account_unique_id")),
        sa.UniqueConstraint("username_key", name=op.f("uq_account_username_key")),
    )
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_account_school_id"), ["school_id"], unique=False)

    op.create_table(
        "course",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=500), nullable=False),
        sa.Column("code", sa.String(length=600), nullable=False),
        sa.Column("code_key", sa.String(length=700), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=True),
        sa.Column("sis_id", sa.String(length=255), nullable=True),
        sa.Column("touched", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connection.id"], name=op.f("fk_course_connection_id_connection"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_course_school_id_school")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course")),
        sa.UniqueConstraint("code_key", name=op.f("uq_course_code_key")),
        sa.UniqueConstraint("connection_id", "sis_id", name=op.f("uq_course_connection_id_sis_id")),
    )
    with op.batch_alter_table("course", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_course_school_id"), ["school_id"], unique=False)

    op.create_table(
        "plan_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("entity", sa.String(length=16), nullable=False),
        sa.Column("action", sa.String(length=8), nullable=False),
        sa.Column("key", sa.String(length=511), nullable=False),
        sa.Column("target_id", sa.Integer(), nullable=True),
        sa.Column("section_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=600), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["run_id"], ["sync_run.id"], name=op.f("fk_plan_change_run_id_sync_run"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_change")),
    )
    with op.batch_alter_table("plan_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_plan_change_key"), ["key"], unique=False)
        batch_op.create_index(
            "ix_plan_change_open",
            ["state"],
            unique=False,
            sqlite_where=sa.text("state IN ('held', 'failed')"),
            postgresql_where=sa.text("state IN ('held', 'failed')"),
        )
        batch_op.create_index(
            batch_op.f("ix_plan_change_run_id_entity_action_id"), ["run_id", "entity", "action", "id"], unique=False
        )

    op.create_table(
        "run_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(length=8), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("sis_id", sa.String(length=255), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["sync_run.id"], name=op.f("fk_run_message_run_id_sync_run"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run_message")),
    )
    with op.batch_alter_table("run_message", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_run_message_run_id"), ["run_id"], unique=False)

    op.create_table(
        "school_mapping",
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("sis_id", sa.String(length=255), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("users", sa.Boolean(), server_default="1", nullable=False),
        sa.Column("courses", sa.Boolean(), server_default="1", nullable=False),
        sa.Column("sections", sa.Boolean(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connection.id"],
            name=op.f("fk_school_mapping_connection_id_connection"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_school_mapping_school_id_school")),
        sa.PrimaryKeyConstraint("connection_id", "sis_id", name=op.f("pk_school_mapping")),
    )
    with op.batch_alter_table("school_mapping", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_school_mapping_school_id"), ["school_id"], unique=False)

    op.create_table(
        "term_mapping",
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("sis_id", sa.String(length=255), nullable=False),
        sa.Column("grading_period_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connection.id"],
            name=op.f("fk_term_mapping_connection_id_connection"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["grading_period_id"], ["grading_period.id"], name=op.f("fk_term_mapping_grading_period_id_grading_period")
        ),
        sa.PrimaryKeyConstraint("connection_id", "sis_id", name=op.f("pk_term_mapping")),
    )
    with op.batch_alter_table("term_mapping", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_term_mapping_grading_period_id"), ["grading_period_id"], unique=False)

    op.create_table(
        "account_school",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_account_school_account_id_account"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_account_school_school_id_school")),
        sa.PrimaryKeyConstraint("account_id", "school_id", name=op.f("pk_account_school")),
    )
    with op.batch_alter_table("account_school", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_account_school_school_id"), ["school_id"], unique=False)

    op.create_table(
        "account_sis_id",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("sis_id", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_account_sis_id_account_id_account"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connection.id"],
            name=op.f("fk_account_sis_id_connection_id_connection"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_sis_id")),
        sa.UniqueConstraint("connection_id", "sis_id", name=op.f("uq_account_sis_id_connection_id_sis_id")),
    )
    with op.batch_alter_table("account_sis_id", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_account_sis_id_account_id"), ["account_id"], unique=False)

    op.create_table(
        "identity_mapping",
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("sis_id", sa.String(length=255), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_identity_mapping_account_id_account"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connection.id"],
            name=op.f("fk_identity_mapping_connection_id_connection"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("connection_id", "sis_id", name=op.f("pk_identity_mapping")),
    )
    op.create_table(
        "parent_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=False),
        sa.Column("child_id", sa.Integer(), nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=True),
        sa.Column("origin", sa.String(length=6), server_default="manual", nullable=False),
        sa.CheckConstraint("origin IN ('sync', 'manual')", name=op.f("ck_parent_link_origin")),
        sa.CheckConstraint("parent_id <> child_id", name=op.f("ck_parent_link_two_people")),
        sa.ForeignKeyConstraint(
            ["child_id"], ["account.id"], name=op.f("fk_parent_link_child_id_account"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connection.id"],
            name=op.f("fk_parent_link_connection_id_connection"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["account.id"], name=op.f("fk_parent_link_parent_id_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parent_link")),
        sa.UniqueConstraint("parent_id", "child_id", name=op.f("uq_parent_link_parent_id_child_id")),
    )
    with op.batch_alter_table("parent_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_parent_link_child_id"), ["child_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_parent_link_connection_id"), ["connection_id"], unique=False)

    op.create_table(
        "section",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=600), nullable=False),
        sa.Column("school_year", sa.Integer(), nullable=True),
        sa.Column("frozen", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=True),
        sa.Column("sis_id", sa.String(length=255), nullable=True),
        sa.Column("touched", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connection.id"], name=op.f("fk_section_connection_id_connection"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_section_course_id_course")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_section_school_id_school")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_section")),
        sa.UniqueConstraint("connection_id", "sis_id", name=op.f("uq_section_connection_id_sis_id")),
    )
    with op.batch_alter_table("section", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_section_course_id"), ["course_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_section_school_id"), ["school_id"], unique=False)

    op.create_table(
        "enrollment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("section_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=6), nullable=False),
        sa.Column("is_primary", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("origin", sa.String(length=6), server_default="manual", nullable=False),
        sa.Column("sis_id", sa.String(length=255), nullable=True),
        sa.Column("begin_date", sa.Date(), nullable=True),
        sa.Column("end_date", sa.Date(), nullable=True),
        sa.CheckConstraint("origin IN ('sync', 'manual')", name=op.f("ck_enrollment_origin")),
        sa.CheckConstraint("role IN ('member', 'admin')", name=op.f("ck_enrollment_role")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_enrollment_account_id_account"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["section_id"], ["section.id"], name=op.f("fk_enrollment_section_id_section"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrollment")),
        sa.UniqueConstraint("section_id", "account_id", name=op.f("uq_enrollment_section_id_account_id")),
    )
    with op.batch_alter_table("enrollment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_enrollment_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_enrollment_sis_id"), ["sis_id"], unique=False)

    op.create_table(
        "section_grading_period",
        sa.Column("section_id", sa.Integer(), nullable=False),
        sa.Column("grading_period_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["grading_period_id"],
            ["grading_period.id"],
            name=op.f("fk_section_grading_period_grading_period_id_grading_period"),
        ),
        sa.ForeignKeyConstraint(
            ["section_id"],
            ["section.id"],
            name=op.f("fk_section_grading_period_section_id_section"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("section_id", "grading_period_id", name=op.f("pk_section_grading_period")),
    )
    with op.batch_alter_table("section_grading_period", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_section_grading_period_grading_period_id"), ["grading_period_id"], unique=False
        )
