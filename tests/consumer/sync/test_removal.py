"""A connection that is removed takes its choices and its log with it, and never people, courses or sections."""

import json

import pytest
from sqlalchemy import func, select

from consumer.connections import Connection
from consumer.database import db
from consumer.platform.models import AuditEntry
from consumer.runs.line import Busy
from consumer.sync.queue import queue_run
from consumer.sync.removal import WORDS, preview, remove_connection
from tests.consumer.clients import NOW
from tests.consumer.sync.platform import TODAY, Platform

#: What the platform keeps, by table (C-54, C-61, C-67).
KEPT = ("account", "account_password", "school", "grading_period", "course", "section", "section_grading_period", "enrollment",
        "parent_link")  # fmt: skip


def counts(platform: Platform) -> dict[str, int]:
    """Rows by table."""
    return {
        name: platform.session.scalar(select(func.count()).select_from(table)) or 0
        for name, table in db.metadata.tables.items()
    }


def test_people_courses_and_sections_stay_and_the_rest_goes(platform_11: Platform) -> None:
    platform_11.sync()
    before, rows = counts(platform_11), platform_11.rows()
    assert all(before[name] for name in ("account", "course", "section", "enrollment", "parent_link", "sync_run"))
    told = preview(platform_11.session, platform_11.connection)
    assert counts(platform_11) == before, "a preview changes nothing"
    remove_connection(platform_11.session, platform_11.connection, NOW)
    platform_11.session.commit()
    after = counts(platform_11)
    assert {name: after[name] for name in KEPT} == {name: before[name] for name in KEPT}
    assert platform_11.rows()["accounts"] == rows["accounts"]
    assert platform_11.rows()["enrollments"] == rows["enrollments"]
    gone = dict(told.goes)
    for name, words in WORDS.items():
        if words in gone:
            assert (before[name], after[name]) == (gone[words], 0), name
    assert {"mapped schools", "SIS ids of accounts", "runs, with their logs"} <= set(gone)
    assert {"schools", "courses", "sections"} <= set(dict(told.stays))
    assert after["connection"] == after["plan_change"] == after["staged_record"] == 0


def test_the_preview_has_words_for_every_table_that_refers_to_connections(platform_11: Platform) -> None:
    """What is told must not fall behind the tables."""
    refers = {
        table.name
        for table in db.metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table.name == "connection"
    }
    assert refers <= set(WORDS)


def test_a_connection_whose_run_is_open_stays(platform_11: Platform) -> None:
    run = queue_run(platform_11.session, platform_11.connection, "all", "manual", NOW, TODAY)
    with pytest.raises(Busy, match=f"Run {run.id} of demo is queued"):
        remove_connection(platform_11.session, platform_11.connection, NOW)
    assert platform_11.session.get(Connection, platform_11.connection_id) is not None


def test_the_removal_is_in_the_audit_trail_with_what_went(platform_11: Platform) -> None:
    remove_connection(platform_11.session, platform_11.connection, NOW)
    entry = platform_11.session.scalars(select(AuditEntry)).one()
    assert (entry.action, entry.subject, entry.after) == ("remove connection", "demo", None)
    assert json.loads(entry.before or "{}")["mapped schools"] == 3
