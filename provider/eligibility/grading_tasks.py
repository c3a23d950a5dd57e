"""Which grading tasks a section has (P-118), and which of them counts for a line item that names none."""

from collections.abc import Collection, Iterable


def tasks_of(own: Iterable[int], district: Collection[int]) -> list[int]:
    """The grading tasks of a section, by id: its own, else the district's first alone; none where it has none.

    The first is that of a line item without a task: all that platforms make are such (C-127).
    """
    return sorted(own) or sorted(district)[:1]
