"""The way in: generate and import the district, build what is published, build it again, refresh one person."""

import json
from datetime import UTC, datetime

from tests.scale.children import python, run
from tests.scale.results import Result
from tests.scale.stage import Stage, median

#: The platforms: name, version, options. All of a version share one edition; none is held up by its limits.
_CONNECTIONS = (
    ("lms-1.1", "1.1", "--gradebook"),
    ("lms-1.2", "1.2", "--gradebook"),
    ("grades-1.2", "1.2", "--gradebook"),
    ("signed-1.1", "1.1", "--oauth", "oauth1", "--gradebook"),
)
#: Number of rosters that change before a client asks what has changed.
TOUCHED = 1_000


def import_district(stage: Stage) -> None:
    """`homeroom provider import` of the generated files, and the connections."""
    stage.tell("importing the district")
    stage.site.provider("init")
    ran = stage.site.provider("import", stage.files, "--json")
    refused = json.loads(ran.output)["refused"]
    note = f"{refused:,} rows were refused." if refused else ""
    stage.add(Result("import of the district's CSV files", ran.seconds, "s", 60, note=note))
    stage.add(Result("import: peak memory", ran.peak_mb, "MB"))
    stage.site.provider("setting", "set", "allow_new_oauth1", "true")
    for name, version, *options in _CONNECTIONS:
        stage.connections[name] = stage.site.add_connection(name, version, "--a-minute", "1000000", *options)


def build(stage: Stage) -> None:
    """The first build of both versions; then again, when nothing has changed."""
    stage.tell("first build of both versions")
    ran = stage.site.provider("refresh", "--json")
    said = json.loads(ran.output)
    note = f"The first build published {said['added']:,} records."
    stage.add(Result("full refresh of both versions, the first", ran.seconds, "s", 90, note=note))
    stage.add(Result("full refresh, the first: peak memory", ran.peak_mb, "MB", 800))
    if not stage.wants("refresh"):
        return
    stage.tell("refresh that finds nothing changed")
    ran = stage.site.provider("refresh", "--json")
    said = json.loads(ran.output)
    moved = said["added"] + said["changed"] + said["removed"]
    note = f"It should have found nothing, but {moved:,} records moved." if moved else ""
    stage.add(Result("full refresh that finds nothing changed", ran.seconds, "s", 30, note=note))
    stage.add(Result("full refresh that finds nothing changed: peak memory", ran.peak_mb, "MB", 800))


def refresh_people(stage: Stage) -> None:
    """One person after the other, each after a change of name."""
    count = 5 if stage.quick else 20
    stage.tell(f"refresh of one person, {count} times")
    found = stage.site.inside("person", count)
    note = f"Refreshes of one person: the slowest of {count} took {max(found['ms']):.0f} ms; {found['changed']} records changed."
    stage.add(Result("refresh of one person, both versions", median(found["ms"]), "ms", 50, note=note))


def change_rosters(stage: Stage) -> None:
    """1,000 rosters change and a connection of one school comes in: what `queries` asks about."""
    stage.tell(f"changing {TOUCHED:,} rosters, adding a connection of one school, refreshing")
    files = stage.files / "school.csv"
    header, first = files.read_text().splitlines()[:2]
    number = first.split(",")[header.split(",").index("number")]
    stage.connections["one-school"] = stage.site.add_connection(
        "one-school", "1.1", "--school", number, "--a-minute", "1000000"
    )
    stage.site.inside("touch", TOUCHED)
    stage.before_change = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}.000Z"
    ran = stage.site.provider("refresh", "--json")
    said = json.loads(ran.output)
    note = (
        f"The refresh after the change of {TOUCHED:,} rosters also built a third edition, that of a connection of one "
        f"school; it changed {said['changed']:,} records."
    )
    stage.add(Result("full refresh after 1,000 changes, a third edition built", ran.seconds, "s", note=note))


def generate(folder: str, students: int, schools: int, environment: dict[str, str]) -> float:
    """`homeroom generate`; seconds."""
    arguments = python("homeroom", "generate", "--students", students, "--schools", schools, folder)
    return run(arguments, environment).seconds
