"""Pages, totals and Link, as clients in the field walk collections (real-clients 5, 6, 9, 10, 11; P-108, P-109)."""

import re
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.contract.platform import PUBLIC, Platform, ids, minor


def links(answer) -> dict[str, str]:
    """URLs of the Link header by rel, which must be quoted; nothing else may stand in it."""
    header = answer.headers["Link"]
    found = re.findall(r'<([^<>"]*)>; rel="(\w+)"', header)
    assert ", ".join(f'<{url}>; rel="{rel}"' for url, rel in found) == header
    return {rel: url for url, rel in found}


def query_of(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))


def test_the_default_page_has_100_records_and_the_total(lms, everything):
    answer = lms.get("/users")
    assert len(answer.json()["users"]) == 100
    assert int(answer.headers["X-Total-Count"]) == len(everything["users"])


@pytest.mark.parametrize("limit", [10_000, 5_000, 1_200])
def test_large_pages_are_honoured(lms, everything, limit):
    """real-clients 6: a silent cap below the limit asked for would truncate a roster."""
    answer = lms.get("/enrollments", params={"limit": limit})
    assert len(answer.json()["enrollments"]) == min(limit, len(everything["enrollments"]))


@pytest.mark.parametrize("limit", ["50001", "100000", "9223372036854775807"])
def test_a_huge_limit_is_cut_to_50000(lms, everything, limit):
    """P-109, real-clients 9."""
    answer = lms.get("/users", params={"limit": limit, "offset": "1"})
    assert answer.status_code == 200
    assert len(answer.json()["users"]) == len(everything["users"]) - 1
    assert query_of(links(answer)["first"])["limit"] == "50000"


@pytest.mark.parametrize("name", ["limit", "offset"])
@pytest.mark.parametrize("value", ["-1", "abc", "1e3", "1.0", "", " ", "0x10", "9223372036854775808", "٣", "1,2"])
def test_a_bad_limit_or_offset_is_400_in_the_words_of_the_version(lms, version, name, value):
    """real-clients 9."""
    answer = lms.get("/users", params={name: value})
    assert answer.status_code == 400
    assert minor(answer, version) == {"1.1": "invalid data", "1.2": "invaliddata"}[version]


def test_limit_0_and_a_repeated_limit_are_400(lms, version):
    for query in ("limit=0", "limit=5&limit=5", "offset=0&offset=0"):
        answer = lms.get(f"/users?{query}")
        assert answer.status_code == 400, query
        minor(answer, version)


def test_an_offset_beyond_the_end_is_an_empty_page(lms, everything):
    answer = lms.get("/users", params={"offset": 1_000_000})
    assert (answer.status_code, answer.json()) == (200, {"users": []})
    assert int(answer.headers["X-Total-Count"]) == len(everything["users"])
    assert "next" not in answer.links


@pytest.mark.parametrize("path", ["/users", "/users?filter=status='active'", "/users?sort=familyName", "/students"])
@pytest.mark.parametrize("limit", [1_000, 333])
def test_pages_neither_overlap_nor_leave_out(lms, path, limit):
    whole = lms.walk(path, limit=50_000)
    assert lms.walk(path, limit=limit) == whole
    assert len(ids(whole)) == len(whole)


# Link, exactly (real-clients 11).


def test_links_are_absolute_at_the_public_address_and_keep_the_other_parameters(lms):
    query = "filter=status%3D%27active%27&sort=familyName&orderBy=desc&fields=sourcedId%2CfamilyName&limit=10&offset=20"
    found = links(lms.get(f"/users?{query}&custom=%C3%A9+x"))
    assert set(found) == {"next", "last", "first", "prev"}
    for url in found.values():
        assert url.startswith(f"{lms.base}/users?")
        asked = query_of(url)
        assert asked["filter"] == "status='active'"
        assert (asked["sort"], asked["orderBy"], asked["fields"]) == ("familyName", "desc", "sourcedId,familyName")
        assert asked["custom"] == "é x"
        assert asked["limit"] == "10"
    assert [query_of(found[rel])["offset"] for rel in ("next", "first", "prev")] == ["30", "0", "10"]


def test_every_link_answers(lms):
    for url in links(lms.get("/users?limit=10&offset=20&filter=familyName>'M'")).values():
        assert lms.get(url).status_code == 200


def test_on_the_first_page_there_is_no_prev_and_no_first(lms):
    assert set(links(lms.get("/users?limit=10"))) == {"next", "last"}


