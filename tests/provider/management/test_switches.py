"""Settings: switches that are saved one by one, with words, stamps and an entry in the audit trail (P-86, P-103)."""

import re
from typing import Any

import pytest
from click.testing import CliRunner

from provider.admin.management.words import LINES
from provider.database import db
from provider.sis.settings import SWITCHES, read_settings
from tests.provider.admin.conftest import Window
from tests.provider.management.conftest import Managed


def seen_of(page: str, name: str) -> str:
    """The stamp in the form of a switch."""
    form = page[page.index(f'id="{name}"') :]
    return re.findall(r'name="seen" value="([^"]+)"', form)[0]


def turn(window: Window, name: str, value: str, **headers: str) -> Any:
    """Turn a switch as the page that is open shows it."""
    return window.client.post(
        f"/management/switches/{name}", headers=headers,
        data={"csrf_token": re.findall(r'name="csrf_token" value="([^"]+)"', window.page)[0],
              "seen": seen_of(window.page, name), name: value},
    )  # fmt: skip


def settings_of(managed: Managed) -> Any:
    with managed.app.app_context():
        return read_settings(db.session())


# Switches


def test_every_switch_has_its_words_its_rule_and_its_default() -> None:
    """P-103: none can be added without being said on the page."""
    assert set(LINES) == set(SWITCHES.kinds)
    for name, line in LINES.items():
        assert re.fullmatch(r"P-\d+", line.words.rule), name
        assert line.words.does and line.words.acts_on and line.default, name
        assert set(line.words.choices) in (set(), set(SWITCHES.kinds[name].choices)), name


def test_a_switch_is_saved_by_itself_and_audited(managed: Managed) -> None:
    window = managed.window("ada_min")
    window.get("/management/")
    part = turn(window, "local_grades_1p2", "true", **{"HX-Request": "true"})
    assert part.status_code == 200 and "Saved" in part.text and "<html" not in part.text
    assert settings_of(managed).local_grades_1p2 is True
    assert managed.actions() == [("change setting", "ada_min", "local_grades_1p2")]
    off = window.get("/management/")
    assert "checked" in off.text[off.text.index('id="field-local_grades_1p2"') :][:160]


def test_a_switch_works_without_a_script(managed: Managed) -> None:
    window = managed.window("ada_min")
    window.get("/management/")
    answer = turn(window, "daily_refresh_time", "21:5")
    assert (answer.status_code, answer.location) == (303, "/management/#daily_refresh_time")
    assert settings_of(managed).daily_refresh_time == "21:05"
    assert "Saved." in window.get("/management/").text


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("daily_refresh_time", "25:00", "This is a time of day such as 22:10."),
        ("removal_threshold", "nan", "This is a share between 0 and 1."),
        ("assignment_name_limit", "0", "This is a whole number from 1 to 255."),
        ("class_title", "<script>", "This is one of section_or_course, course_and_section."),
        ("request_log_days", "9" * 4000, "This is a whole number from 1 to 3650."),
        ("daily_refresh_time", "1\x000:00", "This is a time of day"),
    ],
)
def test_a_value_that_a_switch_cannot_have_is_refused_beside_it(
    managed: Managed, name: str, value: str, says: str
) -> None:
    window = managed.window("ada_min")
    window.get("/management/")
    before = settings_of(managed)
    for headers in ({}, {"HX-Request": "true"}):
        answer = turn(window, name, value, **headers)
        assert answer.status_code == 422 and says in answer.text and "<script>" not in answer.text
    assert settings_of(managed) == before


def test_of_two_administrators_the_second_is_told(managed: Managed) -> None:
    managed.add_user("ben")
    first, second = managed.window("ada_min"), managed.window("ben")
    first.get("/management/")
    second.get("/management/")
    assert turn(first, "daily_refresh_time", "23:00").status_code == 303
    for headers in ({}, {"HX-Request": "true"}):
        told = turn(second, "daily_refresh_time", "21:00", **headers)
        assert told.status_code == 409 and "Somebody else has saved" in told.text
    assert settings_of(managed).daily_refresh_time == "23:00"
    assert turn(second, "due_date_strict", "true").status_code == 303, "another switch is not concerned"
    second.page = told.text
    assert turn(second, "daily_refresh_time", "21:00").status_code == 303, "what was told can be saved over"


def test_a_switch_that_is_none_leads_nowhere(managed: Managed) -> None:
    window = managed.window("ada_min")
    window.get("/management/")
    assert window.post("/management/switches/password").status_code == 404


def test_the_command_and_the_page_are_of_one_mind(managed: Managed) -> None:
    """What the command sets stands in the audit trail, too, without a person."""
    from provider.context import ProviderContext
    from provider.refresh_commands import setting

    context = ProviderContext(
        managed.app.extensions["homeroom"]["settings"], "demo", lambda _settings, _name: managed.app
    )
    result = CliRunner().invoke(setting, ["set", "daily_refresh_time", "9:30"], obj=context)
    assert (result.exit_code, result.output) == (0, "daily_refresh_time = 09:30\n")
    assert managed.actions()[-1] == ("change setting", "", "daily_refresh_time")
    assert 'value="09:30"' in managed.window("ada_min").get("/management/").text
