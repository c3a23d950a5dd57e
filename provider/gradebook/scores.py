"""Scores with a score scale: what a percent is called, and which scores a scale knows (P-120). Pure."""

from collections.abc import Mapping
from typing import NamedTuple


class Scale(NamedTuple):
    """A score scale of a section.

    scores   the scores that it knows, with the least percent that earns each; None: given by hand only
    """

    id: int
    section_id: int
    title: str
    scores: Mapping[str, float | None]

    def knows(self, text: str) -> bool:
        """Whether the scale has the score, however it is written in capitals."""
        return text.casefold() in (score.casefold() for score in self.scores)

    def earned(self, percent: float) -> str | None:
        """The score that a percent earns; None when it is below all of them."""
        reached = [(least, score) for score, least in self.scores.items() if least is not None and least <= percent]
        return max(reached)[1] if reached else None


def percent_of(score: float, least: float | None, most: float | None) -> float:
    """A score as percent of a line item's range; without a range it is a percent already."""
    low = least or 0.0
    return score if most is None or most <= low else (score - low) / (most - low) * 100


def named(score: float | None, text: str | None, scale: Scale | None, percent: float | None) -> str | None:
    """The text score to be kept (P-120): as sent, or derived where only a number was sent and there is a scale."""
    if text is not None or score is None or scale is None or percent is None:
        return text
    return scale.earned(percent)
