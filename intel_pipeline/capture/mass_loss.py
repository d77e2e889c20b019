"""The guard against mass loss: more members missing at once than the target's history makes plausible."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor
from typing import Literal

from intel_pipeline.capture.gap import LEARNED_FROM, share

SMALLEST_LIMIT = 5
# Per mille of the earlier list.
PLAUSIBLE_LOSS = 50
BEYOND_USUAL = 4


@dataclass(frozen=True, slots=True)
class Loss:
    """How many of the `earlier` members of a list are `missing` from the one at hand, so many `days` later."""

    earlier: int
    missing: int
    days: float


@dataclass(frozen=True, slots=True)
class Held:
    """The list at hand, compared with one that was held back because it lacked `lacked` members.

    `loss` counts whom it listed and the one at hand does not, `returned` whom it lacked and the one at hand lists.
    """

    capture_id: str
    lacked: int
    loss: Loss
    returned: int


@dataclass(frozen=True, slots=True)
class Losses:
    """What a list lacks of the last complete one, and of those held back since, oldest first.

    `last` is None where no complete one can be read.
    """

    last: Loss | None
    held: tuple[Held, ...] = ()


@dataclass(frozen=True, slots=True)
class Resolution:
    """What becomes of a capture that was held back, and why."""

    capture_id: str
    verdict: Literal["complete", "suspect"]
    reason: str


def limit(loss: Loss, losses: Sequence[int]) -> int:
    """Return how many may be missing, for a target whose past `losses` per day are given, oldest first."""
    usual = max(losses[-LEARNED_FROM:], default=0)
    daily = max(SMALLEST_LIMIT, share(loss.earlier, PLAUSIBLE_LOSS), BEYOND_USUAL * usual)
    return floor(daily * max(1.0, loss.days))


def plausible(loss: Loss, losses: Sequence[int]) -> bool:
    """Tell whether so many may be missing."""
    return loss.missing <= limit(loss, losses)


def agrees(held: Held, losses: Sequence[int]) -> bool:
    """Tell whether the list at hand bears out the held one: it has its members, and those it lacked did not return."""
    return plausible(held.loss, losses) and 2 * held.returned <= held.lacked


def resolved(capture_id: str, held: Held, *, agreeing: bool) -> Resolution:
    """Return what becomes of a held capture now that the list of `capture_id` is complete."""
    begun = f"held back for {held.lacked} missing at once"
    if agreeing:
        return Resolution(held.capture_id, "complete", f"{begun}; released, because capture {capture_id} agrees")
    return Resolution(held.capture_id, "suspect", f"{begun}; suspect for good, because capture {capture_id} disagrees")


def held_back(capture_id: str, loss: Loss, losses: Sequence[int]) -> str:
    """Return why a list is held back, and what releases it."""
    return (
        f"{loss.missing} of {loss.earlier} followers are missing at once, where at most {limit(loss, losses)} are "
        f"plausible; held back until another capture agrees, or `intel-pipeline captures accept {capture_id}`"
    )
