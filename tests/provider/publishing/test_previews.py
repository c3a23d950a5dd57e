"""Previews: what they tell, what they refuse, and that they write nothing but what they have found."""

import os
import random
import signal
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from provider.database import db
from provider.jobs.line import cancel
from provider.jobs.tables import CANCELLED, DONE, FAILED, RUNNING, Job
from provider.jobs.working import work_on_next
from provider.previewing import KEPT, ask_for_preview, preview_now, preview_work
from provider.publishing import keeping
from provider.publishing.difference_tables import StoredDifference, StoredDifferenceRecord
from provider.publishing.hypotheses import as_plain, from_plain
from provider.publishing.preview import ActiveYear, Hypothesis, Mark, NoSuchHypothesis
from tests.provider.eligibility.districts import SmallDistrict
from tests.provider.eligibility.random_district import random_district
from tests.provider.publishing.conftest import Published
from tests.provider.publishing.town import Town, of_job


def test_a_year_that_is_not_there_fails_the_job_with_words(session: Any, provider_app: Flask) -> None:
    town = Town(provider_app, SmallDistrict())
    job = db.session.get_one(Job, town.job_preview(ActiveYear(99)), populate_existing=True)
    assert (job.state, job.message) == (FAILED, "There is no school year 99 (any more)")


def test_what_cannot_be_previewed_is_refused_with_words() -> None:
    for mark in (
        Mark("setting", frozenset({1}), "value", "x"), Mark("person", frozenset({1}), "sourced_id", "x"),
        Mark("enrollment", frozenset({1}), "calendar_id", "2"), Mark("school_year", frozenset({1}), "active", True),
        Mark("section", frozenset({1}), "external_lms_exclude", "yes"),
        Mark("calendar", frozenset({1}), "start_date", None),
    ):  # fmt: skip
        with pytest.raises(NoSuchHypothesis):
            from_plain(as_plain(mark))


@pytest.mark.parametrize(
    "hypothesis",
    [
        ActiveYear(3),
        Mark("section", frozenset({1, 2}), "external_lms_exclude", True),
        Mark("enrollment", frozenset({4}), "end_date", date(2026, 3, 1)),
        Mark("enrollment", frozenset({4}), "end_date", None),
    ],
)
def test_a_hypothesis_survives_as_text(hypothesis: Hypothesis) -> None:
    assert from_plain(as_plain(hypothesis)) == hypothesis


def test_the_preview_names_records_and_the_connections_that_read_them(published: Published) -> None:
    with published.app.app_context():
        found = preview_now(published.app, Mark("enrollment", frozenset({6}), "external_lms_exclude", True),
                            lambda: datetime.combine(published.today, datetime.min.time(), UTC))  # fmt: skip
    assert found is not None
    old, new = found.editions
    assert (old.connections, new.connections) == (("lms-1.1",), ("lms-1.2",))
    told = {one.collection: [tuple(record) for record in one.records] for one in old.collections}
    assert told["users"] == [("removed", "s7", "Student Number5 (student, 7)", "person", 7)]
    assert told["demographics"][0][2:] == ("Student Number5", "person", 7)
    assert told["enrollments"] == [("removed", "s8", "Student Number5 (student, 7) in Course 1 (1001-1)", "roster", 8)]
    assert {one.collection: (one.before, one.removed) for one in new.collections}["users"] == (261, 1)


def test_records_that_would_stay_to_be_deleted_say_so(published: Published) -> None:  # P-16, P-79
    over = Mark("enrollment", frozenset({6}), "end_date", date(2025, 12, 1))
    with published.app.app_context():
        found = preview_now(published.app, over, lambda: datetime.combine(published.today, datetime.min.time(), UTC))
    assert found is not None
    told = {one.collection: one.records for one in found.editions[0].collections}
    assert [(one.what, one.words) for one in told["users"]] == [
        ("changed", "Student Number5 (student, 7), to be deleted")
    ]
    assert [(one.what, one.words) for one in told["enrollments"]] == [
        ("changed", "Student Number5 (student, 7) in Course 1 (1001-1), to be deleted")
    ]


def test_a_relationship_concerns_both_people(session: Any, provider_app: Flask) -> None:  # P-44, P-49
    district = SmallDistrict()
    student, adult = district.student("Sam Lake"), district.person("Gina Lake", kind="portal")
    relationship = district.relate(adult, student)
    town = Town(provider_app, district)
    found = town.now_preview(Mark("relationship", frozenset({relationship}), "portal", False))
    assert found is not None
    one = found.editions[0]
    users = next(collection for collection in one.collections if collection.collection == "users")
    assert one.connections == ("one",)
    assert [(record.what, record.words.split(" (")[0]) for record in users.records] == [
        ("changed", "Sam Lake"), ("removed", "Gina Lake"),
    ]  # fmt: skip


