"""What PostgreSQL's planner is told of the published tables after much has been written."""

from collections.abc import Sequence

from sqlalchemy import Engine, text

from provider.publishing.models import PublishedBlock, PublishedIndex, PublishedRecord
from provider.publishing.revisions import Build
from shared.database import writing

#: The share of the records that has to have moved: what autovacuum, too, takes for much.
_MUCH = 0.1


def tell_planner(engine: Engine, builds: Sequence[Build]) -> None:
    """Have the tables analysed where a collection is new or a tenth of the records moved.

    PostgreSQL would do so by itself, but at its own time: maybe in the middle of a build, after which the planner
    takes collections that came later for empty, and reads all of one to find a few records. SQLite needs no figures.
    """
    differences = [difference for build in builds for difference in build.differences.values()]
    new = any(difference.added and not difference.before.revision for difference in differences)
    moved = sum(difference.moved for difference in differences)
    much = moved > _MUCH * sum(difference.before.size for difference in differences)
    if engine.dialect.name == "postgresql" and moved and (new or much):
        for model in (PublishedRecord, PublishedIndex, PublishedBlock):
            with writing(engine) as connection:
                connection.execute(text(f"ANALYZE {model.__tablename__}"))
