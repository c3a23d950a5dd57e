"""What has to happen inside a process of the consumer: grade books that are ready to be sent, presses, and what became
of them.

python -m tests.scale.teachers books TEACHERS ITEMS CATEGORY CLASS LARGE_ITEMS | press all|CLASS
`books` fills the book of one section for each of so many teachers, and that of the section CLASS (sourcedId), with
items of the SIS category CATEGORY that are all scored. `press` presses, each book by its teacher, and waits until the
worker has ended every press. The platform is that of HOMEROOM_DATA and the other variables; each prints JSON.
"""

import json
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from consumer.app import create_app
from consumer.database import db
from consumer.passback.approval import approve
from consumer.passback.closing import counts_of
from consumer.passback.facts import facts_of
from consumer.passback.press import press
from consumer.passback.tables import AppApproval, CategoryMapping, PassbackMessage, PassbackRun, Send, SisCategory
from consumer.platform.gradebook.books import book_of
from consumer.platform.models import Account, Enrollment, GradeCategory, GradeItem, Score, Section
from consumer.platform.sections import ADMIN, MEMBER
from consumer.platform.settings import read_settings
from consumer.runs.line import OPEN
from consumer.runs.news import GRADES, announce
from shared.database import will_write
from shared.settings import Settings

#: Between two looks whether every press has ended, seconds.
LOOK = 0.5


def fill_books(session: Session, teachers: int, items: int, category: str, large: str, large_items: int) -> None:
    """Books of teachers who each have one, and the large one."""
    results = 0
    chosen = [(_section(session, large), large_items), *((one, items) for one in _taught(session, teachers, large))]
    for section, count in chosen:
        results += _fill(session, section, count, category)
        session.commit()
    print(json.dumps({"books": len(chosen), "results": results}))


def _section(session: Session, sis_id: str) -> Section:
    return session.scalars(select(Section).where(Section.sis_id == sis_id)).one()


def _taught(session: Session, teachers: int, but: str) -> Iterator[Section]:
    """A section with students of each of so many teachers."""
    has_students = select(Enrollment.section_id).where(Enrollment.role == MEMBER)
    first = (
        select(func.min(Enrollment.section_id))
        .join(Section, Section.id == Enrollment.section_id)
        .where(Enrollment.role == ADMIN, Enrollment.section_id.in_(has_students), Section.sis_id != but)
        .group_by(Enrollment.account_id)
    )
    ids = sorted(set(session.scalars(first)))[:teachers]
    for section_id in ids:
        yield session.get_one(Section, section_id)


def _fill(session: Session, section: Section, items: int, category: str) -> int:
    """A book in which every student has a score for every item, due in the middle of the section's first term."""
    will_write(session)
    facts = facts_of(session, section.id, read_settings(session))
    term = facts.terms[0]
    middle = datetime.combine(term.start + (term.end - term.start) / 2, datetime.min.time(), UTC) + timedelta(hours=18)
    own = GradeCategory(section_id=section.id, name="Work", name_key="work")
    session.add(own)
    session.flush()
    session.add(SisCategory(section_id=section.id, sis_id=category, title="Work", read_at=middle))
    session.add(CategoryMapping(section_id=section.id, category_id=own.id, sis_id=category, sis_title="Work"))
    scores = []
    for number in range(items):
        item = GradeItem(
            section_id=section.id, title=f"Item {number + 1}", points=100, published=True, category_id=own.id,
            due_at=middle, position=number, created_at=middle,
        )  # fmt: skip
        session.add(item)
        session.flush()
        scores += [
            {"item_id": item.id, "account_id": account_id, "points": float(60 + (account_id + number) % 41),
             "changed_at": middle}
            for account_id in facts.students
        ]  # fmt: skip
    session.execute(insert(Score), scores)
    teacher = _teacher(session, section)
    if session.get(AppApproval, teacher.id) is None:
        approve(session, teacher.id, middle)
    return len(scores)


def _teacher(session: Session, section: Section) -> Account:
    led = select(Enrollment.account_id).where(Enrollment.section_id == section.id, Enrollment.role == ADMIN).limit(1)
    return session.scalars(select(Account).where(Account.id.in_(led))).one()


def press_books(session: Session, settings: Settings, which: str) -> None:
    """Press, and wait for the end of it all."""
    with_items = select(GradeItem.section_id).distinct()
    pressed = select(PassbackRun.section_id)
    sections = select(Section).where(Section.id.in_(with_items), Section.id.not_in(pressed))
    if which != "all":
        sections = sections.where(Section.sis_id == which)
    ids = []
    for section_id in session.scalars(sections.with_only_columns(Section.id)).all():
        will_write(session)
        section, book = session.get_one(Section, section_id), book_of(session, section_id)
        assert book is not None
        ids.append(press(session, book, _teacher(session, section), None, Send.CHANGES, datetime.now(UTC)).id)
        session.commit()
        announce(settings, GRADES)
    while session.scalar(select(func.count()).where(PassbackRun.id.in_(ids), PassbackRun.status.in_(OPEN))):
        session.commit()
        time.sleep(LOOK)
    print(json.dumps(_outcome(session, ids)))


def _outcome(session: Session, ids: list[int]) -> dict[str, object]:
    """Seconds from the first press that was taken up to the end of the last, results that arrived, how presses ended."""
    runs = list(session.scalars(select(PassbackRun).where(PassbackRun.id.in_(ids))))
    ends: dict[str, int] = {}
    for run in runs:
        ends[run.status] = ends.get(run.status, 0) + 1
    said = select(PassbackMessage.code, PassbackMessage.detail, PassbackMessage.said)
    first = session.execute(said.where(PassbackMessage.run_id.in_(ids)).limit(1)).first()
    began = min(run.started_at for run in runs if run.started_at)
    ended = max(run.finished_at for run in runs if run.finished_at)
    return {
        "presses": len(runs),
        "seconds": (ended - began).total_seconds(),
        "results": sum(counts_of(run).scores_sent for run in runs),
        "items": sum(counts_of(run).items_sent for run in runs),
        "ends": ends,
        "said": list(first) if first else [],
    }


def main(work: str, *words: str) -> None:
    from shared.settings import read_settings as read_environment

    settings = read_environment()
    with create_app(settings).app_context():
        if work == "books":
            teachers, items, category, large, large_items = words
            fill_books(db.session(), int(teachers), int(items), category, large, int(large_items))
        else:
            press_books(db.session(), settings, words[0])


if __name__ == "__main__":
    main(*sys.argv[1:])
