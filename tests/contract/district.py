"""The demo district as tests edit it: its CSV files as rows, of which the changed tables are imported again."""

import csv
from datetime import date
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "fixtures" / "district"

#: The day on which the district is imported and published: a Monday in the first quarter.
TODAY = date(2026, 10, 5)

Row = dict[str, str]


class Files:
    """The tables of a district by name, and which of them have been touched."""

    def __init__(self) -> None:
        self._tables: dict[str, list[Row]] = {}
        self._touched: set[str] = set()

    def rows(self, table: str) -> list[Row]:
        """The rows of a table; do not change them without `edit`."""
        if table not in self._tables:
            with (FOLDER / f"{table}.csv").open(encoding="utf-8", newline="") as stream:
                self._tables[table] = list(csv.DictReader(stream))
        return self._tables[table]

    def find(self, table: str, **wanted: str) -> list[Row]:
        """The rows whose columns have these values."""
        return [row for row in self.rows(table) if all(row[name] == value for name, value in wanted.items())]

    def one(self, table: str, **wanted: str) -> Row:
        """The only row whose columns have these values."""
        (row,) = self.find(table, **wanted)
        return row

    def person(self, name: str) -> str:
        """The id of the person called `name`, "First Last"."""
        first, _, last = name.partition(" ")
        return self.one("identity", first_name=first, last_name=last)["person_id"]

    def edit(self, table: str, row: Row, **values: str) -> None:
        """Change cells of a row."""
        unknown = values.keys() - row.keys()
        assert not unknown, f"{table}.csv has no column {unknown}"
        row.update(values)
        self._touched.add(table)

    def add(self, table: str, **values: str) -> str:
        """Append a row with the next id; returns the id."""
        rows = self.rows(table)
        row = dict.fromkeys(rows[0], "")
        if "id" in row:
            row["id"] = str(1 + max(int(other["id"]) for other in rows))
        rows.append(row)
        self.edit(table, row, **values)
        return row.get("id", "")

    def write(self, folder: Path) -> Path:
        """Write the touched tables into a folder that can be imported."""
        folder.mkdir(parents=True)
        for table in self._touched:
            with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as stream:
                writer = csv.DictWriter(stream, list(self.rows(table)[0]))
                writer.writeheader()
                writer.writerows(self.rows(table))
        self._touched.clear()
        return folder
