"""A walk reads a whole collection from any provider, or says that it did not (C-84, C-85, issue 2 section 7)."""

import pytest

from consumer.client.errors import BadAnswer, PartialRead, ServerFault
from consumer.client.walk import Walk
from tests.consumer.clients import client_of
from tests.faults.provider import FaultProvider


def ids(walk: Walk) -> list[str]:
    return [record.sourced_id for page in walk for record in page.records]


def served(provider: FaultProvider, collection: str = "users") -> list[str]:
    return [record["sourcedId"] for record in provider.records[collection]]


@pytest.mark.parametrize("collection", ["orgs", "academicSessions", "courses", "classes", "users", "enrollments"])
def test_every_collection_of_both_versions_is_read_completely(fault_provider: FaultProvider, collection: str) -> None:
    walk = client_of(fault_provider).walk(collection, 2)
    assert ids(walk) == served(fault_provider, collection)
    assert walk.complete


@pytest.mark.parametrize("link", ["absolute", "relative", "bare", "foreign", "none"])
@pytest.mark.parametrize("total", [True, False])
def test_paging_needs_neither_link_nor_total(fault_provider_11: FaultProvider, link: str, total: bool) -> None:
    fault_provider_11.manners.link = link
    fault_provider_11.manners.total = total
    walk = client_of(fault_provider_11).walk("users", 4)
    assert ids(walk) == served(fault_provider_11)
    assert walk.complete


def test_no_request_follows_a_link_to_another_host(fault_provider_11: FaultProvider) -> None:
    """The token would go with it."""
    fault_provider_11.manners.link = "foreign"
    ids(client_of(fault_provider_11).walk("users", 4))
    assert [seen.offset for seen in fault_provider_11.asked("users")] == [0, 4, 8]


@pytest.mark.parametrize("link", ["absolute", "none"])
@pytest.mark.parametrize("total", [True, False])
def test_a_silently_lowered_limit_loses_nothing(fault_provider_11: FaultProvider, link: str, total: bool) -> None:
    fault_provider_11.manners.max_limit = 2
    fault_provider_11.manners.link = link
    fault_provider_11.manners.total = total
    assert ids(client_of(fault_provider_11).walk("users", 5000)) == served(fault_provider_11)


def test_a_link_that_would_skip_records_is_turned_back(fault_provider_11: FaultProvider) -> None:
    """The limit was lowered, and Link does not know it."""
    fault_provider_11.manners.max_limit = 2
    fault_provider_11.manners.blind_link = True
    assert ids(client_of(fault_provider_11).walk("users", 6)) == served(fault_provider_11)


def test_links_are_followed_when_there_is_no_total(fault_provider_11: FaultProvider) -> None:
    """And no request is made beyond the page that has no next."""
    fault_provider_11.manners.total = False
    ids(client_of(fault_provider_11).walk("users", 4))
    assert len(fault_provider_11.asked("users")) == 3


def test_an_empty_collection_is_complete_and_empty(fault_provider: FaultProvider) -> None:
    fault_provider.records["users"] = []
    walk = client_of(fault_provider).walk("users")
    assert ids(walk) == []
    assert walk.complete


@pytest.mark.parametrize("wrapper", ["Users", "USERS", "students"])
def test_the_wrapper_may_have_another_name(fault_provider_11: FaultProvider, wrapper: str) -> None:
    fault_provider_11.manners.wrapper = wrapper
    assert ids(client_of(fault_provider_11).walk("users")) == served(fault_provider_11)


def test_a_record_that_goes_in_mid_walk_is_noticed(fault_provider_11: FaultProvider) -> None:
    """C-85: as many came as the last page counts, but U5 slipped through when U1 went."""
    fault_provider_11.manners.link = "none"
    walk = client_of(fault_provider_11).walk("users", 4)
    read = []
    for page in walk:
        read += [record.sourced_id for record in page.records]
        if walk.received == 4:
            fault_provider_11.remove("users", "U1")
    assert "U5" not in read
    assert walk.received == walk.total == 8
    assert walk.moved
    assert not walk.complete


def test_fewer_records_than_the_total_are_not_complete(fault_provider_11: FaultProvider) -> None:
    """C-85, on a single page: the total never changes."""
    fault_provider_11.on("users", status=200, headers={"X-Total-Count": "9"}, body=b'{"users":[{"sourcedId":"U1"}]}')
    fault_provider_11.on("users", status=200, headers={"X-Total-Count": "9"}, body=b'{"users":[]}')
    walk = client_of(fault_provider_11).walk("users")
    assert ids(walk) == ["U1"]
    assert not walk.moved
    assert not walk.complete