def test_following_next_ends_where_last_is_the_present_url(lms, everything):
    url, pages = f"{lms.base}/courses?limit=7", 0
    while True:
        answer = lms.get(url)
        pages += 1
        found = links(answer)
        if found["last"] == url:
            break
        assert "next" in found
        url = found["next"]
    assert "next" not in found
    assert pages == -(-len(everything["courses"]) // 7)


@pytest.mark.parametrize(
    "query",
    [
        "limit=5000",
        "limit=5000&offset=0",
        "filter=&limit=5000",
        "limit=5000&filter=familyName~'e'%20AND%20status%3D'active'",
        "limit=5000&filter=familyName~%27e%27+AND+status=%27active%27",
        "offset=0&fields=sourcedId&limit=5000",
        "",
    ],
)
def test_on_the_only_page_last_is_the_url_exactly_as_the_client_sent_it(lms, query):
    url = f"{lms.base}/orgs" + ("?" + query if query else "")
    if "familyName" in query:
        url = url.replace("/orgs", "/users")
    found = links(lms.get(url))
    assert found["last"] == url
    assert "next" not in found


def test_on_the_last_page_of_a_client_that_counts_itself_last_is_its_own_url(lms, everything):
    total = len(everything["users"])
    for offset in (total - total % 100, total - 1, total - 100):
        url = f"{lms.base}/users?offset={offset}&filter=&limit=100"
        found = links(lms.get(url))
        assert found["last"] == url
        assert set(found) == {"last", "first", "prev"}


def test_last_differs_from_the_present_url_on_every_other_page(lms):
    for offset in (0, 100, 200):
        url = f"{lms.base}/users?limit=100&offset={offset}"
        assert links(lms.get(url))["last"] != url


def test_an_empty_answer_has_a_total_and_one_page(lms):
    url = f"{lms.base}/users?filter=familyName='Nobody-Has-This-Name'"
    answer = lms.get(url)
    assert (answer.json(), answer.headers["X-Total-Count"]) == ({"users": []}, "0")
    assert links(answer) == {"last": url}


def test_a_filtered_read_has_its_own_total(lms, everything):
    """real-clients 6."""
    answer = lms.get("/users?filter=familyName~'a'&limit=10")
    expected = [user for user in everything["users"] if "a" in user["familyName"].lower()]
    assert int(answer.headers["X-Total-Count"]) == len(expected)
    assert len(answer.json()["users"]) == 10


def test_the_second_url_form_answers_the_same(demo, version, lms):
    """real-clients: https://HOST/campus/api/oneroster/v1p2/{app} + the same paths."""
    second = lms.base.replace("/campus/oneroster/demo", "/campus/api/oneroster/v1p2/demo")
    here, there = lms.get("/orgs"), lms.get(f"{second}/orgs")
    assert there.json() == here.json()
    found = links(lms.get(f"{second}/users?limit=10"))
    assert found["next"].startswith(f"{second}/users?")
    assert len(lms.get(found["next"]).json()["users"]) == 10


def test_links_and_hrefs_do_not_follow_the_host_header(lms):
    answer = lms.get("/classes?limit=1", headers={"Host": "evil.example.net", "X-Forwarded-Host": "evil.example.net"})
    assert "evil" not in answer.text + answer.headers["Link"]
    assert answer.links["next"]["url"].startswith(PUBLIC)


def test_gzip_when_asked_for(lms):
    plain = lms.get("/users", headers={"Accept-Encoding": "identity"})
    packed = lms.get("/users", headers={"Accept-Encoding": "gzip, deflate"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.json() == plain.json()
    refused = lms.get("/users", headers={"Accept-Encoding": "gzip;q=0"})
    assert "Content-Encoding" not in refused.headers


# How clients of the field walk.


def walk_until_short(platform: Platform, path: str, limit: int) -> list:
    """A client that counts its own offsets and stops at the first page shorter than the limit."""
    found: list = []
    while True:
        page = platform.read(f"{path}?limit={limit}&offset={len(found)}")
        found += page
        if len(page) < limit:
            return found


def walk_by_total(platform: Platform, path: str, limit: int) -> list:
    """A client that ignores Link and asks until it has X-Total-Count records."""
    found: list = []
    while True:
        answer = platform.get(f"{path}?filter=&limit={limit}&offset={len(found)}")
        (page,) = answer.json().values()
        found += page
        if len(found) >= int(answer.headers["X-Total-Count"]):
            return found


@pytest.mark.parametrize("walk", [walk_until_short, walk_by_total])
@pytest.mark.parametrize("name", ["users", "classes", "enrollments"])
def test_clients_that_ignore_link_get_everything_once(lms, everything, walk, name):
    assert walk(lms, f"/{name}", 500) == everything[name]
