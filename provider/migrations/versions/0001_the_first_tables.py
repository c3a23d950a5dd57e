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
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("version", sa.String(length=3), nullable=False),
        sa.Column("oauth", sa.String(length=10), server_default="oauth2", nullable=False),
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("secret_sealed", sa.String(length=500), nullable=False),
        sa.Column("secret_generation", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("enabled", sa.Boolean(), server_default="1", nullable=False),
        sa.Column("all_schools", sa.Boolean(), server_default="1", nullable=False),
        sa.Column("share_demographics", sa.Boolean(), server_default="1", nullable=False),
        sa.Column("share_guardians", sa.Boolean(), server_default="1", nullable=False),
        sa.Column("share_relatives", sa.Boolean(), server_default="1", nullable=False),
        sa.Column("share_staff", sa.Boolean(), server_default="1", nullable=False),
        sa.Column("share_phone", sa.Boolean(), server_default="1", nullable=False),
        sa.Column("share_email", sa.Boolean(), server_default="1", nullable=False),
        sa.Column("roster", sa.Boolean(), server_default="1", nullable=False),
        sa.Column("gradebook", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("assessments", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("secondary_email", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("vendor_key", sa.String(length=64), nullable=True),
        sa.Column("vendor_secret_hash", sa.String(length=64), nullable=True),
        sa.Column("vendor_secret_sealed", sa.String(length=500), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("oauth IN ('oauth2')", name=op.f("ck_connection_oauth")),
        sa.CheckConstraint("version = '1.2' OR NOT secondary_email", name=op.f("ck_connection_secondary_email")),
        sa.CheckConstraint("version IN ('1.1', '1.2')", name=op.f("ck_connection_version")),
        sa.CheckConstraint("(vendor_key IS NULL) = (vendor_secret_hash IS NULL)", name=op.f("ck_connection_vendor")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_connection")),
        sa.UniqueConstraint("client_id", name=op.f("uq_connection_client_id")),
        sa.UniqueConstraint("name", name=op.f("uq_connection_name")),
        sa.UniqueConstraint("vendor_key", name=op.f("uq_connection_vendor_key")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "district",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("guid", sa.String(length=36), nullable=False),
        sa.Column("sourced_id", sa.String(length=255), nullable=True),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_district")),
        sa.UniqueConstraint("guid", name=op.f("uq_district_guid")),
        sa.UniqueConstraint("sourced_id", name=op.f("uq_district_sourced_id")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("guid", sa.String(length=36), nullable=False),
        sa.Column("sourced_id", sa.String(length=255), nullable=True),
        sa.Column("imported_role", sa.String(length=1), nullable=True),
        sa.Column("student_number", sa.String(length=40), nullable=True),
        sa.Column("staff_number", sa.String(length=40), nullable=True),
        sa.Column("security_role", sa.Boolean(), server_default="0", nullable=False),
        sa.CheckConstraint("imported_role IN ('s', 't', 'a', 'g', 'r')", name=op.f("ck_person_imported_role")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("guid", name=op.f("uq_person_guid")),
        sa.UniqueConstraint("sourced_id", name=op.f("uq_person_sourced_id")),
        sa.UniqueConstraint("staff_number", name=op.f("uq_person_staff_number")),
        sa.UniqueConstraint("student_number", name=op.f("uq_person_student_number")),
    )
    op.create_table(
        "published_block",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_published_block")),
    )
    op.create_table(
        "published_edition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=2000), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_published_edition")),
        sa.UniqueConstraint("key", name=op.f("uq_published_edition_key")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "published_index",
        sa.Column("collection_id", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(length=40), nullable=False),
        sa.Column("value", sa.String(length=255), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("collection_id", "field", "value", "position", name=op.f("pk_published_index")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "published_record",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("collection_id", sa.Integer(), nullable=False),
        sa.Column("sourced_id", sa.String(length=255), nullable=False),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.Column("until", sa.Integer(), nullable=True),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=16), nullable=False),
        sa.Column("tail", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_published_record")),
    )
    with op.batch_alter_table("published_record", schema=None) as batch_op:
        batch_op.create_index("ix_published_record_since", ["collection_id", "since", "until", "status"], unique=False)
        batch_op.create_index("ix_published_record_sourced_id", ["collection_id", "sourced_id"], unique=False)
        batch_op.create_index(
            "ix_published_record_until",
            ["until"],
            unique=False,
            sqlite_where=sa.text("until IS NOT NULL"),
            postgresql_where=sa.text("until IS NOT NULL"),
        )

    op.create_table(
        "refresh_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("trigger", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=False),
        sa.Column("slot", sa.String(length=40), nullable=True),
        sa.Column("started_at", sa.DateTime(), nullable=True),
        sa.Column("heartbeat_at", sa.DateTime(), nullable=True),
        sa.Column("finished_at", sa.DateTime(), nullable=True),
        sa.Column("today", sa.String(length=10), nullable=True),
        sa.Column("owner", sa.String(length=255), nullable=True),
        sa.Column("cache", sa.String(length=10), nullable=True),
        sa.Column("message", sa.String(length=2000), nullable=True),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("removed", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refresh_run")),
        sa.UniqueConstraint("slot", name=op.f("uq_refresh_run_slot")),
    )
    with op.batch_alter_table("refresh_run", schema=None) as batch_op:
        batch_op.create_index(
            "uq_refresh_run_one_running",
            ["state"],
            unique=True,
            sqlite_where=sa.text("state = 'running'"),
            postgresql_where=sa.text("state = 'running'"),
        )

    op.create_table(
        "setting",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("value", sa.String(length=255), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_setting")),
    )
    op.create_table(
        "sis_change",
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("key", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("kind", "key", name=op.f("pk_sis_change")),
    )
    op.create_table(
        "state_grade",
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("nces_grade", sa.String(length=10), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_state_grade")),
    )
    op.create_table(
        "contact",
        sa.Column("person_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("email", sa.String(length=255), nullable=True),
        sa.Column("secondary_email", sa.String(length=255), nullable=True),
        sa.Column("other_phone", sa.String(length=40), nullable=True),
        sa.Column("cell_phone", sa.String(length=40), nullable=True),
        sa.Column("home_phone", sa.String(length=40), nullable=True),
        sa.Column("work_phone", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_contact_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_contact")),
    )
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contact_email"), ["email"], unique=False)

    op.create_table(
        "course_master",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("external_lms_exclude", sa.Boolean(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["district_id"], ["district.id"], name=op.f("fk_course_master_district_id_district")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_master")),
    )
    with op.batch_alter_table("course_master", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_course_master_district_id"), ["district_id"], unique=False)

    op.create_table(
        "employment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("start_date", sa.Date(), nullable=False),
        sa.Column("end_date", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "end_date IS NULL OR start_date IS NULL OR end_date >= start_date",
            name=op.f("ck_employment_dates_in_order"),
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_employment_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_employment")),
    )
    with op.batch_alter_table("employment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_employment_person_id"), ["person_id"], unique=False)

    op.create_table(
        "identity",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("start_date", sa.Date(), nullable=True),
        sa.Column("end_date", sa.Date(), nullable=True),
        sa.Column("first_name", sa.String(length=100), nullable=False),
        sa.Column("middle_name", sa.String(length=100), nullable=True),
        sa.Column("last_name", sa.String(length=100), nullable=False),
        sa.Column("suffix", sa.String(length=20), nullable=True),
        sa.Column("preferred_first_name", sa.String(length=100), nullable=True),
        sa.Column("preferred_middle_name", sa.String(length=100), nullable=True),
        sa.Column("preferred_last_name", sa.String(length=100), nullable=True),
        sa.Column("pronouns", sa.String(length=40), nullable=True),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("sex", sa.String(length=20), nullable=True),
        sa.Column("american_indian_or_alaska_native", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("asian", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("black_or_african_american", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("native_hawaiian_or_other_pacific_islander", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("white", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("hispanic_or_latino", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("country_of_birth_code", sa.String(length=10), nullable=True),
        sa.Column("state_of_birth", sa.String(length=10), nullable=True),
        sa.Column("city_of_birth", sa.String(length=100), nullable=True),
        sa.Column("public_school_residence_status", sa.String(length=20), nullable=True),
        sa.CheckConstraint(
            "end_date IS NULL OR start_date IS NULL OR end_date >= start_date", name=op.f("ck_identity_dates_in_order")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_identity_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity")),
    )
    with op.batch_alter_table("identity", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_identity_person_id"), ["person_id"], unique=False)

    op.create_table(
        "published_collection",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["published_edition.id"], name=op.f("fk_published_collection_edition_id_published_edition")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_published_collection")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("published_collection", schema=None) as batch_op:
        batch_op.create_index("uq_published_collection_name", ["edition_id", "name"], unique=True)

    op.create_table(
        "published_revision",
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("published_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["published_edition.id"], name=op.f("fk_published_revision_edition_id_published_edition")
        ),
        sa.PrimaryKeyConstraint("edition_id", "number", name=op.f("pk_published_revision")),
    )
    op.create_table(
        "refresh_alert",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("raised_at", sa.DateTime(), nullable=False),
        sa.Column("message", sa.String(length=2000), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["refresh_run.id"], name=op.f("fk_refresh_alert_run_id_refresh_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refresh_alert")),
    )
    op.create_table(
        "relationship",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=True),
        sa.Column("guardian", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("portal", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("start_date", sa.Date(), nullable=True),
        sa.Column("end_date", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "end_date IS NULL OR start_date IS NULL OR end_date >= start_date",
            name=op.f("ck_relationship_dates_in_order"),
        ),
        sa.CheckConstraint("person_id <> student_id", name=op.f("ck_relationship_two_people")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_relationship_person_id_person")),
        sa.ForeignKeyConstraint(["student_id"], ["person.id"], name=op.f("fk_relationship_student_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_relationship")),
    )
    with op.batch_alter_table("relationship", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_relationship_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_relationship_student_id"), ["student_id"], unique=False)

    op.create_table(
        "school",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("org_type", sa.String(length=20), nullable=False),
        sa.Column("guid", sa.String(length=36), nullable=False),
        sa.Column("sourced_id", sa.String(length=255), nullable=True),
        sa.Column("external_lms_exclude", sa.Boolean(), server_default="0", nullable=False),
        sa.CheckConstraint("org_type IN ('school', 'department')", name=op.f("ck_school_org_type")),
        sa.ForeignKeyConstraint(["district_id"], ["district.id"], name=op.f("fk_school_district_id_district")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_school")),
        sa.UniqueConstraint("district_id", "number", name=op.f("uq_school_district_id_number")),
        sa.UniqueConstraint("guid", name=op.f("uq_school_guid")),
        sa.UniqueConstraint("sourced_id", name=op.f("uq_school_sourced_id")),
    )
    with op.batch_alter_table("school", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_school_district_id"), ["district_id"], unique=False)

    op.create_table(
        "school_year",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("start_year", sa.Integer(), nullable=False),
        sa.Column("end_year", sa.Integer(), nullable=False),
        sa.Column("start_date", sa.Date(), nullable=True),
        sa.Column("end_date", sa.Date(), nullable=True),
        sa.Column("active", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("guid", sa.String(length=36), nullable=False),
        sa.Column("sourced_id", sa.String(length=255), nullable=True),
        sa.CheckConstraint(
            "end_date IS NULL OR start_date IS NULL OR end_date >= start_date",
            name=op.f("ck_school_year_dates_in_order"),
        ),
        sa.ForeignKeyConstraint(["district_id"], ["district.id"], name=op.f("fk_school_year_district_id_district")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_school_year")),
        sa.UniqueConstraint("district_id", "end_year", name=op.f("uq_school_year_district_id_end_year")),
        sa.UniqueConstraint("guid", name=op.f("uq_school_year_guid")),
        sa.UniqueConstraint("sourced_id", name=op.f("uq_school_year_sourced_id")),
    )
    with op.batch_alter_table("school_year", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_school_year_district_id"), ["district_id"], unique=False)
        batch_op.create_index(
            "uq_school_year_one_active",
            ["active"],
            unique=True,
            sqlite_where=sa.text("active = 1"),
            postgresql_where=sa.text("active"),
        )

    op.create_table(
        "user_account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("username", sa.String(length=255), nullable=False),
        sa.Column("disabled", sa.Boolean(), server_default="0", nullable=False),
        sa.CheckConstraint("kind IN ('staff', 'student', 'portal')", name=op.f("ck_user_account_kind")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_user_account_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_account")),
        sa.UniqueConstraint("kind", "username", name=op.f("uq_user_account_kind_username")),
    )
    with op.batch_alter_table("user_account", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_user_account_person_id"), ["person_id"], unique=False)

    op.create_table(
        "assignment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=True),
        sa.Column("start_date", sa.Date(), nullable=False),
        sa.Column("end_date", sa.Date(), nullable=True),
        sa.Column("external_lms_exclude", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("teacher", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("special_education", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("program", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("behavior", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("health", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("response_approver", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("rti", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("advisor", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("supervisor", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("counselor", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("food_service", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("approver", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("fram_processor", sa.Boolean(), server_default="0", nullable=False),
        sa.CheckConstraint(
            "end_date IS NULL OR start_date IS NULL OR end_date >= start_date",
            name=op.f("ck_assignment_dates_in_order"),
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_assignment_person_id_person")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_assignment_school_id_school")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
    )
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_assignment_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_assignment_school_id"), ["school_id"], unique=False)

    op.create_table(
        "calendar",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("school_year_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("start_date", sa.Date(), nullable=False),
        sa.Column("end_date", sa.Date(), nullable=False),
        sa.Column("external_lms_exclude", sa.Boolean(), server_default="0", nullable=False),
        sa.CheckConstraint(
            "end_date IS NULL OR start_date IS NULL OR end_date >= start_date", name=op.f("ck_calendar_dates_in_order")
        ),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_calendar_school_id_school")),
        sa.ForeignKeyConstraint(
            ["school_year_id"], ["school_year.id"], name=op.f("fk_calendar_school_year_id_school_year")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar")),
    )
    with op.batch_alter_table("calendar", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_calendar_school_id"), ["school_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_calendar_school_year_id"), ["school_year_id"], unique=False)

    op.create_table(
        "connection_school",
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connection.id"],
            name=op.f("fk_connection_school_connection_id_connection"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_connection_school_school_id_school")),
        sa.PrimaryKeyConstraint("connection_id", "school_id", name=op.f("pk_connection_school")),
    )
    with op.batch_alter_table("connection_school", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_connection_school_school_id"), ["school_id"], unique=False)

    op.create_table(
        "published_extent",
        sa.Column("collection_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("holes", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["collection_id"],
            ["published_collection.id"],
            name=op.f("fk_published_extent_collection_id_published_collection"),
        ),
        sa.PrimaryKeyConstraint("collection_id", "revision", name=op.f("pk_published_extent")),
    )
    op.create_table(
        "course",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("calendar_id", sa.Integer(), nullable=False),
        sa.Column("course_master_id", sa.Integer(), nullable=True),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("active", sa.Boolean(), server_default="1", nullable=False),
        sa.Column("external_lms_exclude", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("subjects", sa.String(length=255), nullable=True),
        sa.Column("subject_codes", sa.String(length=255), nullable=True),
        sa.Column("grades", sa.String(length=120), nullable=True),
        sa.Column("sourced_id", sa.String(length=255), nullable=True),
        sa.ForeignKeyConstraint(["calendar_id"], ["calendar.id"], name=op.f("fk_course_calendar_id_calendar")),
        sa.ForeignKeyConstraint(
            ["course_master_id"], ["course_master.id"], name=op.f("fk_course_course_master_id_course_master")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course")),
        sa.UniqueConstraint("sourced_id", name=op.f("uq_course_sourced_id")),
    )
    with op.batch_alter_table("course", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_course_calendar_id"), ["calendar_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_course_course_master_id"), ["course_master_id"], unique=False)

    op.create_table(
        "schedule_structure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("calendar_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("external_lms_exclude", sa.Boolean(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["calendar_id"], ["calendar.id"], name=op.f("fk_schedule_structure_calendar_id_calendar")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedule_structure")),
    )
    with op.batch_alter_table("schedule_structure", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_schedule_structure_calendar_id"), ["calendar_id"], unique=False)

    op.create_table(
        "grade_level",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("structure_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("state_grade_code", sa.String(length=20), nullable=True),
        sa.Column("external_lms_exclude", sa.Boolean(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["state_grade_code"], ["state_grade.code"], name=op.f("fk_grade_level_state_grade_code_state_grade")
        ),
        sa.ForeignKeyConstraint(
            ["structure_id"], ["schedule_structure.id"], name=op.f("fk_grade_level_structure_id_schedule_structure")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grade_level")),
        sa.UniqueConstraint("structure_id", "name", name=op.f("uq_grade_level_structure_id_name")),
    )
    with op.batch_alter_table("grade_level", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_grade_level_state_grade_code"), ["state_grade_code"], unique=False)
        batch_op.create_index(batch_op.f("ix_grade_level_structure_id"), ["structure_id"], unique=False)

    op.create_table(
        "term_schedule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("structure_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(
            ["structure_id"], ["schedule_structure.id"], name=op.f("fk_term_schedule_structure_id_schedule_structure")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_term_schedule")),
    )
    with op.batch_alter_table("term_schedule", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_term_schedule_structure_id"), ["structure_id"], unique=False)

    op.create_table(
        "trial",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("structure_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("active", sa.Boolean(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["structure_id"], ["schedule_structure.id"], name=op.f("fk_trial_structure_id_schedule_structure")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trial")),
    )
    with op.batch_alter_table("trial", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_trial_structure_id"), ["structure_id"], unique=False)
        batch_op.create_index(
            "uq_trial_one_active",
            ["structure_id"],
            unique=True,
            sqlite_where=sa.text("active = 1"),
            postgresql_where=sa.text("active"),
        )

    op.create_table(
        "enrollment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("calendar_id", sa.Integer(), nullable=False),
        sa.Column("grade_level_id", sa.Integer(), nullable=True),
        sa.Column("start_date", sa.Date(), nullable=False),
        sa.Column("end_date", sa.Date(), nullable=True),
        sa.Column("service_type", sa.String(length=1), nullable=False),
        sa.Column("no_show", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("external_lms_exclude", sa.Boolean(), server_default="0", nullable=False),
        sa.CheckConstraint("service_type IN ('P', 'S', 'N')", name=op.f("ck_enrollment_service_type")),
        sa.CheckConstraint(
            "end_date IS NULL OR start_date IS NULL OR end_date >= start_date",
            name=op.f("ck_enrollment_dates_in_order"),
        ),
        sa.ForeignKeyConstraint(["calendar_id"], ["calendar.id"], name=op.f("fk_enrollment_calendar_id_calendar")),
        sa.ForeignKeyConstraint(
            ["grade_level_id"], ["grade_level.id"], name=op.f("fk_enrollment_grade_level_id_grade_level")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_enrollment_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrollment")),
    )
    with op.batch_alter_table("enrollment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_enrollment_calendar_id"), ["calendar_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_enrollment_grade_level_id"), ["grade_level_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_enrollment_person_id"), ["person_id"], unique=False)

    op.create_table(
        "section",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("trial_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=True),
        sa.Column("active", sa.Boolean(), server_default="1", nullable=False),
        sa.Column("external_lms_exclude", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("homeroom", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("room", sa.String(length=60), nullable=True),
        sa.Column("sourced_id", sa.String(length=255), nullable=True),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_section_course_id_course")),
        sa.ForeignKeyConstraint(["trial_id"], ["trial.id"], name=op.f("fk_section_trial_id_trial")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_section")),
        sa.UniqueConstraint("sourced_id", name=op.f("uq_section_sourced_id")),
    )
    with op.batch_alter_table("section", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_section_course_id"), ["course_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_section_trial_id"), ["trial_id"], unique=False)

    op.create_table(
        "term",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("term_schedule_id", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("start_date", sa.Date(), nullable=False),
        sa.Column("end_date", sa.Date(), nullable=False),
        sa.Column("guid", sa.String(length=36), nullable=False),
        sa.Column("sourced_id", sa.String(length=255), nullable=True),
        sa.CheckConstraint(
            "end_date IS NULL OR start_date IS NULL OR end_date >= start_date", name=op.f("ck_term_dates_in_order")
        ),
        sa.ForeignKeyConstraint(
            ["term_schedule_id"], ["term_schedule.id"], name=op.f("fk_term_term_schedule_id_term_schedule")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_term")),
        sa.UniqueConstraint("guid", name=op.f("uq_term_guid")),
        sa.UniqueConstraint("sourced_id", name=op.f("uq_term_sourced_id")),
        sa.UniqueConstraint("term_schedule_id", "sequence", name=op.f("uq_term_term_schedule_id_sequence")),
    )
    with op.batch_alter_table("term", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_term_term_schedule_id"), ["term_schedule_id"], unique=False)

    op.create_table(
        "roster",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("section_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("start_date", sa.Date(), nullable=True),
        sa.Column("end_date", sa.Date(), nullable=True),
        sa.Column("sourced_id", sa.String(length=255), nullable=True),
        sa.CheckConstraint(
            "end_date IS NULL OR start_date IS NULL OR end_date >= start_date", name=op.f("ck_roster_dates_in_order")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_roster_person_id_person")),
        sa.ForeignKeyConstraint(["section_id"], ["section.id"], name=op.f("fk_roster_section_id_section")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster")),
        sa.UniqueConstraint(
            "section_id", "person_id", "start_date", name=op.f("uq_roster_section_id_person_id_start_date")
        ),
        sa.UniqueConstraint("sourced_id", name=op.f("uq_roster_sourced_id")),
    )
    with op.batch_alter_table("roster", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_roster_person_id"), ["person_id"], unique=False)

    op.create_table(
        "section_placement",
        sa.Column("section_id", sa.Integer(), nullable=False),
        sa.Column("term_id", sa.Integer(), nullable=False),
        sa.Column("period", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["section_id"], ["section.id"], name=op.f("fk_section_placement_section_id_section")),
        sa.ForeignKeyConstraint(["term_id"], ["term.id"], name=op.f("fk_section_placement_term_id_term")),
        sa.PrimaryKeyConstraint("section_id", "term_id", "period", name=op.f("pk_section_placement")),
    )
    with op.batch_alter_table("section_placement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_section_placement_term_id"), ["term_id"], unique=False)

    op.create_table(
        "section_staff",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("section_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("start_date", sa.Date(), nullable=True),
        sa.Column("end_date", sa.Date(), nullable=True),
        sa.Column("sourced_id", sa.String(length=255), nullable=True),
        sa.CheckConstraint(
            "role IN ('Primary Teacher', 'Teacher', 'Section Staff')", name=op.f("ck_section_staff_role")
        ),
        sa.CheckConstraint(
            "end_date IS NULL OR start_date IS NULL OR end_date >= start_date",
            name=op.f("ck_section_staff_dates_in_order"),
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_section_staff_person_id_person")),
        sa.ForeignKeyConstraint(["section_id"], ["section.id"], name=op.f("fk_section_staff_section_id_section")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_section_staff")),
        sa.UniqueConstraint("sourced_id", name=op.f("uq_section_staff_sourced_id")),
    )
    with op.batch_alter_table("section_staff", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_section_staff_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_section_staff_section_id"), ["section_id"], unique=False)


def upgrade_traffic() -> None:
    op.create_table(
        "kept_chunk",
        sa.Column("list_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("positions", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("list_id", "number", name=op.f("pk_kept_chunk")),
    )
    op.create_table(
        "kept_list",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("collection_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("query", sa.LargeBinary(length=16), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_list")),
    )
    with op.batch_alter_table("kept_list", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_kept_list_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index("uq_kept_list_query", ["collection_id", "revision", "query"], unique=True)

    op.create_table(
        "kept_text",
        sa.Column("list_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("list_id", "number", name=op.f("pk_kept_text")),
    )
    op.create_table(
        "kept_walk",
        sa.Column("connection_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("query", sa.LargeBinary(length=16), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("connection_id", "query", name=op.f("pk_kept_walk")),
    )
    with op.batch_alter_table("kept_walk", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_kept_walk_expires_at"), ["expires_at"], unique=False)
