"""One line of the benchmark: what was measured, what the limit is, whether it is met. Knows no measuring."""

from dataclasses import dataclass

#: How many digits a unit is shown with.
_DIGITS = {"s": 2, "ms": 2, "MB": 0, "×": 2, "pages/s": 0, "results/s": 0, "records": 0, "requests": 0}


@dataclass(frozen=True, slots=True)
class Result:
    """`measured` in `unit` (s, ms, MB, × = a ratio, pages/s, results/s, records, requests). No limit: the line only helps to read others.

    `nearest` is the number of the nearest open provider (Ed-Fi's), taken on a machine of this kind; "" where there is
    none. `note` is said below the table.
    """

    what: str
    measured: float
    unit: str
    limit: float | None = None
    at_least: bool = False
    nearest: str = ""
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the limit is met; None without a limit."""
        if self.limit is None:
            return None
        return self.measured >= self.limit if self.at_least else self.measured <= self.limit

    @property
    def cells(self) -> tuple[str, str, str, str, str]:
        """what | measured | limit | verdict | nearest open provider."""
        limit = "" if self.limit is None else f"{'≥' if self.at_least else '≤'} {_number(self.limit, self.unit, True)}"
        verdict = {None: "", True: "met", False: "MISSED"}[self.met]
        return self.what, _number(self.measured, self.unit, False), limit, verdict, self.nearest


HEADINGS = ("what", "measured", "limit", "verdict", "nearest open provider")


def _number(value: float, unit: str, exact: bool) -> str:
    digits = _DIGITS[unit]
    text = f"{value:,.{digits}f}"
    if exact and digits:
        text = text.rstrip("0").rstrip(".")
    return f"{text} {unit}"


def table(results: list[Result]) -> list[str]:
    """The lines of a Markdown table, padded so that it reads well in a terminal too."""
    rows = [HEADINGS, *(result.cells for result in results)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(HEADINGS))]
    right = (False, True, True, False, False)
    rule = "|".join("-" * (width + 1) + (":" if turn else "-") for width, turn in zip(widths, right, strict=True))
    lines = [
        "| " + " | ".join(cell.rjust(w) if turn else cell.ljust(w) for cell, w, turn in zip(row, widths, right, strict=True)) + " |"
        for row in rows
    ]  # fmt: skip
    return [lines[0], f"|{rule}|", *lines[1:]]
