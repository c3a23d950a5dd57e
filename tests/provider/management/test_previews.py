"""Previews of marks, as the list of jobs leads to them: numbers, names, a file."""

from datetime import UTC, datetime

from provider.database import db
from provider.jobs.tables import Job
from provider.previewing import ask_for_preview
from provider.publishing.hypotheses import Mark
from tests.provider.management.conftest import Managed
from tests.provider.management.test_refreshes import told


def test_what_a_mark_would_hide_is_told_by_platform_with_names(managed: Managed) -> None:
    with managed.app.app_context():
        mark = Mark("calendar", frozenset({1}), "external_lms_exclude", True)
        job = ask_for_preview(db.session(), mark, datetime.now(UTC), (1, "ada_min"))
        other = Job(kind="export", asked="{}", asked_at=datetime.now(UTC))
        db.session.add(other)
        db.session.commit()
        number, another = job.id, other.id
    window = managed.window()
    assert f'href="/previews/{number}/"' in window.get(f"/jobs/{number}/").text
    assert "Waiting in line" in window.get(f"/previews/{number}/").text
    assert managed.work().endswith("done")
    page = told(window.get(f"/previews/{number}/").text)
    assert "external_lms_exclude of 1 calendar row were True" in page and "would disappear" in page
    assert "lms-1.1" in page and "Sections" in page
    records = window.page[window.page.index("/previews/", window.page.index("tbody")) :].partition('"')[0]
    assert "Disappears" in window.get(records).text
    assert "Disappears" in window.get(f"/previews/{number}.csv").text
    for path in (f"/previews/{another}/", f"/previews/{another}.csv", f"/previews/{number}/999/", "/previews/999/"):
        assert window.get(path).status_code == 404, path
