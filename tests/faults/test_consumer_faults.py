"""A provider misbehaves in every way seen in the field, and a run of the sync meets it: the run ends in the right state
(C-111), the log says in a sentence what happened and what to do (C-112, C-114), nothing is removed on false grounds
(C-84, C-85, C-86), and the next good run repairs everything.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from shared.oneroster.versions import Version
from tests.consumer.sync.platform import line
from tests.faults.cases import BODIES, COUNTS, FAILURES, SHAPES, SOCKETS, STORMS, WAYS, Case, next_day
from tests.faults.site import Patient, Rows, Site, open_site


@pytest.fixture(scope="module")
def sites(consumer_template: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Version], Site]]:
    """The site of a version, made when it is first asked for."""
    with ExitStack() as stack:

        @cache
        def site_of(version: Version) -> Site:
            folder = tmp_path_factory.mktemp("site")
            return stack.enter_context(open_site(version, consumer_template.sqlite(folder / "synced"), folder))

        yield site_of


#: Whether nobody is lost is asked of both versions; how an answer comes does not depend on the version.
ROWS = [(Version.V1P1, case) for case in (*STORMS, *FAILURES, *BODIES, *SOCKETS, *WAYS, *COUNTS)]
ROWS += [(Version.V1P2, case) for case in (*COUNTS, *SHAPES)]


@pytest.mark.parametrize(("version", "case"), ROWS, ids=str)
def test_a_run_meets_a_misbehaving_provider(
    sites: Callable[[Version], Site], tmp_path: Path, version: Version, case: Case
) -> None:
    site = sites(version)
    with site.platform(tmp_path / "data") as platform:
        _meet(site, platform, case)


def _meet(site: Site, platform: Patient, case: Case) -> None:
    before = platform.rows()
    next_day(site.provider)
    case.arrange(site.provider)
    report = platform.sync()
    _has_ended(platform, report, case)
    after = platform.rows()
    assert line(report, "enrollment").removed <= 1
    assert gone(before, after) in ({}, REALLY_GONE)
    assert not case.exact or unsound(before, after, site.undisturbed) == {}
    site.provider.behave()
    platform.sync()
    repaired = platform.rows()
    assert [name for name in repaired if repaired[name] != site.undisturbed[name]] == []


def _has_ended(platform: Patient, report: Any, case: Case) -> None:
    """As it should, and the log says why."""
    lines = platform.log(report.run)
    told = [(said.event, said.code, said.text) for said in lines]
    assert not case.status or report.status == case.status, told
    assert all(said.remedy and said.where for said in lines), told
    assert not re.search("Traceback|very-secret|secret-1|token-[0-9]|Error:", str(told)), told
    if case.code is None:
        assert not told or not case.status or case.status == "Completed with warnings"
        return
    mine = [said.text for said in lines if said.code == case.code]
    assert any(re.search(case.says, text) for text in mine), told
    assert all(len(text) < 400 for text in mine)


def unsound(before: Rows, after: Rows, undisturbed: Rows) -> dict[str, Any]:
    """Rows that are neither as they were nor as they are to be; skipped records may come and go."""
    wrong = {}
    for name in sorted(set(before) - {"skipped"}):
        was, now, goal = set(before[name]), set(after[name]), set(undisturbed[name])
        wrong[name] = ((was & goal) - now) | (now - was - goal)
    return {name: rows for name, rows in wrong.items() if rows}


REALLY_GONE = {"enrollments": {("K1", "nel.n1")}}
KEYS = {"accounts": (0,), "sections": (5,), "courses": (4,), "enrollments": (0, 1), "links": (0, 1), "sis ids": (0,)}


def gone(before: Rows, after: Rows) -> dict[str, set[Any]]:
    """Keys of the rows that were there and are not any more."""
    lost = {name: _keys(before[name], at) - _keys(after[name], at) for name, at in KEYS.items()}
    return {name: keys for name, keys in lost.items() if keys}


def _keys(rows: list[tuple[Any, ...]], at: tuple[int, ...]) -> set[Any]:
    return {tuple(row[n] for n in at) for row in rows}
