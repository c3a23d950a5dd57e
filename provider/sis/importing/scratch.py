"""A throw-away copy of the SIS tables, in which an import is tried before anything real is touched.

All or nothing cannot be one transaction: hundreds of thousands of rows would hold the write lock for half a minute.
So the very same import runs first against a copy, with all constraints; only when it refuses no row does it run
for real, in short transactions. A crash between those leaves a part written; running the import again completes it.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Column, Engine, Integer, MetaData, Table, create_engine, func, insert, select

from provider.sis.importing.report import Progress
from provider.sis.importing.shapes import sis_shapes
from provider.sis.importing.writer import BATCH
from provider.sis.models import District
from provider.sis.models.gradebook import GradebookRevision
from shared.database import writing

#: What rows of the grade book refer to outside of the SIS: of a connection the copy knows no more than that it exists.
_CONNECTIONS = Table("connection", MetaData(), Column("id", Integer, primary_key=True))

#: What progress calls the copying: no file.
COPYING = "a copy of the records to try it on"


@contextmanager
def scratch_copy(engine: Engine, progress: Progress) -> Iterator[Engine]:
    """A SQLite database in a temporary folder that holds what the SIS tables of `engine` hold. `progress` is told of
    rows instead of bytes.
    """
    with tempfile.TemporaryDirectory(prefix="homeroom-import-") as folder:
        copy = create_engine(f"sqlite:///{Path(folder) / 'sis.sqlite'}")
        try:
            tables = [_CONNECTIONS, GradebookRevision.__table__, *(shape.table for shape in sis_shapes().values())]
            _CONNECTIONS.create(copy)
            District.metadata.create_all(copy, tables=tables[1:])
            with engine.connect() as source, writing(copy) as target:
                total = sum(source.scalar(select(func.count()).select_from(one)) or 0 for one in tables)
                done = 0
                for one in tables:
                    rows = source.execution_options(yield_per=BATCH).execute(select(one)).mappings()
                    for part in rows.partitions(BATCH):
                        target.execute(insert(one), [dict(row) for row in part])
                        done += len(part)
                        progress(COPYING, done, total, done)
            yield copy
        finally:
            copy.dispose()
