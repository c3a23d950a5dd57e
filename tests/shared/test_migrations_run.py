"""A migration that fails leaves the database as it was."""

import shutil

import pytest
from sqlalchemy import inspect, text

from shared.migrations import upgrade


def test_a_failed_migration_leaves_nothing_behind(provider_app, tmp_path):
    """The version that follows makes a table and then fails: neither the table nor the version stays."""
    migrate = provider_app.extensions["migrate"]
    folder = tmp_path / "migrations"
    shutil.copytree(migrate.directory, folder)
    last = max(path.name[:4] for path in (folder / "versions").glob("[0-9]*.py"))
    (folder / "versions" / "9999_fails.py").write_text(
        '"""Fails."""\n'
        "import sqlalchemy as sa\nfrom alembic import op\n\n"
        f'revision = "9999"\ndown_revision = "{last}"\n\n\n'
        'def upgrade(bind):\n    op.create_table("half", sa.Column("id", sa.Integer))\n'
        '    op.execute("INSERT INTO no_such_table VALUES (1)")\n'
    )
    migrate.directory = str(folder)
    with pytest.raises(Exception, match="no_such_table"):
        upgrade(provider_app)
    with provider_app.app_context():
        engine = migrate.db.engine
        assert "half" not in inspect(engine).get_table_names()
        with engine.connect() as connection:
            assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == last
