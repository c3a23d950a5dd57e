"""Whether anything of the grade book that a connection can see has changed, told from the count that the SIS keeps
(`provider.sis.revisions`, through which writers go).
"""

from collections.abc import Collection

from sqlalchemy import Connection

from provider.gradebook.lookups import fetch_among
from provider.sis.revisions import NO_SCHOOL

_LAST = "SELECT coalesce(max(number), 0) FROM gradebook_revision WHERE collection {among}"
_LAST_AT = "SELECT school_id, number FROM gradebook_revision WHERE collection {among}"


def number_of(connection: Connection, collections: Collection[str], schools: frozenset[int] | None) -> int:
    """The number of the last change of some collections that a connection can see: `schools` are the ids of those in
    its scope, None for all. 0: nothing was ever written."""
    if schools is None:
        number: int = fetch_among(connection, _LAST, collections)[0][0]
        return number
    rows = fetch_among(connection, _LAST_AT, collections)
    return max((number for school, number in rows if school in schools or school == NO_SCHOOL), default=0)
