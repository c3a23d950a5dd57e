"""Rows of classResources.csv and courseResources.csv: members of published courses and classes."""

from collections.abc import Callable, Iterator

from provider.exporting.identity import row_id
from provider.exporting.published import Record, View


def resource_links(file: str, owner: str) -> Callable[[View, list[Record]], Iterator[Record]]:
    """A maker of the rows of `file`, whose column `owner` ("class", "course") says what has the resource."""

    def rows(_view: View, records: list[Record]) -> Iterator[Record]:
        for record in records:
            for resource in sorted(reference["sourcedId"] for reference in record.get("resources", ())):
                yield {
                    "sourcedId": row_id(file, record["sourcedId"], resource),
                    "dateLastModified": record["dateLastModified"],
                    owner: record["sourcedId"],
                    "resource": resource,
                }

    return rows
