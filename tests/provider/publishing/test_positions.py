"""Offsets meet positions: the n-th live record of a collection is found past the holes, whatever came and went."""

from array import array

from hypothesis import given
from hypothesis import strategies as st

from provider.publishing.positions import (
    Extent,
    live_between,
    position_of,
    record_id,
    unpack,
    version_of,
)

HISTORIES = st.lists(
    st.tuples(st.integers(0, 6), st.sets(st.integers(0, 60)), st.sets(st.integers(0, 60))), max_size=12
)


def live_after(history: list[tuple[int, set[int], set[int]]]) -> tuple[Extent, list[int]]:
    """An extent grown through additions, departures and returns, and the positions that are really live."""
    extent, live, last = Extent(0, 0, 0, array("I")), set(), 0
    for revision, (added, leave, back) in enumerate(history, 1):
        hidden = leave & live
        shown = {position for position in back if position < last} - live
        live = (live - hidden) | shown | set(range(last, last + added))
        last += added
        extent = extent.changed(revision, last, hidden, shown)
    return extent, sorted(live)


@given(HISTORIES)
def test_every_offset_leads_to_its_live_record(history: list[tuple[int, set[int], set[int]]]) -> None:
    extent, live = live_after(history)
    assert extent.size == len(live)
    assert [extent.position(offset) for offset in range(extent.size)] == live


@given(HISTORIES, st.integers(0, 80), st.integers(1, 20))
def test_a_page_covers_exactly_its_records(history: list[tuple[int, set[int], set[int]]], offset: int, limit: int) -> None:
    extent, live = live_after(history)
    start, stop = extent.page(offset, limit)
    assert [position for position in live if start <= position < stop] == live[offset : offset + limit]


@given(HISTORIES)
def test_holes_before_the_first_live_record_are_forgotten(history: list[tuple[int, set[int], set[int]]]) -> None:
    extent, live = live_after(history)
    if live:
        assert extent.first == live[0]
    assert all(extent.first < hole < extent.last for hole in extent.holes)
    assert unpack(extent.pack()) == extent.holes
    assert live_between(extent.holes, extent.first, extent.last) == len(live)


@given(st.integers(1, 2**18), st.integers(0, 2**32 - 1), st.integers(0, 2**12 - 1))
def test_a_record_id_keeps_its_parts_and_its_order(collection: int, position: int, version: int) -> None:
    key = record_id(collection, position, version)
    assert (position_of(key), version_of(key)) == (position, version)
    assert 0 <= key < 2**63
    assert key < record_id(collection, position + 1, 0) <= record_id(collection + 1, 0, 0)
