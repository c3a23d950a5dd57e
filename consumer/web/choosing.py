"""A choice of a mapping table: not mapped, something new, or one of what is here."""

from collections.abc import Callable

from consumer.sync.mapping import BadChoice
from consumer.web.filters import number_of

#: The values that are no row here.
NOT_MAPPED, NEW = "", "new"


def store_choice(chosen: str, leave: Callable[[], object], take: Callable[[int | None], object]) -> None:
    """Store what was chosen: `leave` takes a mapping back, `take` maps to a row by its id, or to a new one for None.

    Raises BadChoice.
    """
    number = number_of(chosen)
    if chosen == NOT_MAPPED:
        leave()
    elif chosen == NEW or number is not None:
        take(number)
    else:
        raise BadChoice("Choose one of the list")
