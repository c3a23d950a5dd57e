"""Kinds of value whose cells only the CSV binding has."""

import re
from typing import Any

from shared.oneroster.values import Float, Kind
from shared.oneroster.versions import Version


class ScaleValue(Kind):
    """A value of a score scale: `{LHS:RHS}`, the reference point and the score that it stands for."""

    def split_csv(self, cell: str) -> list[str]:
        return re.split(r"(?<=\}),\s*(?=\{)", cell.strip())

    def from_csv(self, text: str, version: Version) -> dict[str, str]:
        found = re.fullmatch(r"\{([^:{}]+):([^{}]+)\}", text)
        if found is None:
            raise ValueError("a value of a score scale is written {reference point:score}")
        return {"itemValueLHS": found[1], "itemValueRHS": found[2]}

    def mend_csv(self, text: str, version: Version) -> str | None:
        return None

    def to_csv(self, value: Any) -> str:
        # The binding has no escape for what it uses as marks.
        left, right = (re.sub(r"[{}\r\n]", "", str(value[name])) for name in ("itemValueLHS", "itemValueRHS"))
        return f"{{{left.replace(':', '')}:{right}}}"


class Percent(Float):
    """A whole percent; REST has fractions of one, which CSV rounds."""

    def to_csv(self, value: Any) -> str:
        return str(round(float(value)))


SCALE_ITEM = ScaleValue("scoreScaleItem")
PERCENT = Percent("float")
