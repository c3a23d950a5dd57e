"""Where somebody is sent after signing in: to a page of the same program, whatever an address says."""

from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.web.redirects import own_path

MOUNT = "/campus/oneroster/demo"


@pytest.mark.parametrize("path", [f"{MOUNT}/", f"{MOUNT}/sections/?search=a%20b&page=2"])
def test_a_page_below_the_mount_is_taken(path: str) -> None:
    assert own_path(path, "home", MOUNT) == path


@pytest.mark.parametrize(
    "path", ["/campus/oneroster/other/", "/campus/oneroster/demo2/", "/sections/", MOUNT, "", None, "sections/"]
)
def test_what_is_beside_the_mount_is_not(path: str | None) -> None:
    assert own_path(path, "home", MOUNT) == "home"


@given(st.one_of(st.text(), st.text(st.sampled_from("/\\:.@#?ab \t\r\n%")).map("/".__add__)))
def test_no_text_leads_to_another_host(text: str) -> None:
    found = own_path(text, "/")
    assert urlsplit(urljoin("https://sis.example/frame/sign-in", found)).netloc == "sis.example"
    assert "\r" not in found and "\n" not in found and "\\" not in found
