"""Sets of primary keys that stay small: whole numbers as bits, so that a million of them take 125 kB."""

from collections.abc import Hashable

_PAGE_BITS = 4096


class KeySet:
    """A set of keys; whole numbers ≥ 0 are held as bits in pages, anything else as it is."""

    __slots__ = ("_others", "_pages")

    def __init__(self) -> None:
        self._pages: dict[int, bytearray] = {}
        self._others: set[Hashable] = set()

    def add(self, key: Hashable) -> None:
        if type(key) is not int:
            self._others.add(key)
            return
        number, bit = divmod(key, _PAGE_BITS)
        page = self._pages.get(number)
        if page is None:
            page = self._pages[number] = bytearray(_PAGE_BITS // 8)
        page[bit >> 3] |= 1 << (bit & 7)

    def __contains__(self, key: Hashable) -> bool:
        if type(key) is not int:
            return key in self._others
        number, bit = divmod(key, _PAGE_BITS)
        page = self._pages.get(number)
        return page is not None and bool(page[bit >> 3] & (1 << (bit & 7)))
