"""PostgreSQL's planner is told of what a refresh wrote: else it reads whole collections to find a few records."""

import pytest
from sqlalchemy import func, select, text

from provider.database import db
from provider.publishing.models import PublishedBlock, PublishedIndex, PublishedRecord
from tests.provider.publishing.conftest import Published

pytestmark = pytest.mark.usefixtures("published")


def test_after_a_first_build_the_planner_knows_every_published_table(published: Published) -> None:
    with published.app.app_context():
        if db.engine.dialect.name != "postgresql":
            pytest.skip("SQLite is planned without figures")
        for model in (PublishedRecord, PublishedIndex, PublishedBlock):
            rows = db.session.scalar(select(func.count()).select_from(model))
            known = db.session.scalar(
                text("SELECT reltuples FROM pg_class WHERE oid = CAST(:name AS regclass)"),
                {"name": model.__tablename__},
            )
            assert known == rows
