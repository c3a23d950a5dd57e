"""A million roster rows stream through in flat memory, in short transactions."""

import subprocess
import sys
from pathlib import Path

import pytest

#: Writes a district whose roster has as many rows as told, imports it, prints how far the memory grew (MiB) after the
#: first tenth and at the end, and how many rows the database holds.
PROGRAM = """
import resource, sys
from datetime import date
from pathlib import Path
import provider.access.models  # noqa: F401  (rows of the grade book refer to connections)
from sqlalchemy import create_engine, func, select
from provider.sis.importing import import_path
from provider.sis.models import District, Roster
from tests.provider.sis.files import BASE, write_files

folder, rows = Path(sys.argv[1]), int(sys.argv[2])
people = rows // 100
files = dict(BASE, person="id\\n" + "".join(f"{n}\\n" for n in range(1, people + 1)),
             section="id,course_id,trial_id,number\\n" + "".join(f"{n},1,1,{n}\\n" for n in range(1, 101)))
write_files(folder / "in", files)
with (folder / "in" / "roster.csv").open("w") as out:
    out.write("id,section_id,person_id,start_date,end_date\\n")
    for n in range(rows):
        out.write(f"{n + 1},{n % 100 + 1},{n // 100 + 1},Y0-08-18,Y1-06-05\\n")
engine = create_engine(f"sqlite:///{folder / 'big.sqlite'}")
District.metadata.create_all(engine)
peaks = []
def progress(file, done, size, read):
    if file == "roster.csv" and (not peaks and read >= rows // 10 or done == size):
        peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
report = import_path(engine, folder / "in", today=date(2027, 1, 10), progress=progress)
with engine.connect() as connection:
    print(report.refused, connection.scalar(select(func.count()).select_from(Roster)), peaks[0], peaks[-1])
"""
ROWS = 1_000_000
#: What the memory may grow by over the last nine tenths of the rows (MiB): caches, not rows.
GROWTH = 40


@pytest.mark.slow
def test_a_million_roster_rows_stream_in_flat_memory(tmp_path: Path) -> None:
    root = Path(__file__).parents[3]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, tmp_path, str(ROWS)], cwd=root, check=True, capture_output=True, text=True
    )
    refused, stored, early, late = map(int, done.stdout.split())
    assert (refused, stored) == (0, ROWS)
    assert late - early < GROWTH