def test_a_total_that_is_the_length_of_the_page_does_not_end_the_walk(fault_provider_11: FaultProvider) -> None:
    """Else the first page would count as all there is, and everybody else as gone."""
    fault_provider_11.manners.link = "none"
    for offset, length in ((0, 4), (4, 4), (8, 1)):
        page = b",".join(b'{"sourcedId":"%d"}' % (offset + n) for n in range(length))
        headers = {"X-Total-Count": str(length)}
        fault_provider_11.on("users", offset=offset, status=200, headers=headers, body=b'{"users":[%s]}' % page)
    walk = client_of(fault_provider_11).walk("users", 4)
    assert len(ids(walk)) == 9
    assert not walk.complete


def test_what_a_page_beyond_the_end_says_of_the_total_does_not_matter(fault_provider_11: FaultProvider) -> None:
    fault_provider_11.manners.link = "none"
    fault_provider_11.on("users", offset=9, status=200, headers={"X-Total-Count": "0"}, body=b'{"users":[]}')
    walk = client_of(fault_provider_11).walk("users", 3)
    assert len(ids(walk)) == 9
    assert walk.complete


def test_a_provider_that_ignores_offset_is_found_out(fault_provider_11: FaultProvider) -> None:
    fault_provider_11.manners.ignore_offset = True
    fault_provider_11.manners.link = "none"
    walk = client_of(fault_provider_11).walk("users", 4)
    with pytest.raises(PartialRead, match="same page again"):
        ids(walk)
    assert len(fault_provider_11.asked("users")) == 2
    assert not walk.complete


def test_a_truncated_answer_is_asked_for_again(fault_provider_11: FaultProvider) -> None:
    fault_provider_11.on("users", offset=4, truncate=True, times=2)
    walk = client_of(fault_provider_11).walk("users", 4)
    assert ids(walk) == served(fault_provider_11)
    assert [seen.offset for seen in fault_provider_11.asked("users")] == [0, 4, 4, 4, 8]


def test_an_answer_that_stays_truncated_ends_the_read(fault_provider_11: FaultProvider) -> None:
    fault_provider_11.on("users", offset=4, truncate=True, times=None)
    walk = client_of(fault_provider_11).walk("users", 4)
    with pytest.raises(PartialRead, match="broke off after 4 records"):
        ids(walk)
    assert not walk.complete


def test_a_failure_in_mid_walk_is_a_partial_read(fault_provider_11: FaultProvider) -> None:
    """C-84."""
    fault_provider_11.on("users", offset=4, status=500, times=None)
    with pytest.raises(PartialRead, match=r"broke off after 4 records.*500"):
        ids(client_of(fault_provider_11).walk("users", 4))


def test_a_failure_on_the_first_page_is_told_as_it_is(fault_provider_11: FaultProvider) -> None:
    fault_provider_11.on("users", status=500, times=None)
    with pytest.raises(ServerFault):
        ids(client_of(fault_provider_11).walk("users"))
    with pytest.raises(BadAnswer, match="Unknown Object"):
        ids(client_of(fault_provider_11).walk("pupils"))


def test_a_broken_record_is_set_aside_and_the_rest_is_read(fault_provider: FaultProvider) -> None:
    rows = fault_provider.records["users"]
    rows[1:1] = [b"17", b'{"sourcedId":""}', b'{"status":"active"}', b'{"sourcedId":["x"]}', {"sourcedId": "x" * 300}]
    walk = client_of(fault_provider).walk("users", 3)
    pages = list(walk)
    good = [record.sourced_id for page in pages for record in page.records]
    assert good == [row["sourcedId"] for row in rows if isinstance(row, dict) and len(row["sourcedId"]) < 300]
    assert [len(page.broken) for page in pages] == [2, 3, 0, 0, 0]
    assert walk.complete


def test_an_error_body_with_status_200_is_no_collection(fault_provider_11: FaultProvider) -> None:
    fault_provider_11.on("users", status=200, body=b'{"statusInfoSet":[{"imsx_codeMajor":"failure"}]}', times=None)
    with pytest.raises(BadAnswer, match="no list of users"):
        ids(client_of(fault_provider_11).walk("users"))


def test_records_keep_their_bytes_and_equal_bytes_have_equal_digests(fault_provider_11: FaultProvider) -> None:
    raw = b'{ "sourcedId":"A",  "x" : 1.50 }'
    fault_provider_11.records["users"] = [raw, raw.replace(b"A", b"B")]
    (page,) = client_of(fault_provider_11).walk("users")
    (again,) = client_of(fault_provider_11).walk("users")
    assert page.records[0].raw == raw
    assert page.records == again.records
    assert page.records[0].digest != page.records[1].digest
    assert len(page.records[0].digest) == 16
