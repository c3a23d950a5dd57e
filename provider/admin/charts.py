"""Small charts: a bar for each day, as plain geometry that a template draws. Shape tells everything, colour nothing."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

#: Units of a picture; the style sheet says how large one is.
BAR, GAP, HEIGHT = 6, 2, 28
#: The least height of a bar that counts anything, so that one is seen beside thousands; nothing is a line on the floor.
LEAST = 2


class Bar(NamedTuple):
    """A day's bar, from its top down to the floor. `whole` False: the day is not over, and the bar is drawn open."""

    x: int
    y: float
    height: float
    whole: bool
    said: str


class Chart(NamedTuple):
    """A chart. `said` tells all of it in words, for those who do not see it."""

    width: int
    height: int
    bars: tuple[Bar, ...]
    said: str
    most: int


def daily(what: str, days: Sequence[date], counts: Sequence[int | None]) -> Chart:
    """A chart of `counts`, one for each of `days`, the last of which is today; None: nothing is known of that day."""
    most = max((count for count in counts if count is not None), default=0)
    bars = tuple(
        _bar(number, day, count, most, number < len(days) - 1)
        for number, (day, count) in enumerate(zip(days, counts, strict=True))
        if count is not None
    )
    numbers = ", ".join("unknown" if count is None else f"{count:,}" for count in counts)
    said = f"{what} by day, {days[0]} to {days[-1]}: {numbers}"
    return Chart(len(days) * (BAR + GAP) - GAP, HEIGHT, bars, said, most)


def _bar(number: int, day: date, count: int, most: int, whole: bool) -> Bar:
    height = max(LEAST, round(HEIGHT * count / most, 1)) if count else 0.5
    return Bar(number * (BAR + GAP), round(HEIGHT - height, 1), height, whole, f"{day}: {count:,}")
