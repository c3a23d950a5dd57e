"""Run by Alembic: migrates every database of the provider (`shared.migrations`)."""

from alembic import context
from flask import current_app

from shared.migrations import run

run(context, current_app.extensions["migrate"].db)
