"""One record, what has changed, and walks that are filtered, sorted, nested or limited to a school."""

import json
import random
from datetime import datetime, timedelta
from typing import NamedTuple
from urllib.parse import quote

from tests.scale.client import Access, Client, let_in
from tests.scale.results import Result
from tests.scale.site import Served
from tests.scale.stage import Stage, median

LIMIT = 1_000
#: "Cost what unfiltered ones cost", with room for noise.
SAME = 1.25


class Walk(NamedTuple):
    """A walk and the unfiltered one it is held against; paths end where limit and offset follow."""

    what: str
    path: str
    plain: str
    connection: str = "lms-1.1"


def measure_queries(stage: Stage, served: Served) -> None:
    """Everything that is not a page of a whole collection."""
    access = let_in(stage.connections["lms-1.1"], served.port)
    client = Client(access)
    stage.tell("one record")
    _one(stage, client)
    if stage.before_change:
        stage.tell("what has changed")
        _changed(stage, client)
    stage.tell("walks")
    school = json.loads(client.get("/schools?limit=1").body)["orgs"][0]["sourcedId"]
    for each in _walks(school):
        if each.connection in stage.connections:
            _walk(stage, each, client, let_in(stage.connections[each.connection], served.port))
    client.close()


def _one(stage: Stage, client: Client) -> None:
    chooser = random.Random(1)
    total = client.get("/enrollments?limit=1").total
    pages = [client.get(f"/enrollments?limit=20&offset={chooser.randrange(max(1, total - 20))}") for _ in range(10)]
    ids = [record["sourcedId"] for page in pages for record in json.loads(page.body)["enrollments"]]
    chooser.shuffle(ids)
    rounds = 1 if stage.quick else 3
    taken = [client.get(f"/enrollments/{quote(one, safe='')}").ms for one in ids * rounds]
    stage.add(Result("one enrollment by its id, p50", median(taken), "ms", 1.5, nearest="39 ms"))


def _changed(stage: Stage, client: Client) -> None:
    """`dateLastModified>'…'`, each time with another moment, so that no answer is kept from before."""
    moment = datetime.fromisoformat(stage.before_change)
    found: list[int] = []
    worst = 0.0
    said = []
    for limit in (100, 1_000):
        taken = []
        for n in range(3 if stage.quick else 15):
            since = moment - timedelta(milliseconds=n + limit)
            clause = quote(f"dateLastModified>'{since:%Y-%m-%dT%H:%M:%S}.{since.microsecond // 1000:03}Z'")
            answer = client.get(f"/enrollments?limit={limit}&filter={clause}")
            taken.append(answer.ms)
            found.append(answer.total)
        worst = max(worst, median(taken))
        said.append(f"{median(taken):.1f} ms at limit {limit:,}")
    note = f"What has changed: {max(found):,} enrollments found; {' and '.join(said)}; the larger counts."
    stage.add(Result("dateLastModified>'…', first page, p50", worst, "ms", 15, nearest="105 ms", note=note))


def _walks(school: str) -> list[Walk]:
    active, students = quote("status='active'"), quote("role='student'")
    nested = f"/schools/{quote(school, safe='')}"
    return [
        Walk("enrollments with status='active'", f"/enrollments?filter={active}", "/enrollments?"),
        Walk("enrollments with role='student'", f"/enrollments?filter={students}", "/enrollments?"),
        Walk("enrollments sorted by beginDate", "/enrollments?sort=beginDate", "/enrollments?"),
        Walk(
            "enrollments sorted by sourcedId, descending", "/enrollments?sort=sourcedId&orderBy=desc", "/enrollments?"
        ),
        Walk("users sorted by familyName", "/users?sort=familyName", "/users?"),
        Walk("users with role='student'", f"/users?filter={students}", "/users?"),
        Walk("students (a view of users)", "/students?", "/users?"),
        Walk("enrollments of a school", f"{nested}/enrollments?", "/enrollments?"),
        Walk("students of a school", f"{nested}/students?", "/users?"),
        Walk("enrollments of a connection of one school", "/enrollments?", "/enrollments?", "one-school"),
    ]


def _walk(stage: Stage, walk: Walk, plain: Client, access: Access) -> None:
    """The first page, then later pages in turns with unfiltered ones at the same offsets."""
    client = Client(access)
    first = client.get(f"{walk.path}&limit={LIMIT}")
    limit = LIMIT
    if first.total <= 3 * LIMIT:
        limit = max(1, first.total // 8)
        client.get(f"{walk.path}&limit={limit}")
    offsets = list(range(limit, first.total - limit, limit))
    chosen = offsets[:: max(1, len(offsets) // 20)]
    ours, theirs = [], []
    for _ in range(1 if stage.quick else 3):
        for offset in chosen:
            theirs.append(plain.get(f"{walk.plain}&limit={limit}&offset={offset}").ms)
            ours.append(client.get(f"{walk.path}&limit={limit}&offset={offset}").ms)
    client.close()
    if not ours:
        return
    note = (
        f"{walk.what[0].upper()}{walk.what[1:]}: {first.total:,} records, pages of {limit:,}; first page {first.ms:.0f} ms, later ones p50 "
        f"{median(ours):.2f} ms, unfiltered {median(theirs):.2f} ms."
    )
    stage.add(Result(f"later pages: {walk.what}", median(ours) / median(theirs), "×", SAME, note=note))
