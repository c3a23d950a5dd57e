"""Migrations of both programs, on both databases: they lead to the models, at once and again."""

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import inspect

from shared.migrations import differences, upgrade

ROOT = Path(__file__).parent.parent


@pytest.fixture(params=["provider", "consumer"])
def program(request, database_kind):
    """(application, database object) of a program whose tables the migrations have made."""
    app = request.getfixturevalue(f"{request.param}_app")
    return app, app.extensions["migrate"].db


def test_the_migrations_lead_to_the_models(program):
    app, _ = program
    assert differences(app) == []


def test_the_check_constraints_of_the_models_are_in_the_database(program):
    app, db = program
    with app.app_context():
        for bind, metadata in db.metadatas.items():
            inspector = inspect(db.engines[bind])
            for name, table in metadata.tables.items():
                wanted = {c.name for c in table.constraints if type(c).__name__ == "CheckConstraint"}
                found = {check["name"] for check in inspector.get_check_constraints(name)}
                assert wanted == found, name


def test_upgrading_again_changes_nothing(program):
    app, db = program
    with app.app_context():
        before = {bind: set(inspect(engine).get_table_names()) for bind, engine in db.engines.items()}
    upgrade(app)
    with app.app_context():
        assert before == {bind: set(inspect(engine).get_table_names()) for bind, engine in db.engines.items()}


@pytest.mark.parametrize("name", ["provider", "consumer"])
def test_init_makes_the_databases_from_any_working_folder(name, tmp_path):
    command = [sys.executable, str(ROOT / "homeroom.py"), name, "--data", str(tmp_path / "data"), "init"]
    for _ in range(2):
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
    assert list((tmp_path / "data").rglob("*.sqlite"))
