"""What has to happen inside a process of the provider: edits of the SIS, refreshes of one person, a steady writer,
lines of the request log, how many there are, a section for many.

python -m tests.scale.inside person COUNT | touch COUNT | percent COUNT | write 0 | log COUNT | calls 0 |
    faults 0 | crowd COUNT
The district is that of HOMEROOM_DATA and the other variables; each prints JSON.
"""

import json
import os
import select as system
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from flask import Flask
from sqlalchemy import func, insert, select, update

from provider.access.models import RequestLog
from provider.access.request_log import Entry
from provider.app import create_app
from provider.database import TRAFFIC, db
from provider.eligibility.facts import Keys
from provider.refreshing import DistrictRefresh
from provider.sis.models import Calendar, Contact, Course, Enrollment, Identity, Person, Roster, Section
from shared.database import writing
from shared.settings import read_settings

#: Between two writes of the steady writer, seconds.
PAUSE = 0.1


def refresh_people(app: Flask, count: int) -> dict[str, object]:
    """Change the name of `count` students, one after the other; milliseconds that each one's refresh took."""
    with db.engine.connect() as connection:
        ids = (
            connection.execute(select(Person.id).where(Person.student_number.is_not(None)).order_by(Person.id))
            .scalars()
            .all()
        )
    taken, changed = [], 0
    for person in ids[:: max(1, len(ids) // count)][:count]:
        with writing(db.engine) as connection:
            connection.execute(
                update(Identity).where(Identity.person_id == person).values(first_name=Identity.first_name + " Q")
            )
        began = time.perf_counter()
        result = DistrictRefresh(app).keyed(Keys(frozenset({person}), frozenset(), frozenset()))
        taken.append(1000 * (time.perf_counter() - began))
        changed += result.changed if result else 0
    return {"ms": taken, "changed": changed}


def touch_rosters(_app: Flask, count: int) -> dict[str, object]:
    """Let `count` roster rows, spread over the district, end a week before the calendars do."""
    with writing(db.engine) as connection:
        last = connection.execute(select(func.max(Calendar.end_date))).scalar_one()
        ids = connection.execute(select(Roster.id).order_by(Roster.id)).scalars().all()
        some = ids[:: max(1, len(ids) // count)][:count]
        for i in range(0, len(some), 500):
            connection.execute(
                update(Roster).where(Roster.id.in_(some[i : i + 500])).values(end_date=last - timedelta(days=7))
            )
    return {"touched": len(some)}


def change_percent(_app: Flask, percent: int) -> dict[str, object]:
    """Let so many of a hundred people get another family name, and so many of a hundred roster rows end earlier."""
    with writing(db.engine) as connection:
        last = connection.execute(select(func.max(Calendar.end_date))).scalar_one()
        people = connection.execute(select(Person.id).order_by(Person.id)).scalars().all()[:: 100 // percent]
        rosters = connection.execute(select(Roster.id).order_by(Roster.id)).scalars().all()[:: 100 // percent]
        for i in range(0, len(people), 500):
            connection.execute(
                update(Identity)
                .where(Identity.person_id.in_(people[i : i + 500]))
                .values(last_name=Identity.last_name + " Q")
            )
        for i in range(0, len(rosters), 500):
            connection.execute(
                update(Roster).where(Roster.id.in_(rosters[i : i + 500])).values(end_date=last - timedelta(days=9))
            )
    return {"people": len(people), "rosters": len(rosters)}


def count_calls(_app: Flask, _count: int) -> dict[str, object]:
    """How many lines the request log has."""
    with db.engines[TRAFFIC].connect() as connection:
        return {"calls": connection.execute(select(func.count(RequestLog.id))).scalar_one()}


def count_faults(_app: Flask, _count: int) -> dict[str, object]:
    """How many requests were answered with 429 or 5xx."""
    bad = (RequestLog.status == 429) | (RequestLog.status >= 500)
    with db.engines[TRAFFIC].connect() as connection:
        return {"faults": connection.execute(select(func.count(RequestLog.id)).where(bad)).scalar_one()}


def enrol_crowd(app: Flask, count: int) -> dict[str, object]:
    """Put students of its school on the roster of a section until it has `count`, and publish that; the class."""
    with writing(db.engine) as connection:
        section = connection.execute(select(func.min(Roster.section_id))).scalar_one()
        calendar = select(Course.calendar_id).join(Section, Section.course_id == Course.id).where(Section.id == section)
        there = set(connection.execute(select(Roster.person_id).where(Roster.section_id == section)).scalars())
        enrolled = select(Enrollment.person_id).where(Enrollment.calendar_id.in_(calendar)).order_by(Enrollment.person_id)
        others = [person for person in connection.execute(enrolled).scalars() if person not in there]
        new = others[: count - len(there)]
        connection.execute(insert(Roster), [{"section_id": section, "person_id": person} for person in new])
        sourced_id = connection.execute(select(Section.sourced_id).where(Section.id == section)).scalar_one()
    DistrictRefresh(app).keyed(Keys(people=frozenset(new), sections=frozenset({section})))
    return {"class": sourced_id or str(section), "students": len(there) + len(new)}


def write_steadily(_app: Flask, _count: int) -> dict[str, object]:
    """Write one row every PAUSE until standard input ends; milliseconds that each transaction took."""
    with db.engine.connect() as connection:
        ids = connection.execute(select(Contact.person_id).order_by(Contact.person_id).limit(500)).scalars().all()
    taken: list[float] = []
    while not system.select([sys.stdin], [], [], PAUSE)[0]:
        began = time.perf_counter()
        with writing(db.engine) as connection:
            one = ids[len(taken) % len(ids)]
            connection.execute(
                update(Contact).where(Contact.person_id == one).values(home_phone=f"555-{len(taken):04}")
            )
        taken.append(1000 * (time.perf_counter() - began))
    return {"ms": taken}


def log_requests(app: Flask, count: int) -> dict[str, object]:
    """Take `count` lines into the request log and write them, a hundred at a time; processor time of each."""
    log = app.extensions["homeroom"]["request_log"]
    began = time.process_time()
    for number in range(count):
        log.note(Entry(datetime.now(UTC), 1, "GET", "getAllUsers", None, "status='active'", None, 1000, 1000 * number,
                       1000, 400_000, 200, 1.25, 600_000, f"{number:032x}"))  # fmt: skip
        if number % 100 == 99:
            log.flush()
    log.close()
    return {"microseconds": 1e6 * (time.process_time() - began) / count}


WORK: dict[str, Callable[[Flask, int], dict[str, object]]] = {
    "person": refresh_people,
    "touch": touch_rosters,
    "write": write_steadily,
    "log": log_requests,
    "percent": change_percent,
    "calls": count_calls,
    "faults": count_faults,
    "crowd": enrol_crowd,
}


def main() -> None:
    app = create_app(read_settings(), os.environ["BENCH_APP"])
    with app.app_context():
        json.dump(WORK[sys.argv[1]](app, int(sys.argv[2])), sys.stdout)


if __name__ == "__main__":
    main()
