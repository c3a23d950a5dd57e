"""The district's switches: what each may be."""

import pytest

from provider.sis.settings import BadSetting, DistrictSettings, parse_setting, settings_of


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("assignment_name_limit", "1", 1), ("assignment_name_limit", "255", 255), ("due_date_strict", "TRUE", True),
        ("district_wide_licence", "false", False), ("removal_threshold", "0.5", 0.5), ("daily_refresh_time", "7:05", "07:05"),
        ("class_title", "course_and_section", "course_and_section"),
    ],
)  # fmt: skip
def test_a_good_value_is_read(name, text, value):
    assert parse_setting(name, text) == value
    assert getattr(settings_of([(name, text)]), name) == value


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("assignment_name_limit", "0"), ("assignment_name_limit", "256"), ("assignment_name_limit", "-5"),
        ("assignment_name_limit", "٣٠"), ("assignment_name_limit", "9" * 500), ("assignment_name_limit", ""),
        ("due_date_strict", "yes"), ("removal_threshold", "2"), ("daily_refresh_time", "25:00"), ("class_title", "x"),
        ("no_such_setting", "true"),
    ],
)  # fmt: skip
def test_a_bad_value_is_refused_by_name(name, text):
    with pytest.raises(BadSetting, match=name):
        parse_setting(name, text)


def test_what_is_not_stored_has_its_default():
    assert settings_of([]) == DistrictSettings()
