"""Grade book, resources, OAuth 1, request log."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade(bind: str) -> None:
    """Upgrade one database: the main one is called ""."""
    globals()[f"upgrade_{bind}"]()


def upgrade_() -> None:
    op.create_table(
        "gradebook_revision",
        sa.Column("collection", sa.String(length=24), nullable=False),
        sa.Column("school_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("collection", "school_id", name=op.f("pk_gradebook_revision")),
    )
    op.create_table(
        "grading_task",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grading_task")),
        sa.UniqueConstraint("code", name=op.f("uq_grading_task_code")),
    )
    op.create_table(
        "resource",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=255), nullable=True),
        sa.Column("roles", sa.String(length=255), nullable=True),
        sa.Column("importance", sa.String(length=10), nullable=True),
        sa.Column("vendor_resource_id", sa.String(length=255), nullable=False),
        sa.Column("vendor_id", sa.String(length=255), nullable=True),
        sa.Column("application_id", sa.String(length=255), nullable=True),
        sa.Column("sourced_id", sa.String(length=255), nullable=True),
        sa.CheckConstraint("importance IN ('primary', 'secondary')", name=op.f("ck_resource_importance")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resource")),
        sa.UniqueConstraint("sourced_id", name=op.f("uq_resource_sourced_id")),
    )
    op.create_table(
        "score_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score_group")),
        sa.UniqueConstraint("name", name=op.f("uq_score_group_name")),
    )
    op.create_table(
        "score_group_item",
        sa.Column("score_group_id", sa.Integer(), nullable=False),
        sa.Column("score", sa.String(length=60), nullable=False),
        sa.Column("min_percent", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["score_group_id"],
            ["score_group.id"],
            name=op.f("fk_score_group_item_score_group_id_score_group"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("score_group_id", "score", name=op.f("pk_score_group_item")),
    )
    op.create_table(
        "supplied_id",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("collection", sa.String(length=24), nullable=False),
        sa.Column("parent", sa.String(length=36), nullable=False),
        sa.Column("supplied", sa.String(length=255), nullable=False),
        sa.Column("allocated", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connection.id"],
            name=op.f("fk_supplied_id_connection_id_connection"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplied_id")),
        sa.UniqueConstraint(
            "connection_id",
            "collection",
            "parent",
            "supplied",
            name=op.f("uq_supplied_id_connection_id_collection_parent_supplied"),
        ),
    )
    with op.batch_alter_table("supplied_id", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_supplied_id_allocated"), ["allocated"], unique=False)

    op.create_table(
        "course_resource",
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_course_resource_course_id_course")),
        sa.ForeignKeyConstraint(["resource_id"], ["resource.id"], name=op.f("fk_course_resource_resource_id_resource")),
        sa.PrimaryKeyConstraint("course_id", "resource_id", name=op.f("pk_course_resource")),
    )
    with op.batch_alter_table("course_resource", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_course_resource_resource_id"), ["resource_id"], unique=False)

    op.create_table(
        "grade_category",
        sa.Column("section_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("weight", sa.Double(), nullable=True),
        sa.Column("uncategorized", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sourced_id", sa.String(length=255), nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=True),
        sa.Column("deleted", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("modified_at", sa.DateTime(), nullable=False),
        sa.Column("extension", sa.JSON(none_as_null=True), nullable=True),
        sa.CheckConstraint("weight IS NULL OR weight >= 0", name=op.f("ck_grade_category_weight")),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connection.id"],
            name=op.f("fk_grade_category_connection_id_connection"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["section_id"], ["section.id"], name=op.f("fk_grade_category_section_id_section")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grade_category")),
        sa.UniqueConstraint("sourced_id", name=op.f("uq_grade_category_sourced_id")),
    )
    with op.batch_alter_table("grade_category", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_grade_category_connection_id"), ["connection_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_grade_category_modified_at"), ["modified_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_grade_category_section_id"), ["section_id"], unique=False)
        batch_op.create_index(
            "uq_grade_category_uncategorized",
            ["section_id"],
            unique=True,
            sqlite_where=sa.text("uncategorized = 1 AND deleted = 0"),
            postgresql_where=sa.text("uncategorized AND NOT deleted"),
        )

    op.create_table(
        "grading_window",
        sa.Column("grading_task_id", sa.Integer(), nullable=False),
        sa.Column("term_id", sa.Integer(), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.CheckConstraint("closes_on >= opens_on", name=op.f("ck_grading_window_days_in_order")),
        sa.ForeignKeyConstraint(
            ["grading_task_id"], ["grading_task.id"], name=op.f("fk_grading_window_grading_task_id_grading_task")
        ),
        sa.ForeignKeyConstraint(["term_id"], ["term.id"], name=op.f("fk_grading_window_term_id_term")),
        sa.PrimaryKeyConstraint("grading_task_id", "term_id", name=op.f("pk_grading_window")),
    )
    with op.batch_alter_table("grading_window", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_grading_window_term_id"), ["term_id"], unique=False)

    op.create_table(
        "person_resource",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=True),
        sa.Column("section_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_person_resource_person_id_person")),
        sa.ForeignKeyConstraint(["resource_id"], ["resource.id"], name=op.f("fk_person_resource_resource_id_resource")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_person_resource_school_id_school")),
        sa.ForeignKeyConstraint(["section_id"], ["section.id"], name=op.f("fk_person_resource_section_id_section")),
        sa.PrimaryKeyConstraint("person_id", "resource_id", name=op.f("pk_person_resource")),
    )
    with op.batch_alter_table("person_resource", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_resource_resource_id"), ["resource_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_person_resource_school_id"), ["school_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_person_resource_section_id"), ["section_id"], unique=False)

    op.create_table(
        "score_scale",
        sa.Column("section_id", sa.Integer(), nullable=False),
        sa.Column("score_group_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=255), nullable=False),
        sa.Column("kind", sa.String(length=255), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sourced_id", sa.String(length=255), nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=True),
        sa.Column("deleted", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("modified_at", sa.DateTime(), nullable=False),
        sa.Column("extension", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connection.id"],
            name=op.f("fk_score_scale_connection_id_connection"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["score_group_id"], ["score_group.id"], name=op.f("fk_score_scale_score_group_id_score_group")
        ),
        sa.ForeignKeyConstraint(["section_id"], ["section.id"], name=op.f("fk_score_scale_section_id_section")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score_scale")),
        sa.UniqueConstraint("sourced_id", name=op.f("uq_score_scale_sourced_id")),
    )
    with op.batch_alter_table("score_scale", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_score_scale_connection_id"), ["connection_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_score_scale_modified_at"), ["modified_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_score_scale_score_group_id"), ["score_group_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_score_scale_section_id"), ["section_id"], unique=False)

    op.create_table(
        "section_resource",
        sa.Column("section_id", sa.Integer(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resource.id"], name=op.f("fk_section_resource_resource_id_resource")
        ),
        sa.ForeignKeyConstraint(["section_id"], ["section.id"], name=op.f("fk_section_resource_section_id_section")),
        sa.PrimaryKeyConstraint("section_id", "resource_id", name=op.f("pk_section_resource")),
    )
    with op.batch_alter_table("section_resource", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_section_resource_resource_id"), ["resource_id"], unique=False)

    op.create_table(
        "assessment_line_item",
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("section_id", sa.Integer(), nullable=True),
        sa.Column("score_scale_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=255), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("value_min", sa.Double(), nullable=True),
        sa.Column("value_max", sa.Double(), nullable=True),
        sa.Column("objectives", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sourced_id", sa.String(length=255), nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=True),
        sa.Column("deleted", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("modified_at", sa.DateTime(), nullable=False),
        sa.Column("extension", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connection.id"],
            name=op.f("fk_assessment_line_item_connection_id_connection"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"],
            ["assessment_line_item.id"],
            name=op.f("fk_assessment_line_item_parent_id_assessment_line_item"),
        ),
        sa.ForeignKeyConstraint(
            ["score_scale_id"], ["score_scale.id"], name=op.f("fk_assessment_line_item_score_scale_id_score_scale")
        ),
        sa.ForeignKeyConstraint(
            ["section_id"], ["section.id"], name=op.f("fk_assessment_line_item_section_id_section")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment_line_item")),
        sa.UniqueConstraint("sourced_id", name=op.f("uq_assessment_line_item_sourced_id")),
    )
    with op.batch_alter_table("assessment_line_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_assessment_line_item_connection_id"), ["connection_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_assessment_line_item_modified_at"), ["modified_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_assessment_line_item_parent_id"), ["parent_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_assessment_line_item_score_scale_id"), ["score_scale_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_assessment_line_item_section_id"), ["section_id"], unique=False)

    op.create_table(
        "line_item",
        sa.Column("section_id", sa.Integer(), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=False),
        sa.Column("term_id", sa.Integer(), nullable=True),
        sa.Column("grading_task_id", sa.Integer(), nullable=True),
        sa.Column("score_scale_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=255), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("assigned_at", sa.DateTime(), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=False),
        sa.Column("value_min", sa.Double(), nullable=True),
        sa.Column("value_max", sa.Double(), nullable=True),
        sa.Column("objectives", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("note", sa.String(length=255), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sourced_id", sa.String(length=255), nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=True),
        sa.Column("deleted", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("modified_at", sa.DateTime(), nullable=False),
        sa.Column("extension", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["category_id"], ["grade_category.id"], name=op.f("fk_line_item_category_id_grade_category")
        ),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connection.id"],
            name=op.f("fk_line_item_connection_id_connection"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["grading_task_id"], ["grading_task.id"], name=op.f("fk_line_item_grading_task_id_grading_task")
        ),
        sa.ForeignKeyConstraint(
            ["score_scale_id"], ["score_scale.id"], name=op.f("fk_line_item_score_scale_id_score_scale")
        ),
        sa.ForeignKeyConstraint(["section_id"], ["section.id"], name=op.f("fk_line_item_section_id_section")),
        sa.ForeignKeyConstraint(["term_id"], ["term.id"], name=op.f("fk_line_item_term_id_term")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line_item")),
        sa.UniqueConstraint("sourced_id", name=op.f("uq_line_item_sourced_id")),
    )
    with op.batch_alter_table("line_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_line_item_category_id"), ["category_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_line_item_connection_id"), ["connection_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_line_item_grading_task_id"), ["grading_task_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_line_item_modified_at"), ["modified_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_line_item_score_scale_id"), ["score_scale_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_line_item_section_id"), ["section_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_line_item_term_id"), ["term_id"], unique=False)

    op.create_table(
        "score_scale_value",
        sa.Column("score_scale_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("left", sa.String(length=255), nullable=False),
        sa.Column("right", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(
            ["score_scale_id"],
            ["score_scale.id"],
            name=op.f("fk_score_scale_value_score_scale_id_score_scale"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("score_scale_id", "position", name=op.f("pk_score_scale_value")),
    )
    op.create_table(
        "assessment_result",
        sa.Column("assessment_line_item_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("score_scale_id", sa.Integer(), nullable=True),
        sa.Column("status", sa.String(length=60), nullable=False),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("text_score", sa.String(length=255), nullable=True),
        sa.Column("percentile", sa.Double(), nullable=True),
        sa.Column("scored_on", sa.Date(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("in_progress", sa.Boolean(), nullable=True),
        sa.Column("incomplete", sa.Boolean(), nullable=True),
        sa.Column("late", sa.Boolean(), nullable=True),
        sa.Column("missing", sa.Boolean(), nullable=True),
        sa.Column("objectives", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sourced_id", sa.String(length=255), nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=True),
        sa.Column("deleted", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("modified_at", sa.DateTime(), nullable=False),
        sa.Column("extension", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["assessment_line_item_id"],
            ["assessment_line_item.id"],
            name=op.f("fk_assessment_result_assessment_line_item_id_assessment_line_item"),
        ),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connection.id"],
            name=op.f("fk_assessment_result_connection_id_connection"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_assessment_result_person_id_person")),
        sa.ForeignKeyConstraint(
            ["score_scale_id"], ["score_scale.id"], name=op.f("fk_assessment_result_score_scale_id_score_scale")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment_result")),
        sa.UniqueConstraint("sourced_id", name=op.f("uq_assessment_result_sourced_id")),
    )
    with op.batch_alter_table("assessment_result", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_assessment_result_assessment_line_item_id"), ["assessment_line_item_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_assessment_result_connection_id"), ["connection_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_assessment_result_modified_at"), ["modified_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_assessment_result_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_assessment_result_score_scale_id"), ["score_scale_id"], unique=False)
        batch_op.create_index(
            "uq_assessment_result_of_student",
            ["assessment_line_item_id", "person_id"],
            unique=True,
            sqlite_where=sa.text("deleted = 0"),
            postgresql_where=sa.text("NOT deleted"),
        )

    op.create_table(
        "result",
        sa.Column("line_item_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("score_scale_id", sa.Integer(), nullable=True),
        sa.Column("status", sa.String(length=60), nullable=False),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("text_score", sa.String(length=255), nullable=True),
        sa.Column("scored_on", sa.Date(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("in_progress", sa.Boolean(), nullable=True),
        sa.Column("incomplete", sa.Boolean(), nullable=True),
        sa.Column("late", sa.Boolean(), nullable=True),
        sa.Column("missing", sa.Boolean(), nullable=True),
        sa.Column("objectives", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sourced_id", sa.String(length=255), nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=True),
        sa.Column("deleted", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("modified_at", sa.DateTime(), nullable=False),
        sa.Column("extension", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connection.id"], name=op.f("fk_result_connection_id_connection"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["line_item_id"], ["line_item.id"], name=op.f("fk_result_line_item_id_line_item")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_result_person_id_person")),
        sa.ForeignKeyConstraint(
            ["score_scale_id"], ["score_scale.id"], name=op.f("fk_result_score_scale_id_score_scale")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_result")),
        sa.UniqueConstraint("sourced_id", name=op.f("uq_result_sourced_id")),
    )
    with op.batch_alter_table("result", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_result_connection_id"), ["connection_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_result_line_item_id"), ["line_item_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_result_modified_at"), ["modified_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_result_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_result_score_scale_id"), ["score_scale_id"], unique=False)
        batch_op.create_index(
            "uq_result_of_student",
            ["line_item_id", "person_id"],
            unique=True,
            sqlite_where=sa.text("deleted = 0"),
            postgresql_where=sa.text("NOT deleted"),
        )

    with op.batch_alter_table("connection", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.add_column(sa.Column("expires_at", sa.DateTime(), nullable=True))
        batch_op.add_column(sa.Column("at_a_time", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("a_minute", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("supported", sa.Boolean(), server_default="1", nullable=False))
        batch_op.drop_constraint(op.f("ck_connection_oauth"), type_="check")
        batch_op.create_check_constraint(
            op.f("ck_connection_oauth"), "oauth = 'oauth2' OR (oauth = 'oauth1' AND version = '1.1')"
        )
        batch_op.create_check_constraint(op.f("ck_connection_schools"), "oauth = 'oauth2' OR all_schools")
        batch_op.create_check_constraint(op.f("ck_connection_supported"), "supported OR NOT (gradebook OR assessments)")


def upgrade_traffic() -> None:
    op.create_table(
        "oauth_nonce",
        sa.Column("connection_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "timestamp", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("nonce", sa.String(length=255), nullable=False),
        sa.PrimaryKeyConstraint("connection_id", "timestamp", "nonce", name=op.f("pk_oauth_nonce")),
    )
    op.create_table(
        "request_log",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=True),
        sa.Column("method", sa.String(length=8), nullable=False),
        sa.Column("operation", sa.String(length=100), nullable=False),
        sa.Column("objects", sa.String(length=600), nullable=True),
        sa.Column("filter", sa.String(length=400), nullable=True),
        sa.Column("sort", sa.String(length=100), nullable=True),
        sa.Column("limit", sa.Integer(), nullable=True),
        sa.Column("offset", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("count", sa.Integer(), nullable=True),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("milliseconds", sa.Double(), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_log")),
    )
    with op.batch_alter_table("request_log", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_request_log_at"), ["at"], unique=False)
        batch_op.create_index("ix_request_log_connection_at", ["connection_id", "at"], unique=False)
    for table in ("kept_walk", "kept_list"):
        with op.batch_alter_table(table) as batch_op:
            batch_op.alter_column(
                "revision", existing_type=sa.Integer(), type_=sa.BigInteger(), existing_nullable=False
            )
