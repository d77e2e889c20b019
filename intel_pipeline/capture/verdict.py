"""What a finished capture proves."""

import math
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Verdict = Literal["complete", "partial", "limited", "suspect", "failed"]

# For a target without history: between 3 and 10 of 1,000 followers are hidden, by the reports of ten years.
FIRST_BAND = 0.01
SMALLEST_BAND = 2


@dataclass(frozen=True, slots=True)
class Evidence:
    """The counts of one reading of a list.

    `ended`: the server itself said that the list ends. `limited`: it said that it shows only a part.
    `broken`: why the chain of cursors is broken, in words.
    """

    rows: int
    distinct: int
    reported_before: int | None
    reported_after: int | None
    pages: int
    ended: bool
    limited: bool = False
    broken: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """A verdict with its reasons in words, its counts, and whom and when it is about."""

    verdict: Verdict
    reasons: tuple[str, ...] = ()
    rows: int | None = None
    distinct: int | None = None
    reported_before: int | None = None
    reported_after: int | None = None
    pages: int | None = None
    user_id: int | None = None
    username: str | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    problem: str | None = field(default=None, compare=False)


def follower_verdict(evidence: Evidence) -> tuple[Verdict, tuple[str, ...]]:
    """Return what a follower list proves, with the reasons where it proves less than everything."""
    if evidence.limited:
        return "limited", ("Instagram says that it shows only a part of this list",)
    if evidence.broken:
        return "partial", (evidence.broken,)
    if not evidence.ended:
        return "partial", ("the list did not reach the end that Instagram itself marks",)
    reported = [count for count in (evidence.reported_before, evidence.reported_after) if count is not None]
    if not reported:
        return "suspect", ("Instagram reported no number of followers to compare the list with",)
    if evidence.distinct == 0 and max(reported) > 0:
        return "suspect", (f"the list is empty although {max(reported)} followers are reported",)
    gap = min((count - evidence.distinct for count in reported), key=abs)
    band = gap_band(max(reported))
    if abs(gap) > band:
        text = f"{evidence.distinct} listed, {' then '.join(map(str, reported))} reported: beyond the band of {band}"
        return "suspect", (text,)
    return "complete", ()


def gap_band(reported: int) -> int:
    """Return how many followers a list may lack or have beyond the reported number."""
    return max(SMALLEST_BAND, math.ceil(reported * FIRST_BAND))
