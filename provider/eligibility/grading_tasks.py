"""Which grading tasks of a section platforms are offered (P-74, P-118), and which counts for line items without one."""

from collections.abc import Collection


def tasks_of(own: Collection[int], district: Collection[int], excluded: Collection[int]) -> list[int]:
    """The grading tasks of a section that platforms are offered, by id: its own, else the district's first alone, less
    those that are marked External LMS Exclude (P-74).

    The first is that of a line item without a task: all that platforms make are such (C-127). None in a district that
    has no tasks, and where all are excluded: then platforms write nothing.
    """
    return [task for task in sorted(own) if task not in excluded] if own else sorted(set(district) - set(excluded))[:1]
