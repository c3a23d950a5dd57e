"""The domain URL is cleaned as people paste it (C-06)."""

import pytest

from consumer.connections.domain import clean_domain


@pytest.mark.parametrize(
    ("entered", "url", "cut"),
    [
        ("https://sis.example/campus/oneroster/a", "https://sis.example/campus/oneroster/a", ""),
        ("  https://sis.example/campus/oneroster/a//  ", "https://sis.example/campus/oneroster/a", ""),
        ("https://sis.example/a/ims/oneroster/v1p1", "https://sis.example/a", "/ims/oneroster/v1p1"),
        ("https://sis.example/a/ims/oneroster/v1p1/", "https://sis.example/a", "/ims/oneroster/v1p1/"),
        (
            "https://sis.example/a/IMS/OneRoster/rostering/v1p2/orgs?limit=1",
            "https://sis.example/a",
            "/IMS/OneRoster/rostering/v1p2/orgs?limit=1",
        ),
        ("https://sis.example/ims/oneroster", "https://sis.example", "/ims/oneroster"),
        ("https://sis.example/ims/oneroster-new/a", "https://sis.example/ims/oneroster-new/a", ""),
        ("https://sis.example/a?x=1", "https://sis.example/a", "?x=1"),
    ],
)
def test_blanks_slashes_and_the_standards_path_are_cut_off(entered: str, url: str, cut: str) -> None:
    assert clean_domain(entered) == (url, cut)
