"""What a target's earlier follower lists teach about the next one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from intel_pipeline.capture.gap import Band
from intel_pipeline.capture.outcome import Verdict


@dataclass(frozen=True, slots=True)
class Past:
    """One earlier capture of the list.

    `gap` is None where no count was reported; `band` is the one that it was held against, None where it was not.
    `missing` and `limit`: how many members of the complete list before it lacked, and how many it might lack.
    """

    finished_at: datetime
    verdict: Verdict
    gap: int | None
    band: Band | None
    missing: int | None = None
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class History:
    """Lessons, oldest first.

    `gaps`: those of complete lists, since one last held. `suspect_gaps`: those since the last complete list that were
    suspect for being out of band. `losses`: members missing from a complete list since the one before, per day.
    """

    gaps: tuple[int, ...] = ()
    suspect_gaps: tuple[int, ...] = ()
    losses: tuple[int, ...] = ()


def learned(captures: Sequence[Past]) -> History:
    """Return what `captures`, oldest first, teach."""
    gaps: list[int] = []
    suspect: list[int] = []
    losses: list[int] = []
    before: Past | None = None
    for one in captures:
        outside = one.gap is not None and one.band is not None and one.gap not in one.band
        if one.verdict == "complete":
            # A gap that has held is another one than the target had before: those say nothing about it.
            gaps = suspect[-2:] if outside else gaps
            gaps += [] if one.gap is None else [one.gap]
            losses += per_day(one, before)
            suspect, before = [], one
        elif outside:
            suspect += [] if one.gap is None else [one.gap]
    return History(tuple(gaps), tuple(suspect), tuple(losses))


def per_day(one: Past, before: Past | None) -> list[int]:
    """Return the capture's loss per day, if it may teach: one that was held back must not make the next one usual."""
    if before is None or one.missing is None or one.limit is None or one.missing > one.limit:
        return []
    return [ceil(one.missing / max(1.0, days_between(before.finished_at, one.finished_at)))]


def days_between(earlier: datetime, later: datetime) -> float:
    """Return the days from one moment to another."""
    return (later - earlier).total_seconds() / 86_400
