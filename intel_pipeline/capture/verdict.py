"""What a finished follower list proves."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from intel_pipeline.capture.gap import ENOUGH, Band, has_held, learned_band, nearest_gap
from intel_pipeline.capture.history import History
from intel_pipeline.capture.mass_loss import Losses, Resolution, agrees, held_back, limit, plausible, resolved
from intel_pipeline.capture.outcome import Verdict


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

    @property
    def reported(self) -> list[int]:
        """The reported counts that there are."""
        return [count for count in (self.reported_before, self.reported_after) if count is not None]


@dataclass(frozen=True, slots=True)
class Assessment:
    """What a list proves. `band`: the one that its gap was held against, None where the gap was not weighed.

    `missing_count`, `missing_limit`: how many members of the last complete list it lacks, and may lack. `held`: held
    back for lacking more. `resolved`: what becomes of those that were held back before.
    """

    verdict: Verdict
    reasons: tuple[str, ...] = ()
    band: Band | None = None
    missing_count: int | None = None
    missing_limit: int | None = None
    held: bool = False
    resolved: tuple[Resolution, ...] = ()


def assess(capture_id: str, evidence: Evidence, history: History, losses: Callable[[], Losses]) -> Assessment:
    """Return what the list of `capture_id` proves by its own evidence, the target's history and the lists before it.

    `losses` compares it with those, and is asked only where the rest speaks for a complete list.
    """
    found = follower_verdict(evidence, history)
    return found if found.verdict != "complete" else guarded(capture_id, found, history, losses())


def guarded(capture_id: str, found: Assessment, history: History, losses: Losses) -> Assessment:
    """Hold an otherwise complete list back if it lacks too many members, unless a list held back before agrees."""
    past = history.losses
    agreeing = {held.capture_id for held in losses.held if agrees(held, past)}
    if losses.last is not None:
        found = replace(found, missing_count=losses.last.missing, missing_limit=limit(losses.last, past))
        if not agreeing and not plausible(losses.last, past):
            reasons = (*found.reasons, held_back(capture_id, losses.last, past))
            return replace(found, verdict="suspect", reasons=reasons, held=True)
    settled = [resolved(capture_id, held, agreeing=held.capture_id in agreeing) for held in losses.held]
    return replace(found, resolved=tuple(settled))


def follower_verdict(evidence: Evidence, history: History) -> Assessment:
    """Return what a list proves before it is compared with earlier ones, with the reasons where that is not all."""
    if evidence.limited:
        return Assessment("limited", ("Instagram says that it shows only a part of this list",))
    if evidence.broken:
        return Assessment("partial", (evidence.broken,))
    if not evidence.ended:
        return Assessment("partial", ("the list did not reach the end that Instagram itself marks",))
    if not evidence.reported:
        return Assessment("suspect", ("Instagram reported no number of followers to compare the list with",))
    most = max(evidence.reported)
    if evidence.distinct == 0 and most > 0:
        return Assessment("suspect", (f"the list is empty although {most} followers are reported",))
    band = learned_band(history.gaps, most)
    gap = nearest_gap(evidence.distinct, evidence.reported, band)
    if gap in band:
        return Assessment("complete", (), band)
    if has_held(gap, history.suspect_gaps, most):
        return Assessment("complete", (f"the gap of {gap} has held over three captures",), band)
    return Assessment("suspect", (beyond(evidence, gap, band, history.gaps),), band)


def beyond(evidence: Evidence, gap: int, band: Band, gaps: Sequence[int]) -> str:
    """Return in words how the gap lies outside the band."""
    counts = " then ".join(str(count) for count in dict.fromkeys(evidence.reported))
    usual = "this target's lies" if len(gaps) >= ENOUGH else "without history it may lie"
    listed = f"{evidence.distinct} listed, {counts} reported: a gap of {gap}"
    return f"{listed}, where {usual} between {band.low} and {band.high}"