def test_a_change_of_very_many_records_is_a_job(published: Published) -> None:
    with published.app.app_context():
        assert preview_now(published.app, Mark("school", frozenset({1}), "external_lms_exclude", True)) is None
        many = Mark("enrollment", frozenset(range(1, 1000)), "external_lms_exclude", True)
        assert preview_now(published.app, many) is None
        few = Mark("section", frozenset({2}), "external_lms_exclude", True)
        assert preview_now(published.app, few) is not None


#: Every school is excluded: what is published goes, but for the district and the year.
EVERYTHING = Mark("school", frozenset({1, 2, 3}), "external_lms_exclude", True)


def kept_rows() -> int:
    with db.engine.connect() as connection:
        return sum(
            connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (StoredDifference, StoredDifferenceRecord)
        )


def test_a_cancelled_preview_leaves_nothing(session: Any, provider_app: Flask) -> None:
    town = Town(provider_app, random_district(random.Random(3)))
    session.rollback()
    number = ask_for_preview(session, EVERYTHING, town.now, (1, "ada")).id
    session.commit()

    def clock() -> datetime:
        """Each look moves it two seconds. Somebody cancels the job when it has begun to keep what it finds."""
        town.now += timedelta(seconds=2)
        if kept_rows():
            with Session(db.engine) as other:
                job = other.get_one(Job, number)
                if job.state == RUNNING and not job.asked_to_stop:
                    cancel(other, job, town.now)
                    other.commit()
        return town.now

    work_on_next(db.engine, {"preview": preview_work(provider_app)}, clock)
    assert session.get_one(Job, number, populate_existing=True).state == CANCELLED
    assert kept_rows() == 0


def test_a_worker_that_is_killed_in_a_preview_leaves_nothing_of_it(session: Any, provider_app: Flask) -> None:
    """What is published and what the SIS says stay; the next worker begins anew and finds the same as ever."""
    town = Town(provider_app, random_district(random.Random(3)))
    before = town.published()
    usual = of_job(town.job_preview(EVERYTHING))
    session.rollback()
    number = ask_for_preview(session, EVERYTHING, town.now, (1, "ada")).id
    session.commit()
    rows_before = kept_rows()
    db.engine.dispose()
    child = os.fork()
    if not child:

        def clock() -> datetime:
            if kept_rows() > rows_before:
                os.kill(os.getpid(), signal.SIGKILL)
            return town.clock()

        work_on_next(db.engine, {"preview": preview_work(provider_app)}, clock)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
    assert kept_rows() > rows_before, "it was killed too early"

    assert session.get_one(Job, number, populate_existing=True).state == RUNNING
    session.rollback()
    assert town.published() == before
    work_on_next(db.engine, {"preview": preview_work(provider_app)}, town.clock)
    assert session.get_one(Job, number, populate_existing=True).state == DONE
    assert of_job(number) == usual
    assert kept_rows() == 2 * rows_before


def test_what_previews_have_found_is_kept_for_a_week(
    session: Any, provider_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "_BATCH", 2)  # what is kept and forgotten takes many transactions
    town = Town(provider_app, random_district(random.Random(3)))
    first = town.job_preview(EVERYTHING)
    assert of_job(first)
    town.now += KEPT + timedelta(hours=1)
    second = town.job_preview(EVERYTHING)
    assert not of_job(first)
    assert of_job(second)
    with db.engine.connect() as connection:
        assert connection.execute(select(StoredDifference.id).where(StoredDifference.job_id == first)).first() is None


def test_a_preview_writes_to_no_sis_table(session: Any, provider_app: Flask) -> None:
    town = Town(provider_app, random_district(random.Random(3)))
    written = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        words = statement.split()
        if words[0] in ("INSERT", "UPDATE", "DELETE", "COPY"):
            written.append(words[1 if words[0] in ("UPDATE", "COPY") else 2].strip('"'))

    event.listen(db.engine, "before_cursor_execute", note)
    town.now_preview(Mark("person", frozenset({1}), "security_role", True))
    assert not written, "within a request nothing is written at all"
    work_on_next(db.engine, {"preview": preview_work(provider_app)}, town.clock)
    town.job_preview(EVERYTHING)
    event.remove(db.engine, "before_cursor_execute", note)
    assert set(written) <= {"job", "difference", "difference_record"}
