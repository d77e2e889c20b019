"""The gap between the reported count and the list, and the band that it is expected in."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor
from statistics import median

LEARNED_FROM = 30
ENOUGH = 3
SMALLEST_BAND = 2
# In per mille of the reported count. Without history: 3 to 10 of 1,000 followers are hidden, by ten years of reports.
FIRST_BAND = 10
LEARNED_BAND = 2
# As many standard deviations from the usual gap are still usual; the factor makes one of the median deviation.
DEVIATIONS = 4
SIGMA = 1.4826

AGREEING = 2
LOOSENESS = 5
WIDEST_HELD = 50


@dataclass(frozen=True, slots=True)
class Band:
    """The gaps from `low` to `high`, both included. A gap is the reported count less the distinct ids listed."""

    low: int
    high: int

    def __contains__(self, gap: int) -> bool:
        """Tell whether the gap lies in the band."""
        return self.low <= gap <= self.high


def learned_band(gaps: Sequence[int], reported: int) -> Band:
    """Return the band around the usual one of a target's `gaps`, oldest first; the prior while they are too few."""
    if len(gaps) < ENOUGH:
        width = max(SMALLEST_BAND, share(reported, FIRST_BAND))
        return Band(-width, width)
    recent = gaps[-LEARNED_FROM:]
    centre = median(recent)
    deviation = SIGMA * median(abs(gap - centre) for gap in recent)
    width = max(SMALLEST_BAND, share(reported, LEARNED_BAND), ceil(DEVIATIONS * deviation))
    return Band(ceil(centre - width), floor(centre + width))


def nearest_gap(distinct: int, reported: Sequence[int], band: Band) -> int:
    """Return the gap by that of the `reported` counts which brings it nearest to the middle of the band."""
    return min((count - distinct for count in reported), key=lambda gap: abs(2 * gap - band.low - band.high))


def has_held(gap: int, before: Sequence[int], reported: int) -> bool:
    """Tell whether the gap is the target's own by now: out of band like the two `before`, and much the same.

    A wider one than 5 % of the reported count is a list that is cut short, however often.
    """
    three = (*before[1 - ENOUGH :], gap)
    alike = max(three) - min(three) <= max(AGREEING, share(reported, LOOSENESS))
    return len(three) == ENOUGH and alike and 1000 * abs(gap) <= WIDEST_HELD * reported


def share(count: int, per_mille: int) -> int:
    """Return so many thousandths of the count, rounded up."""
    return -(-count * per_mille // 1000)
