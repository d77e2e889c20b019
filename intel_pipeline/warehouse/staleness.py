"""When to publish again: a pure decision."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known of the publication: when it was begun and asked for last, and when each dependency was updated."""

    now: datetime
    updated: Sequence[datetime]
    begun: datetime | None
    asked: datetime | None


def due(seen: Situation, pause: timedelta) -> bool:
    """Tell whether to publish: something was updated after the last publication began, and that is a while ago.

    Compared with its beginning, not its end: what lands while the warehouse is copied may not be in the copy. Nothing
    is remembered of an update but its time, so none can be forgotten; a publication that failed is asked for again.
    """
    if not seen.updated or (seen.begun and max(seen.updated) < seen.begun):
        return False
    earlier = [moment for moment in (seen.begun, seen.asked) if moment]
    return not earlier or seen.now - max(earlier) >= pause
